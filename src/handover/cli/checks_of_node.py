"""Checks of what a node lives among: registry, keys, peers, queue, rounds, alarms. They look and change nothing."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from handover.cli import standing
from handover.cli.findings import DAY, Checked, days_left, failure, note, ok, warning
from handover.cli.keys import GRACE
from handover.cli.standing import Standing
from handover.cli.terminal import span
from handover.domain.errors import HandoverError

if TYPE_CHECKING:
    from handover.adapters.peers import HTTPPeers
    from handover.adapters.vault import FileVault
    from handover.application.facts import Depth
    from handover.application.registry import Registry
    from handover.domain.ids import NodeId
    from handover.protocol.node_entry import NodeEntry
    from handover.protocol.registry_set import Registry as Current

_SEALING: Final = (12, 7, 2)  # days: a sealing key lives thirty
_LANES: Final = 16  # peers that are tried at a time
_NAMED: Final = 5  # peers that a line names
_ENROL: Final = "handover enrol, and send the request to the registry's operators"


def registry(found: "Registry", vault: "FileVault", now: int) -> Iterator[Checked]:
    """Check that a registry is here, fresh, far from its end, and names this node."""
    from handover.application.registry import RegistryMissingError

    name = "registry"
    try:
        current = found.current(now)
    except RegistryMissingError:
        yield failure(
            name, "this node has accepted no registry yet", "handover refresh --from FOLDER, NODE or ADDRESS"
        )
        return
    age = f"version {current.version}, issued {span(now - current.issued)} ago"
    if found.fresh(now):
        yield ok(name, age)
    else:
        fix = "handover refresh; if it stays so, the registry's operators have to publish"
        yield failure(name, f"{age}: too old, offers and deeds wait", fix)
    yield from _terms(current, vault.node, now)
    yield _entry(standing.of(current, vault, now))


def _terms(current: "Current", node: "NodeId", now: int) -> Iterator[Checked]:
    fix = "remind the registry's operators: they renew and sign this page"
    for role in ("root", "targets", node.country):
        if role in current.terms:
            days = (current.terms[role] - now) // DAY
            yield days_left("registry-page", f"the registry's {role} page", days, fix=fix)


def _entry(found: Standing) -> Checked:
    name, telephone = "entry", "telephone the registry's operators"
    if found is Standing.NOT_LISTED:
        return failure(name, "the registry does not name this node: no peer will talk to it", _ENROL)
    if found is Standing.OTHER_KEYS:
        text = "the registry names this node with other keys: nothing that is signed here counts"
        return failure(name, text, f"is this the right data folder? Else {telephone}")
    if found is Standing.SUSPENDED:
        return failure(name, "the registry has suspended this node", telephone)
    return ok(name, "the registry names this node")


def keys(vault: "FileVault", entry: "NodeEntry | None", now: int) -> Iterator[Checked]:
    """Check the dates of the node's keys, and that the registry lists those in use."""
    from handover.protocol.node_key import KeyUse

    name, held = "keys", vault.node_keys()
    for use in (KeyUse.SIG, KeyUse.LOG, KeyUse.LOG_PQ, KeyUse.SEAL):
        newest = max((key for key in held if key.use is use), key=lambda key: key.not_before)
        days, sealing = (newest.expires - now) // DAY, use is KeyUse.SEAL
        fix = (
            f"handover keys rotate-sealing, restart, then {_ENROL}"
            if sealing
            else "ask how this key is renewed"
        )
        marks = _SEALING if sealing else (60, 30, 7)
        yield days_left(name, f"the {use} key", days, fix=fix, marks=marks)
        if entry is not None and all(key.kid != newest.kid for key in entry.keys):
            yield warning(name, f"the registry does not list the newest {use} key", _ENROL)
    old = [key for key in held if key.use is KeyUse.SEAL and key.expires < now - GRACE]
    if old:
        yield note(name, f"{len(old)} sealing keys are past their use", "handover keys destroy-old")


def peers(wire: "HTTPPeers", current: "Current", node: "NodeId") -> Iterator[Checked]:
    """Check that the other nodes answer at the addresses that the registry gives."""
    name = "peers"
    others = [entry for other, entry in sorted(current.entries.items()) if other != node]
    if not others:
        yield note(name, "the registry names no other node")
        return
    with ThreadPoolExecutor(_LANES) as lanes:
        answers = list(lanes.map(lambda entry: _reach(wire, entry), others))
    silent = [f"{entry.node} ({why})" for entry, why in zip(others, answers, strict=True) if why]
    text = f"{len(others) - len(silent)} of {len(others)} peers answer"
    if not silent:
        yield ok(name, text)
        return
    more = f" and {len(silent) - _NAMED} more" if len(silent) > _NAMED else ""
    fix = "look at this machine's network and firewall; else tell the named nodes' operators"
    yield warning(name, f"{text}; not {', '.join(silent[:_NAMED])}{more}", fix)


def _reach(wire: "HTTPPeers", entry: "NodeEntry") -> str:
    """Give why the peer cannot be reached; nothing if it can."""
    try:
        wire.get(entry.node, entry.address, "/.well-known/handover", 65536)
    except HandoverError as error:
        return error.name
    return ""


def queue(depths: "Sequence[Depth]", now: int) -> Iterator[Checked]:
    """Check how long messages have been waiting, and whether peers have refused any."""
    name, waiting = "queue", sum(each.waiting for each in depths)
    oldest = min((each.since for each in depths if each.since is not None), default=now)
    text = f"{waiting} waiting, the oldest for {span(now - oldest)}" if waiting else "nothing waits"
    fix = "handover queue show; is `serve` or `worker` running, and does the peer answer?"
    if now - oldest > DAY:
        yield failure(name, text, fix)
    elif now - oldest > 3600:
        yield warning(name, text, fix)
    else:
        yield ok(name, text)
    refused = sum(each.refused for each in depths)
    if refused:
        fix = "handover queue show --refused; remove the cause, then handover queue retry"
        yield failure(name, f"peers have refused {refused} for good", fix)


def rounds(overdue: int, alarms: int) -> Iterator[Checked]:
    """Check for rounds that a person should look at, and for alarms."""
    if overdue:
        fix = "handover status; a liaison officer looks at them, and telephones the other authority"
        yield warning("rounds", f"{overdue} rounds have stood too long", fix)
    else:
        yield ok("rounds", "no round is overdue")
    if alarms:
        yield warning(
            "alarms",
            f"{alarms} alarms",
            "handover status lists them; the operator's guide says what each means",
        )
    else:
        yield ok("alarms", "none")


def mails(given_up: int) -> Iterator[Checked]:
    """Check whether notices could be delivered; where none is kept there is nothing to say."""
    if given_up:
        fix = "Operation in the pages lists them: tell the officers, and look at their addresses"
        yield warning("mail", f"{given_up} mails to officers were given up", fix)
