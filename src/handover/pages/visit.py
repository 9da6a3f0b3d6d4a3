"""One visit of one page: who looks, what was asked and sent, and the ways to answer."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from starlette.responses import Response

from handover.application.access import OIDC, PASSKEY, Caller, SignedIn, Visitor
from handover.application.facts import Actor
from handover.application.officers import UnauthenticatedError
from handover.application.permissions import MAY, Right
from handover.domain.ids import NodeId
from handover.pages import languages, navigation, tokens, view
from handover.pages.forms import Form
from handover.pages.labels import label
from handover.pages.parts import Check, Node
from handover.pages.static import asset

PREFIX: Final = "/office"
SESSION_COOKIE: Final = "handover-session"
DEVICE_COOKIE: Final = "handover-device"
_YEAR: Final = 366 * 86400
HTML: Final = "text/html; charset=utf-8"
_INSIDE: Final = re.compile(r"/office(?:/[A-Za-z0-9_.-]+)*(?:\?[A-Za-z0-9=&_-]*)?")
_SEE_OTHER: Final = 303


@dataclass(kw_only=True)
class Visit:
    """What a page gets. `args` are the parts of the path, `asked` those of the query; `said` is what was just done."""

    node: Node
    keeper: tokens.Keeper
    health: Callable[[], Sequence[Check]]
    visitor: Visitor | None
    language: str
    path: str
    args: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    form: Form = field(default_factory=Form)
    anonymous: str = ""
    caller: Caller = field(default_factory=Caller)
    sent_cookies: Mapping[str, str] = field(default_factory=dict)
    cookies: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    _names: dict[NodeId, str] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        """Who is signed in; raises UnauthenticatedError where nobody is."""
        if self.visitor is None:
            raise UnauthenticatedError
        return self.visitor.actor

    @property
    def signed_in(self) -> Visitor:
        """The visitor; raises UnauthenticatedError where nobody is signed in."""
        if self.visitor is None:
            raise UnauthenticatedError
        return self.visitor

    def may(self, right: str) -> bool:
        """Tell whether the visitor's roles have a right, so that no page shows a way that is closed."""
        return self.visitor is not None and bool(MAY[Right(right)] & set(self.visitor.actor.roles))

    @property
    def now(self) -> int:
        """The node's time."""
        return self.node.clock()

    def translate(self, text: str) -> str:
        """Give *text*, a message in English, in the language of the visit."""
        return languages.catalogue(self.language).gettext(text) if text else text

    def label(self, key: str) -> str:
        """Give the label of a record's section, field or code in the language of the visit."""
        return label(key, self.language)

    def name_of(self, node: NodeId) -> str:
        """Give the name of an authority in the language of the visit, as the registry has it; else nothing."""
        if node not in self._names:
            known = self.node.authorities.named(node, actor=self.actor)
            self._names[node] = known.name(self.language) if known else ""
        return self._names[node]

    def page(self, template: str, *, status: int = 200, **data: object) -> Response:
        """Give the page that *template* makes of *data*; `form`, `visit` and what the frame needs are added."""
        secret = self.visitor.csrf if self.visitor else self.anonymous
        frame: dict[str, object] = {
            "visit": self,
            "named": lambda node: view.named(self.name_of(node), node),
            "named_text": lambda node: view.named_text(self.name_of(node), node),
            "form": self.form,
            "node_id": self.node.id,
            "signed_in": self.visitor is not None,
            "entries": navigation.entries(self.visitor, self.path),
            "languages": languages.OWN_NAMES,
            "said": navigation.said(self.asked.get("said")),
            "csrf": tokens.masked(secret),
            "asset": asset,
            "now": self.now,
            "prefix": PREFIX,
            "exit_address": self.node.settings.exit_address,
            "back_to": None,
        }
        return Response(view.render(template, self.language, {**frame, **data}), status, media_type=HTML)

    def again(self, template: str, **data: object) -> Response:
        """Give the page once more, with what was typed and a summary of the faults."""
        return self.page(template, status=422, **data)

    def enter(self, signed_in: SignedIn) -> None:
        """Go on as the officer who has just signed in; a session that this browser still had ends."""
        self.node.sessions.end(self.sent_cookies.get(SESSION_COOKIE, ""))
        self.cookies[DEVICE_COOKIE] = (signed_in.device, _YEAR)
        self.renew(signed_in.cookie)

    def renew(self, cookie: str) -> None:
        """Go on under the session's new cookie value."""
        self.cookies[SESSION_COOKIE] = (cookie, None)
        self.visitor = self.node.sessions.find(cookie)

    def leave(self) -> None:
        """End the session."""
        self.node.sessions.end(self.sent_cookies.get(SESSION_COOKIE, ""))
        self.cookies[SESSION_COOKIE] = ("", 0)
        self.visitor = None

    def sign_in_page(
        self, *, status: int = 200, to: str = "", kept: str = "", ended: bool = False
    ) -> Response:
        """Give the page that asks who it is; *kept* is what was typed, sealed."""
        reception = self.node.reception
        return self.page(
            "sign_in.html",
            status=status,
            options=reception.passkeys.ask_to_sign_in(),
            provided=reception.provided is not None,
            to=to,
            kept=kept,
            ended=ended,
        )

    def step_up_page(self, *, status: int = 200, to: str = "", kept: str = "") -> Response:
        """Give the page on which an officer proves once more to be there."""
        visitor, reception = self.signed_in, self.node.reception
        actor, profile = visitor.actor, reception.accounts.mine(visitor)
        passkey = actor.auth == PASSKEY or bool(reception.passkeys.all(actor.officer, actor=actor))
        return self.page(
            "step_up.html",
            status=status,
            options=reception.passkeys.ask_to_step_up(visitor) if passkey else "",
            by_password=actor.auth != PASSKEY and profile.has_password and profile.has_codes,
            provided=actor.auth == OIDC and reception.provided is not None,
            to=to,
            kept=kept,
        )

    def resume(self, kept: str) -> Response | None:
        """Give the page with what this officer had typed before, or None: there is nothing of this officer's."""
        found = self.keeper.open(kept, self.actor.officer, now=self.now)
        if found is None:
            return None
        path, sent = found
        fields = [(name, value) for name, values in sent.items() for value in values]
        return self.page("resume.html", to=inside(path), fields=fields)

    def keep(self, officer: str) -> str:
        """Give what was typed, sealed for the officer."""
        return self.keeper.seal(officer, self.path, self.form.typed, now=self.now)

    def go_inside(self, to: str) -> Response:
        """Send the browser to a page that it named itself, if it is one of these pages."""
        return self.go(inside(to).removeprefix(PREFIX)) if to else self.go("")

    def go(self, path: str, *, said: str | None = None) -> Response:
        """Send the browser to *path* of the pages; *said* names the sentence about what was done."""
        query = f"{'&' if '?' in path else '?'}said={said}" if said else ""
        return Response(status_code=_SEE_OTHER, headers={"location": f"{PREFIX}{path}{query}"})


def inside(path: str) -> str:
    """Give *path* if it is one of these pages, and the first page otherwise: no way leads to another site."""
    return path if _INSIDE.fullmatch(path) else PREFIX


Handler = Callable[[Visit], Response]


@dataclass(frozen=True, kw_only=True)
class Page:
    """One address below `prefix` and who may use it. `right` None: everybody who is signed in; `open`: anybody.

    `get` shows, `post` acts. `files`: forms come as multipart, with uploads.
    """

    path: str
    get: Handler | None = None
    post: Handler | None = None
    right: Right | None = None
    open: bool = False
    files: bool = False
    prefix: str = PREFIX

    @property
    def address(self) -> str:
        """The whole path."""
        return self.prefix + self.path
