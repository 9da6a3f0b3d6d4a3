"""Who holds an earlier version of a record, and what of the present one they may be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handover.application import documents
from handover.application.continuity import KeptDisclosure
from handover.application.facts import Handover
from handover.application.ports import UnitOfWork
from handover.application.registry import Registry
from handover.domain.consent import GroundError, GroundWithdrawnError
from handover.domain.errors import HandoverError, NotFoundError, OutOfOrderError
from handover.domain.handover import Act
from handover.domain.ids import Digest, MatterId
from handover.domain.record import Value, schema
from handover.domain.sequence import TAKEN
from handover.protocol import attachment, message, sdjwt

_RECORDS = frozenset({Act.OFFER, Act.CORRECTION})


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """The other side of a round that holds an earlier version of the record.

    `fields` is what it was told and may be told now, `changed` what of that has changed since; `files` are fields with
    another file than was told, which does not go with it: what is wrong with it is said in words. `answers` is
    the envelope that a correction answers, `problem` why it may be told nothing.
    """

    handover: Handover
    fields: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    answers: Digest
    told_at: int
    problem: HandoverError | None = None


def of_matter(work: UnitOfWork, matter: MatterId, registry: Registry) -> Sequence[Recipient]:
    """Give those of a matter: of several rounds with one authority the newest."""
    newest = {
        each.peer: each
        for each in sorted(work.handovers.of_matter(matter), key=lambda each: (each.created_at, each.id))
        if each.state in TAKEN
    }
    return [find(work, each, registry) for each in newest.values()]


def find(work: UnitOfWork, handover: Handover, registry: Registry) -> Recipient:
    """Give the other side of one round.

    Raises:
        OutOfOrderError: no deed was given in it, or nothing of the record was shown.
    """
    shown = [
        each
        for each in work.disclosures.of_matter(handover.matter)
        if each.handover == handover.id and each.act in _RECORDS
    ]
    if handover.state not in TAKEN or not shown:
        raise OutOfOrderError("no record was shown in this round, or no deed was given")
    own = [each for each in shown if not each.incoming]
    answers = _answers(work, shown, own)
    told_at = max(each.at for each in own or shown)
    try:
        _require_holds(own)
        registry.recipient(handover.peer, handover.purpose, handover.schema, now=work.now)
        fields = _covered(work, handover, {path for each in shown for path in each.fields})
    except HandoverError as error:
        return Recipient(handover=handover, answers=answers, told_at=told_at, problem=error)
    old, new = _versions(work, handover.matter, told_at)
    theirs = _theirs(work, shown)
    named = {path for path in fields if _names_file(path, old) or _names_file(path, new)}
    files = tuple(path for path in fields if path in named and old.get(path) != new.get(path))
    fields = tuple(path for path in fields if path in new and path not in named)
    return Recipient(
        handover=handover,
        fields=fields,
        changed=tuple(
            path for path in fields if new[path] != old.get(path) and new[path] != theirs.get(path)
        ),
        files=files if fields else (),
        answers=answers,
        told_at=told_at,
    )


def _names_file(path: str, values: Mapping[str, Value]) -> bool:
    return path in values and bool(attachment.named_in({path: values[path]}))


def _require_holds(own: Sequence[KeptDisclosure]) -> None:
    """Whoever has erased, or was asked to, is told nothing more of it."""
    if own and all(each.erased_at is not None for each in own):
        raise OutOfOrderError("the other authority has erased it")
    if any(each.withdrawn_at is not None for each in own):
        raise GroundWithdrawnError


def _covered(work: UnitOfWork, handover: Handover, given: set[str]) -> tuple[str, ...]:
    """Give the most of *given* that one ground of this node covers now, the newest of equals.

    Raises:
        GroundError: none covers any of it; the reason is that of the newest.
    """
    best: tuple[str, ...] = ()
    reason: GroundError | None = None
    for kept in reversed(work.grounds.of_matter(handover.matter)):
        if kept.ground.schema != handover.schema:
            continue
        fields = tuple(path for path in kept.ground.fields if path in given)
        try:
            kept.ground.require(
                recipient=handover.peer, purpose=handover.purpose, fields=fields, now=work.now
            )
        except GroundError as error:
            reason = reason or error
        else:
            best = fields if len(fields) > len(best) else best
    if not best:
        raise reason or GroundError
    return schema(handover.schema).in_order(best)


def _answers(work: UnitOfWork, shown: Sequence[KeptDisclosure], own: Sequence[KeptDisclosure]) -> Digest:
    """Give the last own correction that has come there, or else the offer: the other side knows it."""
    sent = [each.envelope for each in own if each.act is Act.CORRECTION]
    come = work.envelopes.receipts(sent) if sent else {}
    offer = next(each.envelope for each in shown if each.act is Act.OFFER)
    return next((each for each in reversed(sent) if each in come), offer)


def _versions(work: UnitOfWork, matter: MatterId, told_at: int) -> tuple[dict[str, Value], dict[str, Value]]:
    """Give the values as they were when they were told, and as they are."""
    old, new = work.records.at(matter, told_at), work.records.latest(matter)
    return documents.values_of(old.document), documents.values_of(new.document)


def _theirs(work: UnitOfWork, shown: Sequence[KeptDisclosure]) -> dict[str, Value]:
    """Give what the other side has itself corrected: it need not be told."""
    found: dict[str, Value] = {}
    for each in shown:
        if each.incoming and each.act is Act.CORRECTION:
            try:
                content = message.decode_kept(work.envelopes.plaintext(each.envelope))
            except NotFoundError:
                continue  # it was erased
            found |= sdjwt.disclosed(content.record) if content.record is not None else {}
    return found
