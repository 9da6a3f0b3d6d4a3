"""Cases of the chapter evidence about what others have seen: receipts of deeds between others, and witnesses' lines."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from handover.domain.handover import Act
from handover.domain.ids import Digest
from handover.protocol import checkpoint, cosignature, note, strict
from handover.protocol import evidence_lines as lines
from handover.protocol.checkpoint import Checkpoint
from handover.protocol.cosignature import WitnessSigner
from handover.protocol.entry import EntryKind
from handover.protocol.evidence import Word
from handover.protocol.evidence_lines import StatedReceipt
from handover.protocol.node_key import KeyUse
from handover.protocol.note import SignatureLine
from paper import DAY, NOW, Author, Lines, Paper, Stage, Tale, bundle, paper

Told = tuple[str, list[bytes], bytes]
"""What a case shows, its files, and the root that was given."""
NAMES: Final = ("gr/athens", "de/hamburg", "fr/lyon")
TOLD: Final = (Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
LATER: Final = NOW + 40 * DAY
Marks = Callable[[tuple[SignatureLine, ...]], Sequence[SignatureLine]]


def cases(where: Path) -> dict[str, Told]:
    """Give the cases by name; each has a registry of its own in a folder of *where*."""
    return {**_foreign(where), **_cosigned(where)}


def _foreign(where: Path) -> dict[str, Told]:
    """Athens has handed a child to Hamburg, and Hamburg to Lyon, which shows both."""
    found: dict[str, Told] = {}
    at = NOW + 3 * 3600  # when Hamburg logged the deed of Athens
    for name, text, given in (
        ("foreign-deed", "A deed between others, from before its key was stolen.", _Given(athens=at + 1)),
        ("foreign-deed-late", "It was logged in the second of the theft.", _Given(athens=at)),
        ("foreign-deed-undated", "Nobody shows when it was given.", _Given(athens=at + 1, receipt=None)),
        ("foreign-deed-whole-key", "No key was stolen, and no receipt is needed.", _Given(receipt=None)),
        (
            "foreign-deed-log-stolen",
            "The key of the log that has it was in other hands, too.",
            _Given(athens=at + 1, hamburg=at),
        ),
        (
            "foreign-deed-log-stolen-later",
            "That key was stolen a second later, and the receipt stands.",
            _Given(athens=at + 1, hamburg=at + 1),
        ),
        (
            "foreign-deed-own-log",
            "The log of who gave it says that it was received.",
            _Given(athens=at + 1, receipt=_of_its_giver),
        ),
        (
            "foreign-deed-other-matter",
            "The receipt is of another matter.",
            _Given(athens=at + 1, receipt=_of_another_matter),
        ),
    ):
        found[name] = (text, *given.told(where / name))
    return found


Receipt = tuple[StatedReceipt, bytes]


def _receipt(author: Author, deed: Digest, stream: str, at: int) -> Receipt:
    """Let *author* log a deed, and give the receipt with the checkpoint on which it rests."""
    index = author.enter(EntryKind.RECEIVED, stream, deed, at)
    signed = author.signed(at)
    stated = StatedReceipt(
        checkpoint=strict.digest(lines.write_checkpoint(signed)),
        index=index,
        path=author.tree.inclusion(index),
        document=author.documents[index],
    )
    return stated, signed


def _given(tale: Tale) -> Receipt:
    return next(
        (stated, signed) for _, digest, stated, signed in tale.receipts if digest == tale.said[Act.DEED]
    )


def _of_its_giver(tale: Tale) -> Receipt:
    return _receipt(tale.sender, tale.said[Act.DEED], tale.pair, tale.now)


def _of_another_matter(tale: Tale) -> Receipt:
    return _receipt(tale.receiver, tale.said[Act.DEED], strict.b64(bytes(16)), tale.now)


class _Given:
    """Since when keys of Athens (signing) and Hamburg (log) were in other hands, and which receipt is shown."""

    def __init__(
        self,
        *,
        athens: int | None = None,
        hamburg: int | None = None,
        receipt: Callable[[Tale], Receipt] | None = _given,
    ) -> None:
        self._stolen = ((0, KeyUse.SIG, athens), (1, KeyUse.LOG, hamburg))
        self._receipt = receipt

    def told(self, folder: Path) -> tuple[list[bytes], bytes]:
        """Give the bundle of Lyon, and the root."""
        world = paper(folder, *NAMES)
        stage = Stage(world)
        first = stage.tale().whole()
        shown = None if self._receipt is None else self._receipt(first)
        second = Tale(
            world, stage.b, stage.c, name="on", epoch=2, now=first.now, deadline=first.now + DAY
        ).whole()
        for place, use, since in self._stolen:
            if since is not None:
                _mark(world, place, use, since)
        if any(since for *_, since in self._stolen):
            world.publish(LATER)

        def add(found: Lines) -> None:
            if shown is not None:
                found[Word.RECEIPT].append(lines.write_receipt(shown[0]))
                found[Word.CHECKPOINT].append(lines.write_checkpoint(shown[1]))

        deed = first.parts[first.said[Act.DEED]]
        return [bundle(stage.c, second, deeds=[deed], at=LATER, change=add)], world.root


def _mark(world: Paper, place: int, use: KeyUse, since: int) -> None:
    author = world.authors[place]
    [kid] = [key.kid for key in author.public_keys() if key.use is use]
    world.registrar.ceremony.mark_compromised(author.node, kid, since=since, now=LATER)


def _cosigned(where: Path) -> dict[str, Told]:
    """Athens has given a deed that nobody receipts; Lyon has cosigned its log a minute later."""
    seen = NOW + 3 * 3600 + 60

    def flipped(found: tuple[SignatureLine, ...]) -> Sequence[SignatureLine]:
        first = bytearray(found[0].signature)
        first[20] ^= 1
        return (replace(found[0], signature=bytes(first)), found[1])

    cases: tuple[tuple[str, str, int | None, int | None, Marks], ...] = (
        ("cosigned", "A witness has seen the log with the deed.", None, None, tuple),
        ("cosigned-before-theft", "It saw it before the key was stolen.", seen + 1, None, tuple),
        ("cosigned-after-theft", "It saw it in the second of the theft.", seen, None, tuple),
        ("cosigned-by-nobody", "Nobody saw it before the key was stolen.", seen + 1, None, lambda _: ()),
        ("cosigned-by-a-thief", "The key of the witness was in other hands.", seen + 1, seen, tuple),
        ("cosigned-falsely", "One bit of the witness's line is another.", None, None, flipped),
        ("cosigned-by-half", "The post-quantum line is missing.", None, None, lambda found: found[:1]),
    )
    return {
        name: (text, *_witnessed(where / name, seen, athens, lyon, marks))
        for name, text, athens, lyon, marks in cases
    }


def _witnessed(
    folder: Path, seen: int, athens: int | None, lyon: int | None, marks: Marks
) -> tuple[list[bytes], bytes]:
    world = paper(folder, *NAMES)
    stage = Stage(world)
    tale = stage.tale().tell(*TOLD)
    tale.say(Act.DEED, stage.a, deliver=False)
    tale.now = seen
    head = Checkpoint(origin=f"{stage.a.node}/log", size=stage.a.tree.size, root=stage.a.tree.root())
    found = marks(WitnessSigner(stage.c.log_signer).cosign(head, seen))
    cosigned = cosignature.joined(checkpoint.sign(head, stage.a.log_signer, seen), found)
    for place, use, since in ((0, KeyUse.SIG, athens), (2, KeyUse.LOG, lyon)):
        if since is not None:
            _mark(world, place, use, since)
    if athens is not None:
        world.publish(LATER)

    def shown(found: Lines) -> None:
        if cosignature.claimed(note.read(cosigned)):
            found[Word.CHECKPOINT][0] = lines.write_checkpoint(cosigned)

    data = bundle(stage.a, tale, at=seen if athens is None else LATER, also=[stage.c.node], change=shown)
    return [data], world.root
