"""The tables of docs/spec/referral.md that are made from the code."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from handover.domain.continuity import ReferralTask, Verdict, VerdictReason
from handover.domain.courses import FINISHED, TABLES, Course, EndReason
from handover.domain.handover import ANSWERS, SAYS, Act, Role, State
from handover.domain.sequence import REPLIES, SPOKEN, Speaker, answered, may_say


def _words(words: Iterable[str]) -> str:
    return "\n".join(f"- `{word}`" for word in words) + "\n"


def states() -> str:
    """Give what each state of these rounds says and answers."""
    own = [
        state
        for state in State
        if any(state in table for (course, _), table in TABLES.items() if course is not Course.HANDOVER)
        and not (
            state in TABLES[Course.HANDOVER, Role.SENDER] or state in TABLES[Course.HANDOVER, Role.RECEIVER]
        )
    ]
    lines = [
        "| state | keeps saying | answers, also to a repeat | after its end |",
        "| --- | --- | --- | --- |",
    ]
    for state in own:
        says = f"`{SAYS[state]}`" if state in SAYS else "–"
        answers = f"`{ANSWERS[state]}`" if state in ANSWERS else "–"
        lines.append(f"| {state} | {says} | {answers} | {'yes' if state in FINISHED else '–'} |")
    return "\n".join(lines) + "\n"


def spoken() -> str:
    """Give which side says which act in which course, and what it answers there."""
    lines = ["| act | in a referral | in a contact | `re` | said by |", "| --- | --- | --- | --- | --- |"]
    who = {Speaker.OTHER: "the other side", Speaker.SAME: "the same side", Speaker.EITHER: "either"}
    here = SPOKEN[Course.REFERRAL] | SPOKEN[Course.CONTACT]
    for act in (each for each in Act if each in here):
        reply = REPLIES.get(act)
        to = answered(Course.REFERRAL, act) | answered(Course.CONTACT, act) if reply else frozenset()
        named = ", ".join(f"`{each}`" for each in Act if each in to) or "–"
        by = who[reply.by] if reply is not None else "–"
        lines.append(
            f"| `{act}` | {_sides(Course.REFERRAL, act)} | {_sides(Course.CONTACT, act)} | {named} | {by} |"
        )
    return "\n".join(lines) + "\n"


def _sides(course: Course, act: Act) -> str:
    sides = [role.value for role in Role if may_say(course, role, act)]
    return "either" if len(sides) == 2 else "".join(sides) or "–"


COURSE_PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "course-states": states,
    "course-acts": spoken,
    "end-reasons": lambda: _words(EndReason),
    "verdicts": lambda: _words(Verdict),
    "verdict-reasons": lambda: _words(VerdictReason),
    "referral-tasks": lambda: _words(ReferralTask),
}
