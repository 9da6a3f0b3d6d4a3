"""What was said after the deed: demands that nobody answered, and what was shown again after it was erased."""

from collections.abc import Iterator

from handover.application.verifier_case import Case, Said
from handover.application.verifier_report import Findings, Rule
from handover.domain.continuity import DAY, DEMANDS
from handover.domain.handover import Act
from handover.domain.sentences import sentence

_SHOWS_RECORD = frozenset({Act.OFFER, Act.CORRECTION})


def check(case: Case, findings: Findings) -> None:
    """Check what one authority demanded of another, and whether who has erased kept its word."""
    believed = [said for spoken in case.rounds().values() for said in spoken]
    exported = max(source.bundle.manifest.exported for source in case.sources)
    for said in believed:
        if said.envelope.act in DEMANDS and not said.replaced:
            _demand(said, believed, exported, findings)
    for said in believed:
        if said.envelope.act is Act.ERASED:
            _kept_its_word(said, believed, findings)


def _demand(said: Said, believed: list[Said], exported: int, findings: Findings) -> None:
    """A demand has an answer, or is still in time when the bundle was made; a hold lasts until it ends."""
    demand = DEMANDS[said.envelope.act]
    due = said.at + demand.term
    for answer in _answers(said, believed):
        if answer.envelope.act is not Act.LEGAL_HOLD:
            return
        due = max(due, answer.envelope.deadline or 0)
    if due < exported:
        text = sentence(
            "%(node)s should have answered by now; days that it is late: %(number)s",
            node=said.envelope.aud,
            number=(exported - due) // DAY + 1,
        )
        findings.note(Rule.DEMAND, said.place, text)


def _answers(said: Said, believed: list[Said]) -> Iterator[Said]:
    acts = DEMANDS[said.envelope.act].answers
    return (each for each in believed if each.envelope.re == said.digest and each.envelope.act in acts)


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
    return said.envelope.act in _SHOWS_RECORD
