"""What has ended, as the ledger beside the vault names it: read from the database, and ended there again.

A line names identifiers, roles and times, no value: `ended KIND ID`, `limited officer ID UNTIL ROLES`,
`changed password OFFICER CHANGE` (or codes), `placed hold ID MATTER GROUND BY SECOND AT UNTIL`, `lifted hold ID BY`,
`resolved deed DIGEST ID ROUND REASON BY AT SECOND` (docs/spec/at-rest.md, section 6).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, select, update

from handover.adapters import access_tables, tables
from handover.adapters.cells import NODE
from handover.adapters.continuity_tables import disclosure
from handover.adapters.resolution_tables import resolution
from handover.adapters.retention_tables import erasure, hold
from handover.adapters.tracing_tables import permission
from handover.adapters.unit import Unit
from handover.application.access import Change
from handover.application.endings import RESOLVED, Ended
from handover.domain.resolution import ResolutionOutcome
from handover.protocol import strict

_ENDED: Final[Mapping[str, tuple[ColumnElement[Any], ColumnElement[Any]]]] = {
    "ground": (tables.ground.c.id, tables.ground.c.withdrawn_at),
    "permission": (permission.c.id, permission.c.withdrawn_at),
    "shown": (disclosure.c.envelope, disclosure.c.withdrawn_at),
    "key": (tables.api_key.c.id, tables.api_key.c.revoked_at),
    "passkey": (access_tables.passkey.c.id, access_tables.passkey.c.revoked_at),
    "officer": (tables.officer.c.id, tables.officer.c.disabled_at),
}
"""By what each kind is named, and since when it has ended. Of what was shown, that which came from others alone."""
_NONE: Final = "-"
_SECRETS: Final = {Change.PASSWORD_SET: "password", Change.CODES_SET: "codes"}
_WHAT: Final = {word: what for what, word in _SECRETS.items()}
_VOID: Final = ("password", "totp", "totp_offered")
"""What is kept of an account's secrets, and counts no more once one of them was changed."""


def ended(kind: str, id_: str) -> str:
    """Name what has ended for good."""
    return f"ended {kind} {id_}"


def limited(officer: Any) -> str:
    """Name how far an officer's access goes: until when, in which roles (a row, or a fact)."""
    roles = officer.roles.split() if isinstance(officer.roles, str) else officer.roles
    until = _NONE if officer.until is None else str(officer.until)
    return f"limited officer {officer.id} {until} {','.join(roles) or _NONE}"


def changed(change: Any) -> str | None:
    """Name that a password, or the secret of codes, was changed; None for another change (a row, or a fact)."""
    word = _SECRETS.get(Change(change.what))
    return None if word is None else f"changed {word} {change.officer} {change.id}"


def placed(kept: Any) -> str:
    """Name a hold with all but its reason, which is under the matter's key."""
    words = (
        kept.id,
        kept.matter,
        kept.ground,
        kept.placed_by,
        kept.second_officer,
        kept.placed_at,
        kept.until,
    )
    return f"placed hold {' '.join(map(str, words))}"


def lifted(id_: str, by: str | None) -> str:
    """Name a hold that was lifted."""
    return f"lifted hold {id_} {by}"


def resolved(of: Any) -> str:
    """Name a deed that two officers have resolved, with the round and their proposal (a row, or a fact)."""
    words = (of.deed, of.id, of.handover, of.reason, of.proposed_by, of.proposed_at, of.decided_by)
    return f"resolved {RESOLVED} {' '.join(map(str, words))}"


def known(unit: Unit) -> Iterator[Ended]:
    """Give all that has ended as the database knows it."""
    for row in unit.rows(select(erasure.c.owner, erasure.c.erased_at).order_by(erasure.c.id)):
        yield Ended(what=row.owner, at=row.erased_at)
    for kind, (id_, at) in _ENDED.items():
        query = select(id_.label("id"), at.label("at")).where(at.is_not(None))
        for row in unit.rows(query.where(disclosure.c.incoming) if kind == "shown" else query):
            yield Ended(what=ended(kind, row.id), at=row.at)
    changes = access_tables.access_change
    last: dict[tuple[str, str], Row[Any]] = {
        (row.officer, row.what): row
        for row in unit.rows(select(changes).where(changes.c.what.in_(_SECRETS)).order_by(changes.c.id))
    }
    for row in last.values():
        yield Ended(what=changed(row) or "", at=row.at)
    roles = select(changes.c.officer).where(changes.c.what == Change.ROLES_CHANGED)
    for row in unit.rows(select(tables.officer).where(tables.officer.c.id.in_(roles))):
        yield Ended(what=limited(row), at=unit.now)
    for row in unit.rows(select(hold).order_by(hold.c.id)):
        yield Ended(what=placed(row), at=row.placed_at)
        if row.lifted_at is not None:
            yield Ended(what=lifted(row.id, row.lifted_by), at=row.lifted_at)
    done = resolution.c.outcome == ResolutionOutcome.CONFIRMED
    for row in unit.rows(select(resolution).where(done).order_by(resolution.c.id)):
        yield Ended(what=resolved(row), at=row.decided_at)


class EndingShelf:
    """Ends again what a restore has brought back."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def again(self, ended: Iterable[Ended]) -> list[Ended]:
        """End anew what a restore has brought back; give what was not so already. Data keys are not among it."""
        last = {each.subject: each for each in ended}
        return [each for each in last.values() if self._end(each)]

    def _end(self, it: Ended) -> bool:
        do = _DO.get(
            it.what.split(" ")[0]
        )  # none: the owner of a data key, or of a later version of this program
        return do is not None and do(self._unit, it)


def _end(unit: Unit, it: Ended) -> bool:
    if it.kind not in _ENDED:
        return False
    id_, at = _ENDED[it.kind]
    return unit.run(update(id_.table).where(id_ == it.id, at.is_(None)).values({at.name: it.at})) > 0


def _limit(unit: Unit, it: Ended) -> bool:
    """Leave an officer those roles that are in the backup and in the ledger, and the earlier end: it gives nothing."""
    *_, until, roles = it.what.split(" ")
    officer = tables.officer
    for row in unit.rows(select(officer).where(officer.c.id == it.id)):
        left = " ".join(role for role in row.roles.split() if role in roles.split(","))
        ends = [each for each in (row.until, None if until == _NONE else int(until)) if each is not None]
        if (left, min(ends, default=None)) != (row.roles, row.until):
            values = {"roles": left, "until": min(ends, default=None)}
            return unit.run(update(officer).where(officer.c.id == it.id).values(values)) > 0
    return False


def _change(unit: Unit, it: Ended) -> bool:
    """Void password and codes if the backup does not know their change: the old ones may be in other hands.

    The change is entered, so that it voids nothing again that is set from now on.
    """
    _, word, officer, id_ = it.what.split(" ")
    changes, accounts, what = access_tables.access_change, access_tables.account, _WHAT.get(word)
    found = unit.rows(select(tables.officer).where(tables.officer.c.id == officer))
    if what is None or not found or _found(unit, changes.c.id, id_) is not None:
        return False
    entered = {
        "id": id_,
        "officer": officer,
        "by": officer,
        "what": what,
        "roles": found[0].roles,
        "at": it.at,
    }
    unit.insert(changes, entered)
    place = f"account|{officer}"
    for row in unit.rows(select(accounts).where(accounts.c.officer == officer)):
        texts: Any = strict.loads(unit.cells.open(NODE, place, row.sealed))
        if any(texts[name] is not None for name in _VOID):
            sealed = unit.cells.seal(NODE, place, strict.dumps({**texts, **dict.fromkeys(_VOID)}))
            unit.run(update(accounts).where(accounts.c.officer == officer).values(sealed=sealed))
    return True


def _place(unit: Unit, it: Ended) -> bool:
    names = ("id", "matter", "ground", "placed_by", "second_officer", "placed_at", "until")
    row: dict[str, Any] = dict(zip(names, it.what.split(" ")[2:], strict=True))
    row |= {"placed_at": int(row["placed_at"]), "until": int(row["until"])}
    matters = tables.matter
    if _found(unit, hold.c.id, it.id) or not _found(unit, matters.c.id, row["matter"]):
        return False
    unit.insert(hold, row)
    return True


def _lift(unit: Unit, it: Ended) -> bool:
    values = {"lifted_by": it.what.split(" ")[-1], "lifted_at": it.at}
    return unit.run(update(hold).where(hold.c.id == it.id, hold.c.lifted_at.is_(None)).values(values)) > 0


def _resolve(unit: Unit, it: Ended) -> bool:
    """Know a resolution again, also of a round that the backup does not have: a peer may return it, or build on it."""
    names = ("deed", "id", "handover", "reason", "proposed_by", "proposed_at", "decided_by")
    row: dict[str, Any] = dict(zip(names, it.what.split(" ")[2:], strict=True))
    row |= {"proposed_at": int(row["proposed_at"]), "decided_at": it.at}
    row |= {"outcome": ResolutionOutcome.CONFIRMED.value}
    done = select(resolution.c.id).where(resolution.c.id == row["id"], resolution.c.outcome.is_not(None))
    if unit.rows(done):
        return False
    unit.upsert(resolution, row)
    return True


def _found(unit: Unit, column: ColumnElement[Any], value: str) -> Row[Any] | None:
    return next(iter(unit.rows(select(column).where(column == value))), None)


_DO: Final[Mapping[str, Callable[[Unit, Ended], bool]]] = {
    "ended": _end,
    "limited": _limit,
    "changed": _change,
    "placed": _place,
    "lifted": _lift,
    "resolved": _resolve,
}
