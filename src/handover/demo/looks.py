"""What the demonstration looks for at a node through its API; None means: not yet."""

from collections.abc import Sequence

from handover.demo.authority import Authority
from handover.demo.client import Officer, RefusalError, Shown


def receipts(at: Authority, id_: str) -> tuple[int, int]:
    """Give how many envelopes of a round *at* has sent, and how many of them the other side has receipted."""
    ours = [line for line in at.timeline(id_) if line.at("incoming").value is False]
    return len(ours), sum(line.at("receipted").value is True for line in ours)


def all_receipted(at: Authority, id_: str) -> bool | None:
    """Look whether the other side has receipted everything that *at* has said in a round."""
    sent, receipted = receipts(at, id_)
    return sent == receipted > 0 or None


def was_opened(at: Authority, id_: str) -> bool | None:
    """Look whether an officer of the other side has read the offer."""
    return isinstance(at.handover(id_).at("opened_at").value, int) or None


def arrival(at: Authority, id_: str) -> int | None:
    """Look for the child's arrival; give when it became known, in seconds since 1970."""
    found = at.handover(id_).at("arrived_at").value
    return found if isinstance(found, int) else None


def was_said(at: Authority, id_: str, text: str) -> bool | None:
    """Look for what the other side said."""
    for line in at.timeline(id_):
        if line.at("incoming").value is True and line.at("text").value == {"text": text}:
            return True
    return None


def download(who: Officer, path: str) -> bytes | None:
    """Look for a file that may still be under way."""
    try:
        return who.download(path)
    except RefusalError as refusal:
        if refusal.name == "attachment-under-way":
            return None
        raise


def acts(at: Authority, id_: str) -> list[str]:
    """Give the acts of a round in the order in which *at* has stored them."""
    return [line.text("act") for line in at.timeline(id_)]


def parts(preview: Sequence[Shown]) -> list[tuple[str, str, str, str]]:
    """Give the page *what leaves this office* by part of the record: what leaves, and what stays and why."""
    rows: dict[str, tuple[list[str], list[str]]] = {}
    for each in preview:
        section, _, name = each.text("path").partition(".")
        leaves, stays = rows.setdefault(section, ([], []))
        known = name if each.at("stated").value is True else f"({name})"
        if each.at("granted").value is True:
            leaves.append(known)
        else:
            stays.append(f"{name}: {each.text('reason')}")
    return [
        ("       ", section, ", ".join(leaves) or "-", "; ".join(stays) or "-")
        for section, (leaves, stays) in rows.items()
    ]
