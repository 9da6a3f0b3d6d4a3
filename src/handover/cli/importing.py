"""`handover import primero`: a case system's document becomes a draft, with a report of every value it held."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from handover.cli import opening, terminal
from handover.cli.officer import acting
from handover.cli.options import HERE, AsJson, Data
from handover.domain.errors import RefusedError
from handover.domain.ids import MatterId

if TYPE_CHECKING:
    from handover.adapters.primero import Draft, Import, Profile
    from handover.adapters.primero_rules import Finding
    from handover.application.facts import Actor, KeptRecord
    from handover.node import Node

SOURCE: Final = "primero"
Document = Annotated[
    Path, typer.Argument(metavar="FILE", help="A case or tracing request of Primero v2, or a list.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would become of it; no node is needed.")]
Index = Annotated[int | None, typer.Option(min=0, help="Which case of a list; the first is 0.")]
Case = Annotated[str | None, typer.Option("--id", help="Which case of a list, by its identifier or number.")]
ProfileFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="What this deployment calls its own fields and codes.")
]
By = Annotated[str | None, typer.Option("--as", metavar="OFFICER", help="Who writes the record.")]
Into = Annotated[
    str | None, typer.Option(metavar="ID", help="Write the next version of this matter's record.")
]
app = typer.Typer(
    no_args_is_help=True,
    help="Take cases over from a case system. No consent is ever made of what such a document says about consent.",
)


@app.callback()
def _only_groups() -> None:
    """One command alone would not be asked for by its name."""


class ImportedBeforeError(RefusedError):
    """A matter with the case's number is here already."""

    name = "imported-before"
    title = "There is a matter with this case number already."
    advice = "Name that matter with --matter to write the next version of its record."


class OfficerMissingError(RefusedError):
    """A record is written by a named officer."""

    name = "officer-missing"
    title = "An import writes a record, and a record is written by an officer."
    advice = "Name the officer with --as; with --dry-run nothing is written and nobody is needed."


@app.command()
def primero(
    file: Document,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    index: Index = None,
    case: Case = None,
    profile: ProfileFile = None,
    officer: By = None,
    matter: Into = None,
    data: Data = HERE,
) -> None:
    """Make a draft record of a Primero document, and report what became of every value.

    Mapped, unmapped with its place, refused and why. What Primero says about consent becomes a question to an
    officer. Without --dry-run the draft becomes the first version of a new matter's record.

    Example: handover import primero case.json --dry-run
    """
    from handover.adapters import files
    from handover.adapters import primero as connector
    from handover.adapters.primero_file import LONGEST

    if index is not None and case is not None:
        raise typer.BadParameter("give --index or --id, not both")
    which = case if index is None else str(index)
    found = connector.import_cases(files.read(file, LONGEST), profile=_profile(profile))
    if dry_run:
        chosen = [*found.drafts] if which is None else [found.only(which)]
        _show(found, chosen, as_json=as_json, written=None)
        return
    if officer is None:
        raise OfficerMissingError
    draft = found.only(which)
    with opening.opened(data) as node:
        written = _write(node, draft, officer=officer, matter=matter)
    _show(found, [draft], as_json=as_json, written=written)


def _profile(path: Path | None) -> "Profile | None":
    from handover.adapters import files
    from handover.adapters import primero as connector
    from handover.adapters.primero_file import LONGEST

    return None if path is None else connector.read_profile(files.read(path, LONGEST))


def _write(node: "Node", draft: "Draft", *, officer: str, matter: str | None) -> "KeptRecord":
    actor = acting(node, officer)
    draft.record()  # a draft that makes no record leaves no matter behind
    to = MatterId(matter) if matter else _new_matter(node, draft, actor)
    return node.cases.write(to, draft.schema, draft.values, source=SOURCE, actor=actor)


def _new_matter(node: "Node", draft: "Draft", actor: "Actor") -> MatterId:
    reference = min(draft.numbers, key=lambda number: (len(number), number), default="")[:100]
    for known in node.cases.page(actor=actor, reference=reference, limit=1) if reference else ():
        raise ImportedBeforeError(f"matter {known.id}")
    return node.cases.begin(draft.schema.kind, reference=reference, actor=actor).id


def _show(found: "Import", drafts: "list[Draft]", *, as_json: bool, written: "KeptRecord | None") -> None:
    if as_json:
        shown: dict[str, object] = {
            "drafts": [{**draft.report(), "record": _values(draft)} for draft in drafts],
            "around": [_finding(each) for each in found.around],
            "written": {"matter": written.matter, "version": written.version} if written else None,
        }
        terminal.say_json(shown)
        return
    for draft in drafts:
        _show_draft(draft)
    if found.around:
        terminal.say(f"\nAround the cases ({len(found.around)})")
        terminal.say_table(
            ("place", "why"), ((each.place, each.reason or each.fate) for each in found.around)
        )
    if written:
        terminal.say(f"\nWritten: matter {written.matter}, version {written.version} of its record.")
    else:
        terminal.say(
            "\nNothing was written. No consent was made: the claims above are questions to an officer."
        )


def _show_draft(draft: "Draft") -> None:
    from handover.adapters.primero_values import Fate

    counts = ", ".join(f"{len(draft.of(fate))} {fate}" for fate in Fate)
    terminal.say(f"\nDraft of {draft.schema.name}{f' from {draft.place}' if draft.place else ''}: {counts}\n")
    terminal.say_table(("field", "value"), ((path, _text(value)) for path, value in _values(draft).items()))
    mapped = draft.of(Fate.MAPPED)
    terminal.say(f"\nMapped ({len(mapped)})")
    terminal.say_table(("place", "field"), ((each.place, each.path or "-") for each in mapped))
    for fate, title in ((Fate.UNMAPPED, "Not mapped"), (Fate.REFUSED, "Refused")):
        findings = draft.of(fate)
        if findings:
            terminal.say(f"\n{title} ({len(findings)})")
            terminal.say_table(("place", "why"), ((each.place, each.reason or "-") for each in findings))
    if draft.claims:
        terminal.say(
            f"\nClaims about consent, to be confirmed with the child and the guardian ({len(draft.claims)})"
        )
        rows = (
            (each.place, each.said or "(words: read them in the case)", each.question)
            for each in draft.claims
        )
        terminal.say_table(("place", "said", "question"), rows)
    if draft.gaps():
        terminal.say(f"\nBefore it can be offered: {', '.join(draft.gaps())}")


def _values(draft: "Draft") -> dict[str, object]:
    from handover.domain.record import to_wire

    return {path: to_wire(draft.values[path]) for path in draft.schema.in_order(draft.values)}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _finding(found: "Finding") -> dict[str, object]:
    return {
        "place": found.place,
        "fate": found.fate.value,
        "reason": None if found.reason is None else str(found.reason),
    }
