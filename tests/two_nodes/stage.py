"""Two nodes with a round between them, done step by step."""

import cases
from federation import Federation
from handover.application.facts import Handover
from handover.domain.handover import Act, Claim, State
from handover.node import Node
from handover.protocol import envelope as envelopes

RESPONSIBLE = {"name": "Anna Muster", "organisation": "Jugendamt", "contact": ""}


class Stage:
    """Two nodes with a round between them."""

    def __init__(self, fed: Federation, north: Node, south: Node) -> None:
        self.fed, self.north, self.south = fed, north, south

    def offer(self) -> Handover:
        first, second = (self.fed.officer(self.north, name) for name in ("first", "second"))
        return cases.offer(self.fed, self.north, self.south.id, first, second)

    def at_south(self, sent: Handover) -> Handover:
        with self.south.database.reading() as work:
            return work.handovers.find(self.north.id, [sent.round])[sent.round]

    def at_north(self, sent: Handover) -> Handover:
        with self.north.database.reading() as work:
            return work.handovers.get(sent.id)

    def accept(self, sent: Handover) -> None:
        got, officer = self.at_south(sent), self.fed.officer(self.south, "receiving")
        self.south.handovers.open(got.id, actor=officer)
        self.south.handovers.accept(got.id, responsible=RESPONSIBLE, plan="Met.", actor=officer)

    def countersign(self, sent: Handover) -> None:
        self.north.offers.countersign(sent.id, actor=self.fed.officer(self.north, "first"))

    def settle(self) -> None:
        """Let everybody deliver, and what was refused once be tried again."""
        for _ in range(3):
            self.fed.settle()
            self.fed.clock.pass_(61)
        self.fed.settle()

    def said(self, node: Node, handover: Handover, act: Act) -> list[envelopes.Envelope]:
        with node.database.reading() as work:
            kept = work.envelopes.of_handover(handover.id)
        return [envelopes.read(each.data).claimed for each in kept if not each.incoming and each.act is act]

    def outcome(self, sent: Handover) -> tuple[State, State, Claim, Claim]:
        north, south = self.at_north(sent), self.at_south(sent)
        with self.north.database.reading() as one, self.south.database.reading() as two:
            claims = one.matters.get(north.matter).claim, two.matters.get(south.matter).claim
        return north.state, south.state, *claims


TAKEN_UP = (State.TRANSFERRED, State.HOLDING, Claim.NONE, Claim.HOLDER)
