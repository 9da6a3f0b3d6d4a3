"""Makes the vectors of the chapter evidence: `python tests/vectors/make_evidence.py [NAME ...]`, all or some of them.

Signatures of logs are random, so they come out different each time; what they say is the same.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from handover.application.verifier import verify  # noqa: E402
from handover.application.verifier_report import Severity  # noqa: E402
from handover.domain.handover import Act  # noqa: E402
from handover.domain.ids import NodeId  # noqa: E402
from handover.domain.record import MatterKind, schema  # noqa: E402
from handover.protocol import envelope as envelopes  # noqa: E402
from handover.protocol import strict  # noqa: E402
from handover.protocol.evidence import Word  # noqa: E402
from paper import DAY, NOW, Lines, Paper, Stage, Tale, bundle, by, gather, paper, signed  # noqa: E402
from vectors import evidence_resolved_cases, evidence_seen_cases, keyed, made  # noqa: E402

Files = list[bytes]
_LONG: Final = 60
WITHDRAWN: Final = (Act.OFFER, Act.VOID, Act.VOID_RECEIPT)


def cases(world: Paper) -> dict[str, tuple[str, Files]]:
    """Give description and files of every case; those that are whole come first."""
    return {
        **_true(world),
        **_anew(world),
        **_incomplete(world),
        **_false(world),
        **evidence_resolved_cases.cases(world),
    }


def _true(world: Paper) -> dict[str, tuple[str, Files]]:
    stage, back, tracing = Stage(world), Stage(world), Stage(world)
    whole, first = stage.tale().whole(), back.tale().whole()
    second = Tale(world, back.b, back.a, name="second", epoch=2, now=first.now, deadline=first.now + DAY)
    traced = tracing.tale(kind=MatterKind.TRACING, fields=(schema("tracing/1").fields[0].path,)).whole()
    ended = Stage(world).tale().tell(*WITHDRAWN)
    sender, receiver = bundle(stage.a, whole), bundle(stage.b, whole)
    return {
        "whole-sender": ("A guardianship handed over, as the sender shows it.", [sender]),
        "whole-receiver": ("The same, as the receiver shows it.", [receiver]),
        "whole-both": ("Both sides' bundles together.", [sender, receiver]),
        "withdrawn": ("An offer that was withdrawn.", [bundle(ended.sender, ended)]),
        "tracing": ("A tracing request handed over without a second officer.", [bundle(tracing.a, traced)]),
        "asserted": ("An offer that the officer's passkey has signed, withdrawn.", [asserted(world)]),
        "returned": ("A case that came back: a chain of two deeds.", [bundle(back.a, first, second.whole())]),
    }


def _incomplete(world: Paper) -> dict[str, tuple[str, Files]]:
    stage = Stage(world)
    offered = stage.tale().tell(Act.OFFER)
    relieving = Stage(world).tale().tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE, Act.DEED)
    whole = Stage(world).tale().whole()

    def without(word: Word, place: int) -> Callable[[Lines], None]:
        return lambda found: found[word].__delitem__(place)

    return {
        "open": ("An offer that waits for an answer.", [bundle(stage.a, offered)]),
        "relieving": ("A deed whose take-up is not shown.", [bundle(relieving.sender, relieving)]),
        "without-assertion": (
            "What the passkey has signed is left out.",
            [asserted(world, left_out=True)],
        ),
        **{
            f"without-{word}": (
                f"The exporter left out the part {place + 1} of the kind {word}, and signed for the rest.",
                [bundle(whole.sender, whole, change=without(word, place))],
            )
            for word, place in (
                (Word.ENVELOPE, 2),
                (Word.ENTRY, 1),
                (Word.RECEIPT, 0),
                (Word.RECORD, 0),
                (Word.CONSENT, 0),
                (Word.CONSISTENCY, 0),
            )
        },
    }


def _false(world: Paper) -> dict[str, tuple[str, Files]]:
    whole = Stage(world).tale().whole()
    data = bundle(whole.sender, whole)
    lines = data.split(b"\n")
    changed = bytearray(data)
    changed[len(changed) // 2] ^= 1
    stray = Stage(world).tale().tell(Act.OFFER, Act.OPENED)
    stray.say(Act.DEED, stray.sender, re=strict.digest(b"no acceptance"))
    late = Stage(world).tale(ground_days=1).tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    late.now += 2 * DAY
    late.tell(Act.DEED, Act.TAKE_UP_RECEIPT)
    after = Stage(world).tale(deadline=NOW + DAY).tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    after.now += 2 * DAY
    after.tell(Act.DEED, Act.TAKE_UP_RECEIPT)
    alone = Stage(world).tale().tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    alone.say(Act.DEED, alone.sender, by=by(alone.sender, "cem", "ben"))
    alone.tell(Act.TAKE_UP_RECEIPT)
    void = envelopes.sign(whole.envelope(Act.VOID, whole.sender), signer=whole.sender.signer)
    return {
        "changed-byte": ("One bit of a whole bundle changed.", [bytes(changed)]),
        "removed-line": ("A line taken away.", [b"\n".join([*lines[:20], *lines[21:]])]),
        "swapped-lines": (
            "Two lines changed places.",
            [b"\n".join([*lines[:20], lines[21], lines[20], *lines[22:]])],
        ),
        "unknown-line": ("A line of an unknown kind.", [data + b"remark hello\n"]),
        "part-twice": (
            "An envelope stands there twice, and the manifest names it twice.",
            [
                bundle(
                    whole.sender,
                    whole,
                    change=lambda found: found[Word.ENVELOPE].append(found[Word.ENVELOPE][0]),
                )
            ],
        ),
        "late-deed": ("The deed was given after the deadline.", [bundle(after.sender, after)]),
        "stray-deed": ("A deed that answers no acceptance.", [bundle(stray.sender, stray)]),
        "ground-expired": ("The ground expired between offer and deed.", [bundle(late.receiver, late)]),
        "same-officer": ("Who released the offer countersigned the deed.", [bundle(alone.sender, alone)]),
        "equivocation": (
            "The sender signed a void beside its deed; the receiver kept it.",
            [bundle(whole.receiver, whole, refused=[void])],
        ),
        "asserted-elsewhere": (
            "The passkey has signed the offer to another node.",
            [asserted(world, to=NodeId("es/barcelona"))],
        ),
        "omitted-tail": ("The sender left out its second round; the receiver shows it.", _omitted(world)),
    }


def asserted(world: Paper, *, left_out: bool = False, **changes: Any) -> bytes:
    """Give the bundle of an offer that a passkey has signed; *changes* are those of the statement."""
    tale = Stage(world).tale()
    author = tale.sender
    officers = replace(by(author, "ada", "ben"), auth="passkey")
    made = tale.envelope(Act.OFFER, author, by=officers)
    word, document = keyed.confirmed(author, tale, made, **changes)
    tale.say(Act.OFFER, author, by=officers)
    tale.tell(Act.VOID, Act.VOID_RECEIPT)
    parts = {Word.ATTESTATION: [word], Word.ASSERTION: [] if left_out else [document]}
    return bundle(author, tale, change=lambda lines: lines.update(parts))


def _anew(world: Paper) -> dict[str, tuple[str, Files]]:
    """Give a round whose offer was signed anew in its last second, before its first form had arrived."""
    stage = Stage(world)
    tale = stage.tale(deadline=stage.a.now + DAY)
    first = tale.say(Act.OFFER, stage.a, deliver=False)
    old = envelopes.read(tale.parts[first]).claimed
    tale.now = stage.a.now + DAY
    again = tale.envelope(Act.OFFER, stage.a, replaces=first, payload=old.payload, deadline=old.deadline)
    tale.said[Act.OFFER] = tale.put(again, envelopes.sign(again, signer=stage.a.signer), stage.a)
    tale.now += 1
    tale.tell(Act.VOID, Act.VOID_RECEIPT)
    shown = bundle(tale.sender, tale)
    del tale.parts[first]
    unseen = bundle(tale.receiver, tale)
    return {
        "signed-anew": ("The offer was signed anew in its last second, as the sender shows it.", [shown]),
        "signed-anew-unseen": ("The receiver never had the first form of the offer.", [unseen]),
    }


def _omitted(world: Paper) -> Files:
    stage = Stage(world)
    first = stage.tale().tell(*WITHDRAWN)
    second = stage.tale(name="second", now=first.now, deadline=first.now + DAY).whole()
    shown = gather(stage.a, first)
    shown[Word.ENTRY] = shown[Word.ENTRY][: len(shown[Word.ENVELOPE])]
    return [signed(stage.a, shown, second), bundle(stage.b, first, second)]


def written(data: bytes, name: str, known: dict[str, tuple[str, int]]) -> list[Any]:
    """Give a file as it is kept: its lines, each as text or, where an earlier case has it, as that case and number."""
    kept: list[Any] = []
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), start=1):
        if len(line) > _LONG and line in known:
            kept.append(list(known[line]))
        else:
            known.setdefault(line, (name, number))
            kept.append(line)
    return kept


def case(
    name: str, description: str, files: Files, root: bytes | None, known: dict[str, tuple[str, int]]
) -> made.Case:
    """Give one case with the verdict that it gets."""
    report = verify(files, root=root)
    rules = {each.rule.value for each in report.findings if each.severity is not Severity.NOTE}
    given = {
        "root": None if root is None else root.decode("ascii"),
        "files": [written(data, name, known) for data in files[:1]]
        + [written(data, f"{name} 2", known) for data in files[1:]],
    }
    return made.accepted(description, given, {"verdict": report.verdict.value, "rules": sorted(rules)})


def kept(but: Collection[str]) -> dict[str, tuple[str, int]]:
    """Give the place of each long line that stands in a case that is kept, but those of the names given."""
    found: dict[str, tuple[str, int]] = {}
    for path in sorted((made.FOLDER / "evidence").glob("*.json")):
        if path.stem in but:
            continue
        for number, file in enumerate(json.loads(path.read_text("utf-8"))["input"]["files"], start=1):
            name = path.stem if number == 1 else f"{path.stem} {number}"
            for place, line in enumerate(file, start=1):
                if isinstance(line, str) and len(line) > _LONG:
                    found.setdefault(line, (name, place))
    return found


def every(where: Path) -> Iterator[tuple[str, str, Files, bytes | None]]:
    """Give name, description, files and root of every case; those whose lines others name come first."""
    world = paper(where, "gr/athens", "de/hamburg", "es/barcelona")
    other = paper(where / "other", "gr/athens", now=1_780_000_000)
    told = cases(world)
    yield from ((name, text, files, world.root) for name, (text, files) in told.items())
    yield "no-root", "No root was given.", told["whole-sender"][1], None
    yield "other-root", "The root of another registry was given.", told["whole-sender"][1], other.root
    seen = evidence_seen_cases.cases(where / "seen")
    yield from ((name, text, files, root) for name, (text, files, root) in seen.items())


def main(names: Sequence[str]) -> None:
    """Write the cases of these names, or all; those that are kept do not name lines of those that are written."""
    with tempfile.TemporaryDirectory() as folder:
        told = list(every(Path(folder)))
        chosen = set(names) or {name for name, *_ in told}
        known = kept(chosen) if names else {}
        found = {each[0]: case(*each, known) for each in told if each[0] in chosen}
        if names:
            for name, each in found.items():
                (made.FOLDER / "evidence" / f"{name}.json").write_text(made.text(each), "utf-8")
        else:
            made.write("evidence", found)


if __name__ == "__main__":
    main(sys.argv[1:])
