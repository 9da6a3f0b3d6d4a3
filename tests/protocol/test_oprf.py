"""RFC 9497: the published vectors, an independent library, and everything that must be refused."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from voprf import ristretto as oracle

from handover.domain.errors import MalformedError
from handover.protocol import oprf, ristretto
from handover.protocol.oprf import OPRF, VOPRF, Mode, Proof, ProofError, Suite
from handover.protocol.ristretto import ORDER, ElementError

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "oprf" / "rfc9497-allVectors.json"
KEY = 7777777
PUBLIC = ristretto.multiply_base(KEY)
INPUTS = [b"one", b"two", b"three"]


def suites() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Give each published vector of the two modes, with its suite."""
    if not PUBLISHED.exists():
        pytest.skip("the vectors of RFC 9497 are not beside this copy")
    for suite in json.loads(PUBLISHED.read_text(encoding="utf-8")):
        if suite["identifier"] == "ristretto255-SHA512" and suite["mode"] in (0, 1):
            for vector in suite["vectors"]:
                yield suite, vector


def parts(vector: dict[str, Any], name: str) -> list[bytes]:
    return [bytes.fromhex(part) for part in vector[name].split(",")]


def number(text: str) -> int:
    return int.from_bytes(bytes.fromhex(text), "little")


def test_the_published_vectors_come_out() -> None:
    seen = 0
    for suite, vector in suites():
        ours = Suite(Mode(suite["mode"]))
        key = ours.derive_key(bytes.fromhex(suite["seed"]), bytes.fromhex(suite["keyInfo"]))
        assert ristretto.to_bytes(key).hex() == suite["skSm"]
        blinded = ours.blind(parts(vector, "Input"), [number(each) for each in vector["Blind"].split(",")])
        assert list(blinded.elements) == parts(vector, "BlindedElement")
        evaluated = ours.evaluate(key, blinded.elements)
        assert list(evaluated) == parts(vector, "EvaluationElement")
        assert ours.finalize(blinded, evaluated) == parts(vector, "Output")
        seen += 1
    assert seen == 5


def test_the_published_proofs_come_out_and_verify() -> None:
    for suite, vector in suites():
        if "Proof" not in vector:
            continue
        key = number(suite["skSm"])
        blinded, evaluated = parts(vector, "BlindedElement"), parts(vector, "EvaluationElement")
        proof = VOPRF.prove(key, blinded, evaluated, nonce=number(vector["Proof"]["r"]))
        assert proof.encode().hex() == vector["Proof"]["proof"]
        VOPRF.verify(
            bytes.fromhex(suite["pkSm"]),
            blinded,
            evaluated,
            Proof.decode(bytes.fromhex(vector["Proof"]["proof"])),
        )


def test_an_independent_client_takes_our_evaluations_and_proofs() -> None:
    theirs = oracle.Evaluator.from_seed(bytes(range(32)), b"oracle").public_key
    key = VOPRF.derive_key(bytes(range(32)), b"oracle")
    assert theirs.serialize() == ristretto.multiply_base(key)
    asked = [oracle.Client.blind(each) for each in INPUTS]
    elements = [message.serialize() for _, message in asked]
    evaluated = VOPRF.evaluate(key, elements)
    answer = VOPRF.prove(key, elements, evaluated).encode() + b"".join(evaluated)
    batch = oracle.VerifiableBatchOutput.deserialize(answer)
    outputs = oracle.Client.finalize_batch([client for client, _ in asked], batch, theirs)
    assert outputs == [VOPRF.output_of(key, each) for each in INPUTS]


def test_an_independent_server_is_verified_and_gives_the_same_outputs() -> None:
    theirs = oracle.Evaluator.from_seed(bytes(range(32)), b"")
    blinded = VOPRF.blind(INPUTS)
    answer = theirs.evaluate_batch(
        [oracle.BlindedInput.deserialize(each) for each in blinded.elements]
    ).serialize()
    evaluated = ristretto.elements(answer[oprf.PROOF_BYTES :], len(INPUTS))
    VOPRF.verify(
        theirs.public_key.serialize(),
        blinded.elements,
        evaluated,
        Proof.decode(answer[: oprf.PROOF_BYTES]),
    )
    assert VOPRF.finalize(blinded, evaluated) == [theirs.evaluate_known_input(each) for each in INPUTS]


def test_the_modes_give_different_outputs() -> None:
    assert OPRF.output_of(KEY, b"one") != VOPRF.output_of(KEY, b"one")


def test_no_two_blindings_of_one_input_are_alike() -> None:
    assert VOPRF.blind([b"one"]).elements != VOPRF.blind([b"one"]).elements


@pytest.mark.parametrize("changed", ["blinded", "evaluated", "challenge", "response", "key", "order"])
def test_a_proof_holds_for_this_batch_and_key_alone(changed: str) -> None:
    blinded = list(VOPRF.blind(INPUTS).elements)
    evaluated = list(VOPRF.evaluate(KEY, blinded))
    proof, public = VOPRF.prove(KEY, blinded, evaluated), PUBLIC
    VOPRF.verify(public, blinded, evaluated, proof)
    match changed:
        case "blinded":
            blinded[1] = ristretto.multiply(2, blinded[1])
        case "evaluated":
            evaluated[2] = ristretto.add(evaluated[2], ristretto.BASE)
        case "challenge":
            proof = Proof(challenge=proof.challenge + 1, response=proof.response)
        case "response":
            proof = Proof(challenge=proof.challenge, response=proof.response + 1)
        case "key":
            public = ristretto.multiply_base(KEY + 1)
        case _:
            evaluated[0], evaluated[1] = evaluated[1], evaluated[0]
    with pytest.raises(ProofError):
        VOPRF.verify(public, blinded, evaluated, proof)


def test_a_proof_over_unequal_numbers_or_none_is_refused() -> None:
    blinded = VOPRF.blind(INPUTS).elements
    evaluated = VOPRF.evaluate(KEY, blinded)
    proof = VOPRF.prove(KEY, blinded, evaluated)
    for asked, given in ((blinded[:2], evaluated), (blinded, evaluated[:2]), ((), ())):
        with pytest.raises(ProofError):
            VOPRF.verify(PUBLIC, asked, given, proof)


def test_a_proof_whose_parts_cancel_out_is_refused_not_a_fault() -> None:
    blinded = VOPRF.blind(INPUTS[:1]).elements
    with pytest.raises(ProofError):
        VOPRF.verify(PUBLIC, blinded, blinded, Proof(challenge=ORDER, response=1))


def test_an_evaluation_with_another_key_can_be_proved_for_that_key_alone() -> None:
    blinded = VOPRF.blind(INPUTS).elements
    evaluated = VOPRF.evaluate(KEY + 1, blinded)
    with pytest.raises(ProofError):
        VOPRF.verify(PUBLIC, blinded, evaluated, VOPRF.prove(KEY + 1, blinded, evaluated, public=PUBLIC))


@pytest.mark.parametrize(
    "data",
    [
        bytes(32),
        b"\xff" * 32,
        (1).to_bytes(32, "little"),  # negative: no canonical encoding
        (2**255 - 19 + 2).to_bytes(32, "little"),  # not reduced
        ristretto.BASE[:31],
        ristretto.BASE + b"\0",
        b"",
    ],
)
def test_what_is_no_canonical_element_is_refused(data: bytes) -> None:
    with pytest.raises(ElementError):
        ristretto.element(data)
    with pytest.raises(ElementError):
        ristretto.elements(ristretto.BASE + data, 2)


def test_every_changed_bit_of_an_element_is_another_element_or_refused() -> None:
    for bit in range(256):
        data = bytearray(PUBLIC)
        data[bit // 8] ^= 1 << bit % 8
        try:
            assert ristretto.element(bytes(data)) != PUBLIC
        except ElementError:
            continue


@pytest.mark.parametrize("value", [0, ORDER, ORDER + 1, 2**256 - 1])
def test_a_scalar_that_is_zero_or_not_reduced_is_refused(value: int) -> None:
    with pytest.raises(ElementError):
        ristretto.scalar(value.to_bytes(32, "little"))


@pytest.mark.parametrize("length", [0, 31, 63, 65])
def test_a_proof_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ElementError):
        Proof.decode(b"\1" * length)


def test_the_identity_is_no_result() -> None:
    with pytest.raises(ElementError):
        ristretto.multiply(0, PUBLIC)
    with pytest.raises(ElementError):
        ristretto.multiply_base(0)
    with pytest.raises(ElementError):
        ristretto.from_uniform(bytes(64))


def test_products_and_differences_are_those_of_the_integers() -> None:
    one, two = ristretto.random_scalar(), ristretto.random_scalar()
    assert ristretto.product(one, two) == one * two % ORDER
    assert ristretto.difference(one, two) == (one - two) % ORDER
    assert ristretto.difference(one, one) == 0


def test_inverses_are_those_of_each_alone() -> None:
    values = [ristretto.random_scalar() for _ in range(5)]
    assert ristretto.inverses(values) == [ristretto.inverse(each) for each in values]
    assert ristretto.subtract(ristretto.add(PUBLIC, ristretto.BASE), PUBLIC) == ristretto.BASE


@pytest.mark.parametrize("seed", [b"", bytes(31), bytes(33)])
def test_a_seed_has_one_length(seed: bytes) -> None:
    with pytest.raises(MalformedError):
        VOPRF.derive_key(seed, b"")


def test_an_input_beyond_the_limit_is_refused() -> None:
    VOPRF.blind([bytes(oprf.LONGEST_INPUT)])
    longer = bytes(oprf.LONGEST_INPUT + 1)
    with pytest.raises(MalformedError):
        VOPRF.blind([longer])
    with pytest.raises(MalformedError):
        VOPRF.output_of(KEY, longer)
    with pytest.raises(MalformedError):
        VOPRF.derive_key(bytes(32), longer)
