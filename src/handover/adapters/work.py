"""One transaction with its shelves."""

from functools import cached_property

from handover.adapters.access import AccountShelf, DoorShelf, ReadingShelf
from handover.adapters.alarms import AlarmShelf
from handover.adapters.answered import AnsweredShelf
from handover.adapters.assertions import AssertionShelf
from handover.adapters.attic import FileShelf
from handover.adapters.continuity import DemandShelf, DisclosureShelf
from handover.adapters.corrections import CorrectionShelf
from handover.adapters.decisions import DecisionShelf
from handover.adapters.doubts import DoubtShelf
from handover.adapters.endings import EndingShelf
from handover.adapters.exhibits import ExhibitShelf
from handover.adapters.followups import FollowUpShelf
from handover.adapters.keys import KeyShelf
from handover.adapters.logbook import Edge, Logbook
from handover.adapters.notices import NoticeShelf
from handover.adapters.overrides import OverrideShelf
from handover.adapters.papers import GroundShelf, RecordShelf
from handover.adapters.petitions import PetitionShelf
from handover.adapters.post import EnvelopeShelf, PeerShelf
from handover.adapters.queue import QueueShelf
from handover.adapters.reconciliation import ReconciliationShelf
from handover.adapters.referrals import ReferralShelf
from handover.adapters.resolutions import ResolutionShelf
from handover.adapters.resyncs import ResyncShelf
from handover.adapters.retention import RetentionShelf
from handover.adapters.shelves import HandoverShelf, MatterShelf
from handover.adapters.staff import ReplyShelf, StaffShelf
from handover.adapters.statistics import StatisticsShelf
from handover.adapters.tracing import TracingWork
from handover.adapters.tracing_keys import TracingKeyShelf
from handover.adapters.unit import Unit
from handover.adapters.vault import FileVault
from handover.adapters.witnessing import CosignedShelf, WitnessedShelf


class Work:
    """The shelves of one transaction; the log is looked at only where it is asked for."""

    def __init__(self, unit: Unit, vault: FileVault, edge: Edge, *, notices: bool) -> None:
        self._vault = vault
        self._edge = edge
        self.now = unit.now
        self.unit = unit
        self.matters = MatterShelf(unit)
        self.handovers = HandoverShelf(unit)
        self.envelopes = EnvelopeShelf(unit)
        self.exhibits = ExhibitShelf(unit)
        self.disclosures = DisclosureShelf(unit)
        self.doubts = DoubtShelf(unit)
        self.demands = DemandShelf(unit)
        self.endings = EndingShelf(unit)
        self.overrides = OverrideShelf(unit)
        self.follow_ups = FollowUpShelf(unit)
        self.decisions = DecisionShelf(unit)
        self.petitions = PetitionShelf(unit)
        self.corrections = CorrectionShelf(unit)
        self.referrals = ReferralShelf(unit)
        self.resolutions = ResolutionShelf(unit)
        self.resyncs = ResyncShelf(unit)
        self.queue = QueueShelf(unit)
        self.reconciliations = ReconciliationShelf(unit)
        self.answered = AnsweredShelf(unit)
        self.files = FileShelf(unit)
        self.records = RecordShelf(unit)
        self.grounds = GroundShelf(unit)
        self.peers = PeerShelf(unit)
        self.staff = StaffShelf(unit)
        self.accounts = AccountShelf(unit, vault)
        self.doors = DoorShelf(unit)
        self.assertions = AssertionShelf(unit)
        self.readings = ReadingShelf(unit)
        self.alarms = AlarmShelf(unit)
        self.replies = ReplyShelf(unit)
        self.keys = KeyShelf(unit, vault)
        self.retention = RetentionShelf(unit)
        self.notices = NoticeShelf(unit, self.accounts, kept=notices)
        self.statistics = StatisticsShelf(unit, vault)

    @cached_property
    def tracing(self) -> TracingWork:
        """What is kept of tracing."""
        return TracingWork(self.unit, self._vault)

    @cached_property
    def tracing_keys(self) -> TracingKeyShelf:
        """What is kept of tracing epochs and evaluations."""
        return TracingKeyShelf(self.unit)

    @cached_property
    def witnessed(self) -> WitnessedShelf:
        """What this node keeps as a witness of other logs."""
        return WitnessedShelf(self.unit)

    @cached_property
    def cosigned(self) -> CosignedShelf:
        """This node's own log with its witnesses."""
        return CosignedShelf(self.unit)

    @cached_property
    def log(self) -> Logbook:
        """The log of this transaction."""
        return Logbook(self.unit, self._vault.log_signer, str(self._vault.log_origin), self._edge)

    def write(self) -> None:
        """Write all that was collected."""
        if "log" in vars(self):
            self.log.close()
        self.statistics.close()
        self.unit.flush()

    def committed(self) -> None:
        """Remember what the next transaction of this process need not read."""
        if "log" in vars(self):
            self.log.committed()
