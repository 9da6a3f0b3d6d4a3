"""`handover evidence export` and `handover verify`: one matter's evidence in one file, and what it proves."""

import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from handover.cli import opening, terminal
from handover.cli.exits import Exit
from handover.cli.options import HERE, AsJson, Data
from handover.domain.ids import MatterId

if TYPE_CHECKING:
    from handover.application.facts import Actor
    from handover.application.verifier_report import Report
    from handover.node import Node
    from handover.protocol.registry_set import MetadataSet

_STATUS: Final = {"valid": Exit.DONE, "incomplete": Exit.INCOMPLETE, "invalid": Exit.REFUSED}
_ROOT: Final = "root.json"
Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE...", exists=True, dir_okay=False, help="Evidence; of both sides, if you have it."
    ),
]
PinnedRoot = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        envvar="HANDOVER_ROOT",
        exists=True,
        dir_okay=False,
        help="The registry's root page that you trust; else root.json in HANDOVER_DATA.",
    ),
]
NewerRegistry = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        exists=True,
        file_okay=False,
        help="A newer registry: it tells of keys compromised since.",
    ),
]
Page = Annotated[
    Path | None,
    typer.Option("--page", metavar="FILE", help="Write the report as a page to print (HTML), too."),
]
Pdf = Annotated[
    Path | None,
    typer.Option(
        "--pdf", metavar="FILE", help="Write the report as a paper that can be read aloud (PDF), too."
    ),
]
app = typer.Typer(
    no_args_is_help=True,
    help="Give evidence to auditors: signatures, proofs and digests, and no personal value.",
)


@app.callback()
def _only_groups() -> None:
    """One command alone would not be asked for by its name."""


@app.command()
def export(
    matter: Annotated[str, typer.Option(metavar="ID", help="The matter, by its identifier at this node.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where the evidence is written.")
    ],
    officer: Annotated[
        str | None,
        typer.Option("--as", metavar="OFFICER", help="On whose behalf; else the operator at this console."),
    ] = None,
    data: Data = HERE,
) -> None:
    """Write one matter's evidence to a file. Whoever has the pinned root can verify it, without any node.

    It holds no personal value: it may be given to a court, and it verifies after the values were erased. That it was
    exported is logged.

    Example: handover evidence export --matter 0198c0de-0000-7000-8000-000000000000 -o case.handover
    """
    from handover.adapters import files

    wanted = MatterId(matter)
    with opening.opened(data) as node:
        bundle = node.evidence.export(wanted, actor=auditor(node, officer))
        files.replace(output, bundle)
    terminal.say(f"{output}  {len(bundle)} bytes. Verify: handover verify {output} --root root.json")


def verify(
    file: Files,
    as_json: AsJson = False,
    root: PinnedRoot = None,
    registry: NewerRegistry = None,
    page: Page = None,
    pdf: Pdf = None,
) -> None:
    """Check evidence: who did what, when, under which ground, in which order, and whether anything is missing.

    It needs no node and no network. Exit status 0: valid, 2: nothing is false, but something is missing, 1: invalid.

    Example: handover verify athens.handover hamburg.handover --root root.json
    """
    from handover.adapters import files
    from handover.application import verdict, verdict_page, verifier
    from handover.pages.said import english
    from handover.protocol.evidence import BUNDLE_LIMIT

    contents = [_read(path, BUNDLE_LIMIT) for path in file]
    report = verifier.verify(
        contents,
        root=_pinned(root),
        registry=None if registry is None else _metadata(registry),
    )
    checked = [(str(path), sha256(data).hexdigest()) for path, data in zip(file, contents, strict=True)]
    if page is not None:
        files.replace(page, verdict_page.page(report, checked, english).encode())
    if pdf is not None:
        files.replace(pdf, _paper(report))
    if as_json:
        named = [{"name": name, "sha256": digest} for name, digest in checked]
        terminal.say_json({**report.to_json(), "files": named})
    else:
        for line in verdict.text(report, checked, english).splitlines():
            terminal.say(terminal.clean(line))
    raise typer.Exit(_STATUS[report.verdict.value])


def _paper(report: "Report") -> bytes:
    from handover.adapters.printing import TypstPrinter
    from handover.node import system_clock
    from handover.pages import verdict_paper
    from handover.pages.languages import SOURCE
    from handover.pages.sheets import Sheet

    sheet = Sheet(language=SOURCE, node="", now=system_clock())
    return TypstPrinter().pdf(verdict_paper.of(report, sheet))


def _read(path: Path, limit: int) -> bytes:
    """Give so much of the file that the verifier sees whether it is too long."""
    with path.open("rb") as file:
        return file.read(limit + 1)


def _pinned(given: Path | None) -> bytes | None:
    from handover.protocol.registry_metadata import ROOT_LIMIT

    data = os.environ.get("HANDOVER_DATA")
    if given is None and data and (Path(data) / _ROOT).is_file():
        given = Path(data) / _ROOT
    # Never the current folder's: whoever hands over evidence could have put a root beside it.
    return None if given is None else _read(given, ROOT_LIMIT)


def _metadata(folder: Path) -> "MetadataSet":
    """Give the registry in a folder: what operators publish, or what a mirror has."""
    from handover.adapters import files
    from handover.protocol import registry_files
    from handover.protocol.registry_metadata import TIMESTAMP_LIMIT

    place = folder / "public" if (folder / "public").is_dir() else folder

    def read(name: str, limit: int) -> bytes:
        return files.read(place / name, limit)

    return registry_files.collect(
        roots=registry_files.read_roots(read),
        timestamp=read(registry_files.TIMESTAMP, TIMESTAMP_LIMIT),
        fetch=lambda name, _, length: read(name, length),
    )


def auditor(node: "Node", officer: str | None) -> "Actor":
    """Give who takes evidence out: an officer of the node, or the operator at this console."""
    from handover.application.facts import Actor, OfficerRole
    from handover.application.sealing import new_id
    from handover.cli.officer import AUTH, acting

    if officer is not None:
        return acting(node, officer)
    return Actor(officer=new_id(node.clock()), roles=(OfficerRole.AUDITOR,), auth=AUTH, scopes=("read",))
