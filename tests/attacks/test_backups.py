"""Backups and files put by hand: damaged, foreign and old copies, and the ledger of what was erased."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from attacks.attack import Attack, Strike, against
from attacks.test_fetches import tried
from federation import federation
from handover import node as nodes
from handover.adapters import backup as backups
from handover.adapters import restoring
from handover.adapters.erasures import NAME as LEDGER
from handover.node import Node
from two_nodes.restores import Folder, Stage, restore, staged
from two_nodes.test_erasure_ledger import erase


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give a node that runs, a backup of it, and what has been erased since."""
    folder = tmp_path_factory.mktemp("backups")
    with federation(folder, "gr/athens", "de/hamburg") as (fed, [north, south]):
        made = staged(fed, north, south, folder)
        erase(made)
        yield made


def made(node: Node, path: Path, now: int) -> Path:
    settings = node.settings
    backups.make(path, url=settings.url, vault=node.vault, data=settings.data, now=now)
    return path


def changed(change: Callable[[bytes], bytes]) -> Callable[[Stage, Path], Path]:
    """Give what puts a changed copy of the good backup to a path."""

    def put(stage: Stage, path: Path) -> Path:
        data = change(stage.backup.read_bytes())
        assert data != stage.backup.read_bytes()
        path.write_bytes(data)
        return path

    return put


def flipped(place: float) -> Callable[[bytes], bytes]:
    def flip(data: bytes) -> bytes:
        at = int(place * (len(data) - 1))
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]

    return flip


def of_another_node(stage: Stage, path: Path) -> Path:
    return made(stage.south, path, stage.fed.clock.now)


def database_itself(stage: Stage, path: Path) -> Path:
    shutil.copy(stage.database, path)
    return path


def older_format(data: bytes) -> bytes:
    return data.replace(b"handover-backup/1", b"handover-backup/0", 1)


def renamed(data: bytes) -> bytes:
    """Let the head name another node."""
    return data.replace(b"gr/athens", b"de/hamburg", 1)


def made_later(data: bytes) -> bytes:
    """Let the head say a later time, so that less is asked of peers."""
    head, mark, rest = data.partition(b'"made_at":')
    return head + mark + b"9" + rest[1:]


DAMAGED = {
    "backup-flipped-in-its-head": ("flips a bit in the head of a backup", changed(flipped(0.0005))),
    "backup-flipped-in-the-middle": ("flips a bit in the middle of a backup", changed(flipped(0.5))),
    "backup-flipped-at-the-end": ("flips the last bit of a backup", changed(flipped(1))),
    "backup-cut": ("cuts a backup in the middle", changed(lambda data: data[: len(data) // 2])),
    "backup-cut-by-a-byte": ("cuts the last byte of a backup", changed(lambda data: data[:-1])),
    "backup-of-a-head-alone": (
        "gives the head of a backup and nothing behind it",
        changed(lambda data: data[: data.index(b"\n", data.index(b"\n") + 1) + 1]),
    ),
    "backup-with-more-behind": (
        "writes something behind a backup",
        changed(lambda data: data + b"\0\0\0\x10" + b"x" * 16),
    ),
    "backup-twice": ("puts a backup behind itself", changed(lambda data: data * 2)),
    "backup-of-nothing": ("gives an empty file as a backup", changed(lambda _: b"")),
    "backup-of-an-older-format": ("writes an older format into the head of a backup", changed(older_format)),
    "backup-in-anothers-name": ("writes another node's name into the head of a backup", changed(renamed)),
    "backup-made-later": ("writes a later time into the head of a backup", changed(made_later)),
    "backup-of-another-node": ("gives another node's backup", of_another_node),
    "backup-in-the-clear": ("gives a database in place of a backup", database_itself),
}


@against(
    *(
        Attack(name, f"Somebody with the place where backups lie {what}.", "backup-damaged", with_=put)
        for name, (what, put) in DAMAGED.items()
    )
)
def test_a_backup_is_whole_and_of_this_node_or_nothing_is_restored(
    stage: Stage, tmp_path: Path, case: Attack
) -> Strike:
    path = case.with_(stage, tmp_path / "given.backup")
    run = lambda: tried(lambda: restore(stage.north, path, stage.fed.clock))  # noqa: E731
    return Strike(node=stage.north, run=run)


def line_left_out(text: str) -> str:
    header, _, *rest = text.splitlines(keepends=True)
    return "".join([header, *rest])


def another_owner(text: str) -> str:
    header, first, *rest = text.splitlines(keepends=True)
    number, at, _, code = first.split(" ")
    return "".join([header, f"{number} {at} somebody-else {code}", *rest])


def turned(text: str) -> str:
    header, *lines = text.splitlines(keepends=True)
    return "".join([header, *lines[::-1]])


def one_more(text: str) -> str:
    """Add a line, so that a child's values are destroyed by the next restore."""
    return f"{text}{len(text.splitlines())} 1 01a227a9-7a20-7c48-9266-d9a23ffd9f8a {'A' * 43}\n"


def of_another_key(text: str) -> str:
    header, *lines = text.splitlines(keepends=True)
    return "".join([header, *(f"{line.rpartition(' ')[0]} {'A' * 43}\n" for line in lines)])


@against(
    *(
        Attack(
            f"ledger-{name}",
            f"Somebody with the disk {what}, and has a backup restored.",
            "erasures-damaged",
            with_=change,
        )
        for name, what, change in (
            ("without-a-line", "takes a line out of the ledger of erasures", line_left_out),
            (
                "with-another-owner",
                "writes another name into a line of the ledger of erasures",
                another_owner,
            ),
            ("in-another-order", "turns the ledger of erasures round", turned),
            ("with-one-more", "adds a child to the ledger of erasures", one_more),
            ("of-other-keys", "writes the ledger of erasures anew under keys of their own", of_another_key),
            (
                "of-another-format",
                "writes another format into the ledger of erasures",
                lambda text: "handover-erasures/0" + text[19:],
            ),
        )
    )
)
def test_a_ledger_that_was_changed_stops_the_restore(stage: Stage, case: Attack) -> Strike:
    path = stage.north.settings.data / LEDGER

    def run() -> str:
        before = path.read_text()
        assert len(before.splitlines()) > 2
        path.write_text(case.with_(before))
        try:
            return tried(lambda: restore(stage.north, stage.backup, stage.fed.clock))
        finally:
            path.write_text(before)

    return Strike(node=stage.north, run=run)


@against(
    Attack(
        "restore-under-a-running-node",
        "Somebody restores an old backup while the node runs, to have it say things twice.",
        "database-in-use",
    )
)
def test_a_node_that_runs_is_not_put_back(stage: Stage, case: Attack) -> Strike:
    run = lambda: tried(lambda: restore(stage.north, stage.backup, stage.fed.clock))  # noqa: E731
    return Strike(node=stage.north, run=run)


def database_of(node: Node, path: Path) -> None:
    """Copy a node's database as it stands."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(node.settings.data / "handover.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(path),))


def copied(stage: Stage, folder: Path) -> Path:
    """Give a copy of the node's folder, as a thief makes it."""
    data = folder / "copy"
    shutil.copytree(stage.north.settings.data, data, ignore=shutil.ignore_patterns("handover.db*"))
    database_of(stage.north, data / "handover.db")
    return data


def emptied(_stage: Stage, data: Path) -> None:
    (data / "handover.db").unlink()


def anothers(stage: Stage, data: Path) -> None:
    database_of(stage.south, data / "handover.db")


def of_before_a_restore(stage: Stage, data: Path) -> None:
    """Put the database of before a restore back in its place."""
    place = Folder(data)
    restoring.restore(stage.backup, place=place, vault=place.vault, clock=stage.fed.clock, forget_newer=True)
    database_of(stage.north, data / "handover.db")


def started(stage: Stage, data: Path) -> str:
    """Start a node on a folder."""

    def start() -> None:
        url = f"sqlite:///{data / 'handover.db'}"
        settings = stage.north.settings.model_copy(update={"data": data, "database": url})
        nodes.open_node(settings, clock=stage.fed.clock, wire=stage.fed.wire).close()

    return tried(start)


@against(
    Attack(
        "database-taken-away",
        "Somebody with the disk takes the database away, so that the node begins anew and forgets what it has signed.",
        "database-forgotten",
        with_=emptied,
    ),
    Attack(
        "database-of-before-a-restore",
        "Somebody with the disk puts the database of before a restore back in its place.",
        "other-incarnation",
        with_=of_before_a_restore,
    ),
    Attack(
        "database-of-another-node",
        "Somebody with the disk puts another node's database in the place of this one's.",
        "other-incarnation",
        with_=anothers,
    ),
)
def test_no_node_starts_with_a_database_that_is_not_its_own(
    stage: Stage, tmp_path: Path, case: Attack
) -> Strike:
    data = copied(stage, tmp_path)
    case.with_(stage, data)
    return Strike(node=stage.north, run=lambda: started(stage, data))


@pytest.fixture
def renewed(tmp_path: Path) -> Iterator[Stage]:
    """Give a node that has erased a child after a backup, and renewed its keys since."""
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        made_ = staged(fed, north, south, tmp_path)
        erase(made_)
        north.renewal.renew()
        yield made_


@against(
    Attack(
        "backup-of-before-an-erasure",
        "Somebody with machine and passphrase opens a backup of before an erasure, after the keys were renewed.",
        "backup-damaged",
    )
)
def test_what_was_erased_does_not_come_back_from_a_backup(renewed: Stage, case: Attack) -> Strike:
    run = lambda: tried(lambda: backups.check(renewed.backup, vault=renewed.north.vault))  # noqa: E731
    return Strike(node=renewed.north, run=run)
