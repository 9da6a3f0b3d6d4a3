"""Go's checksum-database packages read our notes, proofs and tiles, and make the same proofs from our tiles."""

import pytest

from handover.protocol import checkpoint, merkle, strict
from handover.protocol.checkpoint import Checkpoint
from handover.protocol.merkle import Tree
from handover.protocol.tile import TileName
from oracle import Job, Oracle
from protocol import log_vectors

NOW = 1_790_000_000
SIZES = [1, 2, 3, 7, 64, 255, 256, 257, 600, 65793]


class Store(dict[tuple[int, int], bytes]):
    """Tiles in memory."""

    def get(self, level: int, index: int) -> bytes:  # type: ignore[override]
        """Return a tile."""
        return super().get((level, index), b"")


DATA = [b"entry %d" % index for index in range(SIZES[-1])]


def grown(size: int) -> tuple[Tree, dict[str, str]]:
    """Return a tree of *size* entries, and its tiles under the names that Go gives them."""
    store = Store()
    store.update(Tree(store, 0).append([merkle.leaf_hash(data) for data in DATA[:size]]))
    names = {}
    for (level, index), hashes in store.items():
        name = TileName(level=level, index=index, width=len(hashes) // 32)
        names[f"tile/8/{name}"] = strict.b64std(hashes)
    return Tree(store, size), names


def texts(path: tuple[bytes, ...]) -> list[str]:
    return [strict.b64std(value) for value in path]


def chosen(size: int) -> list[int]:
    """Return some indexes below *size*, with those at the borders of tiles."""
    return sorted(
        {each for each in (0, 1, 2, 254, 255, 256, 257, 511, 512, size // 2, size - 1) if each < size}
    )


def test_go_opens_our_checkpoints(oracle: Oracle) -> None:
    signer = log_vectors.log_signer("athens")
    head = Checkpoint(origin=signer.key.origin, size=7, root=b"\x07" * 32)
    note = checkpoint.sign(head, signer, NOW).decode()
    job = {"Do": "note", "Key": signer.key.texts[0], "Note": note, "Text": head.text}
    other = log_vectors.log_key("athens-former").texts[0]
    forged = note.replace("\n7\n", "\n8\n")
    answers = oracle([job, job | {"Key": other}, job | {"Note": forged}])
    assert answers[0] == "ok"
    assert "ok" not in answers[1:]


def test_go_judges_the_vectors_as_we_do(oracle: Oracle) -> None:
    """Where a checkpoint is refused for its ML-DSA-44 line or its text alone, Go has no opinion and is not asked."""
    accepted = [case for case in _cases("checkpoint") if "error" not in case]
    false = [
        log_vectors.read("checkpoint", name) for name in ("ed25519-flipped", "size-changed", "root-changed")
    ]
    jobs = []
    for case in accepted + false:
        note, key = case["input"]["note"], log_vectors.log_key(case["input"]["key"])
        text = note.partition("\n\n")[0] + "\n"
        jobs.append({"Do": "note", "Key": key.texts[0], "Note": note, "Text": text})
    answers = oracle(jobs)
    assert answers[: len(accepted)] == ["ok"] * len(accepted)
    assert "ok" not in answers[len(accepted) :]


def test_go_accepts_our_proofs_and_refuses_false_ones(oracle: Oracle) -> None:
    good, bad = [], []
    for size in SIZES:
        tree, _ = grown(size)
        root = strict.b64std(tree.root())
        for index in chosen(size):
            job = {"Do": "inclusion", "Index": index, "Size": size, "Root": root}
            job |= {"Leaf": strict.b64std(DATA[index]), "Path": texts(tree.inclusion(index))}
            good.append(job)
            bad.append(job | {"Leaf": strict.b64std(b"forged")})
        for old_size in (each + 1 for each in chosen(size)):
            old_root = strict.b64std(tree.root(old_size))
            job = {"Do": "consistency", "OldSize": old_size, "OldRoot": old_root, "Size": size, "Root": root}
            job["Path"] = texts(tree.consistency(old_size))
            good.append(job)
            bad.append(job | {"OldRoot": strict.b64std(b"\x07" * 32)})
    answers = oracle(good + bad)
    assert answers[: len(good)] == ["ok"] * len(good)
    assert "ok" not in answers[len(good) :]


@pytest.mark.parametrize("size", SIZES)
def test_go_makes_the_same_proofs_from_our_tiles(oracle: Oracle, size: int) -> None:
    tree, tiles = grown(size)
    common = {"Size": size, "Root": strict.b64std(tree.root())}
    jobs = []
    for index in chosen(size)[:: 3 if size > 1000 else 1]:
        needed = {name: value for name, value in tiles.items() if size < 1000 or _wanted(name, index, size)}
        job = common | {"Tiles": needed}
        jobs.append(job | {"Do": "prove-inclusion", "Index": index, "Path": texts(tree.inclusion(index))})
        path = texts(tree.consistency(index + 1))
        jobs.append(job | {"Do": "prove-consistency", "OldSize": index + 1, "Path": path})
    assert oracle(jobs) == ["ok"] * len(jobs)


def _wanted(name: str, index: int, size: int) -> bool:
    """Tell whether a tile is above an index or on the right edge; the others only make the job long."""
    tile = TileName.parse(name.removeprefix("tile/8/"))
    level = 8 * ((tile.level or 0) + 1)
    return tile.level != 0 or tile.index in (index >> level, (size - 1) >> level)


def test_go_names_tiles_as_we_do(oracle: Oracle) -> None:
    names = [
        TileName(level=level, index=index, width=width)
        for level in (0, 1, 7)
        for index in (0, 67, 999, 1000, 1067, 999_999, 1_000_000, 1_234_067)
        for width in (1, 8, 255, 256)
    ]
    jobs = [
        {
            "Do": "name",
            "Level": name.level,
            "Index": name.index,
            "Width": name.width,
            "Text": f"tile/8/{name}",
        }
        for name in names
    ]
    assert oracle(jobs) == ["ok"] * len(jobs)


def _cases(chapter: str) -> list[Job]:
    return [each.values[0] for each in log_vectors.cases(chapter)]
