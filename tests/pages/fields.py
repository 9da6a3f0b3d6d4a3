"""What a browser makes of a page's form: the values that it would send, the ids of the page, the links of a summary."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_TYPED = frozenset({"text", "hidden", "email", "password", "tel"})


@dataclass
class Sheet(HTMLParser):
    """One page, read as a browser reads it. `sent` is what its forms would send, buttons left out."""

    text: str
    sent: dict[str, list[str]] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _select: str = ""
    _area: tuple[str, list[str]] | None = None
    _summary: int = 0

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if "id" in known:
            self.ids.append(known["id"])
        if "govuk-error-summary" in known.get("class", "").split():
            self._summary = 1
        if tag == "a" and "href" in known:
            (self.faults if self._summary and known["href"].startswith("#") else self.links).append(
                known["href"]
            )
        name = known.get("name", "")
        if tag == "input" and name:
            self._input(name, known)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in known:
            self.sent.setdefault(self._select, []).append(known.get("value", ""))
        elif tag == "textarea":
            self._area = (name, [])

    def _input(self, name: str, known: dict[str, str]) -> None:
        kind = known.get("type", "text")
        if kind in _TYPED or (kind in ("checkbox", "radio") and "checked" in known):
            self.sent.setdefault(name, []).append(known.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea" and self._area:
            text = "".join(self._area[1]).removeprefix("\n")  # a browser drops the first line break
            self.sent.setdefault(self._area[0], []).append(text.replace("\n", "\r\n"))
            self._area = None
        elif tag == "h1":
            self._summary = 0


def once(sent: dict[str, list[str]]) -> dict[str, list[str]]:
    """Give what one of the page's forms sends: one token, whatever number of forms there is."""
    return {name: values[:1] if name == "csrf" else values for name, values in sent.items()}
