"""Around every page: who is signed in, whether the form is ours, what a refusal looks like, and the headers.

Pages hold no rule. What a use case refuses is shown in the officer's language with the advice of its kind.
"""

import gzip
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from handover.application.access import Caller, Visitor
from handover.application.allowances import TooManyRequestsError
from handover.application.officers import UnauthenticatedError
from handover.application.permissions import require
from handover.application.sessions import ForgedFormError, StepUpError
from handover.domain.errors import HandoverError, MalformedError, NotFoundError
from handover.pages import languages, tokens
from handover.pages.forms import Form
from handover.pages.parts import Check, Node
from handover.pages.sending import read_form
from handover.pages.visit import DEVICE_COOKIE, PREFIX, SESSION_COOKIE, Page, Visit, inside
from handover.web import journal
from handover.web.doorstep import KNOWN
from handover.web.guard import PlainRoute, known
from handover.web.lane import Lane
from handover.web.limits import REFUSED
from handover.web.problems import (
    InternalError,
    MethodNotAllowedError,
    NoSuchPathError,
    TooLargeError,
    status_of,
)
from handover.web.quota import name_of

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_YEAR: Final = 366 * 86400
_HOST: Final = "__Host-"  # a browser takes such a cookie from this host alone, over TLS alone
_FORM, _LANGUAGE = "handover-form", "handover-language"


class FormTooLargeError(TooLargeError):
    """A form or a file is larger than a page takes."""

    name = "form-too-large"
    title = "What you sent is larger than this page takes."
    advice = "Go back and send less: at most 20 MiB with a file, 1 MiB without one."


class Shell:
    """Serves the pages of one node."""

    def __init__(self, node: Node, pages: Iterable[Page], health: Callable[[], Sequence[Check]]) -> None:
        self._node = node
        self._health = health
        self._pages = list(pages)
        address = node.settings.address
        self._secure = address.startswith("https://")
        # Without TLS a cookie is not kept apart by port, so two nodes of one machine need names of their own.
        self._mark = _HOST if self._secure else f"{node.id.replace('/', '-')}-"
        self._origin = address
        self._keeper = tokens.Keeper(node.form_secret)
        self._reading = Lane()

    def routes(self) -> list[PlainRoute]:
        """Give a route for each page, and one for all that is none."""
        made = [
            PlainRoute(page.address, self._endpoint(page), methods=["GET", "POST"]) for page in self._pages
        ]
        nothing = Page(path="/{rest:path}", get=_nothing, open=True)
        return [*made, PlainRoute(nothing.address, self._endpoint(nothing), methods=["GET", "POST"])]

    def _endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            try:
                form = await self._sent(page, request)
            except HandoverError as error:  # too long, too slow, or of another kind
                response = await run_in_threadpool(self._refused, request, error)
            else:
                response = await run_in_threadpool(self._answer, page, request, form)
            return self._finished(request, response)

        return serve

    async def _sent(self, page: Page, request: Request) -> Form | None:
        """Give what was sent; nothing is read of what a stranger sends to a page that is not open to all."""
        if request.method != "POST":
            return Form()
        if REFUSED in request.scope:
            raise request.scope[REFUSED]
        if not page.open and not await run_in_threadpool(self._knows, request):
            return Form()
        return await read_form(request, self._reading)

    def _knows(self, request: Request) -> bool:
        """Tell whether the browser has the cookie of a session that there is, or was."""
        cookie = request.cookies.get(self._mark + SESSION_COOKIE, "")
        return bool(cookie) and self._node.sessions.ended(cookie) is not None

    def _refused(self, request: Request, error: HandoverError) -> Response:
        found = FormTooLargeError() if type(error) is TooLargeError else error
        return self.refusal(self._visit(request, Form()), found)

    def _answer(self, page: Page, request: Request, form: Form | None) -> Response:
        visit = self._visit(request, form or Form())
        request.scope[KNOWN] = visit.visitor is not None
        try:
            if form is None:
                raise MalformedError("a form holds text alone, and not without end")
            if not page.open:
                actor = visit.actor  # refuses whoever is not signed in
                self._node.callers.spend(actor.officer, request.method, page.path)
                if page.right is not None:
                    require(actor, page.right)
            handler = page.get if request.method in ("GET", "HEAD") else page.post
            if handler is None:
                raise MethodNotAllowedError
            if request.method == "POST":
                self._require_own(request, visit)
            return self._with_cookies(visit, handler(visit))
        except UnauthenticatedError:
            return self._sign_in(visit, request)
        except StepUpError:
            return self._step_up(visit, request)
        except Exception as error:  # noqa: BLE001 - nothing of an unforeseen error may leave this process
            return self.refusal(visit, error)

    def _visit(self, request: Request, form: Form) -> Visit:
        cookies = {
            name.removeprefix(self._mark): value
            for name, value in request.cookies.items()
            if name.startswith(self._mark)
        }
        visitor = self._visitor(cookies.get(SESSION_COOKIE))
        asked = dict(request.query_params)
        language = languages.chosen(
            [
                asked.get("language"),
                visitor.language if visitor else None,
                cookies.get(_LANGUAGE),
                languages.accepted(request.headers.get("accept-language", "")),
            ]
        )
        visit = Visit(
            node=self._node,
            keeper=self._keeper,
            health=self._health,
            visitor=visitor,
            language=language,
            path=request.scope["path"],
            args=dict(request.path_params),
            asked=asked,
            form=form,
            anonymous=cookies.get(_FORM) or tokens.fresh(),
            caller=Caller(
                address=_address(request),
                browser=request.headers.get("user-agent", ""),
                device=cookies.get(DEVICE_COOKIE, ""),
            ),
            sent_cookies=cookies,
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
        if not self._is_own(request, visit, visit.visitor.csrf if visit.visitor else visit.anonymous):
            raise ForgedFormError

    def _is_own(self, request: Request, visit: Visit, secret: str) -> bool:
        """Tell whether a form comes from a page of ours that was made for the session with this secret."""
        sent = request.headers
        site = sent.get("sec-fetch-site", "same-origin")
        foreign = tokens.is_foreign(sent.get("origin", ""), own=self._origin, host=sent.get("host", ""))
        return (
            not foreign and site in ("same-origin", "none") and tokens.fits(visit.form.value("csrf"), secret)
        )

    def _set_cookies(self, visit: Visit, response: Response) -> None:
        if visit.visitor is None:
            visit.cookies[_FORM] = (visit.anonymous, None)
        if visit.asked.get("language") == visit.language:
            visit.cookies[_LANGUAGE] = (visit.language, _YEAR)
            if visit.visitor is not None and visit.visitor.language != visit.language:
                self._node.reception.accounts.set_language(visit.visitor, visit.language)
        for name, (value, life) in visit.cookies.items():
            response.set_cookie(
                self._mark + name, value, max_age=life, secure=self._secure, httponly=True, samesite="lax"
            )

    def _sign_in(self, visit: Visit, request: Request) -> Response:
        """Ask who it is, and come back: what was typed goes along, sealed for the officer who typed it."""
        visit.visitor = None
        if request.method != "POST":
            response = visit.go("/sign-in")
            if visit.path != PREFIX and inside(visit.path) == visit.path:  # nothing else goes into a header
                response.headers["location"] += f"?next={visit.path}"
            return response
        ended = self._node.sessions.ended(visit.sent_cookies.get(SESSION_COOKIE, ""))
        kept = (
            "" if ended is None or not self._is_own(request, visit, ended.csrf) else visit.keep(ended.officer)
        )
        visit.form.faults.clear()
        return self._with_cookies(visit, visit.sign_in_page(status=401, kept=kept, ended=True))

    def _step_up(self, visit: Visit, request: Request) -> Response:
        """Ask the officer to prove once more to be there, then go on with what was to be done."""
        if request.method != "POST":
            return self._with_cookies(visit, visit.step_up_page(to=visit.path))
        kept = visit.keep(visit.actor.officer)
        visit.form.faults.clear()
        return self._with_cookies(visit, visit.step_up_page(status=401, kept=kept))

    def _with_cookies(self, visit: Visit, response: Response) -> Response:
        self._set_cookies(visit, response)
        return response

    def refusal(self, visit: Visit, error: Exception) -> Response:
        """Give the page that says what was refused and what to do."""
        found = known(error)
        if found is None:
            journal.fault("pages", error)
            found = InternalError()
        status = 404 if isinstance(found, NotFoundError) else status_of(type(found))
        response = self._with_cookies(visit, visit.page("problem.html", status=status, error=found))
        if isinstance(found, TooManyRequestsError):
            response.headers["retry-after"] = str(found.seconds)
        return response

    def _finished(self, request: Request, response: Response) -> Response:
        response.headers.setdefault("content-security-policy", POLICY)
        response.headers["referrer-policy"] = (
            "same-origin"  # with none at all, a form would not say where it is from
        )
        body = bytes(response.body)
        if len(body) > 1024 and "gzip" in request.headers.get("accept-encoding", ""):
            response.body = gzip.compress(body, 5)
            response.headers["content-length"] = str(len(response.body))
            response.headers["content-encoding"] = "gzip"
        response.headers["vary"] = "accept-encoding, accept-language, cookie"
        return response


def _address(request: Request) -> str:
    """Give the address or network that a request comes from; nothing where a proxy speaks for everybody."""
    return name_of(request.scope) or (request.client.host if request.client else "")


def _nothing(_visit: Visit) -> Response:
    raise NoSuchPathError
