"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from handover.domain.errors import MalformedError
from handover.domain.ids import NodeId

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


def node_id(text: str) -> NodeId:
    """Give the node's name that was typed; anything else is a wrong call."""
    try:
        return NodeId(text)
    except MalformedError:
        raise typer.BadParameter(
            "a node's name is a country code, a slash and a slug, such as gr/athens"
        ) from None
