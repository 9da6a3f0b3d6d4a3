"""Hits: a candidate is released, and a contact begins; or it is rejected, and the pair is remembered."""

from enum import StrEnum
from typing import Final

from handover.application.candidates import Candidates
from handover.application.facts import Actor, Handover
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.registry import Registry
from handover.application.rounds import Cause, Rounds
from handover.application.sealing import Saying, Sealer, new_id, new_token
from handover.application.traced import KeptCandidate
from handover.domain.consent import Purpose
from handover.domain.errors import HandoverError
from handover.domain.handover import Act, Course, Order, Role, State
from handover.domain.ids import UUID7, HandoverId, PairId, RoundId
from handover.domain.searching import CandidateDecidedError, CandidateState
from handover.domain.tracing import TRACING
from handover.protocol import strict
from handover.protocol.committed_index import Opening, Statement
from handover.protocol.entry import EntryKind
from handover.protocol.tracing_hit import LONGEST_CONTACT, Hit

RELATIVE: Final = "possible"
"""The band that is told of a possible relative: it is not the person who is sought."""


class Rejection(StrEnum):
    """Why a candidate is not released. It stays in this office."""

    OTHER_PERSON = "other-person"
    FAMILY_KNOWN = "family-known"
    DANGER = "danger"
    AGAINST_WISHES = "against-wishes"
    RECORD_WRONG = "record-wrong"


class Released:
    """Makes the contact of a released candidate, in the caller's transaction."""

    def __init__(self, vault: Vault, registry: Registry, sealer: Sealer, rounds: Rounds) -> None:
        self._vault = vault
        self._registry = registry
        self._sealer = sealer
        self._rounds = rounds

    def begin(self, work: UnitOfWork, kept: KeptCandidate, hit: Hit, *, actor: Actor | None) -> Handover:
        """Give the contact that says *hit*; without an *actor* the node says it by its policy.

        Raises:
            NotResponsibleError: another node is responsible for the record now.
            RefusedError: the asking node has no mandate for tracing any more.
        """
        matter = work.matters.get(kept.matter)
        self._registry.recipient(kept.asker, Purpose.FAMILY_TRACING, TRACING.name, now=work.now)
        officer = None if actor is None else actor.officer
        contact = Handover(
            id=HandoverId(new_id(work.now)),
            matter=kept.matter,
            kind=matter.kind,
            course=Course.CONTACT,
            role=Role.SENDER,
            peer=kept.asker,
            round=RoundId(new_token()),
            pair=PairId(new_token()),
            epoch=matter.epoch + 1,
            state=State.PREPARED,
            deadline=0,
            purpose=Purpose.FAMILY_TRACING,
            schema=TRACING.name,
            fields=(),
            created_at=work.now,
            updated_at=work.now,
            prepared_by=officer,
            released_by=officer,
        )
        work.handovers.add(contact)
        by = None if actor is None else self._sealer.by(contact, actor.officer, actor)
        saying = Saying(act=Act.HIT, body=hit.to_json(), by=by)
        return self._rounds.move(work, contact, Cause(event=Order.RELEASE, by=by, saying=saying))

    def log(self, work: UnitOfWork, kept: KeptCandidate, reason: str) -> None:
        """Enter in the log why a candidate was rejected: a digest that nobody can guess."""
        mark = self._vault.pseudonym(kept.matter, f"candidate {kept.id} rejected {reason}")
        object_ = strict.digest(mark.encode())
        work.log.append(EntryKind.DECIDED, stream=kept.matter, object_=object_, now=work.now)

    def reach(self, now: int) -> str:
        """Give how this office is reached, as the registry has it: nothing of a person."""
        entry = self._registry.current(now).entries[self._vault.node]
        told = (entry.name("en"), entry.liaison.hours, ", ".join(entry.liaison.languages))
        return " / ".join(each for each in told if each)[:LONGEST_CONTACT]


class Hits:
    """Releases candidates and rejects them; an officer does, or the node's policy for what is nearly sure."""

    def __init__(self, database: Database, candidates: Candidates, released: Released) -> None:
        self._database = database
        self._candidates = candidates
        self._released = released

    def release(self, candidate: UUID7, *, actor: Actor) -> Handover:
        """Let the asking node know how alike two records are, and how this office is reached; give the contact.

        Raises:
            CandidateDecidedError: it was decided on, its question was taken back, or its record may not be found now.
            NotFoundError: what shows that the record was in the index is not signed yet, or erased.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            return self._release(work, work.tracing.heard.candidate(candidate), actor)

    def tick(self) -> int:
        """Release by itself what is strong, for a node whose policy it is; give how many."""
        with self._database.reading() as work:
            found = work.tracing.heard.candidates(CandidateState.WAITING, bands=("strong",), limit=_AT_ONCE)
        done = 0
        for each in found:
            if each.relative:
                continue  # not the person who is sought: that is for an officer to say
            try:
                with self._database.begin() as work:
                    self._release(work, work.tracing.heard.candidate(each.id), None)
            except HandoverError:
                continue  # its proof is not signed yet, or an officer was first; officers see it all the same
            done += 1
        return done

    def _release(self, work: UnitOfWork, kept: KeptCandidate, actor: Actor | None) -> Handover:
        if kept.state is not CandidateState.WAITING or not self._candidates.findable(work, kept):
            raise CandidateDecidedError
        contact = self._released.begin(work, kept, self._hit(work, kept), actor=actor)
        officer = None if actor is None else actor.officer
        self._candidates.mark(work, kept, CandidateState.RELEASED, handover=contact.id, by=officer)
        return contact

    def _hit(self, work: UnitOfWork, kept: KeptCandidate) -> Hit:
        """No field of anybody: how alike, how this office is reached, and that the record was in the index before."""
        shown = self._candidates.opening(work, kept)
        return Hit(
            band=RELATIVE if kept.relative else kept.band,
            contact=self._released.reach(work.now),
            pair=self._candidates.pair_tag(kept),
            question=kept.question,
            statement=Statement.decode(str(shown["statement"]).encode()),
            opening=Opening.decode(strict.unb64(str(shown["opening"]))),
        )

    def reject(self, candidate: UUID7, reason: Rejection, *, actor: Actor) -> KeptCandidate:
        """Say that it is somebody else, or must not be told: nothing is said, and the pair never comes again.

        Raises:
            CandidateDecidedError: it was decided on.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            kept = work.tracing.heard.candidate(candidate)
            if kept.state is not CandidateState.WAITING:
                raise CandidateDecidedError
            self._released.log(work, kept, reason.value)
            return self._candidates.reject(work, kept, by=actor.officer)


_AT_ONCE: Final = 100
