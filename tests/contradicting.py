"""A log on paper that shows whatever a test wants, witnesses that cosign it, and the file that proves it."""

from typing import Final

from handover.domain.ids import NodeId
from handover.protocol import checkpoint as checkpoints
from handover.protocol import contradiction, cosignature, evidence_lines, evidence_registry, merkle
from handover.protocol.checkpoint import Checkpoint
from handover.protocol.cosignature import WitnessSigner
from handover.protocol.evidence import Word
from handover.protocol.evidence_lines import Consistency
from handover.protocol.node_key import KeyUse
from paper import NOW, Author, Lines, Paper

HOUR: Final = 3600
NAMES: Final = ("gr/athens", "de/hamburg", "fr/lyon")


class Tiles(dict[tuple[int, int], bytes]):
    """Tiles in memory."""

    def get(self, level: int, index: int) -> bytes:  # type: ignore[override]
        return super().get((level, index), b"")


def tree(size: int, *, other: int = 10**9) -> merkle.Tree:
    """Give a tree of *size* entries; from index *other* on they are not those of the other trees."""
    tiles = Tiles()
    made = merkle.Tree(tiles, 0)
    leaves = [merkle.leaf_hash(b"%d %d" % (number, number >= other)) for number in range(size)]
    tiles.update(made.append(leaves))
    return made


def signed(author: Author, of: merkle.Tree, now: int = NOW, *witnesses: Author) -> bytes:
    """Give the checkpoint of a tree, signed by its log and cosigned a minute later."""
    origin = f"{author.node}/log"
    head = Checkpoint(origin=origin, size=of.size, root=of.root())
    note = checkpoints.sign(head, author.log_signer, now)
    for each in witnesses:
        note = cosignature.joined(note, WitnessSigner(each.log_signer).cosign(head, now + 60))
    return note


def proof(of: merkle.Tree, size: int) -> Consistency:
    """Give the proof from *size* entries of a tree; from a power of two it begins with the root of those."""
    path = of.consistency(size)
    return Consistency(size=size, path=path if size & (size - 1) else (of.root(size), *path))


def lines(world: Paper, first: bytes, second: bytes, led: Consistency | None = None) -> Lines:
    """Give the lines of a file."""
    nodes = sorted(NodeId(name) for name in NAMES)
    found: Lines = {word: [] for word in Word}
    found |= evidence_registry.lines([world.sets[-1].part(nodes)])
    found[Word.CHECKPOINT] = [evidence_lines.write_checkpoint(each) for each in (first, second)]
    found[Word.CONSISTENCY] = [] if led is None else [evidence_lines.write_consistency(led)]
    return found


def file(world: Paper, first: bytes, second: bytes, led: Consistency | None = None) -> bytes:
    """Give a file."""
    return contradiction.write(lines(world, first, second, led))


def stolen(world: Paper, witnesses: int = 0) -> bytes:
    """Give a file on a log whose keys were stolen an hour later; so many witnesses are said to have seen both trees."""
    log, *others = world.authors
    for key in log.public_keys():
        if key.use in (KeyUse.LOG, KeyUse.LOG_PQ):
            world.registrar.ceremony.mark_compromised(log.node, key.kid, since=NOW + HOUR, now=NOW + HOUR)
    world.publish(NOW + HOUR)
    first, second = (signed(log, tree(7, other=each), NOW, *others[:witnesses]) for each in (7, 3))
    return file(world, first, second)


def proving(world: Paper) -> dict[str, tuple[str, bytes]]:
    """Give files that prove something, each with its description."""
    log, hamburg, lyon = world.authors
    return {
        "two-trees": (
            "Two trees of seven entries, each cosigned by another witness.",
            file(
                world,
                signed(log, tree(7), NOW, hamburg),
                signed(log, tree(7, other=3), NOW + HOUR, lyon),
            ),
        ),
        "not-grown": (
            "A tree of eleven entries that does not begin with the seven that a witness has seen.",
            file(
                world,
                signed(log, tree(7), NOW, hamburg),
                signed(log, tree(11, other=3), NOW + HOUR, lyon),
                proof(tree(11, other=3), 7),
            ),
        ),
        "not-grown-from-eight": (
            "The same where the witness has seen a power of two: the proof begins with the other root.",
            file(
                world,
                signed(log, tree(8), NOW, hamburg),
                signed(log, tree(11, other=3), NOW + HOUR),
                proof(tree(11, other=3), 8),
            ),
        ),
        "rolled-back": (
            "Seven entries, signed an hour after eleven.",
            file(world, signed(log, tree(11), NOW, hamburg), signed(log, tree(7), NOW + HOUR)),
        ),
    }


def nothing(world: Paper) -> dict[str, tuple[str, bytes]]:
    """Give files in which nothing is false, and that prove nothing."""
    log, hamburg, _ = world.authors
    old, new = signed(log, tree(7), NOW, hamburg), signed(log, tree(11), NOW + HOUR)
    return {
        "grown": ("A log that has grown.", file(world, old, new, proof(tree(11), 7))),
        "without-proof": (
            "A tree of eleven entries that begins otherwise, and no proof from the seven.",
            file(world, old, signed(log, tree(11, other=3), NOW + HOUR)),
        ),
        "same-tree": ("One tree, signed twice.", file(world, old, signed(log, tree(7), NOW + HOUR))),
        "shown-again": (
            "Seven entries that were signed before the eleven.",
            file(world, new, signed(log, tree(7), NOW + HOUR)),
        ),
        "two-logs": (
            "Trees of two logs.",
            file(world, old, signed(hamburg, tree(7, other=3), NOW + HOUR)),
        ),
    }


def changed(data: bytes, word: Word, place: int, at: int) -> bytes:
    """Give the file with one letter of a part changed into another of its alphabet."""
    found = data.split(b"\n")
    number = contradiction.read(data).line(word, place) - 1
    line = bytearray(found[number])
    line[at] = ord("B") if line[at] == ord("A") else ord("A")
    return b"\n".join([*found[:number], bytes(line), *found[number + 1 :]])


def false(world: Paper) -> dict[str, tuple[str, bytes]]:
    """Give files in which something is false."""
    log, hamburg, lyon = world.authors
    _, whole = proving(world)["not-grown"]
    old, new = signed(log, tree(7), NOW, hamburg), signed(log, tree(11, other=3), NOW + HOUR)
    found = whole.split(b"\n")
    return {
        "forged": (
            "The second checkpoint is signed under the log's name by keys that the registry does not list.",
            file(world, old, _forged(tree(7, other=3))),
        ),
        "changed-root": ("A letter of the first root changed.", changed(whole, Word.CHECKPOINT, 0, 40)),
        "changed-cosignature": (
            "A letter of the last witness's line changed.",
            changed(whole, Word.CHECKPOINT, 1, -60),
        ),
        "changed-proof": ("A letter of the proof changed.", changed(whole, Word.CONSISTENCY, 0, 30)),
        "changed-registry": ("A letter of a node entry changed.", changed(whole, Word.NODE, 0, 200)),
        "proof-from-elsewhere": (
            "The proof begins with another size.",
            file(world, old, new, proof(tree(11, other=3), 6)),
        ),
        "proof-too-much": (
            "A proof beside two trees of one size.",
            file(world, old, signed(log, tree(7, other=3), NOW, lyon), proof(tree(11, other=3), 7)),
        ),
        "one-checkpoint": ("The first checkpoint is left out.", _without(found, b"checkpoint")),
        "disorder": (
            "Two lines changed places.",
            b"\n".join([found[0], *found[2:-2], found[1], *found[-2:]]),
        ),
        "unknown-line": ("A line of an unknown kind.", whole + b"remark hello\n"),
        "no-line-feed": ("The last line does not end.", whole[:-1]),
    }


def _forged(of: merkle.Tree) -> bytes:
    head = Checkpoint(origin=f"{NAMES[0]}/log", size=of.size, root=of.root())
    signer = checkpoints.LogSigner(origin=f"{NAMES[0]}/log", ed25519=bytes(32), mldsa44=bytes(32))
    return checkpoints.sign(head, signer, NOW)


def _without(found: list[bytes], word: bytes) -> bytes:
    number = next(at for at, line in enumerate(found) if line.startswith(word))
    return b"\n".join([*found[:number], *found[number + 1 :]])
