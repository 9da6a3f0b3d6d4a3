"""One visit of one page: who looks, what was asked and sent, and the ways to answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.responses import Response

from handover.application.access import Visitor
from handover.application.facts import Actor
from handover.application.officers import UnauthenticatedError
from handover.application.permissions import Right
from handover.pages import languages, navigation, tokens, view
from handover.pages.forms import Form
from handover.pages.parts import Node
from handover.pages.static import asset

PREFIX: Final = "/office"
HTML: Final = "text/html; charset=utf-8"
_SEE_OTHER: Final = 303


@dataclass(kw_only=True)
class Visit:
    """What a page gets. `args` are the parts of the path, `asked` those of the query; `said` is what was just done."""

    node: Node
    visitor: Visitor | None
    language: str
    path: str
    args: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    form: Form = field(default_factory=Form)
    anonymous: str = ""
    address: str = ""

    @property
    def actor(self) -> Actor:
        """Who is signed in; raises UnauthenticatedError where nobody is."""
        if self.visitor is None:
            raise UnauthenticatedError
        return self.visitor.actor

    @property
    def now(self) -> int:
        """The node's time."""
        return self.node.clock()

    def translate(self, text: str) -> str:
        """Give *text*, a message in English, in the language of the visit."""
        return languages.catalogue(self.language).gettext(text) if text else text

    def page(self, template: str, *, status: int = 200, **data: object) -> Response:
        """Give the page that *template* makes of *data*; `form`, `visit` and what the frame needs are added."""
        secret = self.visitor.csrf if self.visitor else self.anonymous
        frame: dict[str, object] = {
            "visit": self,
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

    def go(self, path: str, *, said: str | None = None) -> Response:
        """Send the browser to *path* of the pages; *said* names the sentence about what was done."""
        query = f"?said={said}" if said else ""
        return Response(status_code=_SEE_OTHER, headers={"location": f"{PREFIX}{path}{query}"})


Handler = Callable[[Visit], Response]


@dataclass(frozen=True, kw_only=True)
class Page:
    """One address below `/office` and who may use it. `right` None: everybody who is signed in; `open`: anybody.

    `get` shows, `post` acts. `files`: forms come as multipart, with uploads.
    """

    path: str
    get: Handler | None = None
    post: Handler | None = None
    right: Right | None = None
    open: bool = False
    files: bool = False
