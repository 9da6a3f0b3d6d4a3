"""Where officers take persons' requests: complaints, and the question who received what. Answers of all holders."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from handover.application.demands import AnsweredError
from handover.application.facts import Actor
from handover.application.permissions import Right, require
from handover.application.petition import Came, KeptAnswer, KeptCode, KeptPetition, Words
from handover.application.petitioning import TERM, Petitioning
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.readings import require_stated
from handover.application.sealing import new_id
from handover.domain import case_code
from handover.domain.continuity import ComplaintOutcome, PetitionKind
from handover.domain.errors import MalformedError, NotFoundError, OutOfOrderError
from handover.domain.ids import UUID7, MatterId, NodeId
from handover.protocol.bodies import LONGEST_LANGUAGE, LONGEST_NAME, LONGEST_TEXT

_AT_ONCE: Final = 200


class PetitionError(MalformedError):
    """A request names a language, and a complaint has words."""

    name = "request-incomplete"
    title = "The request lacks words or a language, or has too many words."
    advice = "Correct what the detail names."


class UnconfirmedError(OutOfOrderError):
    """Who received what is told to the person alone, or to whoever acts for them."""

    name = "identity-unconfirmed"
    title = "Nobody has confirmed yet who asks."
    advice = "Check who asks, as the guide says, and confirm it first."


@dataclass(frozen=True, kw_only=True)
class Holder:
    """One authority that holds, or held, something: its answer, or until when it has to give one.

    `due` is None where this node has not asked it: another did.
    """

    node: NodeId
    answer: KeptAnswer | None
    due: int | None


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A request with its words (None: erased) and all holders that this node knows of."""

    petition: KeptPetition
    words: Words | None
    holders: tuple[Holder, ...]

    def late(self, now: int) -> tuple[NodeId, ...]:
        """Give who should have answered by *now*."""
        due = ((each.node, each.due) for each in self.holders if each.answer is None)
        return tuple(node for node, at in due if at is not None and at < now)


@dataclass(frozen=True, kw_only=True)
class Filing:
    """What a person asks for at this office."""

    kind: PetitionKind
    language: str
    text: str = ""
    contact: str = ""
    about: NodeId | None = None

    def require(self) -> None:
        """Do nothing if it is complete; raises PetitionError."""
        if self.kind is PetitionKind.COMPLAINT and not self.text.strip():
            raise PetitionError("text")
        if len(self.text) > LONGEST_TEXT or len(self.contact) > LONGEST_NAME:
            raise PetitionError("text or contact is too long")
        if not self.language.strip() or len(self.language) > LONGEST_LANGUAGE:
            raise PetitionError("language")

    def petition(self, matter: MatterId, came: Came, now: int) -> KeptPetition:
        """Give what is kept of it."""
        return KeptPetition(
            id=new_id(now),
            matter=matter,
            kind=self.kind,
            came=came,
            about=self.about,
            language=self.language,
            filed_at=now,
            due=now + TERM[self.kind],
        )


class Petitions:
    """The desk."""

    def __init__(self, database: Database, vault: Vault, petitioning: Petitioning) -> None:
        self._database = database
        self._vault = vault
        self._petitioning = petitioning

    def new_code(self, matter: MatterId, *, actor: Actor) -> str:
        """Give a fresh case code for the person's letter: it is shown once, and the one before does not count any more.

        Raises:
            NotFoundError: there is no such matter.
        """
        require(actor, Right.WRITE_CASE)
        code = case_code.with_check(
            "".join(secrets.choice(case_code.ALPHABET) for _ in range(case_code.SECRET))
        )
        with self._database.begin() as work:
            work.matters.get(matter)
            mark = self._vault.mark("case-code", code)
            work.petitions.put_code(KeptCode(matter=matter, mark=mark, made_at=work.now))
            self._petitioning.log(work, matter, f"case code {work.now}")
        return case_code.spelled(code)

    def code(self, matter: MatterId, *, actor: Actor) -> KeptCode | None:
        """Give since when the matter has the code that counts, if it has one."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            work.matters.get(matter)
            return work.petitions.code(matter)

    def file(self, matter: MatterId, filing: Filing, *, actor: Actor) -> KeptPetition:
        """Write down what a person asks; a complaint goes to every holder at once.

        Raises:
            NotFoundError: there is no such matter.
            PetitionError: it is not complete.
        """
        require(actor, Right.WRITE_CASE)
        filing.require()
        with self._database.begin() as work:
            work.matters.get(matter)
            petition = filing.petition(matter, Came.OFFICER, work.now)
            if petition.kind is PetitionKind.COMPLAINT:
                petition = replace(petition, confirmed_at=work.now, confirmed_by=actor.officer)
            self._petitioning.file(work, petition, Words(text=filing.text, contact=filing.contact))
            if petition.travels:
                self._petitioning.spread(work, petition, actor=actor)
            return petition

    def confirm(self, petition: UUID7, *, actor: Actor) -> KeptPetition:
        """Confirm that whoever asks is the person, or acts for them: now it goes to every holder, and is answered.

        Raises:
            NotFoundError: there is no such request.
            OutOfOrderError: it was confirmed, or closed, before.
        """
        require(actor, Right.WRITE_CASE)
        with self._database.begin() as work:
            found = work.petitions.get(petition)
            if found.travels or found.answered_at is not None:
                raise OutOfOrderError("it was confirmed, or closed, before")
            due = work.now + TERM[found.kind]
            new = replace(found, confirmed_at=work.now, confirmed_by=actor.officer, due=due)
            work.petitions.change(found, new)
            self._petitioning.log(work, new.matter, f"confirm {petition}")
            self._petitioning.spread(work, new, actor=actor)
            if new.kind is PetitionKind.ACCESS:
                self._petitioning.answer(work, new, self._petitioning.register(work, new))
            return work.petitions.get(petition)

    def turn_away(self, petition: UUID7, *, actor: Actor) -> KeptPetition:
        """Close a request of somebody who is not the person and does not act for them: nothing is told.

        Raises:
            NotFoundError: there is no such request.
            OutOfOrderError: it was confirmed, or closed, before.
        """
        require(actor, Right.DECIDE)
        with self._database.begin() as work:
            found = work.petitions.get(petition)
            if found.travels or found.answered_at is not None:
                raise OutOfOrderError("it was confirmed, or closed, before")
            work.petitions.change(found, replace(found, answered_at=work.now))
            self._petitioning.log(work, found.matter, f"turn away {petition}")
            return work.petitions.get(petition)

    def answer(self, petition: UUID7, *, outcome: ComplaintOutcome, text: str, actor: Actor) -> KeptPetition:
        """Answer a complaint for this office; whoever passed it on gets the answer, too.

        Raises:
            NotFoundError: there is no such request.
            UnconfirmedError: it does not travel yet.
            AnsweredError: this office has answered it, or it is answered by itself.
            PetitionError: no words, or too many.
        """
        require(actor, Right.DECIDE)
        if not text.strip() or len(text) > LONGEST_TEXT:
            raise PetitionError("text")
        with self._database.begin() as work:
            found = work.petitions.get(petition)
            if found.kind is not PetitionKind.COMPLAINT or found.answered_at is not None:
                raise AnsweredError
            if not found.travels:
                raise UnconfirmedError
            own = self._petitioning.own(found, work.now, outcome=outcome, text=text)
            self._petitioning.answer(work, found, own, actor=actor)
            return work.petitions.get(petition)

    def of_matter(self, matter: MatterId, *, actor: Actor) -> Sequence[KeptPetition]:
        """Give the requests in a matter, oldest first.

        Raises:
            NotFoundError: there is no such matter.
        """
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            work.matters.get(matter)
            return work.petitions.of_matter(matter)

    def waiting(self, *, actor: Actor) -> Sequence[KeptPetition]:
        """Give what this office has still to confirm or to answer, the most urgent first."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            return work.petitions.waiting(_AT_ONCE)

    def get(self, petition: UUID7, *, actor: Actor) -> KeptPetition:
        """Give a request without what was said; raises NotFoundError."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            return work.petitions.get(petition)

    def look(self, petition: UUID7, *, actor: Actor) -> Seen:
        """Give a request with what was said, and each holder's answer.

        Raises:
            NotFoundError: there is no such request.
            ReadingReasonError: the officer has not said today why.
        """
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            found = work.petitions.get(petition)
            require_stated(work, found.matter, actor)
            try:
                words = work.petitions.words(found)
            except NotFoundError:
                words = None
            return Seen(petition=found, words=words, holders=self._holders(work, found))

    def _holders(self, work: UnitOfWork, petition: KeptPetition) -> tuple[Holder, ...]:
        answers = {each.holder: each for each in work.petitions.answers(petition)}
        asked: dict[NodeId, int | None] = {self._vault.node: petition.due}
        for way in work.petitions.ways(petition.id):
            if not way.incoming:
                demand = work.demands.find(way.envelope)  # none where it was signed anew
                asked[way.peer] = asked.get(way.peer) if demand is None else demand.due
        for answer in answers.values():
            for node in (answer.holder, *(told.to for told in answer.told)):
                asked.setdefault(node, None)
        return tuple(
            Holder(node=node, answer=answers.get(node), due=due) for node, due in sorted(asked.items())
        )
