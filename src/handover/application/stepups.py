"""Step-up: an officer confirms a weighty act with a passkey, and that is kept as evidence (docs/spec/assertion.md)."""

import secrets
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from handover.application import proofs, tokens
from handover.application.access import PASSKEY, Passkey
from handover.application.colleagues import require_second
from handover.application.facts import Actor, Handover
from handover.application.permissions import Right, require, require_reader
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.proofs import WITHOUT, Begun
from handover.application.sealing import Saying, answers_to, new_id
from handover.application.sessions import STEP_UP, StepUpError
from handover.domain.errors import HandoverError, OutOfOrderError
from handover.domain.handover import Act, VoidReason
from handover.domain.ids import UUID7, HandoverId, MatterId, PairId, Pseudonym
from handover.domain.record import schema
from handover.domain.resolution import NotProposedError
from handover.protocol import assertion, strict
from handover.protocol import envelope as envelopes
from handover.protocol.assertion import Assertion, Attestation
from handover.protocol.entry import EntryKind
from handover.protocol.statement import NONCE_LENGTH, TERM, AssertedAct, Statement, asserted_act

SESSION: Final = "passkey-session"
_FIELDS: Final = frozenset({Act.OFFER, Act.DEED, Act.REFERRAL})


class StepUp(StrEnum):
    """Whether weighty acts must be confirmed anew by who is signed in."""

    REQUIRED = "required"
    OFFERED = "offered"


class ActChangedError(OutOfOrderError):
    """What the officer was asked to confirm is not what would be done now."""

    name = "act-changed"
    title = "Something has changed since you were asked to confirm this."
    advice = "Look at it once more and confirm it as it is now."


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """What a page asks the browser: `options` is JSON for `PublicKeyCredential.parseRequestOptionsFromJSON`."""

    challenge: bytes
    rp_id: str
    credentials: tuple[bytes, ...]
    expires_at: int

    @property
    def options(self) -> str:
        """The options of `navigator.credentials.get`, as JSON."""
        known: list[strict.Json] = [
            {"type": "public-key", "id": strict.b64(each)} for each in self.credentials
        ]
        return strict.dumps(
            {
                "challenge": strict.b64(self.challenge),
                "rpId": self.rp_id,
                "allowCredentials": known,
                "userVerification": "required",
                "timeout": TERM * 1000,
            }
        ).decode()


class StepUps:
    """Asks for confirmations and keeps them, for pages at *address*."""

    def __init__(self, database: Database, vault: Vault, *, address: str, mode: StepUp) -> None:
        self._database = database
        self._vault = vault
        self._rp_id = urlsplit(address).hostname or ""
        self._mode = mode

    def needs_passkey(self, actor: Actor) -> bool:
        """Tell whether this actor's weighty acts are refused without a passkey's signature."""
        return self._mode is StepUp.REQUIRED and actor.auth == PASSKEY

    def challenge(self, act: AssertedAct, target: HandoverId | MatterId, *, actor: Actor) -> Prompt:
        """Give what the officer's passkey is to sign for *act* on a round or, to export, on a matter.

        Raises:
            ForbiddenError: the officer may not do that.
            StepUpError: the officer has no passkey, or acts through a key.
            SameOfficerError: four eyes.
            OutOfOrderError: the round is not where this can be done.
        """
        if actor.auth in WITHOUT:
            raise StepUpError("a key or a console cannot confirm for an officer")
        with self._database.begin() as work:
            nonce = secrets.token_bytes(NONCE_LENGTH)
            begun = Begun(
                challenge=b"", act=act, target=target, made=work.now, nonce=nonce, jti=new_id(work.now)
            )
            if act is AssertedAct.EXPORT:
                require_reader(actor)
                statement = self._export(work.matters.get(MatterId(target)).id, begun)
            else:
                handover = work.handovers.get(HandoverId(target))
                statement = self._to_come(work, handover, begun, actor)
            known = work.accounts.passkeys(actor.officer)
            if not known:
                raise StepUpError("the officer has no passkey")
            challenge = statement.challenge
            proofs.ask(work, actor, replace(begun, challenge=challenge))
        return Prompt(
            challenge=challenge,
            rp_id=self._rp_id,
            credentials=tuple(each.credential for each in known),
            expires_at=begun.made + TERM,
        )

    def _to_come(self, work: UnitOfWork, handover: Handover, begun: Begun, actor: Actor) -> Statement:
        """Give the statement of what would be said if the officer acted now."""
        require(actor, Right.DECIDE if begun.act is AssertedAct.ACCEPTANCE else Right.RELEASE)
        match begun.act:
            case AssertedAct.OFFER | AssertedAct.REFERRAL:
                require_second(work, actor, handover.prepared_by)
                token = tokens.issue(work, self._vault, handover, jti=begun.jti, iat=begun.made)
                matter = work.matters.get(handover.matter)
                saying = Saying(act=Act(begun.act.value), consent=strict.digest(token))
                return self._statement(replace(handover, epoch=matter.epoch + 1), saying, begun)
            case AssertedAct.DEED:
                require_second(work, actor, handover.released_by)
                if handover.offer is None or handover.acceptance is None:
                    raise OutOfOrderError
                offer = envelopes.read(work.envelopes.get(handover.offer).data).claimed
                saying = Saying(act=Act.DEED, re=handover.acceptance, consent=offer.consent)
                return self._statement(handover, saying, begun)
            case AssertedAct.RESOLUTION:
                proposed = work.resolutions.open(handover.id)
                if proposed is None:
                    raise NotProposedError
                require_second(work, actor, proposed.proposed_by)
                saying = Saying(
                    act=Act.VOID, re=answers_to(handover, Act.VOID), reason=VoidReason.RESOLVED.value
                )
                return self._statement(handover, saying, begun)
            case _:
                if handover.offer is None:
                    raise OutOfOrderError
                saying = Saying(act=Act.ACCEPTANCE, re=answers_to(handover, Act.ACCEPTANCE))
                return self._statement(handover, saying, begun)

    def confirm(
        self,
        work: UnitOfWork,
        handover: Handover,
        saying: Saying,
        *,
        actor: Actor | None,
        begun: Begun | None,
    ) -> Saying:
        """Give what is said, with how the officer stands for it; a passkey's signature is kept and logged.

        Raises:
            StepUpError: a confirmation is needed, or what was given is none.
            ActChangedError: it is for something else than what is about to be said.
        """
        by = saying.by
        if actor is None or by is None or asserted_act(saying.act, saying.reason) is None:
            return saying
        if begun is None:
            return replace(saying, by=replace(by, auth=self._unasserted(actor, work.now)))
        statement = self._statement(handover, saying, begun)
        self._keep(work, statement, by.released, begun, actor)
        return replace(saying, by=replace(by, auth=PASSKEY))

    def confirm_export(self, work: UnitOfWork, matter: MatterId, *, actor: Actor) -> None:
        """Do nothing more if the officer may take evidence out as it is; a passkey's signature is kept and logged.

        Raises:
            StepUpError: a confirmation is needed, or what was given is none.
        """
        begun = proofs.take(work, AssertedAct.EXPORT, matter, actor)
        if begun is None:
            self._unasserted(actor, work.now)
            return
        officer = Pseudonym(self._vault.pseudonym(matter, actor.officer))
        self._keep(work, self._export(matter, begun), officer, begun, actor)

    def require_present(self, actor: Actor, now: int) -> None:
        """Do nothing if the officer has just proved to be there, or need not; of what nobody's passkey signs.

        Raises:
            StepUpError: it is too long ago.
        """
        fresh = actor.fresh_at is not None and now - actor.fresh_at <= STEP_UP
        if self._mode is StepUp.REQUIRED and actor.auth not in WITHOUT and not fresh:
            raise StepUpError

    def _unasserted(self, actor: Actor, now: int) -> str:
        """Give the word for an act that no passkey has signed."""
        if self.needs_passkey(actor):
            raise StepUpError
        self.require_present(actor, now)
        return SESSION if actor.auth == PASSKEY else actor.auth

    def _keep(
        self, work: UnitOfWork, statement: Statement, officer: Pseudonym, begun: Begun, actor: Actor
    ) -> None:
        if statement.challenge != begun.challenge:
            raise ActChangedError
        key, proof = _passkey(work, actor), actor.proof
        if key is None or proof is None:
            raise StepUpError
        try:
            attested = self._attested(work, statement.matter, officer, key)
            made = Assertion(
                attestation=strict.digest(attested),
                officer=officer,
                statement=statement,
                signed=proof.signed,
            )
            count = made.verify(assertion.read_attestation(attested).claimed)
        except HandoverError as error:
            raise StepUpError from error
        if (count or key.sign_count) and count <= key.sign_count:
            raise StepUpError("the passkey's count went back, as that of a copied one does")
        work.accounts.change_passkey(replace(key, sign_count=count, last_used_at=work.now))
        document = assertion.encode(made)
        work.assertions.keep(document)
        digest = strict.digest(document)
        work.log.append(EntryKind.ASSERTED, stream=statement.matter, object_=digest, now=work.now)

    def _attested(self, work: UnitOfWork, stream: PairId | UUID7, officer: Pseudonym, key: Passkey) -> bytes:
        """Give this node's word whose passkey it is: one for each passkey, stream of the log and signing key."""
        signer = self._vault.signer
        for known in work.assertions.of_passkey(stream, key.id):
            # A key that was rotated away may be reported compromised later: what it vouched for counts no more then.
            if assertion.read_attestation(known).kid == signer.kid:
                return known
        word = Attestation(
            iss=self._vault.node,
            iat=work.now,
            matter=stream,
            officer=officer,
            rp_id=self._rp_id,
            key=key.public_key,
        )
        data = assertion.attest(word, signer=signer)
        work.assertions.keep_attestation(stream, key.id, data)
        work.log.append(EntryKind.ATTESTED, stream=stream, object_=strict.digest(data), now=work.now)
        return data

    def _export(self, matter: MatterId, begun: Begun) -> Statement:
        return Statement(
            iss=self._vault.node, act=AssertedAct.EXPORT, matter=matter, made=begun.made, nonce=begun.nonce
        )

    def _statement(self, handover: Handover, saying: Saying, begun: Begun) -> Statement:
        bitmap = schema(handover.schema).bitmap(handover.fields) if saying.act in _FIELDS else None
        return Statement(
            iss=self._vault.node,
            act=begun.act,
            matter=handover.pair,
            made=begun.made,
            nonce=begun.nonce,
            to=handover.peer,
            round=handover.round,
            epoch=handover.epoch,
            purpose=handover.purpose,
            schema=handover.schema,
            re=saying.re,
            fields=None if bitmap is None else strict.b64(bitmap),
            consent=saying.consent,
            deadline=handover.deadline if saying.act in (Act.OFFER, Act.REFERRAL) else None,
        )


def _passkey(work: UnitOfWork, actor: Actor) -> Passkey | None:
    """Give the officer's own passkey that signed, if it still counts."""
    found = None if actor.proof is None else work.accounts.passkey_of(actor.proof.credential)
    return found if found and found.officer == actor.officer and found.revoked_at is None else None
