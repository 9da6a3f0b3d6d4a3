"""Whether a file proves that a log contradicts itself, and whose log it is (docs/spec/witness.md, section 4.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from handover.application import verifier_witnesses
from handover.application.verifier_case import Head
from handover.application.verifier_report import Findings, Rule, Severity
from handover.application.verifier_trust import Trust
from handover.domain.errors import HandoverError
from handover.domain.sentences import Moment, Sentence, sentence
from handover.protocol import checkpoint as checkpoints
from handover.protocol import contradiction, evidence_lines, note, strict
from handover.protocol.checkpoint import Checkpoint, SignedCheckpoint
from handover.protocol.contradiction import Contradiction, Kind
from handover.protocol.evidence import Word
from handover.protocol.evidence_lines import Consistency
from handover.protocol.log_origin import LogOrigin

_PROVED: Final = {
    Kind.TWO_TREES: sentence(
        "%(name)s (%(node)s) signed two different logs of %(size)s entries, one on %(first)s and one on %(second)s:"
        " it showed one to some and another to others, or changed what stood there"
    ),
    Kind.NOT_GROWN: sentence(
        "%(name)s (%(node)s) signed a log of %(size)s entries on %(first)s, and on %(second)s one of %(later)s entries"
        " that does not begin with them: it showed one to some and another to others, or changed what stood there"
    ),
    Kind.ROLLED_BACK: sentence(
        "%(name)s (%(node)s) signed a log of %(size)s entries on %(first)s, and on %(second)s one of only %(later)s:"
        " entries were taken away, or its clock was put back"
    ),
}


@dataclass(frozen=True, kw_only=True)
class File:
    """A file that was taken apart, and how the report calls it."""

    place: str
    content: Contradiction

    def line(self, word: Word, number: int) -> str:
        """Give the place of a part."""
        return f"{self.place} line {self.content.line(word, number)}: {word}"


def check(files: Iterable[File], trust: Trust, findings: Findings, *, whole: bool) -> None:
    """Judge each file by itself; *whole* says that nothing is wrong with the registry that all of them rest on."""
    for file in files:
        own = Findings()
        found = _judged(file, trust, own)
        if found is not None and (not whole or own.gravest is not Severity.NOTE):
            text = sentence("what is false or missing keeps this file from proving anything")
            own.incomplete(Rule.CONTRADICTION, file.place, text)
        elif found is not None:
            own.proved(Rule.CONTRADICTION, file.place, found)
        for each in own.found:
            findings.add(each.rule, each.place, each.severity, each.sentence)


def _judged(file: File, trust: Trust, findings: Findings) -> Sentence | None:
    """Give what the file shows, if all in it holds."""
    heads = [head for number in range(2) if (head := _head(file, number, trust, findings)) is not None]
    if len(heads) < 2:
        return None
    first, second = heads
    for head in heads:
        seen = _seen(verifier_witnesses.said_of(head, trust, findings))
        if not trust.log_sound(head.node, head.key, seen):
            text = sentence(
                "the log's key was reported compromised: anyone may have made the log that is shown"
            )
            findings.incomplete(Rule.KEY_COMPROMISED, head.place, text)
    if first.log != second.log:
        text = sentence("this file proves nothing: its checkpoints are of two logs")
        findings.incomplete(Rule.CONTRADICTION, file.place, text)
        return None
    try:
        kind = contradiction.judge(_signed(first), _signed(second), _proof(file, first, second, findings))
    except HandoverError as error:
        findings.invalid(Rule.CONTRADICTION, file.line(Word.CONSISTENCY, 0), error.sentence)
        return None
    if kind is None:
        text = sentence(
            "this file proves nothing against %(node)s: both checkpoints can be of one honest log",
            node=first.node,
        )
        findings.incomplete(Rule.CONTRADICTION, file.place, text)
        return None
    return _PROVED[kind].of(
        name=trust.name(first.node),
        node=first.node,
        size=first.checkpoint.size,
        later=second.checkpoint.size,
        first=_moment(first),
        second=_moment(second),
    )


def _seen(words: Iterable[verifier_witnesses.Word]) -> int:
    """Give by when witnesses of two countries had seen a checkpoint.

    Whoever has stolen the log's key dates what it signs as he likes, and may be one of the witnesses himself.
    """
    first: dict[str, int] = {}
    for word in words:
        country = word.witness.country
        first[country] = min(word.time, first.get(country, word.time))
    return sorted([*first.values(), strict.LATEST, strict.LATEST])[1]


def _head(file: File, number: int, trust: Trust, findings: Findings) -> Head | None:
    place = file.line(Word.CHECKPOINT, number)
    if not trust.sets:
        return None  # there is nothing to verify with; that is a finding already
    try:
        signed = evidence_lines.read_checkpoint(file.content.lines[Word.CHECKPOINT][number])
        origin = LogOrigin.parse(Checkpoint.parse(note.read(signed).text).origin)
        key = checkpoints.key_of(signed, trust.log_keys(origin))
        found = checkpoints.verify_signed(signed, key)
    except HandoverError as error:
        findings.invalid(Rule.CHECKPOINT, place, error.sentence)
        return None
    return Head(
        node=origin.node, note=signed, checkpoint=found.checkpoint, time=found.time, key=key, place=place
    )


def _proof(file: File, first: Head, second: Head, findings: Findings) -> Consistency | None:
    texts = file.content.lines[Word.CONSISTENCY]
    if texts and second.checkpoint.size <= first.checkpoint.size:
        text = sentence("a proof that nothing needs")
        findings.invalid(Rule.SUPERFLUOUS, file.line(Word.CONSISTENCY, 0), text)
        return None
    return evidence_lines.read_consistency(texts[0]) if texts else None


def _moment(head: Head) -> str:
    return str(Moment(min(head.time, strict.LATEST)))


def _signed(head: Head) -> SignedCheckpoint:
    return SignedCheckpoint(checkpoint=head.checkpoint, time=head.time)
