"""Key files of the registry's operators: a private one under a passphrase, a public one to hand around.

The private file is for one person and stays with that person; nothing here ever writes a key in the clear.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from securesystemslib.signer import CryptoSigner, SSlibKey

from handover.adapters import files
from handover.domain.errors import MalformedError, RefusedError
from handover.protocol import jws, strict
from handover.protocol.registry_metadata import key_name

PRIVATE: Final = "handover-registry-key/1"
PUBLIC: Final = "handover-registry-public/1"
WORK: Final = 17  # scrypt cost as a power of two: 128 MiB of memory and about half a second on an office PC
_SHORTEST_PASSPHRASE: Final = 12
_LONGEST: Final = 4096
_KINDS: Final = {PRIVATE: "a private key file", PUBLIC: "a public key file"}
_NONE: Final = "no key file of a registry's holder"


class WrongPassphraseError(RefusedError):
    """The passphrase does not open the key file."""

    name = "wrong-passphrase"
    title = "The passphrase does not open this key file."
    advice = "Check which key and which passphrase belong together."


class PoorPassphraseError(RefusedError):
    """The passphrase is too short."""

    name = "poor-passphrase"
    title = "A passphrase has at least twelve characters."
    advice = "Take several words that only you would put together."


class HolderFileError(MalformedError):
    """The file is not the kind of key file that was asked for."""

    name = "holder-file"
    title = "This is not the key file that is needed here."
    advice = (
        "Where you sign, name your private NAME.key; where somebody is to hold a role, the public NAME.pub."
    )


@dataclass(frozen=True, kw_only=True)
class HolderKey:
    """A holder's public key and the name by which the operators know it."""

    name: str
    public: bytes

    @property
    def keyid(self) -> str:
        """The name that the registry's metadata gives the key."""
        return key_name(self.public.hex())

    def tuf(self) -> SSlibKey:
        """Return the key as the registry's metadata lists it."""
        return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(self.public))


def create(directory: Path, *, name: str, passphrase: bytes, work: int = WORK) -> HolderKey:
    """Make a key pair, write `NAME.key` (under the passphrase) and `NAME.pub`, and return the public key.

    Raises:
        RefusedError: the passphrase is too short, or one of the files is there already.
    """
    if len(passphrase) < _SHORTEST_PASSPHRASE:
        raise PoorPassphraseError
    private = Ed25519PrivateKey.generate()
    key = HolderKey(name=_name(name), public=private.public_key().public_bytes_raw())
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    header = _header(key, work=work, salt=salt, nonce=nonce)
    wrapped = AESGCM(_derive(passphrase, salt, work)).encrypt(
        nonce, private.private_bytes_raw(), strict.dumps(header)
    )
    files.create(
        directory / f"{name}.key", strict.dumps({**header, "sealed": strict.b64(wrapped)}), mode=0o600
    )
    files.create(
        directory / f"{name}.pub",
        strict.dumps({"format": PUBLIC, "name": key.name, "public": strict.b64(key.public)}),
    )
    return key


def read_public(path: Path) -> HolderKey:
    """Return the public key in the file.

    Raises:
        UntrustedError: not such a file, or the key is of small order.
        NotFoundError: there is no file.
    """
    _, name, public = strict.members(_content(path, PUBLIC), "format", "name", "public")
    key = HolderKey(name=_name(strict.text(name)), public=strict.unb64(strict.text(public), length=32))
    jws.check_public_key(key.public)
    return key


def open_private(path: Path, *, passphrase: bytes) -> tuple[HolderKey, CryptoSigner]:
    """Return the public key and the signer that the passphrase opens.

    Raises:
        WrongPassphraseError: the passphrase is another.
        HolderFileError: not such a file.
        NotFoundError: there is no file.
    """
    _, name, public, work, salt, nonce, wrapped = strict.members(
        _content(path, PRIVATE), "format", "name", "public", "work", "salt", "nonce", "sealed"
    )
    key = HolderKey(name=_name(strict.text(name)), public=strict.unb64(strict.text(public), length=32))
    salt_bytes = strict.unb64(strict.text(salt), length=16)
    nonce_bytes = strict.unb64(strict.text(nonce), length=12)
    cost = strict.integer(work, 14, 20)
    header = _header(key, work=cost, salt=salt_bytes, nonce=nonce_bytes)
    try:
        seed = AESGCM(_derive(passphrase, salt_bytes, cost)).decrypt(
            nonce_bytes, strict.unb64(strict.text(wrapped), length=48), strict.dumps(header)
        )
    except InvalidTag as error:
        raise WrongPassphraseError from error
    return key, CryptoSigner(Ed25519PrivateKey.from_private_bytes(seed), key.tuf())


def _content(path: Path, wanted: str) -> strict.Json:
    """Give what the key file holds, if it is of the kind that is wanted."""
    data = files.read(path, _LONGEST)
    try:
        value = strict.loads(data)
    except MalformedError as error:
        raise HolderFileError(f"{path.name} is {_NONE}") from error
    form = value.get("format") if isinstance(value, dict) else None
    if form != wanted:
        raise HolderFileError(f"{path.name} is {_KINDS.get(str(form), _NONE)}")
    return value


def _header(key: HolderKey, *, work: int, salt: bytes, nonce: bytes) -> dict[str, strict.Json]:
    return {
        "format": PRIVATE,
        "name": key.name,
        "public": strict.b64(key.public),
        "work": work,
        "salt": strict.b64(salt),
        "nonce": strict.b64(nonce),
    }


def _derive(passphrase: bytes, salt: bytes, work: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**work, r=8, p=1).derive(passphrase)


def _name(name: str) -> str:
    if not (0 < len(name) <= 64 and name.isascii() and name.replace("-", "").isalnum()):
        raise MalformedError("a holder's name has letters, digits and hyphens")
    return name
