"""Corrections: a later version of a record goes to those who hold the earlier one and are still covered.

Whoever gets one sees it beside its own record, takes over what it chooses, or dismisses it. Nothing is overwritten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from handover.application import documents, erasing, recipients
from handover.application.corrected import KeptCorrection
from handover.application.facts import Actor, Handover, KeptRecord
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.readings import require_stated
from handover.application.recipients import Recipient
from handover.application.registry import Registry
from handover.application.sealing import new_id
from handover.application.showing import Showing, Shown
from handover.domain.errors import HandoverError, MalformedError, NotFoundError, OutOfOrderError
from handover.domain.handover import Act
from handover.domain.ids import Digest, HandoverId, MatterId
from handover.domain.record import Schema, Value, record, schema
from handover.protocol import message, sdjwt, strict
from handover.protocol.entry import EntryKind


class CorrectionDecidedError(OutOfOrderError):
    """The correction was taken over or dismissed before."""

    name = "correction-decided"
    title = "Somebody has decided on this correction already."
    advice = "Look at the record as it is now."


class NothingCorrectedError(OutOfOrderError):
    """The recipient has everything that it may have as it is now."""

    name = "nothing-corrected"
    title = "Nothing that this authority may know has changed since it was told."
    advice = "Correct the record first; fields that no consent covers any more are not sent."


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One field that a correction states otherwise than the own record (None: nothing is known of it here)."""

    path: str
    old: Value | None
    new: Value


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A correction beside the own record; `same` counts the fields that are stated alike."""

    kept: KeptCorrection
    text: str
    schema: Schema
    differences: tuple[Difference, ...]
    same: int


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What became of a correction for one recipient: the envelope that was said, or why none was."""

    handover: HandoverId
    envelope: Digest | None = None
    problem: HandoverError | None = None


class Corrections:
    """The desk for what was told wrongly."""

    def __init__(self, database: Database, vault: Vault, registry: Registry, showing: Showing) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._showing = showing

    def recipients(self, matter: MatterId, *, actor: Actor) -> Sequence[Recipient]:
        """Give who holds an earlier version, what of it has changed since, and what they may be told of it now."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            work.matters.get(matter)
            return recipients.of_matter(work, matter, self._registry)

    def send(self, handover: HandoverId, *, text: str, actor: Actor) -> Digest:
        """Send the record as it is now to the other side of a round, as far as it was told and is covered still.

        Raises:
            RegistryStaleError: the registry is too old for a disclosure.
            GroundError: no ground covers any of it; or the recipient is suspended or has lost its mandate.
            NothingCorrectedError: nothing that it may know has changed.
            OutOfOrderError: no deed was given in the round, or the other side has erased it.
        """
        require(actor, Right.RELEASE)
        with self._database.begin() as work:
            return self._send(work, handover, text, actor)

    def send_each(self, handovers: Sequence[HandoverId], *, text: str, actor: Actor) -> list[Sent]:
        """Send it to the other sides of several rounds, in one act; give for each whether it went, or why not.

        Who may not be told keeps nothing from the others. Said twice, it goes to nobody twice.
        """
        require(actor, Right.RELEASE)
        found = []
        with self._database.begin() as work:
            for each in handovers:
                try:
                    envelope = self._send(work, each, text, actor)
                except HandoverError as error:  # it was raised before anything was written
                    found.append(Sent(handover=each, problem=error))
                else:
                    found.append(Sent(handover=each, envelope=envelope))
        return found

    def _send(self, work: UnitOfWork, handover: HandoverId, text: str, actor: Actor) -> Digest:
        self._registry.require_fresh(work.now)
        found = work.handovers.get(handover)
        to = recipients.find(work, found, self._registry)
        if to.problem is not None:
            raise to.problem
        if not to.changed and not to.files:
            raise NothingCorrectedError
        return self._showing.show(work, found, self._shown(work, to, text, actor))

    def _shown(self, work: UnitOfWork, to: Recipient, text: str, actor: Actor) -> Shown:
        kept = work.records.latest(to.handover.matter)
        issued = sdjwt.issue(
            documents.record_of(kept),
            issuer=self._vault.node,
            jti=new_id(work.now),
            iat=work.now,
            matter=to.handover.pair,
            signer=self._vault.signer,
        )
        return Shown(
            act=Act.CORRECTION,
            re=to.answers,
            body={"text": text},
            fields=to.fields,
            actor=actor,
            record=sdjwt.present(issued, to.fields),
            skeleton=strict.digest(issued.jwt),
        )

    def of_matter(self, matter: MatterId, *, actor: Actor) -> Sequence[KeptCorrection]:
        """Give the corrections of *matter* that came, oldest first."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            work.matters.get(matter)
            return work.corrections.of_matter(matter)

    def waiting(self, *, actor: Actor, limit: int = 100) -> Sequence[KeptCorrection]:
        """Give the corrections on which nobody has decided and that are still here, oldest first."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            found = work.corrections.waiting(limit)
            return [each for each in found if work.disclosures.get(each.envelope).erased_at is None]

    def read(self, correction: Digest, *, actor: Actor) -> Compared:
        """Give a correction beside the own record; the reading is logged.

        Raises:
            NotFoundError: there is no such correction, or it was erased.
            ReadingReasonError: the officer has not said today why.
        """
        require(actor, Right.READ_CASE)
        with self._database.begin() as work:
            kept = work.corrections.get(correction)
            require_stated(work, kept.matter, actor)
            new, text = _said(work, kept)
            own = documents.values_of(work.records.latest(kept.matter).document)
            self._log(work, EntryKind.DISCLOSED, kept.matter, f"correction {correction}")
            of = schema(work.handovers.get(kept.handover).schema)
            found = tuple(
                Difference(path=path, old=own.get(path), new=new[path])
                for path in of.all_paths
                if path in new and own.get(path) != new[path]
            )
            return Compared(kept=kept, text=text, schema=of, differences=found, same=len(new) - len(found))

    def take(self, correction: Digest, *, fields: Sequence[str], actor: Actor) -> KeptRecord:
        """Take *fields* of a correction over, as the next version of the own record.

        Raises:
            CorrectionDecidedError: somebody has decided on it.
            MalformedError: it states no such field, or none was chosen.
        """
        require(actor, Right.WRITE_CASE)
        with self._database.begin() as work:
            kept = _undecided(work, correction)
            new, _ = _said(work, kept)
            if not fields or not set(fields) <= new.keys():
                raise MalformedError("choose fields that the correction states")
            latest = work.records.latest(kept.matter)
            values = documents.values_of(latest.document) | {path: new[path] for path in fields}
            record(schema(latest.schema), values)
            version = replace(
                latest,
                version=latest.version + 1,
                document=documents.of_values(values, _presentation(work, kept)),
                source=f"correction of {kept.peer}",
                recorded_by=actor.officer,
                recorded_at=work.now,
            )
            work.records.add(version)
            work.corrections.decide(replace(kept, decided_at=work.now, version=version.version))
            self._log(work, EntryKind.DECIDED, kept.matter, f"record {version.version}")
            return version

    def dismiss(self, correction: Digest, *, actor: Actor) -> KeptCorrection:
        """Leave the own record as it is; the correction stays readable.

        Raises:
            CorrectionDecidedError: somebody has decided on it.
        """
        require(actor, Right.WRITE_CASE)
        with self._database.begin() as work:
            kept = replace(_undecided(work, correction), decided_at=work.now)
            work.corrections.decide(kept)
            self._log(work, EntryKind.DECIDED, kept.matter, f"dismissed {correction}")
            return kept

    def _log(self, work: UnitOfWork, kind: EntryKind, matter: MatterId, what: str) -> None:
        mark = self._vault.pseudonym(matter, what)
        work.log.append(kind, stream=matter, object_=strict.digest(mark.encode()), now=work.now)


def heard(work: UnitOfWork, handover: Handover, digest: Digest) -> None:
    """Keep that a correction came; where nothing is left that it corrects, its values go at once."""
    kept = KeptCorrection(
        envelope=digest,
        matter=handover.matter,
        handover=handover.id,
        peer=handover.peer,
        heard_at=work.now,
    )
    work.corrections.add(kept)
    try:
        work.records.latest(handover.matter)
    except NotFoundError:
        erasing.shown(work, work.disclosures.get(digest))


def _undecided(work: UnitOfWork, correction: Digest) -> KeptCorrection:
    kept = work.corrections.get(correction)
    if not kept.waits:
        raise CorrectionDecidedError
    return kept


def _said(work: UnitOfWork, kept: KeptCorrection) -> tuple[Mapping[str, Value], str]:
    content = message.decode_kept(work.envelopes.plaintext(kept.envelope))
    if content.record is None:
        raise NotFoundError
    return sdjwt.disclosed(content.record), str(content.body["text"])


def _presentation(work: UnitOfWork, kept: KeptCorrection) -> bytes | None:
    return message.decode_kept(work.envelopes.plaintext(kept.envelope)).record
