"""What the web layer needs of a node: its desks, its registry mirror and its log, and nothing of how they are made."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from handover.application.after import After
from handover.application.attachments import Attachments
from handover.application.authorities import Authorities
from handover.application.callers import Callers
from handover.application.cases import Cases
from handover.application.consents import Consents
from handover.application.evidence import Evidence
from handover.application.handovers import Handovers
from handover.application.holds import Holds
from handover.application.imports import Imports
from handover.application.inbox import Inbox
from handover.application.key_desks import KeyDesks
from handover.application.log_proofs import LogProofs
from handover.application.offers import Offers
from handover.application.officers import Officers
from handover.application.ports import Database
from handover.application.reconciliations import ReconciliationDesk
from handover.application.repeats import Repeats
from handover.application.resyncing import Resyncing
from handover.application.retention import Retention
from handover.application.statistics import Statistics
from handover.application.tracing import Tracing
from handover.application.watch import Watch
from handover.application.witness import Witness
from handover.application.worker import Worker
from handover.application.worklist import Worklist
from handover.domain.ids import NodeId


class Mirror(Protocol):
    """This node's copy of the registry."""

    def file(self, name: str) -> bytes:
        """Give a file as it is published; raises NotFoundError."""
        ...


class Settings(Protocol):
    """What the operator has set."""

    @property
    def address(self) -> str:
        """The node's public base URL, without a slash at its end; empty where none is set."""
        ...

    @property
    def listen(self) -> str:
        """Host and port to listen on."""
        ...

    @property
    def proxy_tells(self) -> bool:
        """Whether a proxy is believed about the addresses of clients."""
        ...

    @property
    def proxies(self) -> Sequence[str]:
        """From which addresses and networks a proxy speaks."""
        ...

    @property
    def worker(self) -> bool:
        """Whether the web process delivers, too."""
        ...


class Node(Protocol):
    """One running node."""

    @property
    def id(self) -> NodeId:
        """The node's name."""
        ...

    @property
    def settings(self) -> Settings:
        """What the operator has set."""
        ...

    @property
    def database(self) -> Database:
        """Opens units of work."""
        ...

    @property
    def mirror(self) -> Mirror:
        """The registry's files."""
        ...

    @property
    def callers(self) -> Callers:
        """What each officer may ask."""
        ...

    @property
    def cases(self) -> Cases:
        """Matters and records."""
        ...

    @property
    def attachments(self) -> Attachments:
        """Photographs and documents."""
        ...

    @property
    def consents(self) -> Consents:
        """Grounds."""
        ...

    @property
    def offers(self) -> Offers:
        """The sending desk."""
        ...

    @property
    def handovers(self) -> Handovers:
        """Rounds under way."""
        ...

    @property
    def after(self) -> After:
        """The desks for what goes on after a handover."""
        ...

    @property
    def tracing(self) -> Tracing:
        """The desks of tracing."""
        ...

    @property
    def reconciliations(self) -> ReconciliationDesk:
        """Where members ask what is held of what was said between two nodes."""
        ...

    @property
    def tracing_keys(self) -> KeyDesks:
        """The desks of tracing keys."""
        ...

    @property
    def worklist(self) -> Worklist:
        """Reads rounds."""
        ...

    @property
    def authorities(self) -> Authorities:
        """Reads the registry for officers."""
        ...

    @property
    def watch(self) -> Watch:
        """The queue, alarms and figures."""
        ...

    @property
    def resyncing(self) -> Resyncing:
        """Answers nodes that were restored."""
        ...

    @property
    def statistics(self) -> Statistics:
        """What was published of each quarter."""
        ...

    @property
    def imports(self) -> Imports:
        """Connectors in."""
        ...

    @property
    def repeats(self) -> Repeats:
        """Answers kept under the keys of their requests."""
        ...

    @property
    def retention(self) -> Retention:
        """What is erased when."""
        ...

    @property
    def holds(self) -> Holds:
        """Legal holds."""
        ...

    @property
    def evidence(self) -> Evidence:
        """Bundles for auditors."""
        ...

    @property
    def officers(self) -> Officers:
        """Who may act here."""
        ...

    @property
    def inbox(self) -> Inbox:
        """Receives deliveries."""
        ...

    @property
    def log_proofs(self) -> LogProofs:
        """What is kept against other nodes' logs."""
        ...

    @property
    def witness(self) -> Witness:
        """Vouches for other nodes' logs."""
        ...

    @property
    def worker(self) -> Worker:
        """Delivers."""
        ...

    def ready(self) -> Mapping[str, bool]:
        """Tell, part by part, whether the node can do its work now."""
        ...
