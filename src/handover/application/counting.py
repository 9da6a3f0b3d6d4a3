"""What is counted for statistics, at the moment when it happens: values are looked at, and only sums are kept."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from handover.application import documents
from handover.application.continuity import KeptDemand
from handover.application.facts import Handover, KeptEnvelope, KeptGround
from handover.application.promised import KeptFollowUp
from handover.application.traced import KeptAsking
from handover.domain import statistics
from handover.domain.consent import Basis
from handover.domain.courses import OPENS, Course
from handover.domain.errors import NotFoundError
from handover.domain.handover import Act, EndReason, Role, State
from handover.domain.ids import MatterId, NodeId, Quarter
from handover.domain.record import MatterKind, Value
from handover.domain.searching import AskingState, ClosingReason
from handover.domain.statistics import Subject
from handover.domain.suppression import Count
from handover.protocol import envelope as envelopes

if TYPE_CHECKING:
    from handover.application.ports import UnitOfWork

Place: TypeAlias = tuple[str, str, str]
"""Subject, table and cell."""
_DECIDES: Final = (Act.ACCEPTANCE, Act.DECLINE)
"""What answers an offer."""
_GOES_ON: Final = (State.REFERRED, State.ENDING)
"""Where a referral is, at its sender, until its end is confirmed."""


@dataclass(frozen=True, kw_only=True)
class KeptPart:
    """What a node has published of one quarter, as it was signed."""

    node: NodeId
    quarter: Quarter
    kept_at: int
    document: bytes


class Statistics(Protocol):
    """Sums of what is counted now, and what this node and others have published."""

    def count(self, subject: Subject, cells: Mapping[str, str], matter: MatterId) -> None:
        """Count an event in its cell of every table of *subject*; what concerns one *matter* is one child's."""
        ...

    def counted_now(self) -> Quarter:
        """Give the quarter to which an event of now belongs: never one that was published already."""
        ...

    def last_own(self) -> Quarter | None:
        """Give the last quarter that this node has published."""
        ...

    def begun(self) -> list[Quarter]:
        """Give the quarters that have sums, oldest first."""
        ...

    def begin(self, quarter: Quarter) -> None:
        """Begin to count a quarter, with nothing."""
        ...

    def sums(self, quarter: Quarter) -> dict[Place, Count]:
        """Give all sums of a quarter that is not published yet."""
        ...

    def forget(self, quarter: Quarter) -> None:
        """Destroy the sums of a quarter, and what they were made of."""
        ...

    def keep(self, part: KeptPart) -> None:
        """Keep a published part; there is one of each node and quarter."""
        ...

    def parts(self, quarter: Quarter) -> list[KeptPart]:
        """Give what is kept of a quarter, by node."""
        ...

    def published(self) -> dict[Quarter, frozenset[NodeId]]:
        """Give the nodes of which a part is kept, by quarter, newest first."""
        ...


def ended(work: "UnitOfWork", handover: Handover) -> None:
    """Count a handover that has ended; only its sender does: what two nodes count could be compared."""
    if handover.role is not Role.SENDER or handover.state not in (State.TRANSFERRED, State.VOIDED):
        return
    said = work.envelopes.of_handover(handover.id)
    cells = {
        statistics.ROUTE.name: handover.peer.country,
        statistics.OUTCOME.name: _outcome(handover, said),
        statistics.TIME.name: _time(work.now, said, _DECIDES),
    }
    _count(work, handover, cells, Subject.GUARDIANSHIP, Subject.TRACING)


def referred(work: "UnitOfWork", before: Handover, after: Handover) -> None:
    """Count a referral of this node that is over, with what came first: its erasure is confirmed, or overdue.

    It moves from *before* to *after*, or stays and gets an alarm; one that nobody was shown is not counted.
    """
    ours = before.course is Course.REFERRAL and before.role is Role.SENDER
    if not ours or before.state not in _GOES_ON or before.alarm is not None:
        return
    said = work.envelopes.of_handover(after.id)
    held = any(each.act is Act.LEGAL_HOLD for each in said)
    cells = {
        statistics.ROUTE.name: after.peer.country,
        statistics.TASK.name: _task(work, after),
        statistics.CONCLUSION.name: after.reason or EndReason.EXPIRED.value,
        statistics.ERASURE.name: statistics.erasure_cell(late=after.alarm is not None, held=held),
        statistics.TIME.name: _time(work.now, [each for each in said if _tells(each)], (Act.ANSWER, Act.END)),
    }
    _count(work, after, cells, Subject.REFERRALS, Subject.TRACING_REFERRALS)


def met(work: "UnitOfWork", contact: Handover) -> None:
    """Count a contact that has ended, once, at the side that holds the record, with what became of it."""
    if contact.role is Role.SENDER:
        cells = {statistics.MATCH.name: statistics.match_cell(contact.reason)}
        work.statistics.count(Subject.CONTACTS, cells, contact.matter)


def based(work: "UnitOfWork", kept: KeptGround) -> None:
    """Count a ground that is not consent."""
    if kept.ground.basis is not Basis.CONSENT:
        cells = {statistics.BASIS.name: kept.ground.basis.value}
        work.statistics.count(Subject.LEGAL_BASES, cells, kept.matter)


def answered(work: "UnitOfWork", demand: KeptDemand) -> None:
    """Count a demand of another authority with the first answer that this node gives; *demand* is as it was before."""
    if demand.incoming and demand.answered is None:
        cells = {
            statistics.DEMAND.name: demand.act.value,
            statistics.PUNCTUALITY.name: statistics.punctuality_cell(demand.due, work.now),
        }
        work.statistics.count(Subject.ANSWERS, cells, demand.matter)


def searched(work: "UnitOfWork", asking: KeptAsking, reason: ClosingReason) -> None:
    """Count a search that has ended after it went out; *asking* is as it was before."""
    if asking.state is not AskingState.OPEN or reason is ClosingReason.ASKED_ANEW:
        return
    along, to_all = statistics.SCOPE.cells
    cells = {
        statistics.ENDING.name: reason.value if reason.value in statistics.ENDING.cells else statistics.OTHER,
        statistics.SCOPE.name: to_all if asking.broadcast else along,
    }
    work.statistics.count(Subject.SEARCHES, cells, asking.matter)


def followed(work: "UnitOfWork", promised: KeptFollowUp, *, late: bool) -> None:
    """Count a day on which this node has promised to tell how a child is, with what came first: told, or late."""
    if promised.owed and promised.alarmed_at is None:
        in_time, overdue = statistics.TIMELINESS.cells
        cells = {statistics.TIMELINESS.name: overdue if late else in_time}
        work.statistics.count(Subject.FOLLOW_UPS, cells, promised.matter)


def _count(
    work: "UnitOfWork", handover: Handover, cells: dict[str, str], of_a_child: Subject, of_a_request: Subject
) -> None:
    """Count a round under the subject of its kind; age and sex are those of a child in care alone."""
    if handover.kind is not MatterKind.GUARDIANSHIP:
        work.statistics.count(of_a_request, cells, handover.matter)
        return
    values = _values(work, handover.matter)
    cells[statistics.AGE.name] = statistics.age_cell(values, work.now)
    cells[statistics.SEX.name] = statistics.sex_cell(values)
    work.statistics.count(of_a_child, cells, handover.matter)


def _task(work: "UnitOfWork", referral: Handover) -> str:
    try:
        return str(work.referrals.get(referral.id)["task"])
    except NotFoundError:
        return statistics.TASK.kept_back  # what was asked for was erased before the referral was over


def _tells(kept: KeptEnvelope) -> bool:
    """Tell whether an envelope begins a referral, answers it or ends it: the sender's own answers do not."""
    return kept.act is not Act.ANSWER or kept.incoming


def _values(work: "UnitOfWork", matter: MatterId) -> Mapping[str, Value]:
    try:
        return documents.values_of(work.records.latest(matter).document)
    except NotFoundError:
        return {}  # it was erased before the handover ended


def _outcome(handover: Handover, said: list[KeptEnvelope]) -> str:
    if handover.state is State.TRANSFERRED:
        return statistics.TAKEN_UP
    declines = [each for each in said if each.act is Act.DECLINE]
    declined = envelopes.read(declines[-1].data).claimed.reason if declines else None
    return statistics.void_cell(handover.reason, declined)


def _time(now: int, said: list[KeptEnvelope], answers: Collection[Act]) -> str:
    opened = next((each.stored_at for each in said if each.act in OPENS), now)
    answered = next((each.stored_at for each in said if each.act in answers), now)
    return statistics.time_cell(opened, answered)
