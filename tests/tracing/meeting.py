"""Two offices in contact, for tests: a mother asks from Hamburg, and a question meets a child in Athens."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from handover.application.consents import Terms
from handover.application.contacts import Contact
from handover.application.facts import Actor, Handover, KeptEnvelope, KeptGround, Matter
from handover.application.traced import KeptAsking, KeptCandidate
from handover.domain.consent import Basis, Onward, Purpose
from handover.domain.handover import Act
from handover.domain.tracing import TRACING
from handover.node import Node
from tracing.permitted import STATEMENT
from tracing.rig import DAY, Rig, rig

SPOKEN = ("child_identity.names", "separation.circumstances")


@dataclass
class Meeting:
    """What each side has: the request that asked, the child's record, and the contact once it was released."""

    rig: Rig
    asker: Node
    holder: Node
    request: Matter
    child: Matter
    asking: KeptAsking

    def officer(self, node: Node, name: str = "first") -> Actor:
        return self.rig.officer(node, name)

    def candidate(self) -> KeptCandidate:
        [found] = self.rig.candidates(self.holder, self.child)
        return found

    def release(self) -> Handover:
        """Release the candidate; give the contact at the holder."""
        made = self.holder.after.hits.release(self.candidate().id, actor=self.officer(self.holder))
        self.settle()
        return made

    def settle(self) -> None:
        self.rig.fed.settle()

    def contact(self, node: Node) -> Handover:
        """Give the contact as one side has it."""
        with node.database.reading() as work:
            of = self.child if node is self.holder else self.request
            found = [each for each in work.handovers.of_matter(of.id) if each.course == "contact"]
        return found[-1]

    def look(self, node: Node) -> Contact:
        return node.after.contacts.look(self.contact(node).id, actor=self.officer(node))

    def ground(self, node: Node, *, fields: Sequence[str] = SPOKEN) -> KeptGround:
        """Record a ground of one side that lets it speak to the other."""
        to, of = (self.asker, self.child) if node is self.holder else (self.holder, self.request)
        now = self.rig.fed.clock.now
        terms = Terms(
            basis=Basis.CONSENT,
            recipients=(to.id,),
            purposes=(Purpose.FAMILY_TRACING,),
            fields=tuple(fields),
            valid_from=now,
            valid_until=now + 90 * DAY,
            onward=Onward.NONE,
        )
        said = {**STATEMENT, "given_by": "child"}
        return node.consents.record(of.id, TRACING, terms, said, actor=self.officer(node))

    def ask(self, node: Node, text: str, *, fields: Sequence[str] = SPOKEN[:1]) -> None:
        id_ = self.contact(node).id
        node.after.contacts.ask(id_, text=text, fields=fields, actor=self.officer(node))

    def answer(self, node: Node, text: str, *, fields: Sequence[str] = SPOKEN[:1]) -> None:
        id_ = self.contact(node).id
        node.after.contacts.answer(id_, text=text, fields=fields, actor=self.officer(node))

    def said(self, node: Node) -> list[Act]:
        """Give the acts of the contact at one side, in order of storing."""
        return [each.act for each in self.envelopes(node)]

    def envelopes(self, node: Node) -> list[KeptEnvelope]:
        with node.database.reading() as work:
            return list(work.envelopes.of_handover(self.contact(node).id))

    def texts(self, node: Node) -> list[str]:
        """Give the texts of what was asked and answered, as they can be read at one side."""
        lines = node.handovers.timeline(self.contact(node).id, actor=self.officer(node))
        told = (Act.QUESTION, Act.ANSWER)
        return [str(each.text["text"]) for each in lines if each.act in told and each.text]


def met(made: Rig) -> Meeting:
    """Let the first of two nodes that trace ask for a child that the second has, until there is a candidate."""
    hamburg, athens = made.nodes
    child = made.child(athens)
    made.settle()
    request, asking = made.asked(hamburg, athens)
    made.settle()
    return Meeting(made, hamburg, athens, request, child, asking)


@contextmanager
def meeting(folder: Path) -> Iterator[Meeting]:
    """Give two nodes of which one has a candidate for what the other asks."""
    with rig(folder, "de/hamburg", "gr/athens") as made:
        yield met(made)


@contextmanager
def in_contact(folder: Path) -> Iterator[Meeting]:
    """Give two nodes of which one has let the other know."""
    with meeting(folder) as made:
        made.release()
        yield made
