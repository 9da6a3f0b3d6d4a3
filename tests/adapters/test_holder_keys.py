import json
from pathlib import Path

import pytest

from handover.adapters import holder_keys
from handover.adapters.files import FileExistsAlreadyError
from handover.adapters.holder_keys import PoorPassphraseError, WrongPassphraseError
from handover.domain.errors import HandoverError, MalformedError, NotFoundError, UntrustedError
from handover.protocol import strict

PASSPHRASE = b"correct horse battery"
EASY = 14  # the cheapest work that is read back


@pytest.fixture
def made(tmp_path: Path) -> holder_keys.HolderKey:
    return holder_keys.create(tmp_path, name="ada", passphrase=PASSPHRASE, work=EASY)


def test_the_passphrase_opens_the_key(made: holder_keys.HolderKey, tmp_path: Path) -> None:
    key, signer = holder_keys.open_private(tmp_path / "ada.key", passphrase=PASSPHRASE)
    assert key == made == holder_keys.read_public(tmp_path / "ada.pub")
    assert signer.public_key.keyid == made.keyid == made.tuf().keyid
    made.tuf().verify_signature(signer.sign(b"x"), b"x")


def test_another_passphrase_does_not(made: holder_keys.HolderKey, tmp_path: Path) -> None:
    with pytest.raises(WrongPassphraseError):
        holder_keys.open_private(tmp_path / "ada.key", passphrase=PASSPHRASE + b" ")


def test_a_short_passphrase_is_refused_and_nothing_written(tmp_path: Path) -> None:
    with pytest.raises(PoorPassphraseError):
        holder_keys.create(tmp_path, name="ada", passphrase=b"eleven char")
    assert not list(tmp_path.iterdir())


def test_a_key_is_never_overwritten(made: holder_keys.HolderKey, tmp_path: Path) -> None:
    before = (tmp_path / "ada.key").read_bytes()
    with pytest.raises(FileExistsAlreadyError):
        holder_keys.create(tmp_path, name="ada", passphrase=PASSPHRASE, work=EASY)
    assert (tmp_path / "ada.key").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"ada.key", "ada.pub"}


def test_the_private_file_is_for_its_owner_and_holds_no_key_in_the_clear(
    made: holder_keys.HolderKey, tmp_path: Path
) -> None:
    path = tmp_path / "ada.key"
    assert path.stat().st_mode & 0o777 == 0o600
    _, signer = holder_keys.open_private(path, passphrase=PASSPHRASE)
    seed = signer._private_key.private_bytes_raw()  # type: ignore[union-attr]
    for spelling in (seed, seed.hex().encode(), strict.b64(seed).encode()):
        assert spelling not in path.read_bytes()


@pytest.mark.parametrize("name", ["", "../ada", "a b", "a" * 65, "älter", "a/b", "."])
def test_a_name_is_letters_digits_and_hyphens(tmp_path: Path, name: str) -> None:
    with pytest.raises(MalformedError):
        holder_keys.create(tmp_path, name=name, passphrase=PASSPHRASE, work=EASY)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("format", "other"),
        ("name", "ben"),
        ("public", strict.b64(bytes(32))),
        ("work", 13),
        ("work", 30),
        ("salt", "AAAA"),
        ("nonce", strict.b64(bytes(12))),
        ("sealed", strict.b64(bytes(48))),
        ("more", 1),
    ],
)
def test_a_changed_private_file_does_not_open(
    made: holder_keys.HolderKey, tmp_path: Path, member: str, value: strict.Json
) -> None:
    path = tmp_path / "ada.key"
    path.write_bytes(strict.dumps({**json.loads(path.read_bytes()), member: value}))
    with pytest.raises(HandoverError):
        holder_keys.open_private(path, passphrase=PASSPHRASE)


@pytest.mark.parametrize(
    "change", [{"format": "x"}, {"public": strict.b64(b"\x01" + bytes(31))}, {"name": "../x"}, {"more": 1}]
)
def test_a_public_file_holds_a_sound_key(
    made: holder_keys.HolderKey, tmp_path: Path, change: dict[str, strict.Json]
) -> None:
    path = tmp_path / "ada.pub"
    path.write_bytes(strict.dumps({**json.loads(path.read_bytes()), **change}))
    with pytest.raises(UntrustedError):
        holder_keys.read_public(path)


def test_a_missing_or_huge_file_is_told_apart(tmp_path: Path) -> None:
    for missing in (tmp_path / "no", tmp_path, tmp_path / "x" / "y"):
        with pytest.raises(NotFoundError):
            holder_keys.read_public(missing)
    (tmp_path / "big").write_bytes(b" " * 5000)
    with pytest.raises(MalformedError):
        holder_keys.read_public(tmp_path / "big")
