"""The desks that only read, or watch: each is made of the database when it is asked for."""

from dataclasses import dataclass
from functools import cached_property

from handover.application.acts import Acts
from handover.application.audits import Audits
from handover.application.authorities import Authorities
from handover.application.holds import Holds
from handover.application.log_proofs import LogProofs
from handover.application.notices import NoticeBoard
from handover.application.offered import Offereds
from handover.application.officers import Officers
from handover.application.ports import Database, Vault, Wire
from handover.application.reconciliations import ReconciliationDesk
from handover.application.reconciling import Reconciling
from handover.application.registry import Registry
from handover.application.repeats import Repeats
from handover.application.resyncing import Resyncing
from handover.application.statistics import Fetch, Quarterly, Statistics
from handover.application.views import Views
from handover.application.watch import Watch
from handover.application.witness import Witness
from handover.application.witnesses import Asks, Witnesses
from handover.application.worklist import Worklist
from handover.domain.ids import NodeId


@dataclass(frozen=True, kw_only=True)
class Desks:
    """What a node has beside the desks that act."""

    vault: Vault
    database: Database
    registry: Registry

    @property
    def id(self) -> NodeId:
        """The node's name."""
        return self.vault.node

    @property
    def form_secret(self) -> str:
        """What seals a form that outlives its session."""
        return self.vault.pseudonym("pages", "forms")

    @property
    def officers(self) -> Officers:
        """Who works here."""
        return Officers(self.database)

    @property
    def worklist(self) -> Worklist:
        """Reads rounds."""
        return Worklist(self.database)

    @property
    def board(self) -> NoticeBoard:
        """Where notices are seen in the pages."""
        return NoticeBoard(self.database)

    @property
    def audits(self) -> Audits:
        """The auditor's desk."""
        return Audits(self.database, self.vault)

    @property
    def offereds(self) -> Offereds:
        """Reads offers before they are opened."""
        return Offereds(self.database)

    @property
    def acts(self) -> Acts:
        """Reads the acts of a round with what proves them."""
        return Acts(self.database)

    @property
    def authorities(self) -> Authorities:
        """Reads the registry for officers."""
        return Authorities(self.database, self.registry, self.vault)

    @property
    def watch(self) -> Watch:
        """The queue, alarms and figures."""
        return Watch(self.database, self.registry, self.vault.node)

    @cached_property
    def witness(self) -> Witness:
        """Vouches for other nodes' logs."""
        return Witness(self.database, self.registry, self.vault)

    @property
    def log_proofs(self) -> LogProofs:
        """What is kept against other nodes' logs."""
        return LogProofs(self.database, self.registry, self.vault)

    def views(self, wire: Asks) -> Views:
        """Give what asks other witnesses what they have seen."""
        return Views(self.database, self.registry, self.vault, wire)

    def cosigning(self, wire: Asks, wanted: int) -> Witnesses:
        """Give what asks other nodes to vouch for this node's log."""
        return Witnesses(self.database, self.registry, self.vault, wire, wanted=wanted)

    @property
    def holds(self) -> Holds:
        """Legal holds."""
        return Holds(self.database, self.vault)

    @property
    def statistics(self) -> Statistics:
        """What was published of each quarter."""
        return Statistics(self.database, self.vault, self.registry)

    @cached_property
    def resyncing(self) -> Resyncing:
        """Answers nodes that were restored."""
        return Resyncing(self.database, self.vault, self.registry)

    def quarterly(self, fetch: Fetch) -> Quarterly:
        """Give what publishes each quarter; *fetch* asks other nodes."""
        return Quarterly(self.database, self.vault, self.registry, fetch)

    @cached_property
    def reconciliations(self) -> ReconciliationDesk:
        """Where members ask what this node holds of what the two have said."""
        return ReconciliationDesk(self.database, self.vault, self.registry)

    def reconciling(self, wire: Wire) -> Reconciling:
        """Give what asks other nodes the same."""
        return Reconciling(self.database, self.vault, self.registry, wire)

    @property
    def repeats(self) -> Repeats:
        """Answers kept under the keys of their requests."""
        return Repeats(self.database)
