"""This node as a witness of the logs of others: cosigns what only grows, keeps what contradicts itself as evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from handover.application import log_proofs
from handover.application.allowances import Allowances
from handover.application.log_proofs import Contradiction
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.registry import Registry
from handover.application.witness_shelf import Witnessed
from handover.domain.allowance import Allowance
from handover.domain.errors import HandoverError, NotFoundError, UntrustedError
from handover.protocol import checkpoint as checkpoints
from handover.protocol import contradiction, cosignature, note, witness
from handover.protocol.checkpoint import LogKey, SignedCheckpoint
from handover.protocol.contradiction import Kind
from handover.protocol.cosignature import WitnessSigner
from handover.protocol.evidence_lines import Consistency
from handover.protocol.log_origin import LogOrigin
from handover.protocol.node_entry import NodeEntry
from handover.protocol.node_key import KeyStatus, KeyUse
from handover.protocol.witness import AddCheckpoint

MOST_LOGS: Final = 64  # of one node, one for each of its incarnations
ALLOWED: Final = Allowance(burst=128, rate=1 / 30)
"""Checkpoints that are cosigned for the logs of one node: each takes the one writer, and a log asks once a minute."""
_OF_LOG: Final = frozenset({KeyUse.LOG, KeyUse.LOG_PQ})


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A request whose checkpoint its log has signed, with the log's two lines alone."""

    origin: LogOrigin
    entry: NodeEntry
    request: AddCheckpoint
    signed: SignedCheckpoint
    note: bytes


class Witness:
    """The desk that vouches for other nodes' logs (docs/spec/witness.md, section 3)."""

    def __init__(self, database: Database, registry: Registry, vault: Vault) -> None:
        self._database = database
        self._registry = registry
        self._vault = vault
        self._now = 0
        self._allowed = Allowances(ALLOWED, lambda: self._now)

    def add(self, body: bytes) -> bytes:
        """Give this node's two lines under the checkpoint of a request, after the commit.

        Raises:
            UntrustedError: the body is no request.
            UnknownLogError, LogUnsignedError: nobody in the registry has signed it as the log's node.
            TwoTreesError, WitnessSizeError, ProofRefusedError: it does not extend what this node has cosigned.
            TooManyRequestsError: enough was cosigned for its node for now.
        """
        request = witness.decode_request(body)
        with self._database.reading() as work:
            self._now = work.now
            asked = self._recognised(request, work.now)
            held = _held(work, asked.entry, asked.origin)
        if (
            held is not None
            and held.checkpoint == request.checkpoint
            and request.old_size == held.checkpoint.size
        ):
            witness.follow(held.checkpoint, request)
            return self._lines(held.note)
        if held is None or _excluded(held, asked) is None:
            # what contradicts itself goes on: it is kept, however much came before
            if held is not None and request.old_size != held.checkpoint.size:
                raise witness.WitnessSizeError(held.checkpoint.size)
            self._allowed.require(asked.origin.node)
        with self._database.begin() as work:
            outcome = self._decide(work, asked)
        if isinstance(outcome, HandoverError):
            raise outcome
        self._allowed.spend(asked.origin.node)
        return outcome

    def newest(self, origin: str) -> bytes:
        """Give the checkpoint of a log that this node has cosigned last, with the lines of both.

        Raises:
            NotFoundError: it has cosigned none of that log.
        """
        try:
            log = LogOrigin.parse(origin)
        except UntrustedError:
            raise NotFoundError from None
        with self._database.reading() as work:
            held = _held(work, self._registry.entry(log.node, work.now), log)
        if held is None:
            raise NotFoundError
        return held.note

    def _recognised(self, request: AddCheckpoint, now: int) -> _Asked:
        """Give the request with what its log has signed; other lines under it are of no account."""
        try:
            origin = LogOrigin.parse(request.checkpoint.origin)
            entry = self._registry.entry(origin.node, now)
        except (UntrustedError, NotFoundError):
            raise witness.UnknownLogError from None
        if origin.node == self._vault.node:
            raise witness.UnknownLogError
        try:
            key = checkpoints.key_of(request.note, _trusted(entry, origin))
            signed = checkpoints.verify_signed(request.note, key)
        except UntrustedError as error:
            raise witness.LogUnsignedError from error
        return _Asked(
            origin=origin,
            entry=entry,
            request=request,
            signed=signed,
            note=cosignature.of_log(request.note, key),
        )

    def _decide(self, work: UnitOfWork, asked: _Asked) -> bytes | HandoverError:
        """Cosign, or keep what contradicts itself; a refusal is given back, for what was kept is to be committed."""
        held = _held(work, asked.entry, asked.origin)
        try:
            _require_log(work, asked.entry, asked.origin)
            witness.follow(None if held is None else held.checkpoint, asked.request)
        except HandoverError as error:
            found = None if held is None else _excluded(held, asked)
            if held is not None and found is not None:
                log_proofs.keep(work, asked.origin.node, found)
            return error
        if held is not None and held.checkpoint == asked.signed.checkpoint:
            return self._lines(held.note)
        lines = WitnessSigner(self._vault.log_signer).cosign(asked.signed.checkpoint, work.now)
        new = Witnessed(
            checkpoint=asked.signed.checkpoint,
            note=cosignature.joined(asked.note, lines),
            signed_at=asked.signed.time,
            cosigned_at=work.now,
        )
        work.witnessed.put(asked.origin.node, new)
        return note.write_lines(lines)

    def _lines(self, cosigned: bytes) -> bytes:
        own = cosignature.name_of(self._vault.node)
        return note.write_lines(tuple(line for line in note.read(cosigned).lines if line.name == own))


def _trusted(entry: NodeEntry, origin: LogOrigin) -> Sequence[LogKey]:
    """Give the pairs of keys with which the log may sign something new."""
    active = {key.public for key in entry.keys if key.status is KeyStatus.ACTIVE}
    return [pair for pair in entry.log_keys(origin.incarnation) if {pair.ed25519, pair.mldsa44} <= active]


def _counting(work: UnitOfWork, entry: NodeEntry) -> dict[LogOrigin, Witnessed]:
    """Give what was cosigned of a node's logs and counts still, by log.

    What was cosigned when the log's key may have been in other hands does not: else whoever had it once could keep its
    owner from ever being cosigned again, by a log of a later incarnation or a tree that nobody else has.
    """
    found = {LogOrigin.parse(each.checkpoint.origin): each for each in work.witnessed.of_node(entry.node)}
    stolen = [key for key in entry.keys if key.use in _OF_LOG and key.compromised_since is not None]
    return {log: each for log, each in found.items() if not stolen or _sound(entry, log, each)}


def _sound(entry: NodeEntry, log: LogOrigin, held: Witnessed) -> bool:
    try:
        pair = checkpoints.key_of(held.note, entry.log_keys(log.incarnation))
    except UntrustedError:
        return True  # the registry lists the keys no more, and does not say that they were stolen
    used = [key for key in entry.keys if key.public in (pair.ed25519, pair.mldsa44)]
    return all(key.sound(held.cosigned_at) for key in used)


def _held(work: UnitOfWork, entry: NodeEntry, origin: LogOrigin) -> Witnessed | None:
    return _counting(work, entry).get(origin)


def _require_log(work: UnitOfWork, entry: NodeEntry, origin: LogOrigin) -> None:
    """Do nothing unless the log was succeeded by that of a later incarnation, or the node has had too many."""
    known = [each.incarnation for each in _counting(work, entry)]
    if any(each > origin.incarnation for each in known):
        raise witness.UnknownLogError("the log of a later incarnation of this node is known")
    if origin.incarnation not in known and len(known) >= MOST_LOGS:
        raise witness.UnknownLogError("this node has had too many incarnations")


def _excluded(held: Witnessed, asked: _Asked) -> Contradiction | None:
    """Give why the log cannot honestly have signed both what is held and what is asked, if that is proved.

    A proof that is merely wrong proves nothing: anybody could have put it beside a checkpoint of the log.
    """
    proof = Consistency(size=asked.request.old_size, path=asked.request.proof)
    first = SignedCheckpoint(checkpoint=held.checkpoint, time=held.signed_at)
    try:
        kind = contradiction.judge(first, asked.signed, proof)
    except UntrustedError:
        return None
    if kind is None:
        return None
    needed = proof if kind is Kind.NOT_GROWN else None
    return Contradiction(kind=kind, first=held.note, second=asked.note, proof=needed)
