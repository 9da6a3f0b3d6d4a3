"""What all nodes of a history find out from the same bytes is found out once: pages and entries of the registry.

Each is a pure function of bytes, remembered by all that it was given; what is refused is looked at again each time.
The product has none of this: the operators' folder and the nodes' client of the registry go on without it here, too.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, Final

from tuf.api.metadata import Root, Targets

from handover.protocol import evidence_registry, node_entry, registry_files, registry_metadata, registry_set
from handover.protocol.registry_metadata import Page

_MOST: Final = 4000
_LOADED: Final = ("load_root", "load_timestamp", "load_snapshot", "load_targets", "load_country")
_READERS: Final = (registry_set, registry_files, evidence_registry)
"""They look at pages and change none, so that one page may serve them all."""


class _Known(OrderedDict[Any, Any]):
    """Answers by what was asked; the oldest are forgotten."""

    def once(self, key: Any, ask: Callable[[], Any]) -> Any:
        if key not in self:
            self[key] = ask()
            if len(self) > _MOST:
                self.popitem(last=False)
        return self[key]


def _remembered(real: Callable[..., Any]) -> Callable[..., Any]:
    known = _Known()

    def answer(*given: Any) -> Any:
        return known.once(given, lambda: real(*given))

    return answer


def _signed_once() -> Callable[[Root | Targets, str, Page], None]:
    """Remember by the bytes that were signed, the signatures, and the keys of the role as the other page lists them."""
    known = _Known()
    real = registry_metadata.check_signed

    def check_signed(by: Root | Targets, role: str, page: Page) -> None:
        # A page that is remembered is one object for as long as it is held here.
        known.once((id(by), role, id(page)), lambda: (real(by, role, page), by, page))

    return check_signed


@contextmanager
def remembering() -> Iterator[None]:
    """Let readers of the registry remember, in this block."""
    loaded = {name: _remembered(getattr(registry_metadata, name)) for name in _LOADED}
    pages = SimpleNamespace(**(vars(registry_metadata) | loaded | {"check_signed": _signed_once()}))
    entries = SimpleNamespace(**(vars(node_entry) | {"decode": _remembered(node_entry.decode)}))
    real = [(module, vars(module)["pages"]) for module in _READERS]
    try:
        for module in _READERS:
            vars(module)["pages"] = pages
        vars(registry_set)["node_entry"] = entries
        yield
    finally:
        for module, before in real:
            vars(module)["pages"] = before
        vars(registry_set)["node_entry"] = node_entry
