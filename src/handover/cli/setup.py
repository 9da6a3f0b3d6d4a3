"""`handover init` and `handover enrol`: from nothing to a node that the registry's operators can admit."""

import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from handover.cli import opening, template, terminal
from handover.cli.options import HERE, Data, Output, node_id
from handover.domain.errors import MalformedError, RefusedError
from handover.domain.ids import NodeId

if TYPE_CHECKING:
    from handover.config import Settings

_SHORTEST: Final = 12
_CONFIG_LIMIT: Final = 65536


class AlreadySetUpError(RefusedError):
    """The folder holds a node; its keys are never replaced."""

    name = "already-set-up"
    title = "There is a node in this folder already."
    advice = "Choose another folder. If the node is really to go, move its folder away yourself."


class PoorNodePassphraseError(RefusedError):
    """The passphrase is too short to protect the node's keys."""

    name = "poor-node-passphrase"
    title = "The passphrase of a node has at least twelve characters."
    advice = "Write a longer one into the file, for example the output of: openssl rand -base64 24"


class SettingsIncompleteError(RefusedError):
    """The settings do not say yet who this authority is."""

    name = "settings-incomplete"
    title = "The settings do not yet say all that the registry needs to know of this node."
    advice = "Fill in the named settings in handover.toml and call `handover enrol` again."


class NotARootError(MalformedError):
    """The file that is to be pinned is no root page."""

    name = "not-a-root"
    title = "This file is not the root page of a registry."
    advice = "Ask the registry's operators for it: 1.root.json of what they publish, often handed out as root.json."


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    node: NodeId
    root: bytes
    settings: str


def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The node's data folder; made if absent.")],
    node: Annotated[str, typer.Option(metavar="NAME", help="The node's name, such as gr/athens.")],
    root: Annotated[Path, typer.Option(metavar="FILE", help="The registry's root page, to be pinned.")],
    passphrase_file: Annotated[Path, typer.Option(metavar="FILE", help="Holds the passphrase for the keys.")],
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Settings to begin with, instead of a fresh handover.toml."),
    ] = None,
) -> None:
    """Set up a new node: keys, pinned registry, settings, database.

    The passphrase file is to exist already and is not copied. A handover.toml that lies in the folder is kept.

    Example: handover init /var/lib/handover --node gr/athens --root root.json --passphrase-file /etc/handover/pass
    """
    from handover import config as configuration
    from handover import founding
    from handover import node as nodes
    from handover.adapters import files

    if (folder / founding.VAULT).exists():
        raise AlreadySetUpError
    passphrase = passphrase_in(passphrase_file)
    given = config or (folder / configuration.FILE_NAME)
    wanted = _Wanted(
        node=node_id(node),
        root=_root(root),
        settings=_settings(node_id(node), passphrase_file, given if config or given.exists() else None),
    )
    _try(wanted)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files.replace(folder / configuration.FILE_NAME, wanted.settings.encode(), mode=0o600)
    # The keys come last: while there are none, everything may be done again.
    founding.set_up(folder, wanted.node, passphrase, wanted.root, now=nodes.system_clock())
    with opening.opened(folder):
        pass  # the database is made by opening it
    _report(folder, wanted)


def enrol(data: Data = HERE, output: Output = None) -> None:
    """Write the enrolment request: who this node is, and proof that it holds its keys.

    Send the file to the registry's operators, and read them its fingerprint over the telephone. After a change of
    keys or settings the same command writes the request for the change.

    Example: handover enrol --data /var/lib/handover -o athens.enrolment
    """
    from handover import founding
    from handover import node as nodes
    from handover.adapters import files
    from handover.protocol import registry_set

    settings = opening.settings_of(data)
    _require_entry(settings)
    vault = opening.vault_of(settings)
    try:
        request = founding.enrolment_request(settings, vault, now=nodes.system_clock())
    except MalformedError as error:
        raise SettingsIncompleteError(error.detail) from error
    path = output or data / f"{vault.node.replace('/', '-')}.enrolment"
    files.replace(path, request)
    terminal.say_facts(
        {"node": vault.node, "request": path, "fingerprint": registry_set.fingerprint(request)}
    )
    terminal.say()
    rows = [
        (key.use.value, key.kid, terminal.when(key.not_before), terminal.when(key.expires))
        for key in founding.entry_of(settings, vault).keys
    ]
    terminal.say_table(("use", "key", "from", "until"), rows)


def passphrase_in(path: Path) -> str:
    """Give the passphrase that a file holds.

    Raises:
        SettingsError: the file cannot be read.
        PoorNodePassphraseError: it has fewer than twelve characters.
    """
    from handover.config import SettingsError

    try:
        text = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the passphrase file {path} cannot be read") from error
    if len(text) < _SHORTEST:
        raise PoorNodePassphraseError
    return text


def _root(path: Path) -> bytes:
    from handover.adapters import files
    from handover.protocol import registry_metadata as pages

    data = files.read(path, pages.ROOT_LIMIT)
    try:
        page = pages.load_root(data)
    except MalformedError as error:
        raise NotARootError(f"{path.name}: {error.detail}") from error
    pages.check_signed(page.signed, "root", page)
    return data


def _settings(node: NodeId, passphrase_file: Path, given: Path | None) -> str:
    """Give the text of handover.toml."""
    from handover.adapters import files
    from handover.config import SettingsError

    where = str(passphrase_file.resolve())
    if given is None:
        return template.fresh(node, where)
    try:
        text = files.read(given, _CONFIG_LIMIT).decode("utf-8")
        present = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{given.name} is not TOML: {error}") from error
    if present.get("node", node) != node:
        raise SettingsError(f"{given.name} is for another node than --node says")
    return template.completed(text, present, node=node, passphrase_file=where)


def _try(wanted: _Wanted) -> None:
    """Read the settings once as the node will, before anything is written where it stays."""
    from handover import config

    with tempfile.TemporaryDirectory() as place:
        (Path(place) / config.FILE_NAME).write_text(wanted.settings, "utf-8")
        config.load(Path(place))


def _missing(settings: "Settings") -> list[str]:
    needed = ("names", "places", "mandates", "languages", "hours", "address")
    return [name for name in needed if not getattr(settings, name)]


def _to_do(folder: Path) -> str:
    missing = _missing(opening.settings_of(folder))
    return f"fill in {', '.join(missing)} in {folder / 'handover.toml'}, then " if missing else ""


def _require_entry(settings: "Settings") -> None:
    missing = _missing(settings)
    if missing:
        raise SettingsIncompleteError(f"not set: {', '.join(missing)}")


def _report(folder: Path, wanted: _Wanted) -> None:
    from handover.config import FILE_NAME
    from handover.protocol import registry_set

    terminal.say_facts(
        {
            "node": wanted.node,
            "folder": folder,
            "settings": folder / FILE_NAME,
            "registry root": registry_set.fingerprint(wanted.root),
        }
    )
    terminal.say()
    terminal.say("Compare the root's fingerprint with the one that the registry's operators read to you.")
    terminal.say(f"Next: {_to_do(folder)}handover enrol --data {folder} -o FILE")
