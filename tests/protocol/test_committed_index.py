"""A committed index: one address opens against its root, and nothing that was not in it does."""

from dataclasses import replace

import pytest

from handover.domain.errors import MalformedError, NotFoundError
from handover.domain.ids import NodeId
from handover.protocol import committed_index
from handover.protocol.committed_index import SMALLEST, Index, Opening, OpeningError, Statement, binding

SEED = bytes(range(32))
LEAVES = [
    (bytes([number]) * 16, binding(bytes([number]), "0190-record", bytes([number]) * 16))
    for number in range(40)
]
INDEX = Index(LEAVES, seed=SEED)
STATEMENT = Statement(
    node=NodeId("gr/athens"),
    epoch=3,
    tables=bytes(32),
    depth=INDEX.depth,
    root=INDEX.root,
    made_at=1_790_000_000,
)


def test_every_leaf_opens_against_the_root() -> None:
    for address, bound in LEAVES:
        opening = INDEX.opening(address, bound)
        committed_index.verify(Opening.decode(opening.encode()), STATEMENT)
        assert (opening.address, opening.binding) == (address, bound)


@pytest.mark.parametrize("changed", ["address", "binding", "place", "path", "depth", "root"])
def test_an_opening_of_anything_else_is_refused(changed: str) -> None:
    opening, statement = INDEX.opening(*LEAVES[7]), STATEMENT
    match changed:
        case "address":
            opening = replace(opening, address=bytes(16))
        case "binding":
            opening = replace(opening, binding=bytes(32))
        case "place":
            opening = replace(opening, place=opening.place ^ 1)
        case "path":
            opening = replace(opening, path=opening.path[::-1])
        case "depth":
            statement = replace(statement, depth=SMALLEST + 1)
        case _:
            statement = replace(statement, root=bytes(32))
    with pytest.raises(OpeningError):
        committed_index.verify(opening, statement)


def test_what_is_not_in_the_index_cannot_be_opened() -> None:
    for address, bound in ((bytes(16), LEAVES[0][1]), (b"\xff" * 16, b"\xff" * 32)):
        with pytest.raises(NotFoundError):
            INDEX.opening(address, bytes(32) if address == bytes(16) else bound)


def test_a_small_index_looks_like_any_other_small_one() -> None:
    assert Index([], seed=SEED).depth == Index(LEAVES, seed=SEED).depth == SMALLEST
    assert Index([], seed=SEED).root != Index([], seed=bytes(32)).root


def test_an_index_grows_by_powers_of_two() -> None:
    many = [(number.to_bytes(16, "big"), bytes(32)) for number in range(2**SMALLEST + 1)]
    index = Index(many, seed=SEED)
    assert index.depth == SMALLEST + 1
    statement = replace(STATEMENT, depth=index.depth, root=index.root)
    committed_index.verify(index.opening(*many[-1]), statement)


def test_the_record_behind_a_leaf_is_bound_and_hidden() -> None:
    address = bytes(16)
    assert binding(b"salt", "one", address) != binding(b"salt", "two", address)
    assert binding(b"salt", "one", address) != binding(b"pepper", "one", address)
    assert binding(b"salt", "one", address) != binding(b"salt", "one", bytes([1]) * 16)


@pytest.mark.parametrize(("leaves", "seed"), [([(b"short", bytes(32))], SEED), ([], b"short")])
def test_leaves_and_seed_have_one_length(leaves: list[tuple[bytes, bytes]], seed: bytes) -> None:
    with pytest.raises(MalformedError):
        Index(leaves, seed=seed)


@pytest.mark.parametrize("cut", [0, 8, 40, -1])
def test_an_opening_has_the_length_of_its_depth(cut: int) -> None:
    with pytest.raises(MalformedError):
        Opening.decode(INDEX.opening(*LEAVES[0]).encode()[:cut])


def test_an_opening_of_another_version_or_depth_is_refused() -> None:
    data = INDEX.opening(*LEAVES[0]).encode()
    for wrong in (b"HOo2" + data[4:], data + bytes(32), data[:8] + b"\x02" + data[9 : 9 + 48 + 64]):
        with pytest.raises(MalformedError):
            Opening.decode(wrong)


def test_a_statement_has_one_encoding() -> None:
    data = STATEMENT.encode()
    assert Statement.decode(data) == STATEMENT
    assert STATEMENT.digest != replace(STATEMENT, epoch=4).digest
    for wrong in (
        data.replace(b"index/1", b"index/2"),
        data[:-1] + b" }",
        data.replace(b'"depth":12', b'"depth":11'),
    ):
        with pytest.raises(MalformedError):
            Statement.decode(wrong)


def test_an_index_of_guesses_shows_at_an_audit() -> None:
    """A hit opens the address; the audit asks for the salt of its leaf and the record. A guess has none to show."""
    guess = bytes([200]) * 16
    index = Index([*LEAVES, (guess, bytes(32))], seed=SEED)  # what it is bound to is nothing
    statement = replace(STATEMENT, root=index.root, depth=index.depth)
    opening = index.opening(guess, bytes(32))
    committed_index.verify(opening, statement)
    salts = [bytes([number]) for number in range(40)]
    assert not any(binding(salt, "0190-record", guess) == opening.binding for salt in salts)
    honest = index.opening(*LEAVES[3])
    assert binding(bytes([3]), "0190-record", honest.address) == honest.binding


def test_a_guess_that_is_put_in_after_the_question_came_does_not_open_against_what_was_logged() -> None:
    guess = (bytes([200]) * 16, bytes(32))
    with pytest.raises(OpeningError):
        committed_index.verify(Index([*LEAVES, guess], seed=SEED).opening(*guess), STATEMENT)
