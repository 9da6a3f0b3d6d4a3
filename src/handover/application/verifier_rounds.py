"""Replays both state tables from the envelopes of a matter (docs/spec/lifecycle.md).

The exporter's side in the order of its own log; the other side, whose log is not here, in any order in which it can
have come to say what it said.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from handover.application import verifier_again
from handover.application.verifier_case import Case, Logged, Said, Source
from handover.application.verifier_report import Findings, Rule
from handover.application.verifier_sequence import opener
from handover.application.verifier_shown import Shown
from handover.application.verifier_tables import BEGIN, Holding, Side, Terms, hear, say
from handover.domain.courses import OPENS, course_of
from handover.domain.errors import RefusedError
from handover.domain.handover import SETTLED, Act, Claim, Course, Role, State, Step
from handover.domain.ids import Digest, NodeId, RoundId
from handover.domain.sentences import sentence
from handover.domain.sequence import MOVES

_MOST_SAID: Final = 16  # more is no honest round, and a finding of its own: no search is worth its time
_MOST_HEARD: Final = 64
_MOST: Final = 4  # unreceipted envelopes whose reception is tried in every order
_OPEN: Final = {
    State.OFFERED: sentence("the offer is open"),
    State.ACCEPTED: sentence("the offer is accepted, and neither deed nor void has followed"),
    State.RELIEVING: sentence("the deed is given and its take-up is not shown"),
    State.VOIDING: sentence("the offer is void and the other side has not said that it closed the round"),
    State.PENDING: sentence("the offer waits for an answer"),
    State.BOUND: sentence("the acceptance waits for the deed"),
    State.DECLINED: sentence("the decline waits for the void"),
    State.REFERRED: sentence("the referral goes on"),
    State.SERVING: sentence("the referral goes on"),
    State.RETAINED: sentence("it is over, and a hold keeps what was shown"),
    State.CONTACTING: sentence("the contact goes on"),
    State.IN_CONTACT: sentence("the contact goes on"),
    State.ENDING: sentence("it is ended and the other side has not said that it knows"),
}


@dataclass(kw_only=True)
class _Round:
    """One round as the replay needs it."""

    said: list[Said]
    sender: NodeId
    course: Course
    terms: Terms

    def begin(self, node: NodeId) -> Side:
        """Give the side of *node* before anything was said."""
        role = self.role(node)
        return Side(role=role, state=BEGIN[role], course=self.course)

    def role(self, node: NodeId) -> Role:
        return Role.SENDER if node == self.sender else Role.RECEIVER


@dataclass(kw_only=True)
class _Desk:
    """An exporter's own view: where each of its rounds stands, and what it claims."""

    claim: Claim
    relieving: RoundId | None = None
    sides: dict[RoundId, Side] = field(default_factory=dict)
    stuck: set[RoundId] = field(default_factory=set)


def check(case: Case, shown: Mapping[Digest, Shown], findings: Findings) -> None:
    """Replay every round at both sides."""
    rounds = {
        round_: found for round_, said in case.rounds().items() if (found := _round(said, shown)) is not None
    }
    exporters = case.exporters
    for source in exporters.values():
        _own(case, source, rounds, findings)
    for round_, found in rounds.items():
        nodes = {found.said[0].envelope.iss, found.said[0].envelope.aud}
        for node in sorted(nodes - exporters.keys()):
            if round_ not in case.broken:
                _other(found, node, findings)


def _round(said: Sequence[Said], shown: Mapping[Digest, Shown]) -> _Round | None:
    sender = opener(said)
    if sender is None:
        return None
    offers = [each for each in said if each.envelope.act in OPENS]
    tokens = [shown[each.digest].token for each in offers if each.digest in shown]
    deeds = [each.envelope for each in said if each.envelope.act is Act.DEED]
    accepted = {each.digest for each in said if each.envelope.act is Act.ACCEPTANCE}
    terms = Terms(
        deadline=max((each.envelope.deadline or 0 for each in offers), default=0),
        ground=next((token.ground for token in tokens if token is not None), None),
        automatic_at=next((deed.iat for deed in deeds if deed.by is None and deed.replaces is None), None),
        accepted=any(deed.re in accepted for deed in deeds),
    )
    course = course_of(each.envelope.act for each in said)
    return _Round(said=list(said), sender=sender, course=course, terms=terms)


def _own(case: Case, source: Source, rounds: Mapping[RoundId, _Round], findings: Findings) -> None:
    desk: _Desk | None = None
    every = {said.digest: said for each in rounds.values() for said in each.said if said.believed}
    now = verifier_again.incarnation(source)
    answered = verifier_again.answered(source.node, now, every.values())
    lines = verifier_again.in_order(source, every, answered)
    for logged in lines:
        said = every[logged.entry.object]
        found = rounds[said.envelope.round]
        if said.envelope.round in (desk.stuck if desk else ()):
            continue
        if desk is None:
            desk = _Desk(claim=_first_claim(source, lines, every, rounds))
        try:
            heard_at = min(logged.entry.time, answered.get(said.digest, logged.entry.time))
            _move(desk, source, found, said, heard_at)
        except RefusedError as error:
            desk.stuck.add(said.envelope.round)
            text = sentence(
                "%(node)s cannot have been here: %(error)s", node=source.node, error=error.sentence
            )
            broken = said.envelope.round in case.broken or verifier_again.logged_anew(source, found.said)
            (findings.incomplete if broken else findings.invalid)(Rule.ORDER, said.place, text)
    if desk is not None:
        _ends(case, desk, source, rounds, findings)


def _first_claim(
    source: Source, lines: Sequence[Logged], every: Mapping[Digest, Said], rounds: Mapping[RoundId, _Round]
) -> Claim:
    """Who opens the first round is responsible; who is told of a match may be, for a person of its own."""
    for logged in lines:
        said = every[logged.entry.object]
        found = rounds[said.envelope.round]
        if found.course is Course.CONTACT and found.sender != source.node:
            continue
        return Claim.HOLDER if said.envelope.act in OPENS and _mine(source, said) else Claim.NONE
    return Claim.NONE


def _mine(source: Source, said: Said) -> bool:
    return said.envelope.iss == source.node


def _move(desk: _Desk, source: Source, found: _Round, said: Said, now: int) -> None:
    envelope = said.envelope
    side = desk.sides.get(envelope.round) or found.begin(source.node)
    holding = Holding(claim=desk.claim, relieving_here=desk.relieving == envelope.round)
    if verifier_again.moves_nothing(source, side, envelope):
        return
    if _mine(source, said):
        side, step = say(side, envelope, found.terms, holding)
    else:
        side, step = hear(side, envelope, now, found.terms, holding)
    desk.sides[envelope.round] = side
    if step is not None and step.claim is not None:
        desk.claim = step.claim
        desk.relieving = envelope.round if step.claim is Claim.RELIEVING else None


def _ends(
    case: Case, desk: _Desk, source: Source, rounds: Mapping[RoundId, _Round], findings: Findings
) -> None:
    """A matter whose rounds are not all closed is not yet told to its end; for who is gone nobody waits."""
    for round_, side in desk.sides.items():
        last = rounds[round_].said[-1].place
        if side.pending is not None:
            text = sentence(
                "%(node)s had to say %(act)s in the round %(round)s; it is not there",
                node=source.node,
                act=side.pending,
                round=round_,
            )
            findings.incomplete(Rule.OPEN, last, text)
        elif side.state not in SETTLED and round_ not in desk.stuck:
            text = sentence(
                "the round %(round)s is not closed at %(node)s: %(how)s",
                round=round_,
                node=source.node,
                how=_OPEN.get(side.state, side.state),
            )
            (findings.note if round_ in case.resolved else findings.incomplete)(Rule.OPEN, last, text)


def _other(found: _Round, node: NodeId, findings: Findings) -> None:
    """Is there any order in which this side can have heard what it heard and said what it said?"""
    says = [each for each in found.said if each.envelope.iss == node and _moves(found, each)]
    says.sort(key=lambda each: (each.envelope.incarnation, each.envelope.seq))
    heard = [each for each in found.said if each.envelope.aud == node and each.envelope.act in MOVES]
    receipted = sorted((each for each in heard if each.anchor == node), key=lambda each: each.anchored_n)
    told = _Told(says=says, receipted=receipted, may=[each for each in heard if each.anchor != node])
    begin = found.begin(node)
    if len(says) > _MOST_SAID or len(receipted) > _MOST_HEARD:
        findings.invalid(
            Rule.ORDER,
            found.said[-1].place,
            sentence("more was said than the tables let %(node)s say", node=node),
        )
    elif says and not _explained(found.terms, begin, told):
        text = sentence("%(node)s cannot have said this by what it had heard", node=node)
        findings.invalid(Rule.ORDER, says[-1].place, text)


def _moves(found: _Round, said: Said) -> bool:
    envelope = said.envelope
    held = found.course is Course.REFERRAL and envelope.act is Act.LEGAL_HOLD
    return (envelope.act in MOVES or held) and envelope.replaces is None


class _Told:
    """What a side said and surely heard, in these orders; and what it heard in any: for the first of those, surely.

    Where it was restored it has logged once more what it had forgotten: its log does not say when that came first.
    """

    def __init__(self, *, says: list[Said], receipted: list[Said], may: list[Said]) -> None:
        again = verifier_again.of(receipted)
        self.says, self.surely = says, len(again)
        self.must = [each for each in receipted if each not in again]
        self.others = [*again, *may[:_MOST]]
        self._heard = {each.digest: verifier_again.heard_at(each, says) for each in receipted}

    def hear(self, said: Said, side: Side, terms: Terms, holding: Holding) -> tuple[Side, Step | None]:
        """Give the side after it heard *said*."""
        return hear(side, said.envelope, self._heard.get(said.digest, said.at), terms, holding)


@dataclass(frozen=True, kw_only=True)
class _Path:
    """How far a search has come: what was said and surely heard, which others were heard, and where that leads."""

    said: int
    heard: int
    others: frozenset[int]
    side: Side


def _explained(terms: Terms, begin: Side, told: _Told) -> bool:
    start = _Path(said=0, heard=0, others=frozenset(), side=begin)
    stack, seen = [start], {start}
    while stack:
        path = stack.pop()
        surely = path.others.issuperset(range(told.surely))
        if path.said == len(told.says) and path.heard == len(told.must) and surely:
            return True
        for following in _next(terms, path, told):
            if following not in seen:
                seen.add(following)
                stack.append(following)
    return False


def _next(terms: Terms, path: _Path, told: _Told) -> list[_Path]:
    found: list[_Path] = []
    side = path.side
    holding = Holding(claim=Claim.RELIEVING if side.state is State.RELIEVING else Claim.HOLDER)
    if path.heard < len(told.must):
        after = _try(partial(told.hear, told.must[path.heard], side, terms, holding))
        found += [replace(path, heard=path.heard + 1, side=each) for each in after]
    for number, other in enumerate(told.others):
        if number not in path.others:
            after = _try(partial(told.hear, other, side, terms, holding))
            found += [replace(path, others=path.others | {number}, side=each) for each in after]
    if path.said < len(told.says):
        after = _try(partial(say, side, told.says[path.said].envelope, terms, holding))
        found += [replace(path, said=path.said + 1, side=each) for each in after]
    return found


def _try(move: Callable[[], tuple[Side, Step | None]]) -> list[Side]:
    try:
        return [move()[0]]
    except RefusedError:
        return []
