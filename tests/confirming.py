"""Officers with passkeys at nodes of a test's federation, and their confirmations."""

from dataclasses import dataclass, field, replace
from typing import Any

import cases
from authenticator import Authenticator
from handover.application.access import PASSKEY, Passkey, ReadingReason
from handover.application.facts import Actor
from handover.application.proofs import read_proof
from handover.application.readings import Readings
from handover.application.sealing import new_id
from handover.domain.ids import HandoverId, MatterId
from handover.node import Node
from handover.protocol.statement import AssertedAct
from stories import RESPONSIBLE, Story


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

    def bundles(self, north: Node, south: Node) -> tuple[bytes, bytes]:
        """Hand a matter over, each weighty act confirmed, and give the evidence of both sides."""
        matter = self.matter(north)
        ground = cases.consent(self.fed, north, matter, to=south.id, actor=self.first(north))
        fields = ground.ground.fields
        sent = north.offers.prepare(
            matter.id, to=south.id, fields=fields, ground=ground.id, actor=self.first(north)
        )
        actor = self.confirmed(north, self.second(north), AssertedAct.OFFER, sent.id)
        north.offers.release(sent.id, actor=actor)
        self.fed.settle()
        got = self.at(south, sent, north)
        self.open(south, got.id)
        actor = self.confirmed(south, self.first(south), AssertedAct.ACCEPTANCE, got.id)
        south.handovers.accept(got.id, responsible=RESPONSIBLE, plan="an aunt", actor=actor)
        self.fed.settle()
        actor = self.confirmed(north, self.first(north), AssertedAct.DEED, sent.id)
        north.offers.countersign(sent.id, actor=actor)
        self.fed.settle()
        return self.export(north, matter.id), self.export(south, got.matter)

    def export(self, node: Node, matter: MatterId) -> bytes:
        actor = self.confirmed(node, self.second(node), AssertedAct.EXPORT, matter)
        return node.evidence.export(matter, actor=actor)
