"""Takes what a peer has returned after a restore: verifies it, keeps what was forgotten, puts rounds where they stand.

Envelopes decide, each by its own signature; what does not fit refuses the whole answer (docs/spec/restore.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from handover.application import (
    attachments,
    before_theft,
    chains,
    disclosures,
    drafts,
    fit,
    forgotten,
    heads,
    lifting,
)
from handover.application.alarms import raise_alarm
from handover.application.facts import Handover, KeptEnvelope
from handover.application.intake import Intake, Received
from handover.application.ports import UnitOfWork, Vault
from handover.application.registry import Registry
from handover.application.rounds import Cause, Rounds
from handover.application.sealing import exhibit, exhibited
from handover.application.unopened import MismatchError, PayloadError
from handover.application.withdrawals import Withdrawals
from handover.domain.courses import FINISHED, OPENS, Course, course_of
from handover.domain.errors import HandoverError, NotFoundError
from handover.domain.handover import (
    ANSWERS,
    SETTLED,
    Act,
    EquivocationError,
    Role,
    State,
    Step,
    VoidReason,
)
from handover.domain.ids import Digest, MatterId, NodeId
from handover.domain.recall import Recalled, recalled
from handover.domain.sequence import MOVES, REPLIES, may_answer, may_say
from handover.protocol import envelope as envelopes
from handover.protocol import shown_chain, strict
from handover.protocol.delivery import Item
from handover.protocol.entry import EntryKind
from handover.protocol.receipt import Receipt
from handover.protocol.resync import Round


@dataclass(frozen=True, kw_only=True)
class _Said:
    """All that is kept of a round now, by who has said it, the first of each act last."""

    mine: dict[Act, KeptEnvelope]
    theirs: dict[Act, KeptEnvelope]

    @classmethod
    def of(cls, kept: Sequence[KeptEnvelope]) -> "_Said":
        sides: tuple[dict[Act, KeptEnvelope], dict[Act, KeptEnvelope]] = ({}, {})
        for each in kept:
            sides[each.incoming][each.act] = each
        return cls(mine=sides[False], theirs=sides[True])

    @property
    def reason(self) -> str | None:
        """Why the round has ended, or is to end, as it was said."""
        for act in (Act.VOID, Act.DECLINE, Act.END):
            kept = self.mine.get(act) or self.theirs.get(act)
            if kept is not None:
                return envelopes.read(kept.data).claimed.reason
        return None

    def by(self, found: Recalled) -> KeptEnvelope:
        return (self.mine if found.mine else self.theirs)[found.act]


class Recalling:
    """Works on one round after the other, in the caller's transaction."""

    def __init__(self, vault: Vault, registry: Registry, rounds: Rounds, withdrawals: Withdrawals) -> None:
        self._vault, self._registry = vault, registry
        self._intake = Intake(vault, registry)
        self._rounds = rounds
        self._withdrawals = withdrawals

    def decide(self, work: UnitOfWork, matters: Iterable[MatterId]) -> None:
        """Write who is responsible for each of *matters*, by its chain as it is known now."""
        for matter in matters:
            heads.decide(work, self._rounds, self._vault.node, matter)

    def lift(self, work: UnitOfWork, matter: MatterId) -> None:
        """End the doubt about a matter of which all peers were heard."""
        for peer, given in lifting.shown_by_others(work, self._vault.node, matter):
            self.decide(work, {self.take(work, peer, given) or matter})
        lifting.lift(work, self._rounds, self._vault, matter)
        self._withdrawals.again(work, matter)

    def take(self, work: UnitOfWork, peer: NodeId, given: Round) -> MatterId | None:
        """Put a round where it stands by what both sides have signed in it; give its matter, if there is one.

        Raises:
            UntrustedError: something in it is not signed by one of the two for the other, or belongs elsewhere.
            EquivocationError: the peer has signed both a deed and a void.
        """
        dated, shown = before_theft.apart(given.chain, {strict.digest(item.envelope) for item in given.items})
        parts = [self._read(work, peer, given, item, dated) for item in given.items]
        found = work.handovers.find(peer, [given.round]).get(given.round)
        course = found.course if found is not None else course_of(each.envelope.act for each in parts)
        role = found.role if found is not None else self._role(parts)
        if role is None:
            return None  # nothing is left of it but an end
        self._require_fits(parts, found, course, role)
        chain = self._chain(parts, shown, work.now)
        handover = found or forgotten.begin(
            work, self._vault, parts, course=course, role=role, chain=chain, shown=shown
        )
        if handover is None:
            return None
        if course is Course.HANDOVER and chain:
            heads.lengthen(work, self._vault, handover, shown, chain)
        before_theft.keep(work, self._keep(work, handover, parts), dated)
        _require_answers(course, work.envelopes.of_handover(handover.id))
        handover = self._marked(work, handover, new=found is None)
        if course is not Course.CONTACT:
            self._move(work, handover, new=found is None)
        return handover.matter

    def _read(
        self, work: UnitOfWork, peer: NodeId, given: Round, item: Item, dated: Mapping[Digest, Receipt]
    ) -> Received:
        received = self._intake.signed(item.envelope, work.now)
        envelope, own = received.envelope, self._vault.node
        if envelope.iss == own:
            before_theft.require(work, self._registry, received, dated.get(received.digest))
        if {envelope.iss, envelope.aud} != {own, peer} or envelope.round != given.round:
            raise MismatchError("an envelope of others, or of another round")
        if item.payload is None or envelope.iss == own:
            return received
        if envelope.payload is None or strict.digest(item.payload) != envelope.payload.digest:
            raise PayloadError
        try:
            return self._intake.opened(received, item.payload, envelope.iat)
        except HandoverError:
            return received  # the keys or the grounds are gone by now; that it was signed counts all the same

    def _role(self, parts: Sequence[Received]) -> Role | None:
        """Tell which side this node is on in a round that it does not know."""
        for each in parts:
            for course in Course:
                sides = [role for role in Role if may_say(course, role, each.envelope.act)]
                if len(sides) == 1:
                    other = Role.RECEIVER if sides[0] is Role.SENDER else Role.SENDER
                    return sides[0] if each.envelope.iss == self._vault.node else other
        return None

    def _require_fits(
        self, parts: Sequence[Received], found: Handover | None, course: Course, role: Role
    ) -> None:
        other = Role.RECEIVER if role is Role.SENDER else Role.SENDER
        first = parts[0].envelope
        for each in parts:
            envelope = each.envelope
            if found is not None:
                fit.require_same(found, envelope)
            same = (first.matter, first.epoch, first.purpose, first.schema)
            if (envelope.matter, envelope.epoch, envelope.purpose, envelope.schema) != same:
                raise MismatchError("envelopes of different matters in one round")
            if not may_say(course, role if envelope.iss == self._vault.node else other, envelope.act):
                raise MismatchError("this side does not say that")

    def _chain(self, parts: Sequence[Received], shown: tuple[bytes, ...], now: int) -> tuple[Digest, ...]:
        """Give the deeds before this round, if all of them are there, in their order, and lead to its sender."""
        opening = next((each.envelope for each in parts if each.envelope.act is Act.OFFER), None)
        if opening is None or len(shown_chain.read(shown).deeds) != opening.epoch - 1:
            return ()
        own = {each.envelope.act for each in parts if each.envelope.iss == self._vault.node}
        accepted = not own.isdisjoint({Act.OFFER, Act.ACCEPTANCE})
        return chains.given_back(self._registry, opening, shown, now, accepted=accepted)

    def _keep(self, work: UnitOfWork, handover: Handover, parts: Sequence[Received]) -> list[Received]:
        """Keep, log and receipt what is not kept yet, as it was before; give what this node had sent."""
        known = {each.digest for each in work.envelopes.of_handover(handover.id)}
        indexes: dict[Digest, int] = {}
        for each in parts:
            if each.digest in known:
                continue
            incoming = each.envelope.iss != self._vault.node
            if incoming and each.envelope.iat > work.now + envelopes.FUTURE:
                raise envelopes.FromTheFutureError  # a log that has it earlier than it was signed proves nothing
            kept = replace(drafts.kept(each, handover, work.now), incoming=incoming, peer=handover.peer)
            work.envelopes.add(kept, plaintext=each.plaintext)
            kind = EntryKind.RECEIVED if incoming else EntryKind.SENT
            index = work.log.append(kind, stream=handover.pair, object_=each.digest, now=work.now)
            if incoming:
                indexes[each.digest] = index
            if each.content is not None and exhibited(kept.act, each.content):
                work.exhibits.add(exhibit(each.digest, each.content, each.registry))
            disclosures.recalled(work, handover, kept)
            disclosures.register(work, handover, kept, each.content, anew_=each.envelope.replaces is not None)
            self._withdrawals.recalled(work, handover, kept)
            if kept.act is Act.OFFER and each.content is not None:
                attachments.expect(work, handover, each.content.body["attachments"], each.files)
        if indexes:
            work.envelopes.add_receipts(work.log.receipts(indexes, work.now))
        return [each for each in parts if each.digest not in known | indexes.keys()]

    def _marked(self, work: UnitOfWork, old: Handover, *, new: bool) -> Handover:
        """Note what this side has said last, and what stands behind the round."""
        kept = work.envelopes.of_handover(old.id)
        said = _Said.of(kept)
        mine = [each for each in kept if not each.incoming]
        last = max(mine, key=lambda each: each.seq, default=None)
        marked = replace(
            old,
            seq=old.seq if last is None else max(old.seq, last.seq),
            last=old.last if last is None or last.seq <= old.seq else last.digest,
            offer=old.offer or _shown(work, old, said),
            acceptance=old.acceptance or _digest(said.mine, said.theirs, Act.ACCEPTANCE),
            deed=old.deed or _digest(said.mine, said.theirs, Act.DEED),
            closing=old.closing or _digest(said.mine, said.theirs, Act.VOID, Act.END),
            bound=old.bound or Act.ACCEPTANCE in said.mine,
        )
        if not new and marked != old:
            work.handovers.change(old, marked)
        return marked

    def _move(self, work: UnitOfWork, handover: Handover, *, new: bool) -> None:
        said = _Said.of(work.envelopes.of_handover(handover.id))
        if handover.state in SETTLED or handover.state is State.RETAINED:
            return
        if {Act.DEED, Act.VOID} <= said.theirs.keys() and said.reason == VoidReason.RESOLVED:
            said.theirs.pop(Act.DEED)  # it counts no more
        if {Act.DEED, Act.VOID} <= said.theirs.keys():
            raise EquivocationError("a deed and a void in one round")
        referral = handover.course is Course.REFERRAL
        found = recalled(handover.role, said.mine, said.theirs, referral=referral)
        if found is None:
            raise MismatchError("a deed without this node's acceptance")
        for deed in work.doubts.waiting(handover.matter):
            if deed.handover == handover.id:
                work.doubts.release(deed)
        if found.state is handover.state:
            return
        by = said.by(found)
        handover = _answered(handover, said, found, new=new, work=work)
        taken = said.mine.get(Act.TAKE_UP_RECEIPT) if found.state is State.HOLDING else None
        heard = (
            by.digest if taken is None else taken.re
        )  # of a deed that was said anew, the one that was taken up
        cause = Cause(event=found.act, heard=heard, answers=by.re, code=said.reason)
        if handover.state is State.SERVING and found.state is State.OVER:
            self._rounds.move(work, handover, cause)  # a hold may keep what was shown
            return
        reason = VoidReason.RESTORED if found.says is Act.VOID else None
        erases = found.state is State.CLOSED or (handover.role is Role.RECEIVER and found.state in FINISHED)
        step = Step(state=found.state, says=found.says, reason=reason, erases=erases)
        self._rounds.enter(work, handover, step, cause)


def _require_answers(course: Course, kept: Sequence[KeptEnvelope]) -> None:
    """What moves a round answers what the right side has said in it: a receipt of no deed gives nobody a child."""
    known = {each.digest: each for each in kept}
    for each in kept:
        if each.act not in MOVES & REPLIES.keys() or each.act in (Act.VOID, Act.END):
            continue  # of these two what they answer need never have come
        to = None if each.re is None else known.get(each.re)
        if to is None or not may_answer(course, each.act, to.act, same=to.incoming is each.incoming):
            raise MismatchError("it answers what neither side shows, or what is not answered so")


def _answered(handover: Handover, said: _Said, found: Recalled, *, new: bool, work: UnitOfWork) -> Handover:
    """Note the receipt that this side has given already."""
    receipt = ANSWERS.get(found.state)
    given = None if receipt is None else said.mine.get(receipt)
    if given is None or found.says is not None:
        return handover
    marked = replace(handover, receipt=given.digest)
    if not new:
        work.handovers.change(handover, marked)
    return marked


def _digest(mine: dict[Act, KeptEnvelope], theirs: dict[Act, KeptEnvelope], *acts: Act) -> Digest | None:
    found = [side[act].digest for act in acts for side in (mine, theirs) if act in side]
    return found[0] if found else None


def _shown(work: UnitOfWork, handover: Handover, said: _Said) -> Digest | None:
    """Give the offer; one of the other side's counts as shown only where its record is here."""
    digest = _digest(said.mine, said.theirs, *OPENS)
    if digest is None or handover.role is Role.SENDER or handover.course is not Course.HANDOVER:
        return digest
    try:
        work.envelopes.plaintext(digest)
    except NotFoundError:
        raise_alarm(work, "record-missing", peer=handover.peer, handover=handover)
        return None
    return digest
