"""What was said after the deed: demands that nobody answered, and what was shown again after it was erased."""

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Final

from handover.application.verifier_case import Case, Said
from handover.application.verifier_report import Findings, Rule
from handover.domain.continuity import DAY, DEMANDS, LONGEST_HOLD
from handover.domain.handover import Act
from handover.domain.ids import NodeId, RoundId
from handover.domain.sentences import sentence
from handover.domain.sequence import RECORDS

_FOR_EVER: Final = frozenset({Act.ERASED, Act.END, Act.END_RECEIPT})
"""What says that a record is destroyed; who declines an offer, or lets it go, says so of that offer alone."""


def check(case: Case, findings: Findings) -> None:
    """Check what one authority demanded of another, and whether who has erased kept its word."""
    rounds = case.rounds()
    believed = [said for spoken in rounds.values() for said in spoken]
    exported = max(source.bundle.manifest.exported for source in case.sources)
    for said in believed:
        if said.envelope.act in DEMANDS and not said.replaced:
            _demand(said, _answers(case, said, believed), exported, findings)
    deeds = [said for said in case.deeds.values() if said.believed]
    _kept_their_word([said for said in believed if _lets_go(case, rounds, said)], believed, deeds, findings)


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


def _lets_go(case: Case, rounds: Mapping[RoundId, Sequence[Said]], said: Said) -> bool:
    """Tell whether who speaks says that what was shown to it in this round is not kept."""
    if said.envelope.act is Act.ERASED:
        return _was_record(case, said)
    if said.envelope.act in (Act.END, Act.END_RECEIPT):
        referral = next(
            (each.envelope for each in rounds[said.envelope.round] if each.envelope.act is Act.REFERRAL),
            None,
        )
        return referral is not None and said.envelope.iss == referral.aud
    if said.envelope.act is Act.DECLINE:  # the deed may have crossed it
        return not any(each.envelope.act is Act.DEED for each in rounds[said.envelope.round])
    return said.envelope.act is Act.VOID_RECEIPT


def _kept_their_word(
    gone: Sequence[Said], believed: Sequence[Said], deeds: Sequence[Said], findings: Findings
) -> None:
    """Who has destroyed a record has none to show, unless it has another: one of another round, or one shown later.

    Who was given one of *deeds*, which are of rounds between others, was shown a record before.
    """
    given = [(said, _until(said, gone)) for said in (*filter(_gives, believed), *deeds)]
    bare = [
        said
        for said in believed
        if _gives(said)
        and said.envelope.replaces is None
        and not any(_had(said, other) and said.at <= until for other, until in given)
    ]
    for erased in gone:
        node = erased.envelope.iss
        if erased.envelope.act not in _FOR_EVER or _had_its_own(node, [said for said, _ in given]):
            continue
        for shown in bare:
            if shown.envelope.iss == node and shown.at > erased.at:
                text = sentence(
                    "%(node)s shows a record that it said to have destroyed: see %(other)s",
                    node=node,
                    other=erased.place,
                )
                findings.invalid(Rule.ERASED, shown.place, text)


def _had_its_own(node: NodeId, given: Sequence[Said]) -> bool:
    """Tell whether it has shown a record, or given a deed, in an earlier epoch than any in which it was given one."""
    first = min((each.envelope.epoch for each in given if each.envelope.aud == node), default=0)
    return any(each.envelope.iss == node and each.envelope.epoch < first for each in given)


def _until(given: Said, gone: Sequence[Said]) -> float:
    """Give when the recipient let go of what was given, which may be never."""
    node, of = given.envelope.aud, given.envelope.round
    return min(
        (
            said.at
            for said in gone
            if (said.envelope.iss, said.envelope.round) == (node, of) and said.at >= given.at
        ),
        default=inf,
    )


def _gives(said: Said) -> bool:
    return said.envelope.act in RECORDS


def _had(shown: Said, given: Said) -> bool:
    """Tell whether who has shown a record was given one before: deeds of a chain are in order whatever clocks say."""
    before = given.at <= shown.at if _gives(given) else given.envelope.epoch < shown.envelope.epoch
    return given.envelope.aud == shown.envelope.iss and before
