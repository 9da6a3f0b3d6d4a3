"""Two officers are two people: a person who was entered twice, under one name, is one and no second officer to itself.

It happens without ill will: who had left is entered anew, and who has a passkey of this node signs in at the
authority's identity provider for the first time.
"""

from unicodedata import normalize

from handover.application.facts import Actor
from handover.application.permissions import SameOfficerError
from handover.application.ports import UnitOfWork
from handover.domain.errors import MalformedError, NotFoundError
from handover.domain.ids import UUID7


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are one for whoever reads them: letters' case and form and spaces do not count."""
    return _plain(one) == _plain(other)


def are_one(work: UnitOfWork, one: str, other: str) -> bool:
    """Tell whether two officers' identifiers stand for one person, as far as this node can tell."""
    if one == other:
        return True
    first, second = _name(work, one), _name(work, other)
    return first is not None and second is not None and same_name(first, second)


def require_second(work: UnitOfWork, actor: Actor, first: str | None) -> None:
    """Do nothing if *actor* is not the officer who did the first step.

    Raises:
        SameOfficerError: it is the same officer, or nobody is known to have done the first step.
    """
    if first is None or are_one(work, actor.officer, first):
        raise SameOfficerError


def _plain(name: str) -> list[str]:
    return normalize("NFKC", normalize("NFKC", name).casefold()).split()


def _name(work: UnitOfWork, officer: str) -> str | None:
    try:
        return work.staff.get(UUID7(officer)).name
    except (MalformedError, NotFoundError):
        return None  # the machine's own console, or an officer of a time before a restore
