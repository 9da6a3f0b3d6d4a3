"""The parts of the documents that are made from the code. `python tests/documents.py` writes them anew.

A part stands between two comment lines, `<!-- generated: NAME -->` and `<!-- end: NAME -->`. A test makes it
again and compares.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

import course_tables  # noqa: E402
import model  # noqa: E402
from act_tables import ACT_PARTS  # noqa: E402
from attack_tables import ATTACK_PARTS  # noqa: E402
from command_tables import COMMAND_PARTS  # noqa: E402
from domain.joint import JOINT, RESOLVED, RETRACTED  # noqa: E402
from handover.domain.courses import CONTACTED, CONTACTER, REFERRER, SERVER  # noqa: E402
from handover.domain.lifecycle import (  # noqa: E402
    ANSWERS,
    CLAIMS,
    RECEIVER,
    SAYS,
    SENDER,
    Act,
    Column,
    Guarded,
    Order,
    Outcome,
    Refusal,
    State,
)
from handover.domain.reasons import VoidReason  # noqa: E402
from matching_tables import MATCHING_PARTS  # noqa: E402
from record_tables import RECORD_PARTS  # noqa: E402
from retention_tables import RETENTION_PARTS  # noqa: E402
from web_tables import WEB_PARTS  # noqa: E402

Table = Mapping[State, Mapping[Column, Outcome]]
PART: Final = re.compile(r"(<!-- generated: (\S+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)
REFUSED: Final = {
    Refusal.EQUIVOCATION: "`equivocation`",
    Refusal.STRAY: "`out-of-order`, alarm",
    Refusal.GONE: "`round-closed`",
    Refusal.DEED_STANDS: "`deed-stands`",
    Refusal.RESOLVED: "`round-resolved`",
}
HEADS: Final[dict[Column, str]] = {
    Order.RELEASE: "release, fit",
    Order.WITHDRAW: "withdraw",
    Order.DEADLINE: "deadline passed",
    Order.COUNTERSIGN: "countersign, fit",
    Guarded.UNGROUNDED: "countersign, unfit",
    Act.ACCEPTANCE: "`acceptance`, fit",
    Guarded.AUTOMATIC: "`acceptance`, fit, automatic",
    Guarded.LATE_ACCEPTANCE: "`acceptance`, unfit",
    Act.DECLINE: "`decline`",
    Act.TAKE_UP_RECEIPT: "`take-up-receipt`",
    Guarded.LATE_TAKE_UP: "`take-up-receipt`, resolved",
    Act.VOID_RECEIPT: "`void-receipt`",
    Order.RESOLVE: "resolve, two officers",
    Act.OFFER: "`offer`",
    Order.ACCEPT: "accept",
    Order.DECLINE: "decline",
    Act.DEED: "`deed`, own acceptance",
    Guarded.STRAY_DEED: "`deed`, none",
    Guarded.LATE_DEED: "`deed`, resolved",
    Act.VOID: "`void`",
    Guarded.RESOLVING: "`void`, `resolved`",
    Act.REFERRAL: "`referral`",
    Guarded.LATE_REFERRAL: "`referral`, late",
    Act.HIT: "`hit`",
    Order.FINISH: "finish",
    Order.ERASE: "erase",
    Guarded.HELD: "any end, held",
    Act.END: "`end`",
    Act.END_RECEIPT: "`end-receipt`",
}


def sender_table() -> str:
    """Give the sender's state table in Markdown."""
    return _table(SENDER, tuple(HEADS)[:13])


def receiver_table() -> str:
    """Give the receiver's state table in Markdown."""
    return _table(RECEIVER, tuple(HEADS)[13:21])


def sender_drawing() -> str:
    """Give the sender's states as a Mermaid drawing."""
    return _drawing(SENDER, State.PREPARED)


def receiver_drawing() -> str:
    """Give the receiver's states as a Mermaid drawing."""
    return _drawing(RECEIVER, State.UNKNOWN)


def effects_table() -> str:
    """Give what each state says and makes of the claim."""
    rows = []
    for state in (each for each in State if each in SENDER or each in RECEIVER or each is State.DISCARDED):
        claim = CLAIMS.get(state)
        sets = "unchanged" if claim is None else f"{claim}{'¹' * (state is State.TRANSFERRED)}"
        says = f"`{SAYS[state]}`" if state in SAYS else "–"
        answer = f"`{ANSWERS[state]}`" if state in ANSWERS else "–"
        erases = "yes" if state is State.CLOSED else "–"
        rows.append((state.value, sets, says, answer, erases))
    head = ("state entered", "claim becomes", "keeps saying", "answers, also to a repeat", "erases")
    return _markdown(head, rows)


def joint_table() -> str:
    """Give the joint states of one round."""
    senders = [state for state in SENDER if state is not State.DISCARDED]
    rows = [(state.value, *(_joint(state, other) for other in RECEIVER)) for state in senders]
    return _markdown(("sender \\ receiver", *(state.value for state in RECEIVER)), rows)


def void_reasons() -> str:
    """Give the reasons that a void may state."""
    return "\n".join(f"- `{reason}`" for reason in VoidReason) + "\n"


def chapters() -> str:
    """Give the chapters of the specification, as a list of links."""
    return _links("docs", "spec")


def guides() -> str:
    """Give the guides, as a list of links."""
    return _links("docs", "guide")


def decisions() -> str:
    """Give the decisions, as a list of links."""
    return _links("docs/decisions", "", "[0-9]*.md")


PARTS: Final[dict[str, Callable[[], str]]] = {
    "chapters": chapters,
    "guides": guides,
    "decisions": decisions,
    "sender-table": sender_table,
    "receiver-table": receiver_table,
    "sender-drawing": sender_drawing,
    "receiver-drawing": receiver_drawing,
    "effects": effects_table,
    "joint-states": joint_table,
    "void-reasons": void_reasons,
    "model-runs": model.runs_table,
    "referrer-table": lambda: _course(REFERRER),
    "server-table": lambda: _course(SERVER),
    "contacter-table": lambda: _course(CONTACTER),
    "contacted-table": lambda: _course(CONTACTED),
    "referral-drawing": lambda: _drawing(SERVER, State.UNKNOWN),
    **course_tables.COURSE_PARTS,
    **ACT_PARTS,
    **ATTACK_PARTS,
    **COMMAND_PARTS,
    **MATCHING_PARTS,
    **RECORD_PARTS,
    **RETENTION_PARTS,
    **WEB_PARTS,
}


def pages() -> Iterator[Path]:
    """Give every document of the project."""
    yield from sorted(ROOT.glob("*.md"))
    yield from sorted((ROOT / "docs").rglob("*.md"))


def renewed(text: str) -> str:
    """Give *text* with every generated part made anew."""
    return PART.sub(lambda found: found[1] + PARTS[found[2]]() + found[3], text)


def main() -> None:
    """Write every generated part of every document."""
    for page in pages():
        text = page.read_text(encoding="utf-8")
        new = renewed(text)
        if new != text:
            page.write_text(new, encoding="utf-8")
            print(f"written: {page.relative_to(ROOT)}")
    model.TABLES.write_text(model.tables(), encoding="utf-8")


def _links(page: str, folder: str, pattern: str = "*.md") -> str:
    lines = []
    for path in sorted((ROOT / page / folder).glob(pattern)):
        title = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        lines.append(f"- [{title}]({path.relative_to(ROOT / page).as_posix()})\n")
    return "".join(lines)


def _table(table: Table, columns: tuple[Column, ...]) -> str:
    unknown = {column for row in table.values() for column in row} - set(columns)
    if unknown:
        raise ValueError(f"columns without a place in the document: {unknown}")
    rows = [
        (f"**{state}**", *(_cell(state, row.get(column)) for column in columns))
        for state, row in table.items()
    ]
    return _markdown(("state", *(HEADS[column] for column in columns)), rows)


def _course(table: Table) -> str:
    """Give the table of a round that moves nothing, with the columns that it has."""
    there = {column for row in table.values() for column in row}
    return _table(table, tuple(column for column in HEADS if column in there))


def _cell(state: State, outcome: Outcome | None) -> str:
    if outcome is None:
        return "–"
    if isinstance(outcome, Refusal):
        return REFUSED[outcome]
    if isinstance(outcome, tuple):
        return f"say `{outcome[1]}` again"
    return "no change" if outcome is state else str(outcome)


def _drawing(table: Table, first: State) -> str:
    arrows: dict[tuple[State, State], list[str]] = {}
    for state, row in table.items():
        for column, outcome in row.items():
            if isinstance(outcome, State) and outcome is not state:
                arrows.setdefault((state, outcome), []).append(HEADS[column].replace("`", ""))
    lines = ["```mermaid", "stateDiagram-v2", "    direction LR", f"    [*] --> {first}"]
    lines += [f"    {a} --> {b}: {' / '.join(labels)}" for (a, b), labels in arrows.items()]
    lines += [f"    {state} --> [*]" for state in _ends(table)]
    return "\n".join([*lines, "```", ""])


def _ends(table: Table) -> list[State]:
    reached = {outcome for row in table.values() for outcome in row.values() if isinstance(outcome, State)}
    moving = {s for s, row in table.items() if any(isinstance(o, State) and o is not s for o in row.values())}
    return sorted(reached - moving)


def _joint(sender: State, receiver: State) -> str:
    if (sender, receiver) in RETRACTED:
        return "S²"
    if (sender, receiver) in RESOLVED:
        return "S³"
    if (sender, receiver) not in JOINT:
        return ""
    return "**R**" if receiver is State.HOLDING else "S"


def _markdown(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    main()
