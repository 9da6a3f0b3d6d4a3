"""The demonstration: a federation is set up, cases change hands, things go wrong, and the evidence is verified."""

import io
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from handover.demo import ceremony, client, records
from handover.demo.authority import Authority
from handover.demo.client import RefusalError
from handover.demo.epilogue import keys_left, nothing_in_the_clear
from handover.demo.operators import Operators
from handover.demo.output import DemoError, Output
from handover.demo.place import Place, taken
from handover.demo.proof import Exhibit, Proof
from handover.demo.records import Document
from handover.demo.story_beside import Beside
from handover.demo.story_handover import MainStory
from handover.demo.story_killed import KilledStory
from handover.demo.story_life import LifeStory
from handover.demo.story_referral import ReferralStory
from handover.demo.story_tracing import TracingStory
from handover.domain.errors import HandoverError
from handover.protocol.registry_set import Registry

NODES: Final = ("gr/athens", "de/hamburg", "es/barcelona", "hn/san-pedro-sula", "gr/samos", "es/ceuta")
_LIFE: Final = "6-life"
_NO_TRACING: Final = "es/barcelona"  # has no mandate for it
APART: Final = frozenset({"gr/athens"})  # web and worker in a process each


def main(folder: Path, *, case: Path | None, keep: bool) -> int:
    """Run it, and give the exit status: 0 when everything is as it should be, 1 when not, 130 after Ctrl-C."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # whoever reads it through a pipe sees it go on, too
    out = Output()
    signal.signal(signal.SIGTERM, _end)
    try:
        document = records.given(case) if case else None
        with taken(folder, out) as place, client.http() as connections:
            nodes = [Authority(name, place, connections, apart=name in APART) for name in NODES]
            with _stopped(out, nodes, keep=keep):
                _run(out, place, nodes, document)
                if keep:
                    keys_left(out, place, nodes)
    except KeyboardInterrupt:
        out.line("\nStopped. No node is left running.", style="bold")
        return 130
    except DemoError as error:
        out.line(f"\n{error}", style="bold red")
        out.line(error.advice or "Run it again; if it happens again, report it with the lines above.")
        return 1
    except (HandoverError, RefusalError) as error:
        out.line(f"\nRefused where it should not have been: {error}", style="bold red")
        return 1
    return 0 if out.all_hold else 1


def _end(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _stopped(out: Output, nodes: list[Authority], *, keep: bool) -> Iterator[None]:
    """Stop the nodes at the end; after a failure show the last words of the one that failed."""
    finished = False
    try:
        yield
        finished = True
    except (DemoError, RefusalError, HandoverError) as error:
        _last_words(out, nodes, getattr(error, "node", ""))
        raise
    finally:
        if not (keep and finished):
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever is impatient now would leave nodes running
            for each in nodes:
                each.ask_to_end()
            for each in nodes:
                each.stop()


def _last_words(out: Output, nodes: list[Authority], name: str) -> None:
    for each in nodes:
        if each.node == name:
            out.line(f"\nThe last lines of the log of {each.node}:", style="bold")
            for line in each.last_words():
                out.line(f"  {line}")


def _run(out: Output, place: Place, nodes: list[Authority], document: Document | None) -> None:
    out.line("Handover: a child's case crosses borders. All people are made up.", style="bold")
    _set_up(out, place, nodes)
    exhibits = _stories(out, nodes, document)
    _proof(out, place, exhibits)
    nothing_in_the_clear(out, place, nodes, document)
    out.scene("What was checked")
    out.conclude()
    verdict = "Everything is as it should be" if out.all_hold else "NOT everything is as it should be"
    out.line(f"\n{verdict}: {len(out.checks)} checks in {out.seconds:.0f} seconds.", style="bold")
    out.line(f"The evidence lies in {place.evidence}. Look at the whole life again, without any node:")
    life = " ".join(_short(place.evidence / each.file) for each in exhibits if each.story == _LIFE)
    out.line(f"  {_command()} verify --root {_short(place.root)} {life}")


def _set_up(out: Output, place: Place, nodes: list[Authority]) -> None:
    out.scene("Setting up: a registry, six nodes, their officers")
    with out.under_way(
        "a registry: a root and four countries, three holders each, every page signed by two of them"
    ):
        operators = Operators(place)
        fingerprint = operators.found()
    with (
        out.under_way("six nodes make their keys and ask to be admitted (`handover init`, `handover enrol`)"),
        ThreadPoolExecutor(len(nodes)) as pool,
    ):
        requests = list(pool.map(Authority.set_up, nodes))
    with out.under_way("the holders compare fingerprints, admit them, and publish"):
        registry = operators.admit(requests)
        out.check(
            "One holder's signature changes nothing in the registry",
            holds=operators.one_is_not_enough(),
            seen=f"{operators.threshold} of 3 needed; {len(registry.entries)} nodes admitted",
        )
    with out.under_way("officers are entered, each with a key to the API"):
        for each in nodes:
            each.staff()
    with out.under_way(
        "five of them make a key of tracing that none of them has (`handover tracing ceremony`)"
    ):
        out.check(
            "Five authorities have made a key of tracing; three of them together can use it",
            holds=ceremony.held([each for each in nodes if each.node != _NO_TRACING], nodes),
            seen="each contribution was checked by each, all five have signed the same epoch, every node accepts it",
        )
    with out.under_way("the nodes start"):
        for each in nodes:
            each.start()
        for each in nodes:
            each.await_ready()
    _show(out, nodes, registry)
    out.note(f"pinned root: {fingerprint[:39]} ...")


def _show(out: Output, nodes: list[Authority], registry: Registry) -> None:
    entries = registry.entries
    out.table(
        ("", "node", "authority", "mandates", "address", "processes"),
        (
            (
                "     ", each.node, entries[each.node].name("en").removesuffix(" (sample)"),
                ", ".join(entries[each.node].mandates), each.address,
                ", ".join(f"{what} {pid}" for what, pid in zip(("web", "worker"), each.pids, strict=False)),
            )
            for each in nodes
        ),
    )  # fmt: skip


def _stories(out: Output, nodes: list[Authority], document: Document | None) -> list[Exhibit]:
    athens, hamburg, barcelona, san_pedro, samos, _ = nodes
    beside = Beside(out)
    out.scene("A child's case goes from Athens to Hamburg")
    main_round = MainStory(out, athens, hamburg).tell(document)
    out.scene("Beside it: Barcelona declines")
    declined = beside.decline(san_pedro, barcelona)
    out.scene("Beside it: Barcelona is asked for advice, and keeps nothing")
    ReferralStory(out, san_pedro, barcelona).tell(declined)
    out.scene("Beside it: a withdrawal and an acceptance cross on the way")
    crossed = beside.crossing(athens, hamburg)
    out.scene("Beside it: a father in Hamburg seeks his children")
    traced = beside.tracing(hamburg, athens, without=barcelona)
    out.scene("Beside it: more than the consent covers")
    beside.uncovered(athens, hamburg)
    out.scene("Beside it: the receiver is killed, three times")
    killed = KilledStory(out, hamburg, barcelona).tell()
    out.scene("A whole life: handed over twice; follow-up, decision, withdrawal, complaint")
    life = LifeStory(out, [san_pedro, barcelona, hamburg]).tell()
    out.scene("A mother in Hamburg seeks her children; nobody is told whom she seeks")
    found = TracingStory(out, hamburg, [samos, athens], greedy=san_pedro).tell()
    told = {
        "1-handed-over": main_round, "2-declined": declined, "3-crossed": crossed,
        "4-traced": traced, "5-killed": killed,
    }  # fmt: skip
    rounds = [
        exhibit
        for story, each in told.items()
        for exhibit in (
            Exhibit(story=story, at=each.sender, matter=each.matter),
            Exhibit(story=story, at=each.receiver, matter=each.taken),
        )
    ]
    return [
        *rounds,
        *(Exhibit(story=_LIFE, at=at, matter=matter) for at, matter in life.matters),
        *(Exhibit(story="7-found", at=at, matter=matter) for at, matter in found),
    ]


def _proof(out: Output, place: Place, exhibits: list[Exhibit]) -> None:
    proof = Proof(out, place)
    out.scene("The evidence, verified without any node")
    files = proof.export(exhibits)
    life = [path for each, path in zip(exhibits, files, strict=True) if each.story == _LIFE]
    reports = proof.verify(files, together=[files[:2], life], tampered=files[0])
    proof.show_each(files, reports)
    out.scene("The main matter, as both nodes' logs show it together")
    proof.show_together(reports[len(files)])
    out.scene("The whole life, as the logs of all three authorities show it together")
    proof.show_life(reports[len(files) + 1])
    out.scene("A copy in which one character was changed")
    proof.show_tampered(reports[-1])


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _command() -> str:
    command = Path(sys.executable).with_name("handover")
    return _short(command) if command.exists() else f"{_short(Path(sys.executable))} -m handover"
