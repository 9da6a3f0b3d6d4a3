"""What an attack is: who does what, which answer has to come, and what it may leave behind at the node attacked.

`@against(Attack(...), ...)` makes a test of a function that prepares an attack and gives it as a `Strike`. The node's
marks are taken before and after; only what `leaves` names may differ. docs/security/attacks.md lists all of them.
"""

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest

from attacks.marks import marks_of
from handover.adapters import erasures
from handover.domain.ids import Digest
from handover.node import Node
from handover.protocol.entry import EntryKind
from two_nodes.scene import entries_of


class Leaves(Enum):
    """What an attack may leave at the node: words for the list, entries of the log, tables that may differ."""

    NOTHING = ("nothing", (), frozenset[str]())
    REFUSAL = ("one entry `refused` in the log", (EntryKind.REFUSED,), frozenset[str]())
    ALARM = (
        "an alarm with the signed bytes, and one entry `refused` in the log",
        (EntryKind.REFUSED,),
        frozenset({"alarm"}),
    )
    TOLD = ("an alarm, and no entry in the log", (), frozenset({"alarm"}))
    CONTRADICTION = (
        "an alarm with both signed messages, and entries `equivocation` and `refused` in the log",
        (EntryKind.EQUIVOCATION, EntryKind.REFUSED),
        frozenset({"alarm"}),
    )

    ANSWERED = ("the digest of the question, for an hour", (), frozenset({"answered"}))
    RESYNCED = (
        "the digest of the request, for an hour, and that it was asked, once for each start of the node, as an entry "
        "`received` in the log",
        (),
        frozenset({"answered"}),
    )
    IN_DOUBT = (
        "that the peer's answer failed and when, an alarm, and what the peer has seen of the log that ended",
        (),
        frozenset({"resync", "alarm", "notice", "peer", "checkpoint"}),
    )
    TAKEN_BACK = (
        "what one round leaves that was offered and taken back, and lines of the ledger of erasures",
        (EntryKind.RECEIVED, EntryKind.RECEIVED, EntryKind.SENT, EntryKind.ERASED),
        frozenset(
            {"envelope", "payload", "receipt", "data_key", "checkpoint", "queue"}
            | {"handover", "matter", "exhibit", "disclosure", "erasure"}
        ),
    )
    EXPECTED = ("the file as one that is expected, none of it here", (), frozenset({"parcel"}))
    QUESTION = (
        "the question, as every other one",
        (EntryKind.RECEIVED,),
        frozenset({"tracing_heard", "data_key"}),
    )
    WAITING = (
        "the count by which whoever goes on has to wait, and that what was left is erased",
        (),
        frozenset({"attempt", "erasure"}),
    )
    READ = (
        "that the file was read, as an entry `disclosed` in the log",
        (EntryKind.DISCLOSED,),
        frozenset[str](),
    )
    SIGNED_IN = (
        "the officer's new session, and that the challenge and the passkey were used",
        (),
        frozenset({"session", "challenge", "passkey", "attempt", "account"}),
    )
    COUNTED = ("the count by which whoever goes on has to wait", (), frozenset({"attempt"}))
    ASKED = (
        "another challenge for the officer's passkey, and when the session was seen",
        (),
        frozenset({"challenge", "session"}),
    )
    AGAIN = ("the message in the queue, for another attempt", (), frozenset({"queue"}))
    SPLIT = (
        "an alarm with both checkpoints, an entry `split-view` in the log, and the message in the queue",
        (EntryKind.SPLIT_VIEW,),
        frozenset({"alarm", "queue", "checkpoint"}),
    )
    VIEWS = (
        "an alarm with both checkpoints, and an entry `split-view` in the log",
        (EntryKind.SPLIT_VIEW,),
        frozenset({"alarm"}),
    )
    COMPARED = (
        "the outcome of the comparison, an alarm with both signed statements, an entry `equivocation` in the log, and "
        "the message in the queue",
        (EntryKind.EQUIVOCATION,),
        frozenset({"alarm", "reconciliation", "reconciliation_difference", "queue"}),
    )
    COMPARISON_FAILED = ("that the comparison failed, and when", (), frozenset({"reconciliation"}))
    TOLD_COMPARED = (
        "the outcome of the comparison, and an alarm",
        (),
        frozenset({"alarm", "reconciliation", "reconciliation_difference"}),
    )
    KEPT = (
        "the message itself, kept as evidence",
        (EntryKind.RECEIVED,),
        frozenset({"envelope", "payload", "receipt", "data_key", "checkpoint"}),
    )
    EIGHT = (
        "what one delivery of eight offers leaves",
        (EntryKind.RECEIVED,) * 8,
        frozenset(
            {"envelope", "payload", "receipt", "data_key", "checkpoint"}
            | {"handover", "matter", "exhibit", "disclosure"}
        ),
    )
    ONCE = (
        "what one delivery leaves, once",
        (EntryKind.RECEIVED,),
        frozenset(
            {"envelope", "payload", "receipt", "data_key", "checkpoint"}
            | {"handover", "matter", "exhibit", "disclosure"}
        ),
    )

    def __init__(self, words: str, entries: tuple[EntryKind, ...], tables: frozenset[str]) -> None:
        self.words = words
        self.entries = entries
        self.tables = tables


@dataclass(frozen=True)
class Attack:
    """One attack: a name of its own, what the attacker does, the answer that must come, what may be left."""

    name: str
    attack: str
    expected: str
    leaves: Leaves = Leaves.NOTHING
    with_: Any = None
    """What this attack has that others of the same test have not."""


@dataclass(frozen=True, kw_only=True)
class Strike:
    """An attack that is ready: `run` carries it out against `node` and gives the answer in a word or two."""

    node: Node
    run: Callable[[], str]
    object: Digest | None = None
    """What the entries that it leaves are about."""


def against(*attacks: Attack) -> Callable[[Callable[..., Strike]], Callable[..., None]]:
    """Make a test of each attack; the function takes it as `case`, beside fixtures, and gives the strike."""

    def made(prepare: Callable[..., Strike]) -> Callable[..., None]:
        @functools.wraps(prepare)
        def carried_out(*, case: Attack, **fixtures: object) -> None:
            carry_out(case, prepare(case=case, **fixtures))

        each_of_them = pytest.mark.parametrize("case", attacks, ids=[each.name for each in attacks])
        marked: Callable[..., None] = each_of_them(carried_out)
        return marked

    return made


def attacks_of(functions: Iterable[object]) -> list[Attack]:
    """Give the attacks that these functions, of one module, carry out."""
    return [
        each
        for function in functions
        for mark in getattr(function, "pytestmark", ())
        if mark.name == "parametrize" and mark.args[0] == "case"
        for each in mark.args[1]
    ]


def carry_out(case: Attack, strike: Strike) -> None:
    """Carry an attack out; the answer is the expected one, and nothing has changed but what *case* may leave."""
    before = marks_of(strike.node)
    answer = strike.run()
    assert answer == case.expected, f"{answer!r} instead of {case.expected!r}"
    after = marks_of(strike.node)
    changed = {name for name, rows in after.tables.items() if before.tables[name] != rows}
    assert changed <= case.leaves.tables, f"changed: {changed}"
    touched = {
        name
        for name in after.files.keys() | before.files.keys()
        if after.files.get(name) != before.files.get(name)
    }
    assert touched <= ({erasures.NAME} if "erasure" in case.leaves.tables else set()), f"written: {touched}"
    added = entries_of(strike.node, before.log)
    assert tuple(each.kind for each in added) == case.leaves.entries, f"logged: {added}"
    if strike.object is not None:
        assert {each.object for each in added} <= {strike.object}
