"""Drafts of the registry's pages: the next version of each, as it waits for signatures."""

from datetime import UTC, datetime
from typing import Final

from tuf.api.metadata import DelegatedRole, Delegations, Metadata, Root, TargetFile, Targets

from handover.adapters.repository import Repository
from handover.domain.errors import NotFoundError, RefusedError
from handover.domain.ids import NodeId
from handover.protocol import node_entry
from handover.protocol import registry_metadata as pages
from handover.protocol.node_entry import NodeEntry

_DAY: Final = 86_400
_TERMS: Final = {"snapshot": 31 * _DAY, "timestamp": 7 * _DAY}
_LONG: Final = 366 * _DAY


class CeremonyError(RefusedError):
    """The registry's own rules forbid the step."""

    name = "ceremony-refused"
    title = "The registry's rules forbid this step."
    advice = "Read the detail; nothing was changed."


def expiry(role: str, now: int) -> datetime:
    """Return when a page of the role that is made now expires."""
    return datetime.fromtimestamp(now + _TERMS.get(role, _LONG), UTC)


def delegated(page: Metadata[Targets]) -> tuple[Delegations, dict[str, DelegatedRole]]:
    """Return the delegations of a top page, and its countries' roles by country.

    Raises:
        CeremonyError: the page delegates nothing.
    """
    delegations = page.signed.delegations
    if delegations is None or delegations.roles is None:
        raise CeremonyError("the top page delegates to no country")
    return delegations, delegations.roles


class Drafts:
    """Takes a page out as a draft, unsigned and one version on, and puts it back to wait for signatures."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def root(self, now: int) -> Metadata[Root]:
        """Return a draft of the root page; raises CeremonyError when there is none."""
        data, step = self._take("root")
        page = pages.load_root(data)
        self._draw(page, "root", step, now)
        return page

    def top(self, now: int) -> Metadata[Targets]:
        """Return a draft of the top page, which names the countries; raises CeremonyError if none is."""
        data, step = self._take("targets")
        page = pages.load_targets(data)
        self._draw(page, "targets", step, now)
        return page

    def country(self, country: str, now: int) -> Metadata[Targets]:
        """Return a draft of the country's page; raises CeremonyError when there is none."""
        data, step = self._take(country)
        page = pages.load_country(data, country)
        self._draw(page, country, step, now)
        return page

    def keep(self, role: str, page: Metadata[Root] | Metadata[Targets]) -> None:
        """Let the draft wait for signatures."""
        self._repository.put(role, page)

    def entry(self, page: Metadata[Targets], node: NodeId) -> NodeEntry:
        """Return the entry that a country's draft lists.

        Raises:
            CeremonyError: it lists no such node.
        """
        found = self._repository.entries(page).get(node)
        if found is None:
            raise CeremonyError("the registry does not name this node")
        return node_entry.decode(found)

    def enter(self, page: Metadata[Targets], entry: NodeEntry) -> None:
        """List the entry in its country's draft, in place of the node's former one, and let both wait."""
        data = node_entry.encode(entry)
        path = f"{entry.node}.json"
        page.signed.targets[path] = TargetFile.from_data(path, data)
        self._repository.put_entry(entry.node, data)
        self.keep(entry.country, page)

    def entries(self) -> dict[NodeId, NodeEntry]:
        """Return all entries, pending ones in place of published ones."""
        found: dict[NodeId, NodeEntry] = {}
        for country in delegated(pages.load_targets(self._take("targets")[0]))[1]:
            page = pages.load_country(self._take(country)[0], country)
            found |= {node: node_entry.decode(data) for node, data in self._repository.entries(page).items()}
        return found

    def _take(self, role: str) -> tuple[bytes, int]:
        try:
            return self._repository.pending_page(role), 0
        except NotFoundError:
            pass  # no draft of it yet
        try:
            return self._repository.published_page(role), 1
        except NotFoundError as error:
            raise CeremonyError("there is no such role in this registry") from error

    def _draw(self, page: Metadata[Root] | Metadata[Targets], role: str, step: int, now: int) -> None:
        page.signed.version += step
        page.signed.expires = expiry(role, now)
        page.signatures.clear()
