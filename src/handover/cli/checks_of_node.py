"""Checks of what a node lives among: registry, keys, peers, queue, rounds, alarms. They look and change nothing."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from handover.cli import standing
from handover.cli.findings import DAY, Checked, days_left, failure, note, ok, warning
from handover.cli.standing import Standing
from handover.domain.errors import HandoverError
from handover.domain.sentences import Moment, Names, Sentence, Span, sentence

if TYPE_CHECKING:
    from handover.adapters.erasures import Ledger
    from handover.adapters.peers import HTTPPeers
    from handover.adapters.vault import FileVault
    from handover.application.doubt import FormerLog
    from handover.application.facts import Depth
    from handover.application.registry import Registry
    from handover.domain.ids import NodeId
    from handover.protocol.node_entry import NodeEntry
    from handover.protocol.registry_set import Registry as Current

_SEALING: Final = (12, 7, 2)  # days: a sealing key lives thirty
_LANES: Final = 16  # peers that are tried at a time
_NAMED: Final = 5  # peers that a line names
_ENROL: Final = sentence(
    "Run %(command)s, and send the request to the registry's operators.", command="handover enrol"
)


def registry(found: "Registry", vault: "FileVault", now: int) -> Iterator[Checked]:
    """Check that a registry is here, fresh, far from its end, and names this node."""
    from handover.application.registry import RegistryMissingError

    name = "registry"
    try:
        current = found.current(now)
    except RegistryMissingError:
        fix = sentence(
            "Run %(command)s. The source is a folder, a node or an address.",
            command="handover refresh --from SOURCE",
        )
        yield failure(name, sentence("This node has accepted no registry yet."), fix)
        return
    version, age = current.version, Span(now - current.issued)
    if found.fresh(now):
        yield ok(name, sentence("Version %(version)s. Age: %(age)s.", version=version, age=age))
    else:
        text = sentence(
            "Version %(version)s. Age: %(age)s. It is too old: offers and deeds wait.",
            version=version,
            age=age,
        )
        fix = sentence(
            "Run %(command)s. If it stays so, the registry's operators have to publish.",
            command="handover refresh",
        )
        yield failure(name, text, fix)
    yield from _terms(current, vault.node, now)
    yield _entry(standing.of(current, vault, now))


def _terms(current: "Current", node: "NodeId", now: int) -> Iterator[Checked]:
    fix = sentence("Remind the registry's operators: they renew and sign this page.")
    texts = {
        "root": sentence("The registry's root page ends: %(when)s."),
        "targets": sentence("The registry's page of delegations ends: %(when)s."),
        node.country: sentence("The registry's page of this country ends: %(when)s."),
    }
    for role, text in texts.items():
        if role in current.terms:
            days = (current.terms[role] - now) // DAY
            yield days_left("registry-page", text, days, fix=fix)


def _entry(found: Standing) -> Checked:
    name = "entry"
    if found is Standing.NOT_LISTED:
        text = sentence("The registry does not name this node: no peer will talk to it.")
        return failure(name, text, _ENROL)
    if found is Standing.OTHER_KEYS:
        text = sentence("The registry names this node with other keys: nothing that is signed here counts.")
        fix = sentence(
            "See whether this is the right data folder. If it is, telephone the registry's operators."
        )
        return failure(name, text, fix)
    if found is Standing.COMPROMISED:
        text = sentence(
            "The registry says that others may have the signing key: nothing that it signs counts."
        )
        return failure(name, text, sentence("Make new keys, as the guide for a stolen key says."))
    if found is Standing.SUSPENDED:
        text = sentence("The registry has suspended this node.")
        return failure(name, text, sentence("Telephone the registry's operators."))
    return ok(name, sentence("The registry names this node."))


_ENDS: Final = {
    "sig": sentence("The signing key ends: %(when)s."),
    "log": sentence("The key of the log ends: %(when)s."),
    "log-pq": sentence("The post-quantum key of the log ends: %(when)s."),
    "seal": sentence("The sealing key ends: %(when)s."),
    "tls": sentence("The pin of the server's key ends: %(when)s."),
}
_MADE_AS: Final = {"log-pq": "log"}  # the keys of a log are made in pairs
_UNLISTED: Final = {
    "sig": sentence("The registry does not list the newest signing key."),
    "log": sentence("The registry does not list the newest key of the log."),
    "log-pq": sentence("The registry does not list the newest post-quantum key of the log."),
    "seal": sentence("The registry does not list the newest sealing key."),
}


def keys(vault: "FileVault", entry: "NodeEntry | None", now: int) -> Iterator[Checked]:
    """Check the dates of the node's keys, and that the registry lists those in use."""
    from handover.application.key_care import GRACE
    from handover.protocol.node_key import KeyUse

    name, held = "keys", vault.node_keys()
    for use in (KeyUse.SIG, KeyUse.LOG, KeyUse.LOG_PQ, KeyUse.SEAL):
        newest = max((key for key in held if key.use is use), key=lambda key: key.not_before)
        days, sealing = (newest.expires - now) // DAY, use is KeyUse.SEAL
        marks = _SEALING if sealing else (60, 30, 7)
        fix = sentence(
            "Run %(command)s, then %(enrol)s, and send the request to the registry's operators.",
            command=f"handover keys rotate {_MADE_AS.get(use, use)}",
            enrol="handover enrol",
        )
        yield days_left(name, _ENDS[use], days, fix=fix, marks=marks)
        if entry is not None and all(key.kid != newest.kid for key in entry.keys):
            yield warning(name, _UNLISTED[use], _ENROL)
    for pin in (entry.usable_keys(KeyUse.TLS, now) if entry else ())[:1]:
        fix = sentence(
            "Add the next certificate to %(setting)s, run %(enrol)s, and send the request to the registry's operators.",
            setting="pinned_certificates",
            enrol="handover enrol",
        )
        yield days_left(name, _ENDS[KeyUse.TLS], (pin.expires - now) // DAY, fix=fix)
    old = [key for key in held if key.use is KeyUse.SEAL and key.expires < now - GRACE]
    if old:
        text = sentence("Sealing keys past their use: %(number)s.", number=len(old))
        yield note(
            name,
            text,
            sentence("Run %(command)s. See whether the worker runs.", command="handover keys destroy-old"),
        )


def peers(wire: "HTTPPeers", current: "Current", node: "NodeId") -> Iterator[Checked]:
    """Check that the other nodes answer at the addresses that the registry gives."""
    name = "peers"
    others = [entry for other, entry in sorted(current.entries.items()) if other != node]
    if not others:
        yield note(name, sentence("The registry names no other node."))
        return
    with ThreadPoolExecutor(_LANES) as lanes:
        answers = list(lanes.map(lambda entry: _reach(wire, entry), others))
    silent = [f"{entry.node} ({why})" for entry, why in zip(others, answers, strict=True) if why]
    number, every = len(others) - len(silent), len(others)
    if not silent:
        yield ok(name, sentence("Peers that answer: %(number)s of %(every)s.", number=number, every=every))
        return
    more = (f"+{len(silent) - _NAMED}",) if len(silent) > _NAMED else ()
    text = sentence(
        "Peers that answer: %(number)s of %(every)s. These do not: %(silent)s.",
        number=number,
        every=every,
        silent=Names((*silent[:_NAMED], *more)),
    )
    fix = sentence("Look at this machine's network and firewall; else tell the operators of the nodes named.")
    yield warning(name, text, fix)


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
    text = sentence("Nothing waits.")
    if waiting:
        text = sentence(
            "Messages that wait: %(number)s. The oldest has waited: %(span)s.",
            number=waiting,
            span=Span(now - oldest),
        )
    fix = sentence(
        "Run %(command)s. See whether the worker runs, and whether the peer answers.",
        command="handover queue show",
    )
    if now - oldest > DAY:
        yield failure(name, text, fix)
    elif now - oldest > 3600:
        yield warning(name, text, fix)
    else:
        yield ok(name, text)
    refused = sum(each.refused for each in depths)
    if refused:
        text = sentence("Messages that peers have refused for good: %(number)s.", number=refused)
        fix = sentence(
            "Run %(command)s. Remove the cause, then run %(again)s.",
            command="handover queue show --refused",
            again="handover queue retry",
        )
        yield failure(name, text, fix)


def rounds(overdue: int, alarms: int) -> Iterator[Checked]:
    """Check for rounds that a person should look at, and for alarms."""
    if overdue:
        fix = sentence("A liaison officer looks at them, and telephones the other authority.")
        yield warning(
            "rounds", sentence("Handovers that have stood too long: %(number)s.", number=overdue), fix
        )
    else:
        yield ok("rounds", sentence("No handover is overdue."))
    if alarms:
        yield warning(
            "alarms",
            sentence("Open alarms: %(number)s.", number=alarms),
            sentence(
                "They stand under Operation, Alarms, and in %(command)s; the operator's guide says what each means.",
                command="handover status",
            ),
        )
    else:
        yield ok("alarms", sentence("There is no open alarm."))


def mails(given_up: int) -> Iterator[Checked]:
    """Check whether notices could be delivered; where none is kept there is nothing to say."""
    if given_up:
        fix = sentence("Tell the officers another way, look at their addresses, then send the mails again.")
        yield warning(
            "mail", sentence("Mails to officers that were given up: %(number)s.", number=given_up), fix
        )


def erasures(erased: int | None, renewed: int | None, backed_up: int | None, now: int) -> Iterator[Checked]:
    """Check that the keys were renewed after what was erased, and that there is a backup that opens."""
    name = "erasures"
    fix = sentence("Run %(command)s. See whether the worker runs.", command="handover keys renew")
    if erased is None or now - erased <= 2 * DAY:
        yield ok(name, sentence("The keys are renewed in time after what is erased."))
    else:
        text = sentence(
            "Something was erased, and older copies of it can still be opened. It has waited: %(span)s.",
            span=Span(now - erased),
        )
        yield (failure if now - erased > 7 * DAY else warning)(name, text, fix)
    if renewed is not None and backed_up is not None and backed_up < renewed:
        text = sentence("The keys were renewed since: the last backup opens no more.")
        yield warning("backup", text, sentence("Run %(command)s.", command="handover backup FILE"))


def restored(in_doubt: int, since: int | None, former: "Sequence[FormerLog]") -> Iterator[Checked]:
    """Tell what a restore has left in doubt, and lost; where the node was not restored there is nothing to say."""
    yield from (ok("restore", each.told) for each in former[:1])
    if in_doubt and since is not None:
        text = sentence(
            "The node was restored: %(at)s. Matters of which it does not know yet how they stand: %(number)s.",
            at=Moment(since),
            number=in_doubt,
        )
        fix = sentence("It asks the other authorities by itself. Telephone those that do not answer.")
        yield warning("restore", text, fix)


def ledger(found: "Ledger") -> Iterator[Checked]:
    """Check that the ledger of what has ended is as it was written."""
    try:
        noted = len(found.read())
    except HandoverError as error:
        yield failure("ledger", Sentence(error.title), Sentence(error.advice))
        return
    yield ok("ledger", sentence("What a restore would erase or end again: %(number)s.", number=noted))
