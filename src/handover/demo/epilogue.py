"""The end: nothing personal lies about in the clear; and what is left running when it should be."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from handover.adapters import files
from handover.demo import records
from handover.demo.authority import Authority
from handover.demo.output import Output
from handover.demo.place import Place
from handover.demo.records import Document
from handover.domain.errors import MalformedError
from handover.protocol import strict

_CASES: Final = (
    "guardianship-1",
    "guardianship-2",
    "guardianship-3",
    "guardianship-4",
    "guardianship-5",
    "guardianship-6",
    "guardianship-7",
    "tracing-1",
    "tracing-2",
)
_ENCODED: Final = re.compile(rb"[A-Za-z0-9_-]{24,}")


def nothing_in_the_clear(
    out: Output, place: Place, nodes: list[Authority], document: Document | None
) -> None:
    """Look for every name of every case in the logs, the databases and the evidence."""
    words = set().union(
        *(records.made_up(name).names() for name in _CASES), records.shipped_document().names()
    )
    words |= document.names() if document else set()
    logs = [path for each in nodes for path in each.logs()]
    databases = [path for each in nodes for path in sorted(each.data.glob("handover.db*"))]
    bundles = sorted(place.evidence.iterdir())
    found = [*_found(logs, words), *_found(databases, words), *_found(bundles, words)]
    out.check(
        "No name of any case stands in a log, a database or a bundle in the clear",
        holds=not found and bool(logs) and bool(databases) and bool(bundles),
        seen=", ".join(found)
        or f"{len(words)} names sought in {len(logs)} logs, {len(databases)} database files, {len(bundles)} bundles",
    )


def _found(paths: list[Path], words: set[str]) -> Iterator[str]:
    """Give the files in which one of *words* stands, as it is or behind base64url."""
    wanted = [word.encode() for word in words]
    for path in paths:
        data = path.read_bytes()
        texts = b"\n".join((data, *_decoded(data))) if path.suffix == ".handover" else data
        if any(word in texts for word in wanted):
            yield path.name


def _decoded(data: bytes) -> Iterator[bytes]:
    for part in _ENCODED.findall(data):
        try:
            yield strict.unb64(part.decode("ascii"))
        except MalformedError:
            continue  # a word that only looks like it


def keys_left(out: Output, place: Place, nodes: list[Authority]) -> None:
    """Say where the nodes that were left running are, with which keys officers get in, and how they are stopped."""
    officers = [officer for each in nodes for officer in each.officers.values()]
    path = place.folder / "keys.json"
    kept = [
        {"node": each.node, "address": each.address, "role": each.role, "key": each.secret}
        for each in officers
    ]
    files.replace(path, json.dumps(kept, indent=2).encode(), mode=0o600)
    out.scene("The nodes are left running")
    out.line(
        "Open a link in a browser to work as that officer: it counts once, and asks you to make a passkey, or a"
    )
    out.line("password with codes. One browser profile holds one officer of each node.\n")
    for each in nodes:
        out.line(f"{each.node}  {each.address}", style="bold")
        for officer in each.officers.values():
            out.line(f"  {officer.role:11} {officer.name:18} {each.invite(officer)}")
    out.line()
    pids = " ".join(str(pid) for each in nodes for pid in each.pids)
    out.line(
        f"Keys for programs stand in {path}, and end in a day. The API describes itself: {nodes[0].address}/api/docs"
    )
    out.line(f'Try it:     curl -H "Authorization: Bearer KEY" {nodes[0].address}/api/v1/handovers')
    out.line(f"Stop them:  kill {pids}")
    out.line("The next demonstration in this folder stops them too.")
