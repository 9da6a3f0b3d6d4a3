"""What was said after the deed: demands that nobody answered, and what was shown again after it was erased."""

from collections.abc import Iterator, Sequence

from handover.application.verifier_case import Case, Said
from handover.application.verifier_report import Findings, Rule
from handover.domain.continuity import DAY, DEMANDS, LONGEST_HOLD
from handover.domain.handover import Act
from handover.domain.sentences import sentence
from handover.domain.sequence import RECORDS
from handover.protocol.envelope import Envelope


def check(case: Case, findings: Findings) -> None:
    """Check what one authority demanded of another, and whether who has erased kept its word."""
    believed = [said for spoken in case.rounds().values() for said in spoken]
    exported = max(source.bundle.manifest.exported for source in case.sources)
    for said in believed:
        if said.envelope.act in DEMANDS and not said.replaced:
            _demand(said, _answers(case, said, believed), exported, findings)
    for said in believed:
        if said.envelope.act is Act.ERASED and _was_record(case, said):
            _kept_its_word(said, believed, findings)
    for spoken in case.rounds().values():
        ended = _end_of(spoken, believed)
        if ended is not None:
            _kept_its_word(ended, believed, findings)


def _demand(said: Said, answers: Iterator[Said], exported: int, findings: Findings) -> None:
    """A demand has an answer, or is still in time when the bundle was made; a hold lasts until it ends."""
    demand = DEMANDS[said.envelope.act]
    due = said.at + demand.term
    for answer in answers:
        if answer.envelope.act is not Act.LEGAL_HOLD:
            return
        due = max(due, min(answer.envelope.deadline or 0, answer.at + LONGEST_HOLD))
    if due < exported:
        text = sentence(
            "%(node)s should have answered by now; days that it is late: %(number)s",
            node=said.envelope.aud,
            number=(exported - due) // DAY + 1,
        )
        findings.note(Rule.DEMAND, said.place, text)


def _answers(case: Case, said: Said, believed: list[Said]) -> Iterator[Said]:
    """Give what answers a demand, or an earlier envelope that said the same and was replaced."""
    acts, names = DEMANDS[said.envelope.act].answers, {said.digest}
    old = case.said.get(said.envelope.replaces) if said.envelope.replaces is not None else None
    while old is not None and old.digest not in names:
        names.add(old.digest)
        old = case.said.get(old.envelope.replaces) if old.envelope.replaces is not None else None
    return (each for each in believed if each.envelope.re in names and each.envelope.act in acts)


def _was_record(case: Case, erased: Said) -> bool:
    """Tell whether a record was erased: it is named, or an offer was withdrawn; a message by itself is none."""
    asked = None if erased.envelope.re is None else case.said.get(erased.envelope.re)
    shown = None if asked is None or asked.envelope.re is None else case.said.get(asked.envelope.re)
    return erased.envelope.record is not None or (shown is not None and shown.envelope.act is Act.OFFER)


def _end_of(spoken: Sequence[Said], believed: list[Said]) -> Said | None:
    """Give where the receiver of a referral says that it is over, and keeps nothing.

    Whoever was given the record in a round of another course may have it by that.
    """
    referral = next((said.envelope for said in spoken if said.envelope.act is Act.REFERRAL), None)
    if referral is None or any(_by_another_way(said, referral) for said in believed):
        return None
    ends = (said for said in spoken if said.envelope.act in (Act.END, Act.END_RECEIPT))
    return next((said for said in ends if said.envelope.iss == referral.aud), None)


def _by_another_way(said: Said, referral: Envelope) -> bool:
    given = _gives(said) and said.envelope.act is not Act.REFERRAL
    return given and said.envelope.aud == referral.aud and said.envelope.round != referral.round


def _kept_its_word(erased: Said, believed: list[Said], findings: Findings) -> None:
    """Who has destroyed a record has none to show, unless one was given to it again."""
    node = erased.envelope.iss
    again = min(
        (said.at for said in believed if _gives(said) and said.envelope.aud == node and said.at > erased.at),
        default=None,
    )
    for said in believed:
        if not _gives(said) or said.envelope.iss != node or said.envelope.replaces is not None:
            continue
        if said.at > erased.at and (again is None or said.at < again):
            text = sentence(
                "%(node)s shows a record that it said to have destroyed: see %(other)s",
                node=node,
                other=erased.place,
            )
            findings.invalid(Rule.ERASED, said.place, text)


def _gives(said: Said) -> bool:
    return said.envelope.act in RECORDS
