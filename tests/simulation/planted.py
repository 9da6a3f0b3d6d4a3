"""Bugs that are planted into what runs, one at a time: each takes one rule away, and must be found."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import pytest

from handover.adapters import cells, database, doubts, queue, shelves, vault
from handover.application import departures, heads, registry, reissue, resync, rounds
from handover.domain import handover, lifecycle, recall
from handover.domain.errors import UnreachableError
from handover.domain.lifecycle import Act, Claim, Guarded, Order, Refusal, State

Patch = Callable[[pytest.MonkeyPatch], None]


def _table(
    patch: pytest.MonkeyPatch, table: dict[State, Any], state: State, column: Any, outcome: Any
) -> None:
    patch.setitem(table, state, {**table[state], column: outcome})


def accepting_takes(patch: pytest.MonkeyPatch) -> None:
    """Whoever accepts takes the child as its own at once."""
    patch.setitem(lifecycle.CLAIMS, State.BOUND, Claim.HOLDER)
    real = rounds.Rounds._claim

    def claim(self: Any, work: Any, round_: Any, found: Any) -> None:
        if found.claim is Claim.HOLDER and round_.deed is None:
            old = work.matters.get(round_.matter)
            work.matters.change(old, _with(old, claim=Claim.HOLDER))
            return
        real(self, work, round_, found)

    patch.setattr(rounds.Rounds, "_claim", claim)


def early_release(patch: pytest.MonkeyPatch) -> None:
    """Who has given the deed lets go of the child at once."""
    patch.setitem(lifecycle.CLAIMS, State.RELIEVING, Claim.NONE)


def asking_releases(patch: pytest.MonkeyPatch) -> None:
    """Who has asked to be released takes itself for released, and refuses the deed."""
    _table(patch, lifecycle.RECEIVER, State.DECLINED, Act.DEED, Refusal.STRAY)


def withdraw_after_deed(patch: pytest.MonkeyPatch) -> None:
    """A deed is taken back by the one who gave it."""
    _table(patch, lifecycle.SENDER, State.RELIEVING, Order.WITHDRAW, State.VOIDING)


def no_tombstone(patch: pytest.MonkeyPatch) -> None:
    """A void for an offer that never came is not remembered."""
    _table(patch, lifecycle.RECEIVER, State.UNKNOWN, Act.VOID, State.UNKNOWN)


def accept_after_void(patch: pytest.MonkeyPatch) -> None:
    """An acceptance that comes after the void counts."""
    for column in (Act.ACCEPTANCE, Guarded.LATE_ACCEPTANCE, Guarded.AUTOMATIC):
        _table(patch, lifecycle.SENDER, State.VOIDING, column, State.ACCEPTED)


def late_deed(patch: pytest.MonkeyPatch) -> None:
    """The deadline is not asked again when the deed is given."""
    real = handover._column

    def column(standing: Any, event: Any, now: int) -> Any:
        return real(standing, event, min(now, standing.deadline) if event is Order.COUNTERSIGN else now)

    patch.setattr(handover, "_column", column)


def ungrounded_deed(patch: pytest.MonkeyPatch) -> None:
    """The ground is not asked again when the deed is given, nor voids its withdrawal the offer."""
    patch.setattr(rounds.Rounds, "grounded", lambda *_: True)
    from handover.application.withdrawals import Withdrawals

    patch.setattr(Withdrawals, "_void", lambda *_: None)


def deed_without_claim(patch: pytest.MonkeyPatch) -> None:
    """Who has given the deed goes on claiming the child."""
    patch.delitem(lifecycle.CLAIMS, State.RELIEVING)


def dropped_on_failure(patch: pytest.MonkeyPatch) -> None:
    """What could not be delivered once is taken for delivered."""

    def postpone(self: Any, digests: Any, *, due: int) -> None:
        self.delivered(digests, again_at=None)

    patch.setattr(queue.QueueShelf, "postpone", postpone)


def no_take_up_receipt(patch: pytest.MonkeyPatch) -> None:
    """The deed is not answered."""
    patch.delitem(lifecycle.ANSWERS, State.HOLDING)
    _table(patch, lifecycle.RECEIVER, State.HOLDING, Act.DEED, State.HOLDING)


def no_void_receipt(patch: pytest.MonkeyPatch) -> None:
    """The void is not answered."""
    patch.delitem(lifecycle.ANSWERS, State.CLOSED)
    _table(patch, lifecycle.RECEIVER, State.CLOSED, Act.VOID, State.CLOSED)


def kept_after_void(patch: pytest.MonkeyPatch) -> None:
    """The values of a void round are not destroyed."""
    patch.setattr(shelves.MatterShelf, "erase", lambda *_: None)


def receipt_before_commit(patch: pytest.MonkeyPatch) -> None:
    """The answer leaves though nothing was committed."""
    real = database.SQLDatabase.begin

    @contextmanager
    def begin(self: Any) -> Iterator[Any]:
        unit = real(self)
        work = unit.__enter__()
        try:
            yield work
        except BaseException as error:
            unit.__exit__(type(error), error, error.__traceback__)
            raise
        with suppress(UnreachableError):
            unit.__exit__(None, None, None)

    patch.setattr(database.SQLDatabase, "begin", begin)


def values_in_the_clear(patch: pytest.MonkeyPatch) -> None:
    """Values are stored as they are."""
    patch.setattr(cells.Cells, "seal", lambda self, owner, place, value: value)
    patch.setattr(cells.Cells, "open", lambda self, owner, place, value: value)


def suspended_unseen(patch: pytest.MonkeyPatch) -> None:
    """Nobody asks whether an authority is suspended."""
    patch.setattr(registry.Registry, "_barred", lambda *_: False)


def own_standing_unseen(patch: pytest.MonkeyPatch) -> None:
    """Who offers asks after the other side alone, and is suspended itself."""

    def require_standing(listed: Any, _own: Any, round_: Any, now: int) -> None:
        listed.recipient(round_.peer, round_.purpose, round_.schema, now=now)

    patch.setattr(departures, "require_standing", require_standing)


def sent_to_suspended(patch: pytest.MonkeyPatch) -> None:
    """An offer that has not left yet goes out to who was suspended meanwhile."""
    patch.setattr(departures, "_unsent", lambda *_: {})


def never_sealed_anew(patch: pytest.MonkeyPatch) -> None:
    """What was sealed to a key that is gone is not sealed to the new one."""
    patch.setattr(reissue.Reissuer, "serves", lambda *_, **__: False)


def patient_by_old_clock(patch: pytest.MonkeyPatch) -> None:
    """What waits until a time that a wrong clock named goes on waiting when the clock is right."""
    patch.setattr(queue, "LATEST", 1 << 40)


def own_deed_unknown(patch: pytest.MonkeyPatch) -> None:
    """Who has a case back does not know it by its own deed."""
    patch.setattr(shelves.MatterShelf, "of_deed", lambda *_: None)


def incarnation_not_raised(patch: pytest.MonkeyPatch) -> None:
    """A restored node goes on under its old incarnation, in its old log."""
    patch.setattr(vault.FileVault, "raise_incarnation", lambda self, **_: self.incarnation)


def doubt_not_set(patch: pytest.MonkeyPatch) -> None:
    """A restored node takes what its backup says for true."""
    patch.setattr(doubts.DoubtShelf, "stands", lambda *_: False)


def older_believed(patch: pytest.MonkeyPatch) -> None:
    """Of what was signed in a round, a restored node believes the oldest."""
    for role, lines in recall.RECALLS.items():
        patch.setitem(recall.RECALLS, role, tuple(reversed(lines)))


def nobody_asked(patch: pytest.MonkeyPatch) -> None:
    """The doubt ends at once."""
    patch.setattr(resync.Resync, "_asked", lambda *_: ())


def last_deed_decides(patch: pytest.MonkeyPatch) -> None:
    """Who has ever taken a case up is responsible, whatever followed."""

    real = heads._claimed

    def claimed(work: Any, node: Any, matter: Any, known: Any) -> Any:
        taken = any(each.state is State.HOLDING for each in known)
        return heads._held(matter, node, node) if taken else real(work, node, matter, known)

    patch.setattr(heads, "_claimed", claimed)


def _with(fact: Any, **changes: Any) -> Any:
    from dataclasses import replace

    return replace(fact, **changes)


OF_REGISTRY: Final[tuple[Patch, ...]] = (
    suspended_unseen,
    own_standing_unseen,
    sent_to_suspended,
    never_sealed_anew,
)
"""Looked for where the registry changes."""
OF_RESTORES: Final[tuple[Patch, ...]] = (
    incarnation_not_raised,
    doubt_not_set,
    older_believed,
    nobody_asked,
    last_deed_decides,
)
"""Looked for where nodes are put back from backups."""
PLANTED: Final[tuple[Patch, ...]] = (
    accepting_takes,
    early_release,
    asking_releases,
    withdraw_after_deed,
    no_tombstone,
    accept_after_void,
    late_deed,
    ungrounded_deed,
    deed_without_claim,
    dropped_on_failure,
    no_take_up_receipt,
    no_void_receipt,
    kept_after_void,
    receipt_before_commit,
    values_in_the_clear,
    *OF_REGISTRY,
    *OF_RESTORES,
    patient_by_old_clock,
    own_deed_unknown,
)
FOUND_BY: Final[dict[str, int]] = {
    "accept_after_void": 7,
    "dropped_on_failure": 7,
    "late_deed": 10,
    "never_sealed_anew": 31,
    "no_tombstone": 4,
    "own_standing_unseen": 22,
    "patient_by_old_clock": 15,
    "receipt_before_commit": 29,
    "sent_to_suspended": 137,
    "ungrounded_deed": 20,
    "withdraw_after_deed": 19,
}
"""A history that has shown what few show: it is tried first, and others where it shows it no more."""
