"""`handover doctor`: what will break, before it breaks, and what to do about it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from handover.cli import (
    checks,
    checks_of_node,
    checks_of_reconciliation,
    checks_of_tracing,
    checks_of_witnesses,
    opening,
    terminal,
)
from handover.cli.exits import Exit
from handover.cli.findings import Checked, Level, failure, ok
from handover.cli.options import HERE, AsJson, Data
from handover.domain.errors import HandoverError
from handover.domain.sentences import Moment, Sentence, sentence

if TYPE_CHECKING:
    from handover.adapters.database import SQLDatabase
    from handover.adapters.vault import FileVault
    from handover.application.registry import Registry
    from handover.config import Settings
    from handover.domain.ids import NodeId
    from handover.node import Node
    from handover.protocol.registry_set import Registry as Current

_WORDS: Final = {Level.OK: "ok", Level.NOTE: "note", Level.WARNING: "warning", Level.FAILURE: "FAILURE"}
_PATIENCE: Final = 10.0  # seconds for one peer
_STATUS: Final = {Level.WARNING: Exit.INCOMPLETE, Level.FAILURE: Exit.REFUSED}


def doctor(
    data: Data = HERE,
    offline: Annotated[bool, typer.Option("--offline", help="Do not try whether peers answer.")] = False,
    rehearse: Annotated[
        bool, typer.Option("--rehearse", help="Also restore the newest backup into a scratch folder.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look the node over: clock, keys, database, disk, registry, peers, queue, backup. Each finding has its remedy.

    It changes nothing. With --rehearse the newest file in backup_folder is restored beside the node and checked: read
    whole, opened with the node's keys, its log's tree built anew; then it is destroyed. Exit status 0: all well, 2:
    something will break, 1: something is broken, 3: no node here.

    Example: handover doctor --json
    """
    from handover import founding
    from handover import node as nodes

    if not (data / founding.VAULT).exists() or not (data / founding.ROOT).exists():
        raise founding.NotSetUpError
    now = nodes.system_clock()
    found = list(examine(data, now, reach=not offline, rehearse=rehearse))
    worst = max(each.level for each in found)
    _print(found, now, as_json=as_json)
    if worst in _STATUS:
        raise typer.Exit(_STATUS[worst])


def _print(found: "list[Checked]", now: int, *, as_json: bool) -> None:
    worst = max(each.level for each in found)
    if as_json:
        listed = [
            {
                "name": each.name,
                "level": _WORDS[each.level].lower(),
                "text": str(each.text),
                "fix": str(each.fix or ""),
            }
            for each in found
        ]
        terminal.say_json({"time": terminal.when(now), "worst": _WORDS[worst].lower(), "checks": listed})
    else:
        for each in found:
            terminal.say(f"{_WORDS[each.level]:8} {each.name:16} {terminal.clean(str(each.text))}")
            if each.level > Level.OK and each.fix:
                terminal.say(f"{'':25} -> {each.fix}")


def examine(data: Path, now: int, *, reach: bool, rehearse: bool = False) -> Iterator[Checked]:
    """Give the outcome of every check that can be made; one that fails hides only what rests on it."""
    from handover import config, founding

    yield from checks.folder(data, (founding.VAULT, config.FILE_NAME, "handover.db"))
    yield from checks.disk(data)
    yield from checks.backup(data, now)
    try:
        settings = config.load(data)
    except HandoverError as error:
        yield failure("settings", _why(error), Sentence(error.advice))
        return
    yield ok("settings", sentence("Every setting is known and of the right kind."))
    yield from checks.passphrase_file(settings)
    yield from checks.proxy(settings)
    try:
        vault = opening.vault_of(settings)
    except HandoverError as error:
        yield failure("passphrase", _why(error), Sentence(error.advice))
        return
    yield ok("passphrase", sentence("The passphrase opens the node's keys."))
    if rehearse:
        yield _rehearsed(settings, vault)
    yield from _examine(settings, vault, now, reach=reach)


def _rehearsed(settings: "Settings", vault: "FileVault") -> Checked:
    from handover.adapters import rehearsal

    try:
        path = rehearsal.newest(settings.backup_folder, vault)
        seen = rehearsal.rehearse(path, vault=vault, data=settings.data)
    except HandoverError as error:
        return failure("rehearsal", _why(error), Sentence(error.advice))
    if seen.kind != "sqlite":
        text = sentence("The newest backup is whole, and PostgreSQL's own program can read it: %(made)s.")
        return ok("rehearsal", text.of(made=Moment(seen.made_at)))
    text = sentence(
        "The newest backup was restored beside the node and is sound: %(made)s. Matters: %(matters)s. Entries of the "
        "log: %(entries)s. Data keys that open no more: %(closed)s.",
        made=Moment(seen.made_at),
        matters=seen.matters,
        entries=seen.entries,
        closed=seen.closed,
    )
    return ok("rehearsal", text)


def of_running(found: "Node") -> list[Checked]:
    """Give the outcome of the checks that a running node can make of itself, without trying its peers."""
    from handover import config, founding

    now, data = found.clock(), found.settings.data
    current = _current(found.registry, now)
    entry = current.entries.get(found.id) if current else None
    database = list(checks.database(found.database))
    return [
        *checks.folder(data, (founding.VAULT, config.FILE_NAME, "handover.db")),
        *checks.disk(data),
        *checks.backup(data, now),
        *checks.proxy(found.settings),
        *checks_of_node.registry(found.registry, found.vault, now),
        *checks_of_node.keys(found.vault, entry, now),
        *database,
        *_read(found.database, now, found.settings, found.registry),
        *checks.clock(now, seen=_logged(found.database)),
    ]


def _why(error: HandoverError) -> Sentence:
    """Give what an error says: its title, and the detail where there is one."""
    if error.detail is None:
        return Sentence(error.title)
    return sentence("%(title)s %(detail)s", title=Sentence(error.title), detail=error.detail)


def _examine(settings: "Settings", vault: "FileVault", now: int, *, reach: bool) -> Iterator[Checked]:
    from handover import node as nodes
    from handover.adapters.database import SQLDatabase

    registry = opening.registry_of(settings)
    yield from checks_of_node.registry(registry, vault, now)
    current = _current(registry, now)
    yield from checks_of_node.keys(vault, current.entries.get(vault.node) if current else None, now)
    if reach and current:
        yield from _reach(settings, current, vault, now)
    database = SQLDatabase(settings.url, vault, nodes.system_clock)
    try:
        found = list(checks.database(database))
        yield from found
        seen = current.issued if current else None
        if all(each.level is Level.OK for each in found):
            yield from _read(database, now, settings, registry)
            seen = max(seen, _logged(database), key=lambda each: each or 0)
        yield from checks.clock(now, seen=seen)
    finally:
        database.close()


def _current(registry: "Registry", now: int) -> "Current | None":
    from handover.application.registry import RegistryMissingError

    try:
        return registry.current(now)
    except RegistryMissingError:
        return None


def _reach(settings: "Settings", current: "Current", vault: "FileVault", now: int) -> Iterator[Checked]:
    from handover.adapters.peers import HTTPPeers
    from handover.protocol.node_key import KeyUse

    def pins(node: "NodeId") -> frozenset[bytes]:
        return frozenset(key.public for key in current.entry(node).usable_keys(KeyUse.TLS, now))

    wire = HTTPPeers(private=settings.private_peers, pins=pins, total=_PATIENCE)
    try:
        yield from checks_of_node.peers(wire, current, vault.node)
    finally:
        wire.close()


def _read(database: "SQLDatabase", now: int, settings: "Settings", registry: "Registry") -> Iterator[Checked]:
    from handover.adapters import backup, figures
    from handover.application.witnesses import candidates

    current = _current(registry, now)
    members = current.entries if current else {}
    with database.reading() as work:
        depths, in_doubt, restored = work.queue.depths(), work.doubts.count(), work.doubts.restoration()
        former = work.doubts.former()
        compared = work.reconciliations.all()
    counted = figures.count(database.engine, now)
    yield from checks_of_node.queue(depths, now)
    yield from checks_of_node.rounds(counted.overdue, counted.alarms)
    yield from checks_of_node.mails(counted.mails)
    since = None if restored is None else restored.restored_at
    yield from checks_of_node.restored(in_doubt, since, former)
    yield from checks_of_node.ledger(database.ledger)
    yield from checks_of_reconciliation.peers(compared, members, now)
    made = backup.last_made(settings.data)
    yield from checks_of_node.erasures(counted.erased, counted.renewed, made, now)
    possible = len(candidates(registry, database.node, now))
    yield from checks_of_witnesses.witnesses(database, possible, settings.witnesses, now)
    yield from checks_of_tracing.epochs(database, len(settings.tracing_holders), now)


def _logged(database: "SQLDatabase") -> int | None:
    """Give the time of the newest entry of the log."""
    from handover.adapters import figures

    return figures.newest_entry(database.engine)
