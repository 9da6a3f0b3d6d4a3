"""The desk for decisions and recommendations for a child: the register, and what authorities ask and tell of it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from handover.application import demands, disclosures
from handover.application.continuity import KeptDemand
from handover.application.decided import Decided, KeptDecision
from handover.application.demands import AnsweredError
from handover.application.facts import Actor, Handover
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.readings import require_stated
from handover.application.sealing import Saying, Sealer, new_id
from handover.application.telling import EVERY, Telling, fields_of, kinds_of
from handover.domain.consent import GroundError
from handover.domain.continuity import DecisionKind
from handover.domain.errors import NotFoundError, OutOfOrderError, RefusedError
from handover.domain.handover import Act, Claim, NotResponsibleError
from handover.domain.ids import UUID7, Digest, HandoverId, MatterId
from handover.domain.record import MatterKind
from handover.domain.sequence import TAKEN
from handover.protocol import bodies, message, strict
from handover.protocol.entry import EntryKind
from handover.protocol.message import Message
from handover.protocol.strict import Json


class NoDecisionsError(RefusedError):
    """There are decisions for a child, not for a tracing request."""

    name = "no-decisions"
    title = "Decisions are recorded for a child, not for a tracing request."
    advice = "Record it in the child's own case."


@dataclass(frozen=True, kw_only=True)
class Question:
    """What one authority asks another, and the words of the answer, if one was given and is still kept.

    Of a question whose words were erased only that it was asked is known: no text, and every kind. Where this office is
    asked, `found` are its own decisions of these kinds, `covered` those that may be told now.
    """

    demand: KeptDemand
    kinds: tuple[DecisionKind, ...]
    text: str
    found: tuple[KeptDecision, ...]
    covered: frozenset[UUID7]
    answer: str | None


class Decisions:
    """Records, reads, tells, asks and answers."""

    def __init__(self, database: Database, vault: Vault, sealer: Sealer, telling: Telling) -> None:
        self._database = database
        self._vault = vault
        self._sealer = sealer
        self._telling = telling

    def record(self, matter: MatterId, decided: Decided, *, actor: Actor) -> KeptDecision:
        """Keep a decision that was taken, or a recommendation that was made, while this office is responsible.

        Raises:
            NotResponsibleError: another node is responsible for the matter.
            NoDecisionsError: the matter is a tracing request.
            MalformedError: kind, date, authority or outcome is missing; the detail names it.
        """
        require(actor, Right.WRITE_CASE)
        bodies.check_body(Act.DECISION, {"decisions": [decided.body], "text": ""})
        with self._database.begin() as work:
            found = work.matters.get(matter)
            if found.kind is not MatterKind.GUARDIANSHIP:
                raise NoDecisionsError
            if found.claim not in (Claim.HOLDER, Claim.RELIEVING):
                raise NotResponsibleError
            kept = KeptDecision(
                id=new_id(work.now),
                matter=matter,
                kind=decided.kind,
                at=work.now,
                owner=matter,
                recorded_by=actor.officer,
                decided=decided,
            )
            work.decisions.add(kept)
            self._log(work, EntryKind.DECIDED, kept)
            return kept

    def of_matter(self, matter: MatterId, *, actor: Actor) -> Sequence[KeptDecision]:
        """Give the register of a matter, oldest first, without what was decided."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            work.matters.get(matter)
            return work.decisions.of_matter(matter)

    def read(self, decision: UUID7, *, actor: Actor) -> KeptDecision:
        """Give a line of the register with what was decided; the reading is logged.

        Raises:
            NotFoundError: there is no such line, or it was erased.
            ReadingReasonError: the officer has not said today why.
        """
        require(actor, Right.READ_CASE)
        with self._database.begin() as work:
            kept = work.decisions.get(decision)
            require_stated(work, kept.matter, actor)
            self._log(work, EntryKind.DISCLOSED, kept)
            return kept

    def ask(
        self, handover: HandoverId, kinds: Sequence[DecisionKind], *, text: str, actor: Actor
    ) -> KeptDemand:
        """Ask the other side of a round what was decided there; no kinds ask for all.

        Raises:
            OutOfOrderError: no deed was given in the round.
            NoDecisionsError: it is about a tracing request.
            MalformedError: no words say why.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found = _taken(work, handover)
            saying = Saying(
                act=Act.DECISIONS_WANTED,
                re=found.deed,
                content=Message(
                    nonce=secrets.token_bytes(32),
                    body={"kinds": [each.value for each in sorted(set(kinds))], "text": text},
                ),
                by=self._sealer.by(found, actor.officer, actor),
            )
            return work.demands.get(demands.ask(work, self._sealer, found, saying))

    def tell(self, handover: HandoverId, told: Sequence[UUID7], *, text: str, actor: Actor) -> Digest:
        """Tell the other side of a round of own decisions, unasked; give the digest of the envelope.

        Raises:
            OutOfOrderError: no deed was given in the round, or nothing was named.
            GroundError: no ground covers the other side and what is told.
            NotFoundError: the matter has no such own decision, or it was erased.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found = _taken(work, handover)
            lines = _own(work, found.matter, told)
            if not lines or found.deed is None:
                raise OutOfOrderError("no decision is named")
            saying = self._telling.saying(work, found, lines, re=found.deed, text=text, actor=actor)
            said = self._sealer.say(work, found, saying)
            work.handovers.change(found, said)
            if said.last is None:
                raise OutOfOrderError
            return said.last

    def question(self, demand: Digest, *, actor: Actor) -> Question:
        """Give what one side asked, with the words of the answer and what there is to be told.

        Raises:
            NotFoundError: there is no such question.
            ReadingReasonError: the officer has not said today why.
        """
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            asked = _asked(work, demand)
            require_stated(work, asked.matter, actor)
            body = _body(work, demand)
            kinds = EVERY if body is None else kinds_of(body)
            found = tuple(work.decisions.own(asked.matter, kinds)) if asked.incoming else ()
            return Question(
                demand=asked,
                kinds=kinds,
                text="" if body is None else str(body["text"]),
                found=tuple(
                    each for each in work.decisions.of_matter(asked.matter) if each.id in _ids(found)
                ),
                covered=_covered(work, work.handovers.get(asked.handover), found),
                answer=_words(work, asked.answer),
            )

    def questions(self, matter: MatterId, *, actor: Actor) -> list[KeptDemand]:
        """Give what was asked about decisions in a matter, by either side, oldest first; nothing of it is opened."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            work.matters.get(matter)
            return [each for each in work.demands.of_matter(matter) if each.act is Act.DECISIONS_WANTED]

    def answer(self, demand: Digest, told: Sequence[UUID7], *, text: str, actor: Actor) -> KeptDemand:
        """Tell what is named of own decisions or, with nothing named, say why nothing is told.

        Raises:
            AnsweredError: it was answered.
            GroundError: no ground covers the other side and what is told.
            MalformedError: nothing is told, and no words say why.
            NotFoundError: the matter has no such own decision, or it was erased.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            asked = _asked(work, demand)
            if not asked.incoming or not asked.open:
                raise AnsweredError
            handover = work.handovers.get(asked.handover)
            lines = _own(work, asked.matter, told)
            if lines:
                saying = self._telling.saying(work, handover, lines, re=demand, text=text, actor=actor)
            else:
                saying = Saying(
                    act=Act.DECISION,
                    body={"decisions": [], "text": text},
                    by=self._sealer.by(handover, actor.officer, actor),
                )
            return demands.answer(work, self._sealer, asked, saying)

    def _log(self, work: UnitOfWork, kind: EntryKind, kept: KeptDecision) -> None:
        """The entry names the line through a keyed digest: nobody can guess the content from it."""
        mark = self._vault.pseudonym(kept.matter, f"decision {kept.id}")
        work.log.append(kind, stream=kept.matter, object_=strict.digest(mark.encode()), now=work.now)


def _taken(work: UnitOfWork, id_: HandoverId) -> Handover:
    handover = work.handovers.get(id_)
    if handover.kind is not MatterKind.GUARDIANSHIP:
        raise NoDecisionsError
    if handover.state not in TAKEN:
        raise OutOfOrderError("no deed was given in this round")
    return handover


def _asked(work: UnitOfWork, demand: Digest) -> KeptDemand:
    found = work.demands.get(demand)
    if found.act is not Act.DECISIONS_WANTED:
        raise NotFoundError
    return found


def _words(work: UnitOfWork, answer: Digest | None) -> str | None:
    body = None if answer is None else _body(work, answer)
    return None if body is None else str(body["text"])


def _body(work: UnitOfWork, said: Digest) -> dict[str, Json] | None:
    try:
        return message.decode_kept(work.envelopes.plaintext(said)).body
    except NotFoundError:
        return None


def _own(work: UnitOfWork, matter: MatterId, named: Sequence[UUID7]) -> list[KeptDecision]:
    """What was told by others is theirs to tell: only own decisions are."""
    found = [each for each in work.decisions.own(matter, tuple(DecisionKind)) if each.id in set(named)]
    if _ids(found) != set(named):
        raise NotFoundError
    return found


def _ids(found: Sequence[KeptDecision]) -> set[UUID7]:
    return {each.id for each in found}


def _covered(work: UnitOfWork, handover: Handover, found: Sequence[KeptDecision]) -> frozenset[UUID7]:
    covered = set()
    for each in found:
        try:
            disclosures.covering(work, handover, fields_of([each.kind]))
        except GroundError:
            continue
        covered.add(each.id)
    return frozenset(covered)
