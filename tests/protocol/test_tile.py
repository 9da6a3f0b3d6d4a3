"""A tile has one name, and a log that has grown serves what the name says."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.errors import MalformedError
from handover.protocol import tile
from handover.protocol.tile import LARGEST_SIZE, TileName
from protocol import log_vectors

NAMES = [
    ("0/000", TileName(level=0, index=0)),
    ("0/067", TileName(level=0, index=67)),
    ("0/x001/067", TileName(level=0, index=1067)),
    ("0/x001/x234/067", TileName(level=0, index=1234067)),
    ("2/000.p/1", TileName(level=2, index=0, width=1)),
    ("63/x001/000.p/255", TileName(level=63, index=1000, width=255)),
    ("entries/000.p/70", TileName(level=None, index=0, width=70)),
    ("entries/x999/999", TileName(level=None, index=999999)),
]


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_a_name_is_read_and_written(text: str, name: TileName) -> None:
    assert TileName.parse(text) == name
    assert str(name) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "0/", "/000", "0/0", "0/00", "0/0000", "0/1000", "0/x000/067", "0/x001067", "0/001/067",
        "0/x001/x067", "0/X001/067", "00/000", "01/000", "64/000", "99/000", "-1/000", "+1/000", "0/-01",
        "entries", "entry/000", "Entries/000", "0/000.p", "0/000.p/", "0/000.p/0", "0/000.p/01", "0/000.p/256",
        "0/000.p/999", "0/000.p/1000", "0/000.p/-1", "0/000/", "0/000\n", " 0/000", "0/000 ", "0/٠٠٠", "٠/000",
        "0/000.P/1", "0/../000", "0/000.p/1/", "0/x999/x999/x999/x999/x999/999",
        "0/x001/x000/x000/x000/x000/x000/000",
    ],
)  # fmt: skip
def test_any_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        TileName.parse(text)


@given(
    st.text(max_size=40)
    | st.from_regex(re.compile(r"(entries|[0-9]{1,2})/(x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]{1,3})?"))
)
def test_any_text_is_a_name_of_one_spelling_or_refused(text: str) -> None:
    try:
        name = TileName.parse(text)
    except MalformedError:
        return
    assert str(name) == text


@given(st.none() | st.integers(0, 63), st.integers(0, LARGEST_SIZE), st.integers(1, 256))
def test_every_tile_has_a_name(level: int | None, index: int, width: int) -> None:
    name = TileName(level=level, index=index, width=width)
    assert TileName.parse(str(name)) == name


@pytest.mark.parametrize(
    ("level", "index", "width"),
    [(64, 0, 1), (-1, 0, 1), (0, -1, 1), (0, LARGEST_SIZE + 1, 1), (0, 0, 0), (0, 0, 257)],
)
def test_there_is_no_other_tile(level: int, index: int, width: int) -> None:
    with pytest.raises(MalformedError):
        TileName(level=level, index=index, width=width)


def test_a_tree_of_seventy_thousand_has_the_tiles_of_the_specification() -> None:
    assert tile.right_edge(70_000) == [(0, 273), (1, 1), (2, 0)]
    for text in ("0/272", "0/273.p/112", "1/000", "1/001.p/17", "2/000.p/1", "entries/273.p/112"):
        assert TileName.parse(text).within(70_000), text
    for text in ("0/273.p/113", "0/273", "0/274.p/1", "1/001.p/18", "2/000.p/2", "3/000.p/1", "entries/273"):
        assert not TileName.parse(text).within(70_000), text


@pytest.mark.parametrize(
    ("size", "edge"),
    [
        (0, []),
        (1, [(0, 0)]),
        (256, [(0, 0), (1, 0)]),
        (257, [(0, 1), (1, 0)]),
        (65536, [(0, 255), (1, 0), (2, 0)]),
    ],
)
def test_the_right_edge_is_the_last_tile_of_each_level(size: int, edge: list[tuple[int, int]]) -> None:
    assert tile.right_edge(size) == edge


def test_a_bundle_has_each_leaf_behind_its_length() -> None:
    assert tile.bundle([]) == b""
    assert tile.bundle([b"a", b"", b"b" * 258]) == b"\x00\x01a\x00\x00\x01\x02" + b"b" * 258


@pytest.mark.parametrize("case", log_vectors.cases("tile"))
def test_own_vectors(case: dict[str, Any]) -> None:
    if "error" in case:
        log_vectors.refused(case, lambda: TileName.parse(case["input"]["name"]))
    elif "name" in case["input"]:
        assert TileName.parse(case["input"]["name"]) == TileName(**case["expected"])
    else:
        names = [TileName.parse(name) for name in case["expected"]["right_edge"]]
        assert [(name.level, name.index) for name in names] == tile.right_edge(case["input"]["size"])
        assert all(name.within(case["input"]["size"]) for name in names)
        assert not names[0].within(case["input"]["size"] - 1)


def test_most_vectors_are_refusals() -> None:
    assert log_vectors.more_refusals_than_successes("tile")
