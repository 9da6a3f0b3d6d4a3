"""`handover serve`, `worker` and `demo`: what goes on until it is stopped."""

import importlib
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from handover.cli import opening
from handover.cli.loading import loading
from handover.cli.options import HERE, Data
from handover.domain.errors import HandoverError

if TYPE_CHECKING:
    from starlette.routing import Route

    from handover.node import Node


class PartMissingError(HandoverError):
    """A part of the program is not installed here."""

    name = "part-missing"
    title = "This installation lacks the part of the program that is needed for this."
    advice = "Install Handover whole, from its repository, and try again."


def serve(
    data: Data = HERE,
    listen: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Where to listen, instead of the setting `listen`."),
    ] = None,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Do not deliver messages; `handover worker` does.")
    ] = False,
) -> None:
    """Run the node: the federation's endpoints, the API, and delivery to peers.

    It listens for HTTP on a local address; a reverse proxy in front of it speaks TLS. SIGTERM ends it: answers
    under way are finished first.

    Example: handover serve --data /var/lib/handover
    """
    with loading():
        found, pages = _loaded(data, listen)
        from handover.web import server

    settings = found.settings
    try:
        server.serve(found, settings, worker=settings.worker and not no_worker, pages=pages)
    finally:
        found.close()


def _loaded(data: Path, listen: str | None) -> "tuple[Node, Sequence[Route]]":
    """Give the node and its pages, with all that they need."""
    from handover import config, node

    settings = opening.settings_of(data)
    if listen is not None:
        settings = config.load(data, listen=listen)
    from handover.cli import doctor
    from handover.pages.routes import routes  # after the settings: what is wrong with them is said at once

    found = node.open_node(settings)
    return found, routes(found, health=lambda: doctor.of_running(found))


def worker(data: Data = HERE) -> None:
    """Deliver what is due to peers, watch deadlines, refresh the registry; without listening.

    For nodes whose web processes run with --no-worker. SIGTERM ends it after the batch that is under way.

    Example: handover worker --data /var/lib/handover
    """
    from handover.web import server

    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    with opening.opened(data) as found:
        server.work(found, stop)


def demo(
    folder: Annotated[Path, typer.Option(metavar="FOLDER", help="Where everything it makes is put.")] = Path(
        ".demo"
    ),
    case: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A Primero document to hand over instead of a made-up case."),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the nodes running and print addresses and keys.")
    ] = False,
) -> None:
    """Show a federation at work: registry, six nodes, handovers, and evidence that a separate process verifies.

    Example: handover demo --keep
    """
    try:
        run = importlib.import_module("handover.demo.run")
    except ModuleNotFoundError as error:
        raise PartMissingError from error
    raise typer.Exit(run.main(folder, case=case, keep=keep))
