"""The model in docs/spec/model: the state tables as Promela, and the runs of SPIN. `python tests/model.py` runs all.

What is checked is what runs here: `tables.pml` is made from the tables of the code, and a test compares.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from handover.domain.lifecycle import (  # noqa: E402
    ANSWERS,
    CLAIMS,
    RECEIVER,
    SAYS,
    SENDER,
    Act,
    Claim,
    Column,
    Order,
    Outcome,
    Refusal,
    State,
)

FOLDER: Final = ROOT / "docs" / "spec" / "model"
TABLES: Final = FOLDER / "tables.pml"
HEAD: Final = (
    "/* Generated from src/handover/domain/lifecycle.py by `python3 dev.py documents`: do not edit. */\n"
)
Table = Mapping[State, Mapping[Column, Outcome]]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One way to build the model. `rule` is what a mutant takes away; without one every property must hold."""

    name: str
    flags: str
    rule: str = ""
    live: bool = False
    long: bool = False

    @property
    def holds(self) -> bool:
        """Whether the model must be without an error."""
        return not self.rule


@dataclass(frozen=True, kw_only=True)
class Found:
    """What SPIN found: the first error, or none, and how many states it has looked at."""

    error: str
    states: str
    complete: bool


_AFTER = "-DRESTORE -DAFTER_OPENING"
_LIVE = "-DFAIR -DLIVE=1"
RUNS: Final = (
    Run(name="one-round", flags=""),
    Run(name="two-rounds", flags="-DROUNDS=2"),
    Run(name="three-nodes", flags="-DNODES=3 -DROUNDS=2"),
    Run(name="offers-side-by-side", flags="-DNODES=3 -DROUNDS=2 -DPARALLEL"),
    Run(name="restore", flags="-DRESTORE"),
    Run(name="restore-after-two-rounds", flags="-DRESTORE -DROUNDS=2", long=True),
    Run(name="resolved", flags="-DNODES=3 -DROUNDS=2 -DRESOLVE"),
    Run(name="closed-alike", flags=_LIVE, live=True, long=True),
    Run(
        name="early-release", flags="-DM_EARLY_RELEASE", rule="the sender acts until it hears of the take-up"
    ),
    Run(name="send-first", flags="-DM_SEND_FIRST", rule="nothing is sent before it is committed"),
    Run(name="bound-times-out", flags="-DM_BOUND_TIMES_OUT", rule="bound is bound until a deed or a void"),
    Run(name="withdraw-after-deed", flags="-DM_WITHDRAW_AFTER_DEED", rule="a deed stands"),
    Run(
        name="resolved-too-early",
        flags="-DRESOLVE -DM_RESOLVED_TOO_EARLY",
        rule="a deed is resolved only when its receiver is gone for good",
    ),
    Run(
        name="resolved-though-handed-on",
        flags="-DNODES=3 -DROUNDS=2 -DRESOLVE -DM_HANDED_ON",
        rule="people ask first whether the receiver has handed the matter on",
    ),
    Run(name="no-tombstone", flags="-DM_NO_TOMBSTONE", rule="a void for an unknown offer is remembered"),
    Run(name="check-then-act", flags="-DM_CHECK_THEN_ACT", rule="guards are asked in the transaction"),
    Run(name="accept-after-void", flags="-DM_ACCEPT_AFTER_VOID", rule="a void is final"),
    Run(name="late-deed", flags="-DM_LATE_DEED", rule="an acceptance counts in time and under a ground"),
    Run(
        name="countersign-unguarded",
        flags="-DM_COUNTERSIGN_UNGUARDED",
        rule="a countersignature counts in time and under a ground",
    ),
    Run(name="accepting-takes", flags="-DM_ACCEPTING_TAKES", rule="responsibility passes by the deed alone"),
    Run(
        name="late-receipt",
        flags="-DROUNDS=2 -DM_LATE_RECEIPT",
        rule="a receipt ends relieving in its round alone",
    ),
    Run(name="no-epoch", flags="-DROUNDS=2 -DM_NO_EPOCH", rule="a message counts in its round alone"),
    Run(
        name="no-claim-guard",
        flags="-DNODES=3 -DROUNDS=2 -DPARALLEL -DM_NO_CLAIM_GUARD",
        rule="a deed is given by who claims the matter",
    ),
    Run(name="no-resync", flags=f"{_AFTER} -DM_NO_RESYNC", rule="who was restored asks before it acts"),
    Run(name="no-incarnation", flags=f"{_AFTER} -DM_NO_INCARNATION", rule="a restore raises the incarnation"),
    Run(name="no-fence", flags=f"{_AFTER} -DM_NO_FENCE", rule="peers take no lower incarnation"),
    Run(
        name="fence-at-read",
        flags=f"{_AFTER} -DM_FENCE_AT_READ",
        rule="they ask for it in the commit, not when they read",
    ),
    Run(
        name="resume-offer", flags=f"{_AFTER} -DM_RESUME_OFFER", rule="who was restored voids its open offers"
    ),
    Run(
        name="old-deed-taken-up",
        flags="-DRESTORE -DROUNDS=2 -DM_OLD_DEED_TAKEN_UP",
        rule="the head of the chain says who is responsible, not each deed",
        long=True,
    ),
    Run(name="no-retry", flags=f"{_LIVE} -DM_NO_RETRY", rule="states say it until it is answered", live=True),
    Run(name="no-void-receipt", flags=f"{_LIVE} -DM_NO_VOID_RECEIPT", rule="a void is answered", live=True),
    Run(
        name="no-take-up-receipt",
        flags=f"{_LIVE} -DM_NO_TAKE_UP_RECEIPT",
        rule="a deed is answered",
        live=True,
    ),
    Run(name="no-deadline", flags=f"{_LIVE} -DM_NO_DEADLINE", rule="an offer has a deadline", live=True),
)


def tables() -> str:
    """Give the file `tables.pml`: numbers for states, acts and claims, and one inline for each table."""
    columns = list(
        dict.fromkeys(column for table in (SENDER, RECEIVER) for row in table.values() for column in row)
    )
    lines = [HEAD]
    lines += _numbers("", ["NO_ROUND", *(_name(state) for state in _states())])
    lines += _numbers("", [f"SAY_{_name(act)}" for act in _said()])
    lines.append(f"#define ACTS {len(_said())}")
    lines.append("#define NOTHING 99")
    lines += _numbers("", [f"ON_{_column(column)}" for column in columns])
    lines += _numbers("", [f"CLAIM_{_name(claim)}" for claim in Claim])
    lines += _numbers(
        "", ["TAKEN", *(f"REFUSED_{_name(refusal)}" for refusal in Refusal), "REFUSED_OUT_OF_ORDER"]
    )
    lines.append(
        _choice("SAID_IN", {state: f"SAY_{_name(act)}" for state, act in _saying().items()}, "NOTHING")
    )
    lines.append(
        _choice("CLAIM_IN", {state: f"CLAIM_{_name(claim)}" for state, claim in CLAIMS.items()}, "NOTHING")
    )
    lines += _step("sender_step", SENDER)
    lines += _step("receiver_step", RECEIVER)
    return "\n".join(lines) + "\n"


def runs_table() -> str:
    """Give the runs as a table in Markdown."""
    lines = ["| run | built with | must |", "| --- | --- | --- |"]
    for run in RUNS:
        flags = f"`{run.flags}`" if run.flags else "–"
        must = f"fail: without the rule that {run.rule}" if run.rule else "hold"
        lines.append(f"| `{run.name}` | {flags} | {must} |")
    return "\n".join(lines) + "\n"


def _states() -> list[State]:
    """Give the states of a handover: the model is of what can move responsibility."""
    return [state for state in State if state in SENDER or state in RECEIVER or state is State.DISCARDED]


def _saying() -> dict[State, Act]:
    return {state: act for state, act in (SAYS | ANSWERS).items() if state in _states()}


def _said() -> list[Act]:
    return list(dict.fromkeys(_saying().values()))


def _name(word: State | Act | Claim | Refusal) -> str:
    return word.name


def _column(column: Column) -> str:
    """Order.DECLINE and Act.DECLINE are two columns of one name."""
    kind = "HEARD" if isinstance(column, Act) else "OWN" if isinstance(column, Order) else "GUARD"
    return f"{kind}_{column.name}"


def _numbers(prefix: str, names: list[str]) -> list[str]:
    return [f"#define {prefix}{name} {number}" for number, name in enumerate(names)]


def _choice(name: str, values: Mapping[State, str], otherwise: str) -> str:
    text = otherwise
    for state, value in values.items():
        text = f"((s) == {_name(state)} -> {value} : {text})"
    return f"#define {name}(s) {text}"


def _step(name: str, table: Table) -> Iterator[str]:
    yield f"inline {name}(state, column) {{"
    yield "  says = NOTHING; next = state; verdict = TAKEN;"
    yield "  if"
    for state, row in table.items():
        for column, outcome in row.items():
            yield f"  :: state == {_name(state)} && column == ON_{_column(column)} -> {_effect(outcome)}"
    yield "  :: else -> verdict = REFUSED_OUT_OF_ORDER"
    yield "  fi"
    yield "}"


def _effect(outcome: Outcome) -> str:
    if isinstance(outcome, Refusal):
        return f"verdict = REFUSED_{_name(outcome)}"
    if isinstance(outcome, tuple):
        return f"says = SAY_{_name(outcome[1])}"
    return f"next = {_name(outcome)}"


def check(run: Run) -> Found:
    """Build and run the model with SPIN and the C compiler, in a folder that is thrown away.

    Raises:
        CalledProcessError: the model cannot be built.
    """
    with tempfile.TemporaryDirectory() as folder:
        for source in FOLDER.glob("*.pml"):
            shutil.copy(source, folder)
        way = ("-DCOLLAPSE", "-DNFAIR=3") if run.live else ("-DSAFETY", "-DCOLLAPSE")
        _do(folder, "spin", "-a", *run.flags.split(), "handover.pml")
        # The compiler takes longer over most runs than they take themselves.
        fast = "-O2" if run.long else "-O0"
        _do(folder, "gcc", fast, "-w", "-DVECTORSZ=4096", "-DMEMLIM=8000", *way, "-o", "pan", "pan.c")
        found = _do(folder, "./pan", "-m1000000", *(("-a", "-f") if run.live else ()))
    error = re.search(r"^pan:1: (.*) \(at depth", found, re.MULTILINE)
    states = re.search(r"([\d.e+]+) states, stored", found)
    return Found(
        error=error[1] if error else "",
        states=states[1] if states else "?",
        complete="errors: 0" in found and "Search not completed" not in found,
    )


def _do(folder: str, *command: str) -> str:
    return subprocess.run(command, cwd=folder, capture_output=True, check=True, text=True).stdout


def main(names: Sequence[str]) -> int:
    """Run all, or those named; print a line for each; give 1 when one is not as it must be."""
    if not shutil.which("spin") or not shutil.which("gcc"):
        print("This command needs SPIN and a C compiler: apt-get install spin gcc", file=sys.stderr)
        return 2
    wrong = 0
    for run in RUNS:
        if names and run.name not in names:
            continue
        begun = time.monotonic()
        found = check(run)
        right = found.complete if run.holds else bool(found.error)
        wrong += not right
        what = (
            f"without the rule that {run.rule}: {found.error or 'nothing fails'}" if run.rule else "all hold"
        )
        seconds = time.monotonic() - begun
        print(
            f"{'ok   ' if right else 'WRONG'} {run.name:25} {found.states:>10} states {seconds:6.1f} s  {what}"
        )
    print(
        "The model holds and every mutant fails." if not wrong else f"{wrong} runs are not as they must be."
    )
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
