"""Handovers told from end to end between real nodes, and their evidence: honest bundles, and forged ones."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import cases
from federation import Federation, federation
from handover.application.facts import Actor, Handover, Matter
from handover.application.verifier import verify
from handover.application.verifier_report import Report, Rule, Severity, Verdict
from handover.domain.handover import State
from handover.domain.ids import HandoverId, MatterId
from handover.domain.record import MatterKind
from handover.node import Node
from handover.protocol import evidence
from handover.protocol.evidence import Bundle, Manifest, Word

RESPONSIBLE = {"name": "Anna Muster", "organisation": "Jugendamt", "contact": "+49 40 000"}
Lines = dict[Word, list[bytes]]


@dataclass
class Story:
    """Two nodes or more, and what their officers do."""

    fed: Federation
    nodes: Sequence[Node]

    @property
    def root(self) -> bytes:
        """The pinned root."""
        return self.fed.repository.pinned()

    def first(self, at: Node) -> Actor:
        return self.fed.officer(at, "first")

    def second(self, at: Node) -> Actor:
        return self.fed.officer(at, "second")

    def matter(self, at: Node, kind: MatterKind = MatterKind.GUARDIANSHIP) -> Matter:
        return cases.begin(self.fed, at, self.first(at), kind=kind)

    def offer(
        self, at: Node, to: Node, matter: MatterId, *, settle: bool = True, **options: object
    ) -> Handover:
        """Give the sender's round; the offer is delivered."""
        with at.database.reading() as work:
            found = work.matters.get(matter)
        sent = cases.offer(self.fed, at, to.id, self.first(at), self.second(at), matter=found, **options)  # type: ignore[arg-type]
        if settle:
            self.fed.settle()
        return sent

    def at(self, node: Node, sent: Handover, sender: Node) -> Handover:
        """Give the round as *node* has it."""
        with node.database.reading() as work:
            if node is sender:
                return work.handovers.get(sent.id)
            return work.handovers.find(sender.id, [sent.round])[sent.round]

    def open_and_accept(
        self, sent: Handover, sender: Node, receiver: Node, *, settle: bool = True
    ) -> HandoverId:
        """The receiver's officer reads and accepts; give the receiver's round."""
        got = self.at(receiver, sent, sender).id
        officer = self.first(receiver)
        receiver.handovers.open(got, actor=officer)
        receiver.handovers.accept(
            got, responsible=RESPONSIBLE, plan="an aunt takes the child in", actor=officer
        )
        if settle:
            self.fed.settle()
        return got

    def hand_over(self, sender: Node, receiver: Node, matter: MatterId) -> MatterId:
        """Give the receiver's matter after a whole handover."""
        sent = self.offer(sender, receiver, matter)
        self.open_and_accept(sent, sender, receiver)
        if self.at(sender, sent, sender).state is State.ACCEPTED:
            sender.offers.countersign(sent.id, actor=self.first(sender))
            self.fed.settle()
        return self.at(receiver, sent, sender).matter

    def export(self, node: Node, matter: MatterId) -> bytes:
        return node.evidence.export(matter, actor=self.second(node))


@contextmanager
def story(folder: Path, *names: str) -> Iterator[Story]:
    """Give a story between the named nodes."""
    with federation(folder, *names) as (fed, nodes):
        yield Story(fed, nodes)


def forge(data: bytes, node: Node, change: Callable[[Lines], None], **manifest: object) -> bytes:
    """Give the bundle with its lines changed and signed again, as only its exporter can do it."""
    bundle = evidence.read(data)
    lines = {word: list(bundle.lines[word]) for word in Word}
    change(lines)
    new = replace(bundle.manifest, parts=evidence.digests(lines), **manifest)  # type: ignore[arg-type]
    return evidence.write(new, lines, signer=node.vault.signer)


def rewritten(bundle: Bundle, lines: Mapping[Word, Sequence[bytes]], node: Node) -> bytes:
    """Give a bundle of other lines under the same manifest, signed again."""
    manifest: Manifest = replace(bundle.manifest, parts=evidence.digests(lines))
    return evidence.write(manifest, lines, signer=node.vault.signer)


def rules(report: Report, *severities: Severity) -> set[Rule]:
    """Give the rules of the findings that decide the verdict, or those of the given severities."""
    wanted = severities or (Severity.INVALID, Severity.INCOMPLETE)
    return {each.rule for each in report.findings if each.severity in wanted}


def told(report: Report) -> str:
    """Give the findings as text, for a failing test."""
    return "\n".join(f"{each.severity} {each.rule} {each.place}: {each.text}" for each in report.findings)


def checked(files: Sequence[bytes], story_: Story) -> Report:
    """Verify with the story's own root."""
    return verify(files, root=story_.root)


def refuted(report: Report, rule: Rule, severity: Severity = Severity.INVALID) -> None:
    """The report is not valid, and for this reason."""
    assert report.verdict is not Verdict.VALID
    assert rule in rules(report, severity), told(report)
