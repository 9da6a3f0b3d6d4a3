"""What the body of each act says: the object that travels sealed (docs/spec/payload.md, section 2)."""

from collections.abc import Callable, Iterable
from datetime import date
from itertools import pairwise
from typing import Final

from handover.domain.consent import Basis, Purpose
from handover.domain.continuity import (
    LAST_FOLLOW_UP,
    MOST_FOLLOW_UPS,
    DecisionKind,
    FollowUpState,
    ReferralTask,
    VerdictReason,
    WithdrawalScope,
)
from handover.domain.errors import MalformedError
from handover.domain.handover import Act
from handover.domain.ids import UUID7, NodeId
from handover.protocol import attachment as attachments
from handover.protocol import strict, tracing_hit
from handover.protocol.strict import Json

LONGEST_TEXT: Final = 4000  # characters
LONGEST_NAME: Final = 200
LONGEST_LANGUAGE: Final = 35
MOST_DECISIONS: Final = 32
MOST_DISCLOSURES: Final = 256
MOST_FIELDS: Final = 512


class IncompleteMessageError(MalformedError):
    """The body of the message lacks what its act must say; the detail names the member."""

    name = "message-incomplete"
    title = "The message lacks what this step must say."
    advice = "Fill in the named member."


def check_body(act: Act, body: dict[str, Json]) -> None:
    """Do nothing if *body* says what *act* must say, and no more.

    Raises:
        IncompleteMessageError: a member is missing, empty, unknown or too long.
    """
    try:
        _BODIES[act](body)
    except IncompleteMessageError:
        raise
    except (MalformedError, KeyError) as error:
        detail = error.detail if isinstance(error, MalformedError) else f"{act} has no body"
        raise IncompleteMessageError(detail) from error


def _offer(body: Json) -> None:
    note, files = strict.members(body, "note", "attachments")
    strict.text(note, LONGEST_TEXT)
    attachments.from_json(files)


def _acceptance(body: Json) -> None:
    responsible, plan, follow_ups = strict.members(body, "responsible", "plan", "follow_ups")
    as_, name, organisation, contact = strict.members(responsible, "as", "name", "organisation", "contact")
    if as_ not in ("guardian", "officer"):
        raise IncompleteMessageError("responsible.as is guardian or officer")
    _filled("responsible.name", name, LONGEST_NAME)
    _filled("responsible.organisation", organisation, LONGEST_NAME)
    strict.text(contact, LONGEST_NAME)
    _filled("plan", plan, LONGEST_TEXT)
    _ascending("follow_ups", follow_ups)


def _text(body: Json) -> None:
    (text,) = strict.members(body, "text")
    _filled("text", text, LONGEST_TEXT)


def _deed(body: Json) -> None:
    strict.members(body)


def _arrival(body: Json) -> None:
    day, text = strict.members(body, "date", "text")
    _day("date", day)
    strict.text(text, LONGEST_TEXT)


def _withdrawn(body: Json) -> None:
    scope, text = strict.members(body, "scope", "text")
    _word("scope", scope, WithdrawalScope)
    strict.text(text, LONGEST_TEXT)


def _follow_up(body: Json) -> None:
    due, day, state, text = strict.members(body, "due", "date", "state", "text")
    strict.integer(due, 0, LAST_FOLLOW_UP)
    _day("date", day)
    _word("state", state, FollowUpState)
    if state != FollowUpState.HANDED_ON:
        _filled("text", text, LONGEST_TEXT)
    elif (due, text) != (0, ""):
        raise IncompleteMessageError("text")


def _decisions_wanted(body: Json) -> None:
    kinds, text = strict.members(body, "kinds", "text")
    for kind in strict.array(kinds, len(DecisionKind)):
        _word("kinds", kind, DecisionKind)
    _filled("text", text, LONGEST_TEXT)


def _decisions(body: Json) -> None:
    decisions, text = strict.members(body, "decisions", "text")
    found = strict.array(decisions, MOST_DECISIONS)
    for each in found:
        _decision(each)
    if found:
        strict.text(text, LONGEST_TEXT)
    else:
        _filled("text", text, LONGEST_TEXT)


def _decision(body: Json) -> None:
    kind, day, authority, reference, outcome, reasons = strict.members(
        body, "kind", "date", "authority", "reference", "outcome", "reasons"
    )
    _word("kind", kind, DecisionKind)
    _day("date", day)
    _filled("authority", authority, LONGEST_NAME)
    strict.text(reference, LONGEST_NAME)
    _filled("outcome", outcome, LONGEST_TEXT)
    strict.text(reasons, LONGEST_TEXT)


def _access_wanted(body: Json) -> None:
    request, language, text = strict.members(body, "request", "language", "text")
    UUID7(strict.text(request, LONGEST_NAME))
    _filled("language", language, LONGEST_LANGUAGE)
    strict.text(text, LONGEST_TEXT)


def _access_answer(body: Json) -> None:
    holder, disclosures, text = strict.members(body, "holder", "disclosures", "text")
    NodeId(strict.text(holder, LONGEST_NAME))
    for each in strict.array(disclosures, MOST_DISCLOSURES):
        _disclosure(each)
    strict.text(text, LONGEST_TEXT)


def _disclosure(body: Json) -> None:
    to, at, purpose, basis, fields, erased = strict.members(
        body, "to", "at", "purpose", "basis", "fields", "erased"
    )
    NodeId(strict.text(to, LONGEST_NAME))
    strict.moment(at)
    _word("purpose", purpose, Purpose)
    _word("basis", basis, Basis)
    for field in strict.array(fields, MOST_FIELDS):
        _filled("fields", field, LONGEST_NAME)
    strict.boolean(erased)


def _complaint(body: Json) -> None:
    request, about, language, text = strict.members(body, "request", "about", "language", "text")
    UUID7(strict.text(request, LONGEST_NAME))
    if about is not None:
        NodeId(strict.text(about, LONGEST_NAME))
    _filled("language", language, LONGEST_LANGUAGE)
    _filled("text", text, LONGEST_TEXT)


def _complaint_answer(body: Json) -> None:
    holder, text = strict.members(body, "holder", "text")
    NodeId(strict.text(holder, LONGEST_NAME))
    _filled("text", text, LONGEST_TEXT)


def _override(body: Json) -> None:
    to, day, text = strict.members(body, "to", "date", "text")
    _filled("to", to, LONGEST_NAME)
    _day("date", day)
    _filled("text", text, LONGEST_TEXT)


def _referral(body: Json) -> None:
    task, text = strict.members(body, "task", "text")
    _word("task", task, ReferralTask)
    _filled("text", text, LONGEST_TEXT)


def _verdict(body: Json) -> None:
    why, text = strict.members(body, "why", "text")
    _word("why", why, VerdictReason)
    _filled("text", text, LONGEST_TEXT)


_BODIES: Final[dict[Act, Callable[[Json], None]]] = {
    Act.OFFER: _offer,
    Act.ACCEPTANCE: _acceptance,
    Act.DECLINE: _text,
    Act.DEED: _deed,
    Act.QUESTION: _text,
    Act.ANSWER: _text,
    Act.ARRIVAL: _arrival,
    Act.NON_ARRIVAL: _arrival,
    Act.FOLLOW_UP: _follow_up,
    Act.CORRECTION: _text,
    Act.CONSENT_WITHDRAWN: _withdrawn,
    Act.LEGAL_HOLD: _text,
    Act.DECISIONS_WANTED: _decisions_wanted,
    Act.DECISION: _decisions,
    Act.ACCESS_WANTED: _access_wanted,
    Act.ACCESS_ANSWER: _access_answer,
    Act.COMPLAINT: _complaint,
    Act.COMPLAINT_ANSWER: _complaint_answer,
    Act.OVERRIDE: _override,
    Act.REFERRAL: _referral,
    Act.HIT: tracing_hit.check,
    Act.VERDICT: _verdict,
    Act.END: _text,
}


def _filled(name: str, value: Json, longest: int) -> None:
    if not strict.text(value, longest).strip():
        raise IncompleteMessageError(f"{name} is empty")


def _day(name: str, value: Json) -> None:
    text = strict.text(value, 10)
    try:
        if date.fromisoformat(text).isoformat() != text:
            raise ValueError
    except ValueError:
        raise IncompleteMessageError(f"{name} is not a day, written as 2026-11-22") from None


def _word(name: str, value: Json, words: Iterable[str]) -> None:
    if strict.text(value, LONGEST_NAME) not in set(words):
        raise IncompleteMessageError(f"{name} is not one of the words for it")


def _ascending(name: str, value: Json) -> None:
    days = [strict.integer(each, 1, LAST_FOLLOW_UP) for each in strict.array(value, MOST_FOLLOW_UPS)]
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise IncompleteMessageError(f"{name} are days after the take-up, each later than the one before")
