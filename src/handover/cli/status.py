"""`handover status`: the node at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handover.cli import opening, standing, terminal
from handover.cli.options import HERE, AsJson, Data
from handover.cli.standing import Standing
from handover.cli.version import VERSION

if TYPE_CHECKING:
    from handover.adapters.figures import Figures
    from handover.application.doubt import FormerLog
    from handover.application.facts import Alarm, Depth, Peer
    from handover.application.witnesses import Cosigned
    from handover.node import Node
    from handover.protocol.registry_set import Registry

_NEWEST = 20  # alarms that are shown


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """All that is shown, read in one go."""

    now: int
    node: str
    incarnation: int
    registry: "Registry | None"
    fresh: bool
    standing: Standing
    log_size: int
    cosigned: "Cosigned | None"
    in_doubt: int
    former: "Sequence[FormerLog]"
    figures: "Figures"
    depths: Sequence["Depth"]
    peers: Sequence["Peer"]
    alarms: Sequence["Alarm"]


def status(data: Data = HERE, as_json: AsJson = False) -> None:
    """Show the node, its registry, its peers, what waits, open rounds, and alarms.

    It looks and changes nothing. `handover doctor` says what to do about what it finds.

    Example: handover status --json
    """
    with opening.opened(data) as node:
        seen = _look(node)
    if as_json:
        terminal.say_json(_as_json(seen))
        return
    _show(seen)
    _show_peers(seen)
    if seen.alarms:
        terminal.say()
        rows = (
            (terminal.when(each.raised_at), each.kind, each.peer or "-", each.handover or "-")
            for each in seen.alarms
        )
        terminal.say_table(("raised", "alarm", "peer", "handover"), rows)


def _look(node: "Node") -> _Seen:
    from handover.adapters import figures
    from handover.application.registry import RegistryMissingError

    with node.database.reading() as work:
        now, head = work.now, work.log.head()
        cosigned = work.cosigned.newest(head.origin)
        in_doubt, former = work.doubts.count(), work.doubts.former()
        depths, peers, alarms = work.queue.depths(), work.peers.all(), work.alarms.all(_NEWEST, seen=False)
    try:
        registry = node.registry.current(now)
    except RegistryMissingError:
        registry = None
    return _Seen(
        now=now,
        node=node.id,
        incarnation=node.vault.incarnation,
        registry=registry,
        fresh=node.registry.fresh(now),
        standing=standing.of(registry, node.vault, now),
        log_size=head.size,
        cosigned=cosigned,
        in_doubt=in_doubt,
        former=former,
        figures=figures.count(node.database.engine, now),
        depths=depths,
        peers=peers,
        alarms=alarms,
    )


def _former(log: "FormerLog") -> dict[str, object]:
    return {
        "incarnation": log.incarnation,
        "at": terminal.when(log.restored_at),
        "backup": terminal.when(log.made_at),
        "entries": log.had,
        "seen": log.seen,
        "lost": log.lost,
    }


def _as_json(seen: _Seen) -> dict[str, object]:
    return {
        "node": seen.node,
        "version": VERSION,
        "time": terminal.when(seen.now),
        "incarnation": seen.incarnation,
        "registry": _registry(seen),
        "log": {"size": seen.log_size, "cosigned": _cosigned(seen.cosigned)},
        "in_doubt": seen.in_doubt,
        "restored": [_former(each) for each in seen.former],
        "rounds": {
            "open": {state.value: number for state, number in seen.figures.open_rounds.items()},
            "overdue": seen.figures.overdue,
        },
        "queue": {
            "waiting": sum(each.waiting for each in seen.depths),
            "refused": sum(each.refused for each in seen.depths),
        },
        "peers": [dict(zip(_PEER, row, strict=True)) for row in _peers(seen)],
        "alarms": {
            "count": seen.figures.alarms,
            "newest": [
                {
                    "kind": each.kind,
                    "raised": terminal.when(each.raised_at),
                    "peer": each.peer,
                    "handover": each.handover,
                }
                for each in seen.alarms
            ],
        },
    }


def _cosigned(found: "Cosigned | None") -> dict[str, object] | None:
    if found is None:
        return None
    return {
        "size": found.size,
        "time": terminal.when(found.cosigned_at),
        "witnesses": list(found.witnesses),
    }


def _witnesses(found: "Cosigned | None") -> str:
    if found is None:
        return "cosigned by nobody yet"
    return (
        f"{found.size} of them cosigned on {terminal.when(found.cosigned_at)} by {', '.join(found.witnesses)}"
    )


def _registry(seen: _Seen) -> dict[str, object]:
    registry = seen.registry
    return {
        "version": registry.version if registry else None,
        "root": registry.root if registry else None,
        "issued": terminal.when(registry.issued) if registry else None,
        "age_seconds": seen.now - registry.issued if registry else None,
        "expires": terminal.when(registry.expires) if registry else None,
        "nodes": len(registry.entries) if registry else 0,
        "fresh": seen.fresh,
        "listed": registry is not None and seen.node in registry.entries,
        "standing": seen.standing.value,
    }


def _show(seen: _Seen) -> None:
    states = ", ".join(f"{number} {state}" for state, number in seen.figures.open_rounds.items())
    waiting, refused = (sum(getattr(each, name) for each in seen.depths) for name in ("waiting", "refused"))
    terminal.say_facts(
        {
            "node": f"{seen.node} (incarnation {seen.incarnation}, version {VERSION})",
            "time": terminal.when(seen.now),
            "registry": _registry_line(seen),
            "log": f"{seen.log_size} entries, {_witnesses(seen.cosigned)}",
            "open rounds": states or "none",
            "overdue": seen.figures.overdue or "none",
            "in doubt": seen.in_doubt or "none",
            "lost with a restore": f"{seen.former[0].lost} entries of the log" if seen.former else "nothing",
            "queue": f"{waiting} waiting, {refused} refused",
            "alarms": seen.figures.alarms or "none",
        }
    )


_PEER = ("node", "heard", "failures", "next_try", "waiting", "refused", "oldest_seconds")


def _peers(seen: _Seen) -> list[tuple[object, ...]]:
    known, depths = {each.node: each for each in seen.peers}, {each.peer: each for each in seen.depths}
    rows: list[tuple[object, ...]] = []
    for name in sorted(known.keys() | depths.keys()):
        peer, depth = known.get(name), depths.get(name)
        heard = terminal.when(peer.heard_at) if peer and peer.heard_at else None
        late = terminal.when(peer.not_before) if peer and peer.not_before > seen.now else None
        oldest = seen.now - depth.since if depth and depth.since else None
        counts = (depth.waiting, depth.refused) if depth else (0, 0)
        rows.append((name, heard, peer.failures if peer else 0, late, *counts, oldest))
    return rows


def _show_peers(seen: _Seen) -> None:
    rows = _peers(seen)
    if not rows:
        return
    terminal.say()
    head = ("peer", "heard", "failures", "next try", "waiting", "refused", "oldest")
    shown = ((*row[:-1], terminal.span(row[-1]) if isinstance(row[-1], int) else None) for row in rows)
    terminal.say_table(head, (["-" if cell is None else cell for cell in row] for row in shown))


def _registry_line(seen: _Seen) -> str:
    registry = seen.registry
    if registry is None:
        return "none accepted yet; run `handover refresh`"
    age = terminal.span(seen.now - registry.issued)
    stands = standing.WORDS[seen.standing]
    state = "fresh" if seen.fresh else "STALE"
    return f"version {registry.version}, {age} old ({state}), {len(registry.entries)} nodes; {stands}"
