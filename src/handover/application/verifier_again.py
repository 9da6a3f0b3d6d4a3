"""What a restored node has logged once more: later than it was said and heard, and after what came of it.

Of what it had answered before it was restored it had heard at the latest then (docs/spec/evidence.md, section 5.1).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from handover.application.verifier_case import Logged, Said, Source
from handover.application.verifier_tables import Side
from handover.domain.handover import State
from handover.domain.ids import Digest, NodeId, RoundId
from handover.domain.sequence import MOVES
from handover.protocol.entry import CARRIED
from handover.protocol.envelope import Envelope
from handover.protocol.log_origin import FIRST

_MOST: Final = 6  # in one round; each of them doubles the orders that are tried


def incarnation(source: Source) -> int:
    """Give of which incarnation the exporter's log is."""
    return source.head.log.incarnation if source.head else FIRST


def answered(node: NodeId, now: int, said: Iterable[Said]) -> dict[Digest, int]:
    """Give what *node* had answered before its incarnation *now*, and when."""
    found: dict[Digest, int] = {}
    for each in (each.envelope for each in said if each.believed):
        if each.iss == node and each.incarnation < now and each.re is not None:
            found[each.re] = min(each.iat, found.get(each.re, each.iat))
    return found


def in_order(source: Source, said: Mapping[Digest, Said], heard: Mapping[Digest, int]) -> list[Logged]:
    """Give what an exporter has logged of its rounds; what it was given back, peer after peer, as it had come before.

    That begins where the first of it stands, and goes by epoch: who has the case in one got it in the one before.
    *heard* is what it had answered before it was restored, and when.
    """
    now = incarnation(source)
    lines = [each for each in source.logged if each.entry.kind in CARRIED and each.entry.object in said]
    found = [said[each.entry.object].envelope for each in lines]
    batches = {
        (envelope.round, line.entry.time)
        for line, envelope in zip(lines, found, strict=True)
        if envelope.iss == source.node and envelope.incarnation < now and envelope.iat != line.entry.time
    }
    again: list[tuple[int, int, int]] = []
    last: dict[RoundId, int] = {}
    for number, (line, envelope) in enumerate(zip(lines, found, strict=True)):
        if (envelope.round, line.entry.time) in batches:
            at = envelope.iat if envelope.iss == source.node else heard.get(line.entry.object, 0)
            last[envelope.round] = max(at, last.get(envelope.round, 0))
            again.append((envelope.epoch, last[envelope.round], number))
    given = {number for _, _, number in again}
    begin = min(given, default=len(lines))
    others = [line for number, line in enumerate(lines) if number not in given]
    return [*others[:begin], *(lines[number] for _, _, number in sorted(again)), *others[begin:]]


def logged_anew(source: Source, said: Iterable[Said]) -> bool:
    """Tell whether an exporter may have logged a round once more: it spoke in it before it was restored."""
    now = incarnation(source)
    return any(each.envelope.iss == source.node and each.envelope.incarnation < now for each in said)


def moves_nothing(source: Source, side: Side, envelope: Envelope) -> bool:
    """Tell whether a restored exporter may log this after its round was closed: what others said, and what it had."""
    now = incarnation(source)
    closed = envelope.act in MOVES and side.state is State.CLOSED and side.pending is None
    return closed and now > FIRST and (envelope.incarnation < now or envelope.iss != source.node)


def of(receipted: Sequence[Said]) -> list[Said]:
    """Give of what a node has receipted that which its log may have once more: in whatever order it came first."""
    return [each for each in receipted if each.dated_again][:_MOST]


def heard_at(said: Said, says: Sequence[Said]) -> int:
    """Give when a node had heard what it has receipted, by its receipt and by what it *says*."""
    before = answered(said.envelope.aud, said.anchored_incarnation, says)
    return min(said.at, before.get(said.digest, said.at))
