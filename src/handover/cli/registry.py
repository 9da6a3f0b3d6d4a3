"""`handover registry`: the commands of the registry's operators. They work on a folder, not on a node."""

import os
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handover.cli import registry_view, terminal
from handover.cli.options import AsJson

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner

    from handover.adapters.ceremony import Ceremony
    from handover.adapters.holder_keys import HolderKey

app = typer.Typer(
    no_args_is_help=True,
    help="Run the federation's registry: who is a node, with which keys and mandates.\n\n"
    "Every change waits in the folder until enough holders have signed it; `publish` makes it public. "
    "docs/guide/registry.md goes through the ceremony step by step.",
)

Folder = Annotated[
    Path, typer.Option("--dir", metavar="FOLDER", help="The operators' working folder.", show_default=True)
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="A file that holds the passphrase; else HANDOVER_PASSPHRASE, else it is asked for.",
    ),
]
Threshold = Annotated[int, typer.Option("--threshold", min=1, help="How many holders must sign.")]
Holders = Annotated[
    list[Path],
    typer.Option("--holder", metavar="PUB", help="A holder's public key file; once for each holder."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask; for scripts that have checked already.")]
HERE = Path("registry")


@app.command()
def key(
    name: Annotated[str, typer.Argument(help="The holder's name: letters, digits, hyphens.")],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the two files go.")] = Path(),
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make a holder's key pair: NAME.key stays with its holder, NAME.pub goes to the operators."""
    from handover.adapters import holder_keys

    made = holder_keys.create(out, name=name, passphrase=_passphrase(passphrase_file, confirm=True))
    terminal.say(
        f"{name}.key  private, under the passphrase: keep it on a medium of its own, and a copy elsewhere"
    )
    terminal.say(f"{name}.pub  public, key id {made.keyid}")


@app.command()
def init(
    holder: Holders,
    threshold: Threshold,
    online: Annotated[
        Path, typer.Option("--online", metavar="PUB", help="The public key that signs the short-lived pages.")
    ],
    directory: Folder = HERE,
) -> None:
    """Prepare a new registry: its root and top page wait for the holders' signatures."""
    from handover.adapters import holder_keys

    _ceremony(directory).init(
        holders=_public(holder), threshold=threshold, online=holder_keys.read_public(online), now=_now()
    )
    registry_view.say_waiting(directory)


@app.command("add-country")
def add_country(
    country: Annotated[
        str, typer.Argument(help="ISO 3166-1 code in lower case, or int for international bodies.")
    ],
    holder: Holders,
    threshold: Threshold,
    directory: Folder = HERE,
) -> None:
    """Prepare a country: its own holders decide about its nodes, and about no others."""
    _ceremony(directory).add_country(country, holders=_public(holder), threshold=threshold, now=_now())
    registry_view.say_waiting(directory)


@app.command()
def admit(
    request: Annotated[
        Path, typer.Argument(help="The enrolment request that `handover enrol` made at the node.")
    ],
    fingerprint: Annotated[
        str | None, typer.Option(help="The request's fingerprint, as the authority read it out to you.")
    ] = None,
    directory: Folder = HERE,
    yes: Yes = False,
) -> None:
    """Prepare the admission of a node. Keys of small order, or not proved to be the node's, are refused."""
    from handover.adapters import files
    from handover.protocol import enrolment

    data = files.read(request, enrolment.LIMIT)
    registry_view.confirm(enrolment.read(data), data, fingerprint, yes=yes)
    _ceremony(directory).admit(data, now=_now())
    registry_view.say_waiting(directory)


@app.command()
def suspend(
    node: Annotated[str, typer.Argument(help="The node, for example gr/athens.")],
    lift: Annotated[bool, typer.Option("--lift", help="End the suspension.")] = False,
    compromised_key: Annotated[
        str | None, typer.Option("--key", metavar="KID", help="Do not suspend: mark this key as compromised.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Since when it is, as 2026-11-22T10:00:00Z; default: now."),
    ] = None,
    directory: Folder = HERE,
) -> None:
    """Prepare a suspension: no new offers to or from the node; open rounds can still be closed."""
    from handover.domain.ids import NodeId

    ceremony, now = _ceremony(directory), _now()
    if compromised_key is not None:
        ceremony.mark_compromised(NodeId(node), compromised_key, since=_time(since, now), now=now)
    elif lift:
        ceremony.lift(NodeId(node), now=now)
    else:
        ceremony.suspend(NodeId(node), now=now)
    registry_view.say_waiting(directory)


@app.command()
def rotate(
    request: Annotated[
        Path | None,
        typer.Option("--request", metavar="FILE", help="A node's request with its changed entry."),
    ] = None,
    role: Annotated[
        str | None, typer.Option(help="Change who holds this role: root (and targets), online, or a country.")
    ] = None,
    out: Annotated[list[Path] | None, typer.Option("--out", metavar="PUB", help="A key that goes.")] = None,
    into: Annotated[
        list[Path] | None, typer.Option("--into", metavar="PUB", help="A key that comes.")
    ] = None,
    threshold: Annotated[int | None, typer.Option(min=1, help="Another threshold.")] = None,
    fingerprint: Annotated[
        str | None, typer.Option(help="The request's fingerprint, as it was read out to you.")
    ] = None,
    directory: Folder = HERE,
    yes: Yes = False,
) -> None:
    """Prepare other keys: of a node (--request), or of the holders of a role (--role with --out and --into)."""
    from handover.adapters import files
    from handover.protocol import enrolment

    if (request is None) == (role is None):
        raise typer.BadParameter("give either --request or --role")
    ceremony = _ceremony(directory)
    if role is not None:
        ceremony.rotate_holders(
            role, out=_public(out or []), into=_public(into or []), threshold=threshold, now=_now()
        )
    elif request is not None:
        data = files.read(request, enrolment.LIMIT)
        registry_view.confirm(enrolment.read(data), data, fingerprint, yes=yes)
        ceremony.replace_entry(data, now=_now())
    registry_view.say_waiting(directory)


@app.command()
def renew(
    role: Annotated[str, typer.Argument(help="root, targets, or a country.")], directory: Folder = HERE
) -> None:
    """Prepare the same page with a later expiry. `show` says what expires when."""
    _ceremony(directory).renew(role, now=_now())
    registry_view.say_waiting(directory)


@app.command()
def sign(
    key_file: Annotated[Path, typer.Option("--key", metavar="KEY", help="Your private key file.")],
    role: Annotated[
        list[str] | None, typer.Option(help="Sign this role's page alone; else all that wait for your key.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    directory: Folder = HERE,
    yes: Yes = False,
) -> None:
    """Show what waits, and sign it with one holder's key. Pass the folder on to the next holder afterwards."""
    from handover.adapters.publication import Publication
    from handover.adapters.repository import Repository
    from handover.adapters.review import Review

    repository = Repository(directory)
    signer = _open(key_file, passphrase_file)
    publication = Publication(repository)
    roles = [each for each in publication.waiting_for(signer.public_key.keyid) if not role or each in role]
    for each in roles:
        terminal.say(each)
        for line in Review(repository).changes(each):
            terminal.say(f"  {terminal.clean(line)}")
    if roles and not yes:
        typer.confirm("Sign this?", abort=True)
    publication.sign(signer, roles=roles)
    registry_view.say_waiting(directory)


@app.command()
def publish(
    key_file: Annotated[
        Path, typer.Option("--key", metavar="KEY", help="The private key of the online role.")
    ],
    passphrase_file: PassphraseFile = None,
    directory: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Make public what is signed, under a new timestamp. Run it at least daily: nodes hold offers back after 24 h."""
    from handover.adapters.publication import Publication
    from handover.adapters.repository import Repository

    repository = Repository(directory)
    done = Publication(repository).publish(_open(key_file, passphrase_file), now=_now())
    if as_json:
        terminal.say_json(registry_view.publication_as_json(done))
    else:
        registry_view.say_publication(done, repository.public)


@app.command()
def show(directory: Folder = HERE, as_json: AsJson = False) -> None:
    """Show the roles with their holders and expiry, what waits for signatures, and the nodes."""
    from handover.adapters.repository import Repository
    from handover.adapters.review import Review

    found = Review(Repository(directory)).overview()
    if as_json:
        terminal.say_json(registry_view.as_json(found))
    else:
        registry_view.say_overview(found)


def _ceremony(directory: Path) -> "Ceremony":
    from handover.adapters.ceremony import Ceremony
    from handover.adapters.repository import Repository

    return Ceremony(Repository(directory))


def _public(paths: list[Path]) -> "list[HolderKey]":
    from handover.adapters import holder_keys

    return [holder_keys.read_public(path) for path in paths]


def _open(path: Path, passphrase_file: Path | None) -> "CryptoSigner":
    from handover.adapters import holder_keys

    return holder_keys.open_private(path, passphrase=_passphrase(passphrase_file))[1]


def _passphrase(path: Path | None, *, confirm: bool = False) -> bytes:
    from handover.adapters import files

    if path is not None:
        return files.read(path, 4096).strip()
    given = os.environ.get("HANDOVER_PASSPHRASE")
    if given is None:
        given = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm)
    return given.encode()


def _time(text: str | None, now: int) -> int:
    if text is None:
        return now
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("not a time such as 2026-11-22T10:00:00Z") from error
    if found.tzinfo is None:
        raise typer.BadParameter("a time needs its zone, for example a Z at its end")
    return int(found.timestamp())


def _now() -> int:
    return int(time.time())
