"""The sorted file of addresses: everything that was written is found, nothing else is."""

import hashlib
from pathlib import Path

import pytest

from handover.adapters import key_index
from handover.adapters.key_index import IndexFileError, KeyIndex


def address(number: int) -> bytes:
    """Return an address as good as random."""
    return hashlib.sha256(str(number).encode()).digest()[:16]


def rows(count: int) -> list[tuple[bytes, bytes]]:
    """Return rows of which every tenth address has two values."""
    made = [(address(number), number.to_bytes(4, "big")) for number in range(count)]
    return made + [(address(number), (number + count).to_bytes(4, "big")) for number in range(0, count, 10)]


def test_what_was_written_is_found_with_all_its_values(tmp_path: Path) -> None:
    path = tmp_path / "index"
    assert key_index.write(path, reversed(rows(3000)), width=4) == 3300
    with KeyIndex(path) as index:
        assert len(index) == 3300
        assert index.find([address(20), address(21)]) == [
            (0, (20).to_bytes(4, "big")),
            (0, (3020).to_bytes(4, "big")),
            (1, (21).to_bytes(4, "big")),
        ]
        assert all(index.find([address(number)]) for number in range(3000))


def test_what_was_not_written_is_not_found(tmp_path: Path) -> None:
    path = tmp_path / "index"
    key_index.write(path, rows(500), width=4)
    with KeyIndex(path) as index:
        edges = [bytes(16), b"\xff" * 16]
        assert index.find([*(address(number) for number in range(9000, 9999)), *edges]) == []


def test_an_empty_index_answers_too(tmp_path: Path) -> None:
    path = tmp_path / "index"
    key_index.write(path, [], width=0)
    with KeyIndex(path) as index:
        assert (len(index), index.find([bytes(16)])) == (0, [])


def test_a_row_that_comes_twice_is_kept_once(tmp_path: Path) -> None:
    assert key_index.write(tmp_path / "index", [(address(1), b"x")] * 3, width=1) == 1


def test_a_new_index_takes_the_place_of_the_old_at_once(tmp_path: Path) -> None:
    path = tmp_path / "index"
    key_index.write(path, rows(10), width=4)
    with KeyIndex(path) as old:
        key_index.write(path, [], width=4)
        assert len(old) == 11
        assert [each.name for each in tmp_path.iterdir()] == ["index"]


@pytest.mark.parametrize("row", [(b"short", b"x"), (bytes(16), b"")])
def test_a_row_of_another_size_is_refused(tmp_path: Path, row: tuple[bytes, bytes]) -> None:
    with pytest.raises(IndexFileError):
        key_index.write(tmp_path / "index", [row], width=1)


@pytest.mark.parametrize("change", ["cut", "longer", "short", "other"])
def test_a_damaged_file_is_refused(tmp_path: Path, change: str) -> None:
    path = tmp_path / "index"
    key_index.write(path, rows(10), width=4)
    data = path.read_bytes()
    path.write_bytes(
        {"cut": data[:-1], "longer": data + b"x", "short": data[:100], "other": b"x" + data[1:]}[change]
    )
    with pytest.raises(IndexFileError):
        KeyIndex(path)
