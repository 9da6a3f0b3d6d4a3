"""Officers with passkeys at nodes of a test's federation, and their confirmations."""

from dataclasses import dataclass, field, replace
from typing import Any

from authenticator import Authenticator
from federation import Federation
from handover.application.access import PASSKEY, Passkey, ReadingReason
from handover.application.facts import Actor
from handover.application.proofs import read_proof
from handover.application.readings import Readings
from handover.application.sealing import new_id
from handover.domain.ids import HandoverId, MatterId
from handover.node import Node
from handover.protocol.statement import AssertedAct
from stories import Story


def authenticator(at: Node, name: str, **changes: Any) -> Authenticator:
    """Give a passkey for the pages of a node."""
    host = at.settings.address.removeprefix("https://")
    return replace(Authenticator(seed=name.encode(), rp_id=host, origin=at.settings.address), **changes)


def enrol(at: Node, actor: Actor, key: Authenticator) -> Passkey:
    """Register a passkey for an officer."""
    with at.database.begin() as work:
        made = Passkey(
            id=new_id(work.now),
            officer=actor.officer,
            credential=key.credential,
            public_key=key.key,
            sign_count=key.count,
            label="a passkey",
            created_at=work.now,
        )
        work.accounts.add_passkey(made)
    return made


@dataclass
class Keyed(Story):
    """A story whose officers have signed in with passkeys and confirm each weighty act."""

    keys: dict[tuple[str, str], Authenticator] = field(default_factory=dict)

    def officer(self, at: Node, name: str) -> Actor:
        """Give an officer in a session that began with a passkey."""
        actor = replace(self.fed.officer(at, name), auth=PASSKEY, fresh_at=self.fed.clock.now)
        if (at.id, actor.officer) not in self.keys:
            self.keys[at.id, actor.officer] = authenticator(at, f"{at.id} {name}")
            enrol(at, actor, self.keys[at.id, actor.officer])
        return actor

    def confirmed(
        self, at: Node, actor: Actor, act: AssertedAct, target: HandoverId | MatterId, **changes: Any
    ) -> Actor:
        """Give the officer with the proof for one act; *changes* are those of the answer."""
        prompt = at.stepups.challenge(act, target, actor=actor)
        answer = self.keys[at.id, actor.officer].answer(prompt.options, **changes)
        return replace(actor, proof=read_proof(answer))

    def open(self, at: Node, round_: HandoverId) -> None:
        """The first officer says why, and reads the offer."""
        with at.database.reading() as work:
            matter = work.handovers.get(round_).matter
        actor = self.first(at)
        Readings(at.database).state(matter, ReadingReason.HANDOVER, "", actor=actor)
        at.handovers.open(round_, actor=actor)

    def first(self, at: Node) -> Actor:
        return self.officer(at, "first")

    def second(self, at: Node) -> Actor:
        return self.officer(at, "second")


def keyed(fed: Federation, nodes: list[Node]) -> Keyed:
    """Give the story of two nodes."""
    return Keyed(fed, nodes)
