"""`handover registry`: the commands of the registry's operators. They work on a folder, not on a node."""

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handover.cli import holder_files, registry_view, terminal
from handover.cli.holder_files import PassphraseFile
from handover.cli.options import AsJson, node_id

if TYPE_CHECKING:
    from handover.adapters.ceremony import Ceremony

app = typer.Typer(
    no_args_is_help=True,
    help="Run the federation's registry: who is a node, with which keys and mandates.\n\n"
    "Every change waits in the folder until enough holders have signed it; `publish` makes it public. "
    "docs/guide/registry.md goes through the ceremony step by step.",
)

Folder = Annotated[Path, typer.Option("--dir", metavar="FOLDER", help="The operators' working folder.")]
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
    """Make a holder's key pair: NAME.key stays with its holder, NAME.pub goes to the operators.

    Example: handover registry key ada --out /media/stick
    """
    from handover.adapters import holder_keys

    made = holder_keys.create(
        out, name=name, passphrase=holder_files.passphrase(passphrase_file, confirm=True)
    )
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
    """Prepare a new registry: its root and top page wait for the holders' signatures.

    Example: handover registry init --holder ada.pub --holder ben.pub --threshold 2 --online online.pub
    """
    from handover.adapters import holder_keys

    _ceremony(directory).init(
        holders=holder_files.public(holder),
        threshold=threshold,
        online=holder_keys.read_public(online),
        now=_now(),
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
    """Prepare a country: its own holders decide about its nodes, and about no others.

    Example: handover registry add-country gr --holder eleni.pub --holder nikos.pub --threshold 2
    """
    _ceremony(directory).add_country(
        country, holders=holder_files.public(holder), threshold=threshold, now=_now()
    )
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
    """Prepare the admission of a node. Keys of small order, or not proved to be the node's, are refused.

    Example: handover registry admit athens.enrolment --fingerprint "9f86 d081 ..."
    """
    _ceremony(directory).admit(registry_view.confirmed(request, fingerprint, yes=yes), now=_now())
    registry_view.say_waiting(directory)


@app.command()
def suspend(
    node: Annotated[str, typer.Argument(help="The node, for example gr/athens.")],
    lift: Annotated[bool, typer.Option("--lift", help="End the suspension.")] = False,
    compromised_key: Annotated[
        str | None,
        typer.Option(
            "--key",
            metavar="KID",
            help="Do not suspend: mark this key as compromised; `all`: every key of the node's vault.",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Since when it is, as 2026-11-22T10:00:00Z; default: now."),
    ] = None,
    directory: Folder = HERE,
) -> None:
    """Prepare a suspension: no new offers to or from the node; open rounds can still be closed.

    Example: handover registry suspend gr/athens
    """
    ceremony, now, name = _ceremony(directory), _now(), node_id(node)
    if compromised_key is not None:
        kid = None if compromised_key == "all" else compromised_key
        ceremony.mark_compromised(name, kid, since=_time(since, now), now=now)
    elif lift:
        ceremony.lift(name, now=now)
    else:
        ceremony.suspend(name, now=now)
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
    """Prepare other keys: of a node (--request), or of the holders of a role (--role with --out and --into).

    Example: handover registry rotate --role root --out cem.pub --into dora.pub
    """
    if (request is None) == (role is None):
        raise typer.BadParameter("give either --request or --role")
    ceremony = _ceremony(directory)
    if role is not None:
        ceremony.rotate_holders(
            role,
            out=holder_files.public(out or []),
            into=holder_files.public(into or []),
            threshold=threshold,
            now=_now(),
        )
    elif request is not None:
        ceremony.replace_entry(registry_view.confirmed(request, fingerprint, yes=yes), now=_now())
    registry_view.say_waiting(directory)


@app.command()
def renew(
    role: Annotated[str, typer.Argument(help="root, targets, or a country.")], directory: Folder = HERE
) -> None:
    """Prepare the same page with a later expiry. `show` says what expires when.

    Example: handover registry renew gr
    """
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
    """Show what waits, and sign it with one holder's key. Pass the folder on to the next holder afterwards.

    Example: handover registry sign --key /media/stick/ada.key
    """
    from handover.adapters.publication import Publication
    from handover.adapters.repository import Repository
    from handover.adapters.review import Review

    repository = Repository(directory)
    signer = holder_files.signer(key_file, passphrase_file)
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
    """Make public what is signed, under a new timestamp. Run it at least daily: after 24 h nodes hold offers back.

    Example: handover registry publish --key online.key --passphrase-file /etc/handover/online.pass
    """
    from handover.adapters.publication import Publication
    from handover.adapters.repository import Repository

    repository = Repository(directory)
    done = Publication(repository).publish(holder_files.signer(key_file, passphrase_file), now=_now())
    if as_json:
        terminal.say_json(registry_view.publication_as_json(done))
    else:
        registry_view.say_publication(done, repository.public)


@app.command()
def show(directory: Folder = HERE, as_json: AsJson = False) -> None:
    """Show the roles with their holders and expiry, what waits for signatures, and the nodes.

    Example: handover registry show --json
    """
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
