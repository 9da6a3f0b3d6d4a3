"""What is done to officers' access is kept and logged: who did it to whom, when, and with which roles since."""

from handover.application.access import AccessChange, Change
from handover.application.facts import Actor, Officer
from handover.application.ports import UnitOfWork
from handover.application.sealing import new_id
from handover.protocol import strict
from handover.protocol.entry import EntryKind


def note(work: UnitOfWork, what: Change, officer: Officer, *, by: Actor) -> AccessChange:
    """Keep the change and log the digest of its statement, in the transaction that makes it."""
    change = AccessChange(
        id=new_id(work.now),
        officer=officer.id,
        by=by.officer,
        what=what,
        roles=officer.roles,
        at=work.now,
    )
    work.accounts.note(change)
    work.log.append(EntryKind.DECIDED, stream="", object_=strict.digest(statement(change)), now=work.now)
    return change


def statement(change: AccessChange) -> bytes:
    """Give the bytes whose digest the log holds; random identifiers keep it from being guessed."""
    return strict.dumps(
        {
            "id": change.id,
            "officer": change.officer,
            "by": change.by,
            "what": change.what.value,
            "roles": [role.value for role in change.roles],
            "at": change.at,
        }
    )
