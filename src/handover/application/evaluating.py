"""Has keys evaluated by three of five holders over the wire, checks them, goes on without one that fails or lies."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from hmac import digest
from typing import Final, Protocol

from handover.application.alarms import raise_alarm
from handover.application.epochs import Epochs
from handover.application.ports import Database, Vault, Wire
from handover.application.refusals import PeerSpentError
from handover.application.registry import Registry
from handover.application.tracing_keys import (
    Asked,
    EvaluationsSpentError,
    HoldersAwayError,
)
from handover.domain.errors import HandoverError, MalformedError
from handover.domain.ids import Digest, MatterId, NodeId
from handover.protocol import evaluation, strict, threshold
from handover.protocol.entry import EntryKind
from handover.protocol.epoch import Epoch
from handover.protocol.evaluation import ANSWER_SIZE, KEYS, RECORDS, REFERENCE_BYTES, Basis, Kind, Request
from handover.protocol.node_key import KeyUse
from handover.protocol.oprf import ProofError
from handover.protocol.threshold import PLACES, THRESHOLD, Batch, WrongSumError

PATH: Final = "/federation/v1/evaluations"
AVOIDED: Final = 300  # seconds for which a holder that did not answer is asked last
_LIED: Final = 86400  # seconds for which one that lied is not asked at all

Holding = Callable[[bytes], bytes]
"""Answers a request with this node's own share."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """What keys are evaluated for: a question about a matter, or so many newly indexed records."""

    basis: Basis
    matter: MatterId | None = None
    records: int = 0

    @classmethod
    def question(cls, matter: MatterId | None, basis: Basis) -> "Reason":
        """Give the reason of one question."""
        return cls(basis=basis, matter=matter)

    @classmethod
    def index(cls, records: int, basis: Basis = Basis.EITHER) -> "Reason":
        """Give the reason of indexing so many new records, of which each has at most 64 keys."""
        return cls(basis=basis, records=records)


class Evaluates(Protocol):
    """Turns keys into outputs of the function whose key nobody has."""

    def evaluate(self, inputs: Sequence[bytes], *, reason: Reason, epoch: Epoch | None = None) -> list[bytes]:
        """Give the output of each input, in their order."""
        ...


@dataclass(frozen=True, kw_only=True)
class Part:
    """Inputs that go to the holders together."""

    kind: Kind
    basis: Basis
    records: int
    inputs: tuple[bytes, ...]

    def batch(self) -> Batch:
        """Give the batch, filled up with inputs that nobody has."""
        filling = [secrets.token_bytes(32) for _ in range(KEYS[self.kind] - len(self.inputs))]
        return Batch.of([*self.inputs, *filling])


def parts(inputs: Iterable[bytes], reason: Reason) -> Iterator[Part]:
    """Give how inputs are cut: a question is one batch, an index as many as its records allow.

    Raises:
        MalformedError: more than 48 keys for a question, or more than 64 for each record.
    """
    left = tuple(dict.fromkeys(inputs))
    if not reason.records:
        if len(left) > KEYS[Kind.QUESTION]:
            raise MalformedError("a question has at most 48 keys")
        yield Part(kind=Kind.QUESTION, basis=reason.basis, records=0, inputs=left)
        return
    records, size = reason.records, KEYS[Kind.RECORD]
    if len(left) > size * records:
        raise MalformedError("a record has at most 64 keys")
    single = Basis.CONSENT if reason.basis is Basis.EITHER else reason.basis
    while left:
        kind = Kind.INDEX if len(left) > 3 * size else Kind.RECORD
        taken, left = left[: KEYS[kind]], left[KEYS[kind] :]
        needed = -(-len(left) // size)  # of the records that are left, for the keys that are left
        named = min(records - needed, RECORDS[kind][-1])
        records -= named
        basis = reason.basis if kind is Kind.INDEX else single
        yield Part(kind=kind, basis=basis, records=named, inputs=taken)


class Evaluating:
    """The desk of whoever needs evaluations. Not to be called inside a transaction: it talks to other nodes."""

    def __init__(
        self, database: Database, vault: Vault, registry: Registry, epochs: Epochs, wire: Wire
    ) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._epochs = epochs
        self._wire = wire
        self._own: Holding | None = None
        self._avoided: dict[NodeId, tuple[int, bool]] = {}

    def beside(self, own: Holding) -> "Evaluating":
        """Let this node's own share be asked without the wire, and give the desk itself."""
        self._own = own
        return self

    def evaluate(self, inputs: Sequence[bytes], *, reason: Reason, epoch: Epoch | None = None) -> list[bytes]:
        """Give the output of each input, in their order; without *epoch*, of the one in which questions are asked now.

        Raises:
            NoEpochError: there is none.
            HoldersAwayError: fewer than three holders give an answer that holds.
            EvaluationsSpentError: holders give this node no more for now.
        """
        found = epoch or self._epochs.current()
        known: dict[bytes, bytes] = {}
        for part in parts(inputs, reason):
            known.update(zip(part.inputs, self._part(part, found, reason.matter), strict=False))
        return [known[each] for each in inputs]

    def _part(self, part: Part, epoch: Epoch, matter: MatterId | None) -> list[bytes]:
        failed: dict[int, HandoverError] = {}
        while True:
            places = self._chosen(epoch, failed)
            batch = part.batch()  # blinded anew each time
            requests = self._requests(part, batch, epoch, places, matter)
            answers = self._asked(epoch, requests, part.kind)
            wrong = {place: each for place, each in answers.items() if isinstance(each, HandoverError)}
            given = [each for each in answers.values() if not isinstance(each, HandoverError)]
            if not wrong:
                try:
                    return batch.outputs([each.evaluated.elements for each in given], epoch.keys.whole)
                except WrongSumError as error:
                    wrong = self._liars(epoch, batch, requests, dict(zip(places, given, strict=True)), error)
            self._avoid(epoch, wrong)
            failed |= wrong

    def _chosen(self, epoch: Epoch, failed: dict[int, HandoverError]) -> tuple[int, ...]:
        """Give three places, those first that were not silent of late, and at random among these."""
        now = self._now()
        order: list[tuple[bool, float, int]] = []
        for place in PLACES:
            until, lied = self._avoided.get(epoch.holders[place - 1], (0, False))
            if place not in failed and not (lied and until > now):
                order.append((until > now, secrets.randbelow(2**32), place))
        if len(order) < THRESHOLD:
            spent = any(isinstance(each, PeerSpentError | EvaluationsSpentError) for each in failed.values())
            raise EvaluationsSpentError if spent else HoldersAwayError
        return tuple(sorted(place for _, _, place in sorted(order)[:THRESHOLD]))

    def _requests(
        self, part: Part, batch: Batch, epoch: Epoch, places: tuple[int, ...], matter: MatterId | None
    ) -> dict[int, bytes]:
        """Sign a request to each holder, and log it before it leaves."""
        signer, made = self._vault.signer, {}
        with self._database.begin() as work:
            for place in places:
                salt = secrets.token_bytes(REFERENCE_BYTES)
                request = Request(
                    kind=part.kind,
                    basis=part.basis,
                    epoch=epoch.number,
                    place=place,
                    places=places,
                    records=part.records,
                    issued=work.now,
                    reference=reference(salt, matter),
                    asker=Digest(signer.kid),
                    elements=batch.elements,
                )
                data = made[place] = evaluation.sign(request, signer=signer)
                work.tracing_keys.add_asked(
                    Asked(
                        reference=request.reference,
                        matter=matter,
                        salt=salt,
                        epoch=epoch.number,
                        kind=part.kind,
                        basis=part.basis,
                        holder=epoch.holders[place - 1],
                        request=strict.digest(data),
                        asked_at=work.now,
                    )
                )
                work.log.append(EntryKind.EVALUATED, stream="", object_=strict.digest(data), now=work.now)
        return made

    def _asked(
        self, epoch: Epoch, requests: dict[int, bytes], kind: Kind
    ) -> dict[int, evaluation.Answer | HandoverError]:
        with ThreadPoolExecutor(THRESHOLD, thread_name_prefix="holders") as lanes:
            waiting = {
                place: lanes.submit(self._from, epoch.holders[place - 1], data, kind)
                for place, data in requests.items()
            }
            return {place: each.result() for place, each in waiting.items()}

    def _from(self, holder: NodeId, request: bytes, kind: Kind) -> evaluation.Answer | HandoverError:
        """Give the verified answer of one holder, or why there is none."""
        try:
            if holder == self._vault.node and self._own is not None:
                data = self._own(request)
            else:
                address = self._registry.entry(holder, self._now()).address
                data = self._wire.ask(holder, address, PATH, request, ANSWER_SIZE[kind])
            found = evaluation.read_answer(data, kind)
            keys = self._registry.entry(holder, self._now()).usable_keys(KeyUse.SIG, self._now())
            found.verify(request, [key.public for key in keys])
        except HandoverError as error:
            return error
        return found

    def _liars(
        self,
        epoch: Epoch,
        batch: Batch,
        requests: dict[int, bytes],
        given: dict[int, evaluation.Answer],
        error: WrongSumError,
    ) -> dict[int, HandoverError]:
        """Give the holders whose proof fails; an alarm keeps what each has signed.

        Raises:
            WrongSumError: all proofs hold: it is not the holders.
        """
        found: dict[int, HandoverError] = {}
        for place, answer in given.items():
            try:
                threshold.verify(epoch.keys, place, tuple(given), batch.elements, answer.evaluated)
            except ProofError as lie:
                found[place] = lie
                evidence = tuple(strict.b64(each).encode("ascii") for each in (requests[place], answer.data))
                with self._database.begin() as work:
                    holder = epoch.holders[place - 1]
                    raise_alarm(work, "evaluation-wrong", peer=holder, handover=None, evidence=evidence)
        if not found:
            raise error
        return found

    def _avoid(self, epoch: Epoch, wrong: dict[int, HandoverError]) -> None:
        now = self._now()
        for place, error in wrong.items():
            lied = isinstance(error, ProofError)
            self._avoided[epoch.holders[place - 1]] = (now + (_LIED if lied else AVOIDED), lied)

    def _now(self) -> int:
        with self._database.reading() as work:
            return work.now


def reference(salt: bytes, matter: MatterId | None) -> bytes:
    """Give a case reference that is used once: with its salt an audit sees which matter it was for."""
    return digest(salt, b"handover-tracing-reference/1" + (matter or "").encode(), sha256)[:REFERENCE_BYTES]
