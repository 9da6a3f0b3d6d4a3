"""The key files of the registry's holders, as the commands open them."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner

    from handover.adapters.holder_keys import HolderKey

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="A file that holds the passphrase; else HANDOVER_HOLDER_PASSPHRASE, else it is asked for.",
    ),
]


def public(paths: list[Path]) -> "list[HolderKey]":
    """Give the public keys in the files."""
    from handover.adapters import holder_keys

    return [holder_keys.read_public(path) for path in paths]


def signer(path: Path, passphrase_file: Path | None) -> "CryptoSigner":
    """Give the signer in a private key file.

    Raises:
        WrongPassphraseError: the passphrase does not open it.
    """
    from handover.adapters import holder_keys

    return holder_keys.open_private(path, passphrase=passphrase(passphrase_file))[1]


def passphrase(path: Path | None, *, confirm: bool = False) -> bytes:
    """Give the passphrase from the file, or from HANDOVER_HOLDER_PASSPHRASE, or ask for it."""
    from handover.adapters import files

    if path is not None:
        return files.read(path, 4096).strip()
    given = os.environ.get("HANDOVER_HOLDER_PASSPHRASE")
    if given is None:
        given = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm)
    return given.encode()
