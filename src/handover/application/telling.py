"""What is told of decisions, and what follows when another authority asks for them or tells of them."""

from collections.abc import Collection, Sequence
from typing import Final

from handover.application import demands
from handover.application.continuity import KeptDemand
from handover.application.decided import KeptDecision, decided
from handover.application.facts import Actor, Handover
from handover.application.intake import Received
from handover.application.ports import UnitOfWork
from handover.application.sealing import Saying, Sealer, new_id
from handover.application.showing import Showing, Shown
from handover.domain.continuity import DECISION_FIELDS, DecisionKind
from handover.domain.errors import HandoverError
from handover.domain.handover import Act
from handover.domain.ids import Digest
from handover.protocol.message import Message
from handover.protocol.strict import Json

EVERY: Final = tuple(DecisionKind)


class Telling:
    """Tells of own decisions under a ground that covers each of them, and takes what others tell."""

    def __init__(self, sealer: Sealer, showing: Showing) -> None:
        self._sealer = sealer
        self._showing = showing

    def saying(
        self,
        work: UnitOfWork,
        handover: Handover,
        told: Sequence[KeptDecision],
        *,
        re: Digest,
        text: str = "",
        actor: Actor | None = None,
    ) -> Saying:
        """Give what tells of opened decisions, in answer to *re*.

        Raises:
            GroundError: no ground covers the other side, the purpose and the fields of each kind.
        """
        shown = Shown(
            act=Act.DECISION,
            re=re,
            body={"decisions": [each.decided.body for each in told if each.decided], "text": text},
            fields=fields_of({each.kind for each in told}),
            actor=actor,
        )
        return self._showing.say(work, handover, shown)

    def heard(self, work: UnitOfWork, handover: Handover, received: Received) -> None:
        """Enter what was told in the register; answer what was asked, if a ground covers all that there is."""
        if received.content is None:
            return
        if received.envelope.act is Act.DECISION:
            self._enter(work, handover, received, received.content)
        if received.envelope.act is Act.DECISIONS_WANTED:
            self._answer(work, handover, work.demands.get(received.digest), received.content)

    def _enter(self, work: UnitOfWork, handover: Handover, received: Received, content: Message) -> None:
        told = content.body["decisions"]
        owner = work.envelopes.get(received.digest).owner
        for found in map(decided, told if isinstance(told, list) else ()):
            line = KeptDecision(
                id=new_id(work.now),
                matter=handover.matter,
                kind=found.kind,
                at=work.now,
                owner=owner,
                peer=handover.peer,
                envelope=received.digest,
                decided=found,
            )
            work.decisions.add(line)

    def _answer(self, work: UnitOfWork, handover: Handover, demand: KeptDemand, content: Message) -> None:
        """Nothing is told by halves: what is not covered as a whole waits for an officer."""
        found = work.decisions.own(handover.matter, kinds_of(content.body))
        if not found:
            return
        try:
            saying = self.saying(work, handover, found, re=demand.envelope)
            demands.answer(work, self._sealer, demand, saying)
        except HandoverError:  # it was raised before anything was written: the demand stays open
            return


def fields_of(kinds: Collection[DecisionKind]) -> tuple[str, ...]:
    """Give the fields whose ground covers telling of decisions of *kinds*."""
    return tuple(sorted({field for kind in kinds for field in DECISION_FIELDS[kind]}))


def kinds_of(body: dict[str, Json]) -> tuple[DecisionKind, ...]:
    """Give the kinds that a question asks for; one that names none asks for all."""
    named = body["kinds"]
    return tuple(DecisionKind(str(each)) for each in named) if isinstance(named, list) and named else EVERY
