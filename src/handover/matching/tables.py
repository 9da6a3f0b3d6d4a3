"""The published tables of the normaliser, and the digest by which two nodes compare like with like."""

import hashlib
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

VERSION: Final = b"3"  # raise it with every change of the code that changes a skeleton, a year or a place
PLACES: Final = ("places-1.tsv", "places-2.tsv", "places-3.tsv")
FILES: Final = (
    "arabic.tsv",
    "armenian.tsv",
    "bengali.tsv",
    "common.tsv",
    "countries.tsv",
    "cyrillic.tsv",
    "devanagari.tsv",
    "endings.tsv",
    "equals.tsv",
    "ethiopic.tsv",
    "georgian.tsv",
    "greek.tsv",
    "hebrew.tsv",
    "latin.tsv",
    "marks.tsv",
    *PLACES,
    "words.tsv",
)


def folder() -> Traversable:
    """Return where the tables are."""
    return resources.files("handover.matching") / "data"


def text(name: str) -> str:
    """Return the table called *name*."""
    return (folder() / name).read_text("utf-8")


def rows(name: str) -> list[list[str]]:
    """Return the rows of a table of columns; empty lines and those that begin with # are remarks."""
    lines = (line for line in text(name).splitlines() if line.strip() and not line.startswith("#"))
    return [line.split("\t") for line in lines]


def digest() -> bytes:
    """Return the SHA-256 over the version of the code and all tables: part of the input of every key."""
    whole = hashlib.sha256(b"handover tables " + VERSION)
    for name in FILES:
        data = text(name).encode()
        whole.update(f"\n{name} {len(data)}\n".encode() + data)
    return whole.digest()
