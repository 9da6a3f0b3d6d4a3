"""A witness follows a log that only grows, and its two lines are its word: nothing else passes for them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handover.domain.errors import HandoverError, MalformedError
from handover.domain.ids import NodeId
from handover.protocol import checkpoint, cosignature, merkle, note, witness
from handover.protocol.checkpoint import Checkpoint, LogSigner
from handover.protocol.cosignature import CosignatureError, CosignatureMissingError, WitnessKey, WitnessSigner
from handover.protocol.merkle import ConsistencyError, Tree
from handover.protocol.note import SignatureLine
from handover.protocol.witness import LogUnsignedError, ProofRefusedError, TwoTreesError, WitnessSizeError
from protocol import log_vectors
from protocol.test_log_documents import EXAMPLE, shown
from protocol.test_merkle import LEAVES, grown

CHAPTER = (Path(__file__).parents[2] / "docs" / "spec" / "witness.md").read_text("utf-8")
NOW = 1_790_000_000
LOG = log_vectors.log_signer("athens")
WITNESS = log_vectors.witness_signer("hamburg")
SMALL = 40


def head(size: int, leaves: list[bytes] = LEAVES, origin: str = LOG.key.origin) -> Checkpoint:
    """Return the checkpoint of a tree of the first *size* leaves."""
    tree, _ = grown(leaves[:size])
    return Checkpoint(origin=origin, size=size, root=tree.root())


def asked(old_size: int, new: Checkpoint, proof: tuple[bytes, ...]) -> witness.AddCheckpoint:
    """Return what is read when a log asks for a cosignature."""
    signed = checkpoint.sign(new, LOG, NOW)
    return witness.decode_request(witness.encode_request(old_size=old_size, proof=proof, signed=signed))


def signed_by(tree: Tree, time: int = NOW) -> bytes:
    """Return the note of a tree, cosigned at *time*."""
    new = Checkpoint(origin=LOG.key.origin, size=tree.size, root=tree.root())
    return cosignature.joined(checkpoint.sign(new, LOG, NOW), WITNESS.cosign(new, time))


NOTE = signed_by(grown(LEAVES[:7])[0])


@pytest.mark.parametrize("case", log_vectors.cases("witness"))
def test_own_vectors(case: dict[str, Any]) -> None:
    if "error" not in case:
        assert play(case["input"]) == case["expected"]
        return
    with pytest.raises(HandoverError) as caught:
        play(case["input"])
    assert caught.value.name == case["error"]


def play(given_: dict[str, Any]) -> dict[str, Any]:
    """Carry out what a vector gives, and return what comes out."""
    if "note" in given_:
        key = log_vectors.witness_signer(given_["witness"]).key
        data = given_["note"].encode()
        time, read = cosignature.verify(data, key), Checkpoint.parse(note.read(data).text)
        return {
            "time": time,
            "ed25519_message": f"cosignature/v1\ntime {time}\n{read.text}",
            "cosigned_message_hex": read.cosigned(key.name, time).hex(),
        }
    if "lines" in given_:
        lines = witness.decode_lines(given_["lines"].encode())
        return {"names": [line.name for line in lines], "key_ids": [line.key_id.hex() for line in lines]}
    if "size" in given_:
        return {"size": witness.decode_size(given_["size"].encode())}
    request = witness.decode_request(given_["request"].encode())
    try:
        checkpoint.verify(request.note, log_vectors.log_key(given_["key"]))
    except checkpoint.CheckpointUnsignedError:
        raise LogUnsignedError from None
    held = given_["held"]
    witness.follow(None if held is None else Checkpoint.parse(held), request)
    return {"old_size": request.old_size, "size": request.checkpoint.size, "hashes": len(request.proof)}


def test_most_vectors_are_refusals() -> None:
    assert log_vectors.more_refusals_than_successes("witness")


def test_a_witness_follows_every_growth_and_nothing_else() -> None:
    tree, _ = grown(LEAVES[:SMALL])
    heads = [head(size) for size in range(SMALL + 1)]
    for old in range(SMALL + 1):
        for size in range(old, SMALL + 1):
            request = asked(old, heads[size], tree.consistency(old, size))
            witness.follow(heads[old] if old else None, request)
            if old and old != size:
                with pytest.raises(WitnessSizeError) as caught:
                    witness.follow(heads[old - 1], request)
                assert caught.value.size == old - 1


def test_another_tree_is_never_followed() -> None:
    other = [*LEAVES[:20], *LEAVES[21:60]]
    tree, _ = grown(other[:SMALL])
    with pytest.raises(TwoTreesError):
        witness.follow(head(30), asked(0, head(30, other), ()))
    for size in range(31, SMALL + 1):
        with pytest.raises(ProofRefusedError):
            witness.follow(head(30), asked(30, head(size, other), tree.consistency(30, size)))


def test_the_empty_log_is_followed_by_anything() -> None:
    witness.follow(None, asked(0, head(0), ()))
    witness.follow(head(0), asked(0, head(9), ()))
    with pytest.raises(ProofRefusedError):
        witness.follow(None, asked(0, head(9), (bytes(32),)))


def test_a_proof_says_which_earlier_tree_it_begins_with() -> None:
    other = [*LEAVES[:20], *LEAVES[21:60]]
    tree, _ = grown(other[:SMALL])
    for old in range(1, SMALL):
        for size in range(old + 1, SMALL + 1):
            said: dict[str, Any] = {
                "old_size": old,
                "size": size,
                "root": tree.root(size),
                "path": tree.consistency(old, size),
            }
            if old & (old - 1):
                assert merkle.earlier_root(**said) == tree.root(old)
            else:
                with pytest.raises(ConsistencyError):
                    merkle.earlier_root(**said)


@pytest.mark.parametrize("change", [{"root": bytes(32)}, {"old_size": 30}, {"path": ()}, {"root": b""}])
def test_a_proof_that_does_not_lead_to_the_tree_says_nothing(change: dict[str, Any]) -> None:
    tree, _ = grown(LEAVES[:30])
    said: dict[str, Any] = {"old_size": 7, "size": 30, "root": tree.root(30), "path": tree.consistency(7, 30)}
    with pytest.raises(ConsistencyError):
        merkle.earlier_root(**{**said, **change})


def test_a_cosignature_says_when_and_stands_beside_the_lines_of_the_log() -> None:
    assert cosignature.verify(NOTE, WITNESS.key) == NOW
    assert checkpoint.verify(NOTE, LOG.key) == head(7)
    assert cosignature.claimed(note.read(NOTE)) == (NodeId("de/hamburg"),)
    assert cosignature.of_log(NOTE, LOG.key) == cosignature.of_log(cosignature.of_log(NOTE, LOG.key), LOG.key)
    assert cosignature.claimed(note.read(cosignature.of_log(NOTE, LOG.key))) == ()


def test_every_changed_bit_of_a_cosignature_is_refused() -> None:
    lines = note.read(NOTE).lines[2:]
    bare = cosignature.of_log(NOTE, LOG.key)
    for number, line in enumerate(lines):
        for place in (*range(8), 8, 40, len(line.signature) - 2):
            changed = bytearray(line.signature)
            changed[place] ^= 1
            others = [replace(line, signature=bytes(changed)) if line is each else each for each in lines]
            with pytest.raises((CosignatureError, MalformedError)):
                cosignature.verify(cosignature.joined(bare, others), WITNESS.key)
        with pytest.raises(CosignatureMissingError):
            cosignature.verify(cosignature.joined(bare, lines[:number] + lines[number + 1 :]), WITNESS.key)


def test_lines_of_two_times_are_not_one_word() -> None:
    first, second = WITNESS.cosign(head(7), NOW), WITNESS.cosign(head(7), NOW + 1)
    mixed = cosignature.joined(cosignature.of_log(NOTE, LOG.key), (first[0], second[1]))
    with pytest.raises(MalformedError):
        cosignature.verify(mixed, WITNESS.key)


def test_the_line_of_the_log_is_no_cosignature_though_the_keys_are_the_same() -> None:
    own = WitnessSigner(LOG)
    assert own.key.pair == LOG.key
    renamed = tuple(replace(line, name=own.key.name) for line in LOG.sign(head(7), NOW))
    with pytest.raises(CosignatureMissingError):
        cosignature.verify(note.write(head(7).text, renamed), own.key)
    forged = tuple(
        replace(line, key_id=id_, signature=line.signature.rjust(length, b"\x01"))
        for line, id_, length in zip(renamed, own.key.ids, (72, 2428), strict=True)
    )
    with pytest.raises((CosignatureError, MalformedError)):
        cosignature.verify(note.write(head(7).text, forged), own.key)


def test_a_cosignature_of_one_log_is_none_of_another() -> None:
    other = replace(head(7), origin="gr/athens/log/2")
    with pytest.raises(CosignatureError):
        cosignature.verify(note.write(other.text, WITNESS.cosign(head(7), NOW)), WITNESS.key)


def test_the_first_line_of_a_key_stays_and_there_is_room_for_eight_witnesses() -> None:
    again = cosignature.joined(NOTE, WITNESS.cosign(head(7), NOW + 5))
    assert again == NOTE
    many = [
        WitnessSigner(LogSigner(origin=f"de/w{number}/log", ed25519=bytes([number]) * 32, mldsa44=bytes(32)))
        for number in range(cosignature.MOST)
    ]
    lines = [line for each in many for line in each.cosign(head(7), NOW)]
    full = cosignature.joined(cosignature.of_log(NOTE, LOG.key), lines)
    assert [cosignature.verify(full, each.key) for each in many] == [NOW] * cosignature.MOST
    with pytest.raises(MalformedError):
        cosignature.joined(full, WITNESS.cosign(head(7), NOW))


def test_names_that_are_no_nodes_are_not_judged() -> None:
    stranger = SignatureLine(name="Example/witness", key_id=b"1234", signature=b"x")
    assert cosignature.claimed(note.read(cosignature.joined(NOTE, [stranger]))) == (NodeId("de/hamburg"),)


def test_keys_are_written_as_texts() -> None:
    key = WitnessKey(node=NodeId("de/hamburg"), pair=log_vectors.log_key("hamburg"))
    assert key == WITNESS.key
    assert note.read_key(key.texts[0], note.SignatureType.ED25519_COSIGNATURE) == (key.name, key.pair.ed25519)
    assert note.read_key(key.texts[1], note.SignatureType.ML_DSA_44) == (key.name, key.pair.mldsa44)


def test_the_chapter_shows_what_the_vectors_hold_and_names_every_refusal() -> None:
    found = EXAMPLE.findall(CHAPTER)
    assert len(found) == CHAPTER.count("<!-- example") > 0
    for chapter, name, place, text in found:
        value: Any = log_vectors.read(chapter, name)
        for key in place.split("."):
            value = value[key]
        assert text == shown(value)
    for module in (cosignature, witness):
        for each in vars(module).values():
            if isinstance(each, type) and each.__module__ == module.__name__ and "name" in vars(each):
                assert not issubclass(each, HandoverError) or f"| `{each.name}` |" in CHAPTER


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for begun in (data, b"old 0\n" + data, b"old 3\n\n" + data, "\u2014 ".encode() + data + b"\n"):
        for read in (witness.decode_request, witness.decode_lines, witness.decode_size):
            try:
                read(begun)
            except MalformedError:
                continue


@given(st.integers(0, 63), st.integers(0, 7))
@settings(deadline=None)
def test_a_request_has_one_encoding(hashes: int, old_size: int) -> None:
    proof = tuple(bytes([number]) * 32 for number in range(hashes))
    data = witness.encode_request(old_size=old_size, proof=proof, signed=NOTE)
    found = witness.decode_request(data)
    assert (found.old_size, found.proof, found.note) == (old_size, proof, NOTE)
    assert found.checkpoint == head(7)


def test_limits_are_those_of_the_chapter() -> None:
    for number in (witness.REQUEST_LIMIT, witness.ANSWER_LIMIT):
        assert f"{number:,} bytes".replace(",", " ") in CHAPTER
    assert f"0 to {witness.MOST_HASHES} hashes" in CHAPTER
    with pytest.raises(MalformedError):
        witness.decode_request(b"old 0\n\n".ljust(witness.REQUEST_LIMIT + 1, b"x"))
    with pytest.raises(MalformedError):
        witness.decode_lines(b"x" * witness.ANSWER_LIMIT + b"\n")
    with pytest.raises(MalformedError):
        witness.decode_lines(b"\xff\n")
    with pytest.raises(MalformedError):
        witness.decode_lines(note.write_lines(WITNESS.cosign(head(7), NOW)) * 10)
    assert witness.decode_size(witness.encode_size(2**53 - 1)) == 2**53 - 1
