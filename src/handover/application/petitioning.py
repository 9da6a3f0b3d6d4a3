"""A person's request on its way through the chain: asked of each peer once, answered by each holder for itself.

An answer goes back to every peer that asked, and so does each that comes from behind: one per holder reaches the
node where the request was filed. Nothing here is an officer's act; `petitions` is their desk, `letterbox` the public's.
"""

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Final

from handover.application import demands, notices
from handover.application.facts import Actor, Handover
from handover.application.intake import Received
from handover.application.petition import Came, KeptAnswer, KeptPetition, Told, Way, Words
from handover.application.ports import UnitOfWork, Vault
from handover.application.sealing import Saying, Sealer
from handover.application.unopened import MismatchError
from handover.domain.continuity import DEMANDS, ComplaintOutcome, PetitionKind
from handover.domain.courses import Course
from handover.domain.errors import HandoverError
from handover.domain.handover import Act
from handover.domain.ids import UUID7, Digest, MatterId, NodeId
from handover.domain.lifecycle import LOCAL
from handover.domain.sequence import TAKEN
from handover.protocol import strict
from handover.protocol.bodies import MOST_DISCLOSURES
from handover.protocol.entry import EntryKind
from handover.protocol.message import Message
from handover.protocol.strict import Json

ASKING: Final = {PetitionKind.ACCESS: Act.ACCESS_WANTED, PetitionKind.COMPLAINT: Act.COMPLAINT}
_ANSWERING: Final = {PetitionKind.ACCESS: Act.ACCESS_ANSWER, PetitionKind.COMPLAINT: Act.COMPLAINT_ANSWER}
ASKED: Final = {act: kind for kind, act in ASKING.items()}
ANSWERED: Final = frozenset(_ANSWERING.values())
TERM: Final = {kind: DEMANDS[act].term for kind, act in ASKING.items()}


class Petitioning:
    """Carries requests and their answers, within one transaction each."""

    def __init__(self, vault: Vault, sealer: Sealer) -> None:
        self._vault = vault
        self._sealer = sealer

    def file(self, work: UnitOfWork, petition: KeptPetition, words: Words) -> None:
        """Keep a request that was made at this node, and log that it was."""
        work.petitions.add(petition, words)
        self.log(work, petition.matter, f"petition {petition.id}")

    def log(self, work: UnitOfWork, matter: MatterId, what: str) -> None:
        """Log that something was done: a digest that nobody can guess, and nobody can take out."""
        mark = strict.digest(self._vault.pseudonym(matter, what).encode())
        work.log.append(EntryKind.DECIDED, stream=matter, object_=mark, now=work.now)

    def spread(self, work: UnitOfWork, petition: KeptPetition, *, actor: Actor | None = None) -> None:
        """Ask every peer that holds something of the matter, and which this request has not met yet.

        That is with which a deed was given, or which it was referred to, or by which; also where that has ended.
        """
        met = {way.peer for way in work.petitions.ways(petition.id)}
        for handover in reversed(work.handovers.of_matter(petition.matter)):
            if handover.peer in met or _about(handover) is None:
                continue
            try:
                self._ask(work, handover, petition, actor)
            except HandoverError:
                continue  # the registry does not name it now; the worker tries again
            met.add(handover.peer)

    def _ask(self, work: UnitOfWork, handover: Handover, petition: KeptPetition, actor: Actor | None) -> None:
        body: dict[str, Json] = {"request": petition.id, "language": petition.language, "text": ""}
        if petition.kind is PetitionKind.COMPLAINT:
            body |= {"about": petition.about, "text": work.petitions.words(petition).text}
        saying = Saying(
            act=ASKING[petition.kind],
            re=_about(handover),
            body=body,
            by=None if actor is None else self._sealer.by(handover, actor.officer, actor),
        )
        digest = demands.ask(work, self._sealer, handover, saying)
        self._go(work, petition.id, handover, digest, incoming=False)

    def require(self, work: UnitOfWork, handover: Handover, received: Received) -> None:
        """Do nothing if what a peer says fits the request that it names.

        Raises:
            MismatchError: the request is of another case, or nothing was asked by what this answers.
        """
        act, body = received.envelope.act, _said(received).body
        if act in ASKED:
            known = work.petitions.find(UUID7(str(body["request"])))
            fits = (handover.matter, ASKED[act], True)
            if known is not None and (known.matter, known.kind, known.travels) != fits:
                raise MismatchError("the request is of another case, or another one")
            return
        re = received.envelope.re
        way = None if re is None else work.petitions.way(re)
        if way is None or way.incoming or way.handover != handover.id:
            raise MismatchError("nothing was asked by what this answers")

    def asked(self, work: UnitOfWork, handover: Handover, received: Received) -> None:
        """Take what a peer asks: pass it on, once, and answer it as far as that needs no officer."""
        kind, digest, said = ASKED[received.envelope.act], received.digest, _said(received)
        id_ = UUID7(str(said.body["request"]))
        known = work.petitions.find(id_)
        self._go(work, id_, handover, digest, incoming=True)
        if known is None:
            known = self._came(work, handover, kind, id_, said)
            self.spread(work, known)
        if kind is PetitionKind.ACCESS and known.answered_at is None:
            self.answer(work, known, self.register(work, known))
            return
        for answer in work.petitions.answers(known):
            self._back(work, known, answer, only=digest)

    def _came(
        self, work: UnitOfWork, handover: Handover, kind: PetitionKind, id_: UUID7, said: Message
    ) -> KeptPetition:
        about = said.body.get("about")
        petition = KeptPetition(
            id=id_,
            matter=handover.matter,
            kind=kind,
            came=Came.PEER,
            about=None if about is None else NodeId(str(about)),
            language=str(said.body["language"]),
            filed_at=work.now,
            due=work.now + TERM[kind],
            confirmed_at=work.now,
        )
        work.petitions.add(petition, Words(text=str(said.body["text"])))
        return petition

    def register(self, work: UnitOfWork, petition: KeptPetition) -> KeptAnswer:
        """Give this node's answer to who received what: recipients, times and fields, and no value."""
        found: dict[tuple[object, ...], Told] = {}
        for each in work.disclosures.of_matter(petition.matter):
            if each.incoming:
                continue
            told = Told(
                to=each.peer,
                at=each.at,
                purpose=each.purpose.value,
                basis=each.basis.value,
                fields=each.fields,
                erased=each.erased_at is not None,
            )
            found[told.to, told.purpose, told.basis, told.fields, told.erased] = told
        newest = sorted(found.values(), key=lambda told: (told.at, told.to))[-MOST_DISCLOSURES:]
        return self.own(petition, work.now, told=tuple(newest))

    def own(
        self,
        petition: KeptPetition,
        now: int,
        *,
        outcome: ComplaintOutcome | None = None,
        text: str = "",
        told: tuple[Told, ...] = (),
    ) -> KeptAnswer:
        """Give an answer of this node."""
        return KeptAnswer(
            petition=petition.id,
            holder=self._vault.node,
            at=now,
            outcome=outcome,
            envelope=None,
            text=text,
            told=told,
        )

    def answer(
        self, work: UnitOfWork, petition: KeptPetition, answer: KeptAnswer, *, actor: Actor | None = None
    ) -> None:
        """Keep this node's own answer, log it, and say it to whoever asked."""
        work.petitions.answer(petition, answer)
        work.petitions.change(petition, replace(petition, answered_at=work.now))
        self.log(work, petition.matter, f"answer {petition.id}")
        self._back(work, petition, answer, actor=actor)

    def answered(self, work: UnitOfWork, handover: Handover, received: Received) -> None:
        """Keep a holder's answer that a peer brings, and pass it on to whoever asked this node."""
        envelope, said = received.envelope, _said(received)
        way = None if envelope.re is None else work.petitions.way(envelope.re)
        if way is None:
            return
        petition = work.petitions.get(way.petition)
        holder = NodeId(str(said.body["holder"]))
        known = {each.holder for each in work.petitions.answers(petition)}
        if holder in known or holder == self._vault.node:
            return
        answer = KeptAnswer(
            petition=petition.id,
            holder=holder,
            at=work.now,
            outcome=None if envelope.reason is None else ComplaintOutcome(envelope.reason),
            envelope=received.digest,
            text=str(said.body["text"]),
            told=tuple(_told(said.body.get("disclosures", []))),
        )
        work.petitions.answer(petition, answer)
        notices.petition(work, f"{petition.id} {holder}")
        self._back(work, petition, answer, brought_by=handover.peer)

    def _back(
        self,
        work: UnitOfWork,
        petition: KeptPetition,
        answer: KeptAnswer,
        *,
        actor: Actor | None = None,
        brought_by: NodeId | None = None,
        only: Digest | None = None,
    ) -> None:
        """Say an answer to every peer that asked, but not to whose it is, nor to who brought it."""
        for way in work.petitions.ways(petition.id):
            if not way.incoming or way.peer in (answer.holder, brought_by):
                continue
            if only is None or way.envelope == only:
                self._say(work, petition, answer, way, actor)

    def _say(
        self, work: UnitOfWork, petition: KeptPetition, answer: KeptAnswer, way: Way, actor: Actor | None
    ) -> None:
        handover = work.handovers.get(way.handover)
        body: dict[str, Json] = {"holder": answer.holder, "text": answer.text}
        if petition.kind is PetitionKind.ACCESS:
            body["disclosures"] = [{**asdict(each), "fields": list(each.fields)} for each in answer.told]
        saying = Saying(
            act=_ANSWERING[petition.kind],
            re=way.envelope,
            reason=None if answer.outcome is None else answer.outcome.value,
            body=body,
            by=None if actor is None else self._sealer.by(handover, actor.officer, actor),
        )
        demand = work.demands.get(way.envelope)
        if answer.holder == self._vault.node and demand.open:
            demands.answer(work, self._sealer, demand, saying)
        else:
            work.handovers.change(handover, self._sealer.say(work, handover, saying))

    def _go(
        self, work: UnitOfWork, petition: UUID7, handover: Handover, digest: Digest, *, incoming: bool
    ) -> None:
        way = Way(
            envelope=digest, petition=petition, handover=handover.id, peer=handover.peer, incoming=incoming
        )
        work.petitions.go(way)


def _about(handover: Handover) -> Digest | None:
    """Give what a request in a round names: the deed, or the referral once it was made."""
    if handover.course is Course.REFERRAL:
        return None if handover.state in LOCAL else handover.offer
    return handover.deed if handover.state in TAKEN else None


def _said(received: Received) -> Message:
    """Give what was said; these acts have a payload, as was checked before."""
    if received.content is None:
        raise MismatchError("nothing was said")
    return received.content


def _told(disclosures: Json) -> Iterable[Told]:
    for each in disclosures if isinstance(disclosures, list) else []:
        to, at, purpose, basis, fields, erased = strict.members(
            each, "to", "at", "purpose", "basis", "fields", "erased"
        )
        yield Told(
            to=NodeId(str(to)),
            at=strict.integer(at),
            purpose=str(purpose),
            basis=str(basis),
            fields=tuple(str(field) for field in strict.array(fields, 512)),
            erased=bool(erased),
        )
