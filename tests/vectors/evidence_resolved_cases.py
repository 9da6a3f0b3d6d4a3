"""Cases of evidence in which two officers have resolved a deed: in time, too early, unlogged, or taken up after all."""

from dataclasses import replace
from typing import Final

from handover.domain.handover import Act
from handover.domain.resolution import TAKE_UP_TERM
from handover.protocol import envelope as envelopes
from handover.protocol.entry import EntryKind
from handover.protocol.evidence import Word
from paper import DAY, Paper, Stage, Tale, bundle, by
from vectors import keyed

_GIVEN: Final = (Act.OFFER, Act.OPENED, Act.ACCEPTANCE)


def cases(world: Paper) -> dict[str, tuple[str, list[bytes]]]:
    """Give description and files of every case."""
    resolved, early, unlogged, taken, onward = (Stage(world) for _ in range(5))
    whole = _resolved(resolved)
    late = _given(taken, deliver=True)
    take_up = envelopes.sign(late.envelope(Act.TAKE_UP_RECEIPT, taken.b), signer=taken.b.signer)
    _resolve(taken, late)
    first = _resolved(onward)
    second = Tale(world, onward.a, onward.c, name="second", now=first.now, deadline=first.now + DAY).whole()
    return {
        "resolved": (
            "A deed that nobody took up in 30 days was resolved by two officers.",
            [bundle(resolved.a, whole)],
        ),
        "resolved-then-given-to-a-third": (
            "The next deed has the same number, and contradicts nothing.",
            [bundle(onward.a, first, second)],
        ),
        "resolved-asserted": (
            "The passkey of the second officer has signed for the resolution.",
            [_asserted(Stage(world))],
        ),
        "resolved-without-assertion": (
            "The void says that a passkey has signed for it, and the signature is missing.",
            [_asserted(Stage(world), left_out=True)],
        ),
        "resolved-early": (
            "A deed was resolved after two days, and the registry did not suspend its receiver.",
            [bundle(early.a, _resolved(early, after=2 * DAY))],
        ),
        "resolved-unlogged": (
            "The giver's log has no entry that the deed was resolved.",
            [bundle(unlogged.a, _resolved(unlogged, logged=False))],
        ),
        "resolved-and-taken-up": (
            "The take-up came after the resolution and was refused: two hold themselves responsible.",
            [bundle(taken.a, late, refused=[take_up])],
        ),
    }


def _given(stage: Stage, *, deliver: bool) -> Tale:
    tale = stage.tale().tell(*_GIVEN)
    tale.say(Act.DEED, stage.a, deliver=deliver)
    return tale


def _resolve(stage: Stage, tale: Tale, *, after: int = TAKE_UP_TERM, logged: bool = True) -> None:
    tale.now += after
    if logged:
        stage.a.enter(EntryKind.RESOLVED, tale.pair, tale.said[Act.DEED], tale.now)
    tale.say(Act.VOID, stage.a, deliver=False, reason="resolved", by=by(stage.a, "ada", "cem"))
    tale.now += 3600


def _asserted(stage: Stage, *, left_out: bool = False) -> bytes:
    tale, author = _given(stage, deliver=False), stage.a
    tale.now += TAKE_UP_TERM
    author.enter(EntryKind.RESOLVED, tale.pair, tale.said[Act.DEED], tale.now)
    officers = replace(by(author, "ada", "cem"), auth="passkey")
    void = tale.envelope(Act.VOID, author, reason="resolved", by=officers)
    word, document = keyed.confirmed(author, tale, void)
    tale.say(Act.VOID, author, deliver=False, reason="resolved", by=officers)
    tale.now += 3600
    parts = {Word.ATTESTATION: [word], Word.ASSERTION: [] if left_out else [document]}
    return bundle(author, tale, change=lambda lines: lines.update(parts))


def _resolved(stage: Stage, *, after: int = TAKE_UP_TERM, logged: bool = True) -> Tale:
    tale = _given(stage, deliver=False)
    _resolve(stage, tale, after=after, logged=logged)
    return tale
