"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path,
    typer.Option("--data", envvar="HANDOVER_DATA", metavar="FOLDER", help="The node's data folder."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Where to write; an old file is replaced."),
]
HERE = Path()
