"""Says what discloses after a deed: under a ground that covers it now, whose token travels with it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from handover.application import departures, disclosures
from handover.application.facts import Actor, Handover
from handover.application.ports import UnitOfWork, Vault
from handover.application.registry import Registry
from handover.application.sealing import Saying, Sealer, new_id
from handover.domain.courses import LIVE
from handover.domain.errors import OutOfOrderError
from handover.domain.handover import Act
from handover.domain.ids import Digest
from handover.domain.record import schema
from handover.domain.sequence import TAKEN
from handover.protocol import strict
from handover.protocol.message import Message
from handover.protocol.strict import Json


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What is to be shown: an act with its body, what it answers, and the fields that it tells of.

    `actor` is who shows it (none: the node by itself); `record` the presentation of a record and `skeleton` its digest.
    """

    act: Act
    re: Digest
    body: Mapping[str, Json]
    fields: tuple[str, ...]
    actor: Actor | None = None
    record: bytes | None = None
    skeleton: Digest | None = None


class Showing:
    """Discloses after a deed, or in a round that moves nothing. It asks for mandates and ground; a desk, for rights."""

    def __init__(self, vault: Vault, registry: Registry, sealer: Sealer) -> None:
        self._vault = vault
        self._registry = registry
        self._sealer = sealer

    def say(self, work: UnitOfWork, handover: Handover, shown: Shown) -> Saying:
        """Give what says it, with the token of a ground that covers the other side, the purpose and each field now.

        Raises:
            OutOfOrderError: no deed was given in the round, or it is over.
            GroundError: no ground covers it.
            RefusedError: one of the two is suspended, or has no mandate for the purpose any more.
            NotFoundError: the registry does not name one of them.
        """
        if handover.state not in TAKEN | LIVE:
            raise OutOfOrderError("no deed was given in this round")
        departures.require_standing(self._registry, self._vault.node, handover, work.now)
        fields = schema(handover.schema).in_order(shown.fields)
        token, kept = disclosures.token_for(work, self._vault, handover, fields, jti=new_id(work.now))
        content = Message(
            nonce=secrets.token_bytes(32), record=shown.record, consent=token, body=dict(shown.body)
        )
        actor = shown.actor
        return Saying(
            act=shown.act,
            re=shown.re,
            content=content,
            by=None if actor is None else self._sealer.by(handover, actor.officer, actor),
            record=shown.skeleton,
            consent=strict.digest(token),
            fields=fields,
            ground=kept.id,
        )

    def talk(self, work: UnitOfWork, handover: Handover, shown: Shown) -> Saying:
        """Give what asks or answers in a round that moves nothing; without fields it tells of nobody.

        Raises:
            OutOfOrderError: the round has ended.
            GroundError: no ground covers what it tells of.
        """
        if shown.fields:
            return self.say(work, handover, shown)
        if handover.state not in LIVE:
            raise OutOfOrderError
        by = None if shown.actor is None else self._sealer.by(handover, shown.actor.officer, shown.actor)
        return Saying(act=shown.act, re=shown.re, body=shown.body, by=by)

    def covered(self, work: UnitOfWork, handover: Handover) -> tuple[str, ...]:
        """Give the fields of which this office may tell the other side of a round now, in order."""
        of = schema(handover.schema)
        return of.in_order(
            field
            for kept in work.grounds.of_matter(handover.matter)
            if kept.ground.schema == of.name and kept.ground.in_force(work.now)
            if handover.peer in kept.ground.recipients and handover.purpose in kept.ground.purposes
            for field in kept.ground.fields
        )

    def show(self, work: UnitOfWork, handover: Handover, shown: Shown) -> Digest:
        """Say it; give the digest of its envelope. Raises as `say`."""
        handover = work.handovers.get(handover.id)
        said = self._sealer.say(work, handover, self.say(work, handover, shown))
        work.handovers.change(handover, said)
        if said.last is None:
            raise OutOfOrderError
        return said.last
