"""The vectors of tracing keys and questions: this code agrees with them, and they with their scripts."""

from typing import Any

import pytest

from handover.domain.ids import Digest, NodeId
from handover.protocol import (
    committed_index,
    contribution,
    epoch,
    evaluation,
    jwe,
    question,
    question_receipt,
    question_withdrawal,
    ristretto,
    threshold,
)
from handover.protocol.committed_index import Opening, Statement
from handover.protocol.epoch import Plan
from handover.protocol.evaluation import Kind
from handover.protocol.oprf import VOPRF
from handover.protocol.question_header import row
from handover.protocol.threshold import Batch
from protocol import act_vectors, log_vectors


def outcome(given: dict[str, Any]) -> dict[str, Any]:
    """Give what this code makes of a case."""
    match given:
        case {"inputs_hex": _}:
            return _sum(given)
        case {"answer_hex": _}:
            return _answer(given)
        case {"request_hex": _}:
            return _request(given)
        case {"epoch": str(), "publics_hex": _}:
            return _epoch(given)
        case {"contribution": _}:
            return _contribution(given)
        case {"output_hex": output, "holder": holder, "epoch": number}:
            made = row(bytes.fromhex(output), holder=NodeId(holder), epoch=number)
            return {"address_hex": made.address.hex(), "wrap_hex": made.wrap.hex()}
        case {"question_hex": _} | {"receipt_hex": _} | {"withdrawal_hex": _}:
            return _asked(given)
        case {"opening_hex": opening, "statement": statement}:
            stated, shown = Statement.decode(statement.encode()), Opening.decode(bytes.fromhex(opening))
            committed_index.verify(shown, stated)
            return {"address_hex": shown.address.hex(), "digest": stated.digest}
    raise AssertionError("a case of no known kind")


def _bytes(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(each) for each in texts]


def _sum(given: dict[str, Any]) -> dict[str, Any]:
    blinds = [int.from_bytes(each, "little") for each in _bytes(given["blinds_hex"])]
    batch = Batch.of(_bytes(given["inputs_hex"]), blinds=blinds)
    outputs = batch.outputs(
        [_bytes(each) for each in given["answers_hex"]], bytes.fromhex(given["whole_hex"])
    )
    return {"outputs_hex": [each.hex() for each in outputs]}


def _request(given: dict[str, Any]) -> dict[str, Any]:
    found = evaluation.read(bytes.fromhex(given["request_hex"])).verify(bytes.fromhex(given["public_hex"]))
    return {
        "kind": int(found.kind),
        "basis": int(found.basis),
        "epoch": found.epoch,
        "place": found.place,
        "places": [*found.places],
        "records": found.records,
        "issued": found.issued,
        "reference_hex": found.reference.hex(),
        "asker": found.asker,
    }


def _answer(given: dict[str, Any]) -> dict[str, Any]:
    data = bytes.fromhex(given["request_hex"])
    request = evaluation.read(data).claimed
    found = evaluation.read_answer(bytes.fromhex(given["answer_hex"]), Kind.QUESTION).verify(
        data, [bytes.fromhex(given["public_hex"])]
    )
    public = ristretto.multiply(
        threshold.coefficient(request.place, request.places), bytes.fromhex(given["share_public_hex"])
    )
    VOPRF.verify(public, request.elements, found.elements, found.proof)
    return {"elements_hex": [each.hex() for each in found.elements]}


def _contribution(given: dict[str, Any]) -> dict[str, Any]:
    found = contribution.read(given["contribution"].encode()).verify(bytes.fromhex(given["public_hex"]))
    assert found.plan == Plan.decode(given["plan"].encode()).digest
    share = found.share_for(given["place"], jwe.SealingKey(bytes.fromhex(given["private_hex"])))
    return {"share_hex": ristretto.to_bytes(share).hex(), "digest": found.digest}


def _question(given: dict[str, Any]) -> dict[str, Any]:
    asked = question.read(bytes.fromhex(given["question_hex"])).verify(bytes.fromhex(given["public_hex"]))
    holder = NodeId(given["holder"])
    asked.header.require(
        holder=holder, epoch=given["epoch"], tables=bytes.fromhex(given["tables_hex"]), now=given["now"]
    )
    rows = [row(each, holder=holder, epoch=given["epoch"]) for each in _bytes(given["index_hex"])]
    found = question.opened(asked, {each.address: each.wrap for each in rows}.get)
    if found is None:
        return {"evidence_hex": None}
    return {
        "evidence_hex": found.evidence.hex(),
        "salt_hex": found.salt.hex(),
        "addresses_hex": [each.hex() for each in found.addresses],
    }


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    if "question_hex" in given:
        return _question(given)
    return _receipt(given) if "receipt_hex" in given else _withdrawal(given)


def _epoch(given: dict[str, Any]) -> dict[str, Any]:
    found = epoch.read(given["epoch"].encode())
    for signature, public in zip(found.signatures, given["publics_hex"], strict=True):
        signature.verify(bytes.fromhex(public))
    claimed = found.claimed
    return {"digest": claimed.digest, "number": claimed.number, "holders": [*claimed.holders]}


def _withdrawal(given: dict[str, Any]) -> dict[str, Any]:
    taken = question_withdrawal.read(bytes.fromhex(given["withdrawal_hex"]))
    said = taken.verify(bytes.fromhex(given["public_hex"]))
    return {
        "question": said.question,
        "asker": said.asker,
        "issued": said.issued,
        "digest": taken.digest,
    }


def _receipt(given: dict[str, Any]) -> dict[str, Any]:
    read = question_receipt.read(bytes.fromhex(given["receipt_hex"]))
    entry = read.verify(
        bytes.fromhex(given["public_hex"]),
        question=Digest(given["question"]),
        log=log_vectors.log_key(given["key"]),
    )
    claimed = read.claimed
    return {
        "question": claimed.question,
        "kid": claimed.kid,
        "stored_at": claimed.stored_at,
        "kind": str(entry.kind),
        "matter": entry.matter,
    }


@pytest.mark.parametrize(
    "case", [*log_vectors.cases("tracing-keys"), *log_vectors.cases("tracing-questions")]
)
def test_vectors(case: dict[str, Any]) -> None:
    act_vectors.check(case, outcome)


@pytest.mark.parametrize("chapter", ["tracing-keys", "tracing-questions"])
def test_the_kept_files_are_those_of_the_script(chapter: str) -> None:
    act_vectors.check_kept(chapter)
