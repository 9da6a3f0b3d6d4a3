"""Around every page: who is signed in, whether the form is ours, what a refusal looks like, and the headers.

Pages hold no rule. What a use case refuses is shown in the officer's language with the advice of its kind.
"""

import gzip
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from handover.application.access import Visitor
from handover.application.officers import UnauthenticatedError
from handover.application.permissions import require
from handover.application.sessions import ForgedFormError
from handover.domain.errors import HandoverError, MalformedError, NotFoundError
from handover.pages import languages, tokens
from handover.pages.forms import Form, Upload
from handover.pages.parts import Node
from handover.pages.visit import PREFIX, Page, Visit
from handover.web import journal
from handover.web.guard import PlainRoute, known
from handover.web.problems import InternalError, MethodNotAllowedError, NoSuchPathError, status_of

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_YEAR: Final = 366 * 86400
MOST_FIELDS: Final = 3000
MOST_FILES: Final = 4
_INSIDE: Final = re.compile(r"/office(?:/[a-z0-9-]+)*(?:\?[a-z0-9=&-]*)?")


class Shell:
    """Serves the pages of one node."""

    def __init__(self, node: Node, pages: Iterable[Page]) -> None:
        self._node = node
        self._pages = list(pages)
        address = node.settings.address
        self._secure = address.startswith("https://")
        self._origin = address
        mark = "__Host-" if self._secure else ""
        self.session_cookie = f"{mark}handover-session"
        self.form_cookie = f"{mark}handover-form"
        self.language_cookie = f"{mark}handover-language"
        self.keeper = tokens.Keeper(node.form_secret)

    def routes(self) -> list[PlainRoute]:
        """Give a route for each page, and one for all that is none."""
        made = [
            PlainRoute(PREFIX + page.path, self._endpoint(page), methods=["GET", "POST"])
            for page in self._pages
        ]
        nothing = Page(path="/{rest:path}", get=_nothing, open=True)
        return [*made, PlainRoute(PREFIX + nothing.path, self._endpoint(nothing), methods=["GET", "POST"])]

    def _endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            sent: FormData | None = None
            if request.method == "POST":
                sent = await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES)
            try:
                form = Form() if sent is None else await _form(sent)
            finally:
                if sent is not None:
                    await sent.close()
            response = await run_in_threadpool(self._answer, page, request, form)
            return self._finished(request, response)

        return serve

    def _answer(self, page: Page, request: Request, form: Form) -> Response:
        visit = self._visit(request, form)
        try:
            if not page.open:
                actor = visit.actor  # refuses whoever is not signed in
                if page.right is not None:
                    require(actor, page.right)
            handler = page.get if request.method in ("GET", "HEAD") else page.post
            if handler is None:
                raise MethodNotAllowedError
            if request.method == "POST":
                self._require_own(request, visit)
            response = handler(visit)
            self._set_cookies(visit, response)
            return response
        except UnauthenticatedError as error:
            return self._sign_in(visit, request, error)
        except Exception as error:  # noqa: BLE001 - nothing of an unforeseen error may leave this process
            return self.refusal(visit, error)

    def _visit(self, request: Request, form: Form) -> Visit:
        cookies = request.cookies
        visitor = self._visitor(cookies.get(self.session_cookie))
        asked = dict(request.query_params)
        language = languages.chosen(
            [
                asked.get("language"),
                visitor.language if visitor else None,
                cookies.get(self.language_cookie),
                languages.accepted(request.headers.get("accept-language", "")),
            ]
        )
        visit = Visit(
            node=self._node,
            visitor=visitor,
            language=language,
            path=request.scope["path"],
            args=dict(request.path_params),
            asked=asked,
            form=form,
            anonymous=cookies.get(self.form_cookie) or tokens.fresh(),
            address=request.client.host if request.client else "",
        )
        form.translate = visit.translate
        return visit

    def _visitor(self, cookie: str | None) -> Visitor | None:
        if not cookie:
            return None
        try:
            return self._node.sessions.find(cookie)
        except UnauthenticatedError:
            return None

    def _require_own(self, request: Request, visit: Visit) -> None:
        """Refuse what another site sends, and what was made for another session."""
        origin = request.headers.get("origin", "")
        site = request.headers.get("sec-fetch-site", "same-origin")
        host = urlsplit(origin).netloc
        own = urlsplit(self._origin).netloc or request.headers.get("host", "")
        secret = visit.visitor.csrf if visit.visitor else visit.anonymous
        foreign = bool(origin) and host != own
        if (
            foreign
            or site not in ("same-origin", "none")
            or not tokens.fits(visit.form.value("csrf"), secret)
        ):
            raise ForgedFormError

    def _set_cookies(self, visit: Visit, response: Response) -> None:
        if visit.visitor is None:
            self.set_cookie(response, self.form_cookie, visit.anonymous)
        if visit.asked.get("language") == visit.language:
            self.set_cookie(response, self.language_cookie, visit.language, life=_YEAR)

    def set_cookie(self, response: Response, name: str, value: str, *, life: int | None = None) -> None:
        """Set a cookie that no script reads and that no other site sends along with a form."""
        response.set_cookie(
            name, value, max_age=life, path="/", secure=self._secure, httponly=True, samesite="lax"
        )

    def _sign_in(self, visit: Visit, request: Request, error: HandoverError) -> Response:
        """Ask who it is, and come back: what was typed goes along, sealed for the officer who typed it."""
        if request.method == "GET":
            wanted = visit.path.removeprefix(PREFIX)
            response = visit.go("/sign-in")
            if wanted not in ("", "/"):
                response.headers["location"] += f"?next={visit.path}"
            return response
        kept = ""
        whose = self._node.sessions.whose(request.cookies.get(self.session_cookie, ""))
        if whose is not None:
            sent = {name: values for name, values in visit.form.sent.items() if name != "csrf"}
            kept = self.keeper.seal(whose, visit.path, sent, now=visit.now)
        del error
        response = visit.page("sign_in.html", status=401, next="", kept=kept, ended=True)
        self._set_cookies(visit, response)
        return response

    def refusal(self, visit: Visit, error: Exception) -> Response:
        """Give the page that says what was refused and what to do."""
        found = known(error)
        if found is None:
            journal.fault("pages", error)
            found = InternalError()
        status = 404 if isinstance(found, NotFoundError) else status_of(type(found))
        response = visit.page("problem.html", status=status, error=found)
        self._set_cookies(visit, response)
        return response

    def _finished(self, request: Request, response: Response) -> Response:
        response.headers.setdefault("content-security-policy", POLICY)
        body = bytes(response.body)
        if len(body) > 1024 and "gzip" in request.headers.get("accept-encoding", ""):
            response.body = gzip.compress(body, 5)
            response.headers["content-length"] = str(len(response.body))
            response.headers["content-encoding"] = "gzip"
        response.headers["vary"] = "accept-encoding, accept-language, cookie"
        return response


def inside(path: str) -> str:
    """Give *path* if it is one of these pages, and the first page otherwise: no way leads to another site."""
    return path if _INSIDE.fullmatch(path) else PREFIX


async def _form(sent: FormData) -> Form:
    texts: dict[str, list[str]] = {}
    files: dict[str, Upload] = {}
    for name, value in sent.multi_items():
        if isinstance(value, UploadFile):
            data = await value.read()
            if value.filename:
                files[name] = Upload(name=value.filename, media_type=value.content_type or "", data=data)
        else:
            texts.setdefault(name, []).append(_clean(value))
    return Form(sent=texts, files=files)


def _clean(text: str) -> str:
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise MalformedError("a form holds text alone")
    return text


def _nothing(_visit: Visit) -> Response:
    raise NoSuchPathError
