"""A bundle says who else has seen the exporter's log, and when: that dates what nobody has receipted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from handover.application.verifier import verify
from handover.application.verifier_report import Report, Rule, Severity, Verdict
from handover.domain.handover import Act
from handover.domain.ids import MatterId, NodeId
from handover.node import Node
from handover.protocol import cosignature, evidence_lines, note
from handover.protocol.checkpoint import Checkpoint, LogSigner
from handover.protocol.cosignature import WitnessSigner
from handover.protocol.evidence import Word
from handover.protocol.note import SignatureLine
from stories import Lines, Story, forge, rules, story, told
from two_nodes.test_witness import grow
from two_nodes.test_witnesses import Lines as Wire

WITNESS = NodeId("fr/lyon")


@dataclass
class Told:
    """An offer that left and was never receipted, in a log that a third country has cosigned."""

    story: Story
    athens: Node
    matter: MatterId
    bundle: bytes
    whole: bytes
    """A bundle from when the newest checkpoint was the cosigned one."""

    def verdict(self, change: Callable[[Lines], None] | None = None) -> Report:
        data = self.bundle if change is None else forge(self.bundle, self.athens, change)
        return verify([data], root=self.story.root)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with story(tmp_path_factory.mktemp("witnesses"), "gr/athens", "de/hamburg", "fr/lyon") as s:
        athens, hamburg, _ = s.nodes
        matter = s.matter(athens).id
        wire = Wire(s.fed.wire.nodes, down={NodeId("de/hamburg")})
        s.fed.wire.down.add(hamburg.id)
        s.offer(athens, hamburg, matter, settle=False)
        s.fed.clock.pass_(120)
        assert athens.cosigning(wire, 1).ask() == 1
        whole = s.export(athens, matter)
        s.fed.clock.pass_(3600)
        grow(athens)
        yield Told(s, athens, matter, s.export(athens, matter), whole)


def notes(report: Report) -> list[str]:
    return [each.text for each in report.findings if each.rule is Rule.WITNESS]


def changed(
    change: Callable[[tuple[SignatureLine, ...]], tuple[SignatureLine, ...]],
) -> Callable[[Lines], None]:
    """Change the lines of the witness under the cosigned checkpoint."""

    def act(lines: Lines) -> None:
        for place, text in enumerate(lines[Word.CHECKPOINT]):
            signed = note.read(evidence_lines.read_checkpoint(text))
            if cosignature.claimed(signed):
                new = note.write(signed.text, (*signed.lines[:2], *change(signed.lines[2:])))
                lines[Word.CHECKPOINT][place] = evidence_lines.write_checkpoint(new)

    return act


def test_a_witness_dates_an_act_that_nobody_has_receipted(given: Told) -> None:
    report = given.verdict()
    seen = given.story.fed.clock.now - 3600
    assert rules(report) == {Rule.UNANCHORED, Rule.OPEN} & rules(report), told(report)
    assert report.verdict is Verdict.INCOMPLETE  # that it arrived, nobody has shown
    [text] = notes(report)
    assert text.startswith("fr/lyon has cosigned ")
    [offer] = [line for line in report.matters[0].timeline if line.what == Act.OFFER]
    assert (offer.at, offer.anchor) == (seen, WITNESS)


def test_entries_are_proved_against_the_cosigned_checkpoint_where_it_is_the_newest(given: Told) -> None:
    report = verify([given.whole], root=given.story.root)
    assert len(notes(report)) == 1
    assert report.counts["checkpoints"] == 1
    both = verify([given.whole, given.bundle], root=given.story.root)
    assert Severity.INVALID not in {each.severity for each in both.findings}, told(both)


def test_a_false_cosignature_makes_the_bundle_invalid(given: Told) -> None:
    def flipped(lines: tuple[SignatureLine, ...]) -> tuple[SignatureLine, ...]:
        first = bytearray(lines[0].signature)
        first[20] ^= 1
        return (replace(lines[0], signature=bytes(first)), *lines[1:])

    def other_time(lines: tuple[SignatureLine, ...]) -> tuple[SignatureLine, ...]:
        return (lines[0], replace(lines[1], signature=b"\0" * 8 + lines[1].signature[8:]))

    for change in (flipped, other_time, lambda lines: lines[:1], lambda lines: lines[1:]):
        report = given.verdict(changed(change))
        assert Rule.WITNESS in rules(report, Severity.INVALID), told(report)
    short = given.verdict(
        changed(lambda lines: (replace(lines[0], signature=lines[0].signature[:-1]), lines[1]))
    )
    assert Rule.WITNESS in rules(short, Severity.INVALID)


def test_lines_of_others_date_nothing(given: Told) -> None:
    def signer(name: str) -> WitnessSigner:
        return WitnessSigner(LogSigner(origin=f"{name}/log", ed25519=bytes(32), mldsa44=bytes(32)))

    def stranger(lines: Lines) -> None:
        for place, text in enumerate(lines[Word.CHECKPOINT]):
            data = evidence_lines.read_checkpoint(text)
            if cosignature.claimed(note.read(data)):
                head = signed_head(data)
                own = WitnessSigner(given.athens.vault.log_signer)
                more = [
                    line for each in (signer("xx/nobody"), own) for line in each.cosign(head, 1_700_000_000)
                ]
                lines[Word.CHECKPOINT][place] = evidence_lines.write_checkpoint(
                    cosignature.joined(data, more)
                )

    report = given.verdict(stranger)
    assert sum(text.startswith("no state of the registry names the witness") for text in notes(report)) == 2
    [offer] = [line for line in report.matters[0].timeline if line.what == Act.OFFER]
    assert offer.anchor == WITNESS


def signed_head(data: bytes) -> Checkpoint:
    return Checkpoint.parse(note.read(data).text)


def test_a_checkpoint_that_nobody_has_cosigned_is_not_shown_for_nothing(given: Told) -> None:
    report = given.verdict(changed(lambda lines: ()))
    assert Rule.SUPERFLUOUS in rules(report, Severity.INVALID)
    [offer] = [line for line in report.matters[0].timeline if line.what == Act.OFFER]
    assert offer.anchor is None


def test_what_was_said_after_the_last_cosignature_is_noted(given: Told) -> None:
    s, athens = given.story, given.athens
    s.offer(athens, s.nodes[2], s.matter(athens).id, settle=False)
    other = s.matter(athens).id
    s.fed.wire.down.add(s.nodes[2].id)
    s.offer(athens, s.nodes[2], other, settle=False)
    report = verify([s.export(athens, other)], root=s.root)
    assert "no witness that is shown has seen the entry of this act" in notes(report), told(report)
