"""Keys and database of a node are of one restore: what is of another one is not used."""

from handover.domain.errors import HandoverError


class OtherIncarnationError(HandoverError):
    """A node does not go on with a database that is from before its last restore, or with keys that are."""

    name = "other-incarnation"
    title = "The database and the keys of this node are not from the same restore."
    advice = (
        "If `handover restore` was cut off, call it again with the same backup. Else the database or vault.json "
        "was put back by hand: take the newest vault.json, and let `handover restore` put the database in its place."
    )


def require_same(found: int, known: int) -> None:
    """Do nothing if two parts of a node are of one incarnation; raises OtherIncarnationError."""
    if found != known:
        raise OtherIncarnationError
