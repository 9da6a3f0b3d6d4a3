"""Files that are there whole or not at all: written beside, synced, then renamed."""

import os
import secrets
from pathlib import Path

from handover.domain.errors import MalformedError, NotFoundError, RefusedError


class FileExistsAlreadyError(RefusedError):
    """A file would have been overwritten."""

    name = "file-exists"
    title = "The file is there already."
    advice = "Choose another place, or move the old file away yourself."


class NoSuchFileError(NotFoundError):
    """A file that was named is not there."""

    name = "no-such-file"
    title = "There is no such file."
    advice = "Check its name and the folder in which you are; nothing was changed."


def read(path: Path, limit: int) -> bytes:
    """Return the file's bytes.

    Raises:
        NoSuchFileError: there is no such file.
        MalformedError: it is longer than *limit* bytes.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise NoSuchFileError(path.name) from error
    if len(data) > limit:
        raise MalformedError(f"a file is longer than {limit} bytes")
    return data


def replace(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Put the bytes at *path*, durably and at one instant; folders are made as needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = _write_beside(path, data, mode)
    beside.replace(path)
    sync_folder(path.parent)


def create(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Put the bytes at *path*, durably and at one instant, if nothing is there.

    Raises:
        FileExistsAlreadyError: something is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = _write_beside(path, data, mode)
    try:
        os.link(beside, path)
    except FileExistsError as error:
        raise FileExistsAlreadyError(path.name) from error
    finally:
        beside.unlink()
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_beside(path: Path, data: bytes, mode: int) -> Path:
    beside = path.with_name(f".{secrets.token_hex(8)}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return beside
