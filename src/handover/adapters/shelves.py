"""Matters and rounds in the database."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Row, select, tuple_

from handover.adapters import round_queries, shredding, tables
from handover.adapters.statements import among, given
from handover.adapters.unit import Unit, Values
from handover.adapters.worklist_tables import UNFINISHED
from handover.application.facts import Handover, Matter, changed
from handover.domain.consent import Purpose
from handover.domain.errors import NotFoundError
from handover.domain.handover import OPEN_OFFER, Claim, Course, Role, State
from handover.domain.ids import UUID7, Digest, HandoverId, MatterId, NodeId, PairId, RoundId
from handover.domain.record import MatterKind, schema
from handover.protocol import strict

_matters, _rounds = tables.matter, tables.handover
_MATTER: Final = select(_matters).where(given(_matters.c.id, "id"))
_MATTERS: Final = select(_matters).where(among(_matters.c.id, "ids"))
_ROUND: Final = select(_rounds).where(given(_rounds.c.id, "id"))
_ROUNDS: Final = select(_rounds).where(among(_rounds.c.id, "ids"))
_ROUNDS_WITH: Final = select(_rounds).where(given(_rounds.c.peer, "peer"), among(_rounds.c.round, "rounds"))
_PAIRS: Final = select(_rounds.c.id, _rounds.c.pair).where(among(_rounds.c.id, "ids"))
# Without the peer: SQLite would go by an index that begins with it, and read every round with that peer.
_MATTERS_OF_PAIRS: Final = (
    select(_rounds.c.pair, _rounds.c.peer, _rounds.c.matter).where(among(_rounds.c.pair, "pairs")).distinct()
)


def fields_to_text(schema_name: str, fields: tuple[str, ...]) -> str:
    """Give field names as the base64url bitmap over their schema."""
    return strict.b64(schema(schema_name).bitmap(fields))


def fields_from_text(schema_name: str, text: str) -> tuple[str, ...]:
    """Give the field names of a bitmap."""
    return schema(schema_name).paths(strict.unb64(text))


class MatterShelf:
    """Matters, by id; those of this transaction are remembered as they stand."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._seen: dict[MatterId, Matter] = {}
        self._pairs: dict[tuple[NodeId, PairId], MatterId | None] = {}

    def load(self, matters: Sequence[MatterId]) -> None:
        """Read *matters* and their data keys at once (an optimisation for batches)."""
        for row in self._unit.rows(_MATTERS, {"ids": matters}):
            self._seen.setdefault(MatterId.known(row.id), _matter(row))
        self._unit.preload_keys(matters)

    def get(self, matter: MatterId) -> Matter:
        """Give the matter; raises NotFoundError."""
        if matter not in self._seen:
            rows = self._unit.peek(_MATTER, {"id": matter})
            if not rows:
                raise NotFoundError
            self._seen[matter] = _matter(rows[0])
        return self._seen[matter]

    def add(self, matter: Matter) -> None:
        """Keep a new matter."""
        self._seen[matter.id] = matter
        self._unit.insert(tables.matter, _matter_row(matter))

    def change(self, old: Matter, new: Matter) -> None:
        """Write *new* if the claim is still that of *old*."""
        self._seen[new.id] = new
        self._unit.change(tables.matter, _matter_row(new), guard={"claim": old.claim, "epoch": old.epoch})

    def find_pairs(self, peer: NodeId, pairs: Sequence[PairId]) -> None:
        """Read at once which matters go by *pairs* between this node and *peer*."""
        self._pairs |= {(peer, pair): self._pairs.get((peer, pair)) for pair in pairs}
        for row in self._unit.peek(_MATTERS_OF_PAIRS, {"pairs": pairs}):
            if row.peer == peer:
                self._pairs[peer, PairId.known(row.pair)] = MatterId.known(row.matter)

    def of_pair(self, peer: NodeId, pair: PairId) -> MatterId | None:
        """Give the matter that goes by *pair* between this node and *peer*."""
        if (peer, pair) not in self._pairs:
            self._unit.flush()
            self.find_pairs(peer, [pair])
        return self._pairs[peer, pair]

    def bind(self, peer: NodeId, pair: PairId, matter: MatterId) -> None:
        """Remember, for this transaction, that *matter* goes by *pair* with *peer*."""
        self._pairs[peer, pair] = matter

    def of_deed(self, deeds: Sequence[Digest]) -> MatterId | None:
        """Give the matter that this node once handed over by one of *deeds*."""
        rounds = tables.handover
        rows = (
            self._unit.rows(select(rounds.c.matter).where(rounds.c.deed.in_(deeds)).limit(1)) if deeds else ()
        )
        return MatterId(rows[0].matter) if rows else None

    def page(self, *, after: str, limit: int, reference: str | None = None) -> list[Matter]:
        """Give matters in order of their id, from behind *after*."""
        query = select(tables.matter).where(tables.matter.c.id > after)
        if reference is not None:
            query = query.where(tables.matter.c.reference == reference)
        return [_matter(row) for row in self._unit.rows(query.order_by(tables.matter.c.id).limit(limit))]

    def newest(self, *, before: str | None, limit: int) -> list[Matter]:
        """Give matters, the newest first, from before *before*."""
        query = select(tables.matter)
        if before is not None:
            query = query.where(tables.matter.c.id < before)
        return [
            _matter(row) for row in self._unit.rows(query.order_by(tables.matter.c.id.desc()).limit(limit))
        ]

    def expect_new(self, owner: str) -> None:
        """Take it that *owner* has no data key yet, without looking (an optimisation for batches)."""
        self._unit.expect_no_keys([owner])

    def erase(self, owner: str) -> None:
        """Destroy the data key of *owner*, and the payloads and lines of the register under it."""
        shredding.owner(self._unit, owner)

    def adopted(self, round_: HandoverId) -> None:
        """Remove the data key of a round whose record has become the matter's own."""
        shredding.adopted(self._unit, round_)

    def erase_matter(self, matter: MatterId, rounds: Sequence[HandoverId]) -> None:
        """Destroy every data key of *matter* and of its *rounds*, all values under them, and notices about them."""
        shredding.matter(self._unit, matter, rounds)


def _matter_row(matter: Matter) -> dict[str, Any]:
    return {**vars(matter), "chain": " ".join(matter.chain)}


def _matter(row: Row[Any]) -> Matter:
    return Matter(
        id=MatterId.known(row.id),
        kind=MatterKind(row.kind),
        claim=Claim(row.claim),
        holder=NodeId.known(row.holder),
        created_at=row.created_at,
        reference=row.reference,
        relieving_for=row.relieving_for and HandoverId.known(row.relieving_for),
        epoch=row.epoch,
        chain=tuple(Digest.known(text) for text in row.chain.split()),
    )


class HandoverShelf:
    """Rounds; those of this transaction are remembered as they stand."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._seen: dict[HandoverId, Handover] = {}
        self._by_round: dict[tuple[NodeId, RoundId], HandoverId | None] = {}

    def load(self, handovers: Sequence[HandoverId]) -> list[Handover]:
        """Give *handovers*, read at once; raises NotFoundError."""
        for row in self._unit.rows(_ROUNDS, {"ids": handovers}):
            if HandoverId.known(row.id) not in self._seen:
                self._remember(_handover(row))
        self._unit.preload_keys(handovers)
        return [self.get(each) for each in handovers]

    def pairs(self, handovers: Sequence[HandoverId]) -> dict[HandoverId, PairId]:
        """Give the pseudonyms under which the matters of these rounds go."""
        rows = self._unit.rows(_PAIRS, {"ids": handovers})
        return {HandoverId.known(row.id): PairId.known(row.pair) for row in rows}

    def get(self, handover: HandoverId) -> Handover:
        """Give the round; raises NotFoundError."""
        if handover not in self._seen:
            rows = self._unit.peek(_ROUND, {"id": handover})
            if not rows:
                raise NotFoundError
            self._remember(_handover(rows[0]))
        return self._seen[handover]

    def find(self, peer: NodeId, rounds: Sequence[RoundId]) -> dict[RoundId, Handover]:
        """Give those of *rounds* that are known with *peer*."""
        missing = [round_ for round_ in rounds if (peer, round_) not in self._by_round]
        if missing:
            self._by_round |= dict.fromkeys(((peer, round_) for round_ in missing), None)
            for row in self._unit.peek(_ROUNDS_WITH, {"peer": peer, "rounds": missing}):
                self._remember(_handover(row))
        ids = {round_: self._by_round.get((peer, round_)) for round_ in rounds}
        return {round_: self._seen[id_] for round_, id_ in ids.items() if id_ is not None}

    def add(self, handover: Handover) -> None:
        """Keep a new round."""
        self._remember(handover)
        self._unit.expect_no_keys([handover.id])
        self._unit.insert(tables.handover, _handover_row(handover))

    def change(self, old: Handover, new: Handover) -> None:
        """Write *new* if the state is still that of *old*."""
        new = changed(new, updated_at=self._unit.now)
        self._remember(new)
        self._unit.change(tables.handover, _handover_row(new), guard={"state": old.state, "seq": old.seq})

    def of_matter(self, matter: MatterId) -> list[Handover]:
        """Give the rounds of *matter*, oldest first."""
        return self._list(round_queries.OF_MATTER, {"matter": matter})

    def resting_on(self, ground: UUID7) -> list[Handover]:
        """Give the open offers and referrals that rest on *ground*, and what is prepared on it."""
        table = tables.handover
        states = [*OPEN_OFFER, State.PREPARED, State.REFERRED]
        return self._list(select(table).where(table.c.ground == ground, table.c.state.in_(states)))

    def overdue(self, now: int, limit: int) -> list[Handover]:
        """Give open offers and referrals whose deadline has passed, but for those that a restore has made uncertain."""
        return self._list(round_queries.OVERDUE, {"now": now, "limit": limit})

    def page(
        self,
        *,
        after: str,
        limit: int,
        role: str | None = None,
        state: str | None = None,
        course: Course = Course.HANDOVER,
    ) -> list[Handover]:
        """Give rounds of one course in order of their id, from behind *after*."""
        given = {"after": after, "limit": limit, "course": course}
        wanted = {name: value for name, value in (("role", role), ("state", state)) if value is not None}
        query = round_queries.page(role=role is not None, state=state is not None)
        return self._list(query, given | wanted)

    def standing(self, state: State, limit: int, *, before: int) -> list[Handover]:
        """Give rounds that stand in *state*, one of RETAINED and ENDING, since *before*, the oldest first."""
        return self._list(round_queries.STANDING, {"state": state, "before": before, "limit": limit})

    def matters_of(self, streams: Collection[str]) -> dict[str, MatterId]:
        """Give, for each of *streams* of the log that is a matter's or a pair's pseudonym, the matter."""
        named = select(_rounds.c.pair, _rounds.c.matter).where(_rounds.c.pair.in_(streams)).distinct()
        own = self._unit.rows(select(_matters.c.id).where(_matters.c.id.in_(streams)))
        found = {row.pair: MatterId.known(row.matter) for row in self._unit.rows(named)}
        return found | {row.id: MatterId.known(row.id) for row in own}

    def unfinished(self, *, after: tuple[int, str], limit: int) -> list[Handover]:
        """Give rounds in which somebody still has to do something, by deadline, from behind *after*."""
        place = (_rounds.c.deadline, _rounds.c.id)
        query = select(_rounds).where(UNFINISHED, tuple_(*place) > tuple_(*after))
        return self._list(query.order_by(*place).limit(limit))

    def _list(self, query: Any, given: Values | None = None) -> list[Handover]:
        found = [_handover(row) for row in self._unit.rows(query, given)]
        for handover in found:
            self._remember(handover)
        return found

    def _remember(self, handover: Handover) -> None:
        self._seen[handover.id] = handover
        self._by_round[handover.peer, handover.round] = handover.id


def _handover_row(handover: Handover) -> dict[str, Any]:
    return {**vars(handover), "fields": fields_to_text(handover.schema, handover.fields)}


_DIGESTS = ("last", "offer", "acceptance", "deed", "closing", "receipt", "question")


def _handover(row: Row[Any]) -> Handover:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    values |= {
        "id": HandoverId.known(row.id),
        "matter": MatterId.known(row.matter),
        "kind": MatterKind(row.kind),
        "role": Role(row.role),
        "peer": NodeId.known(row.peer),
        "round": RoundId.known(row.round),
        "pair": PairId.known(row.pair),
        "state": State(row.state),
        "course": Course(row.course),
        "purpose": Purpose(row.purpose),
        "fields": fields_from_text(row.schema, row.fields),
        "ground": row.ground and UUID7.known(row.ground),
    }
    values |= {name: values[name] and Digest.known(values[name]) for name in _DIGESTS}
    return Handover(**values)
