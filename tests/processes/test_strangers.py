"""A real node among peers that keep no rule: what is for the others goes out, and nothing of its own is harmed."""

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from handover.web import examples
from processes import strange as s
from processes import test_kills
from processes.nodes import Json, Office, Stage, stage
from processes.strange import Certificate, StrangeServer, answering, sized, strange
from processes.traffic import Case, Story

HERE, THERE = "gr/athens", "de/hamburg"
REDIRECT: Final = b"HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
STRANGE: Final = {
    "es/endless": s.endless,
    "es/slow": s.slow_head,
    "es/silent": s.silent,
    "es/deaf": s.deaf,
    "es/redirecting": answering(REDIRECT),
    "es/babbling": answering(sized(b'{"results":[{"receipt":"' + b"A" * 60_000 + b'"}]}')),
    "es/packed": answering(sized(b"\x1f\x8b" + b"\0" * 100, b"Content-Encoding: gzip\r\n")),
}


def offered(on: Stage, to: str) -> Story:
    """Offer a new case to a node that nobody of ours runs."""
    story, here = Story(f"for {to}", HERE), on[HERE]
    matter = story.done(here, "/matters", {"kind": "guardianship", "reference": story.name})["id"]
    story.done(here, f"/matters/{matter}/record", examples.WRITE_RECORD, method="PUT")
    Case(on, story).offer(here, to, matter)
    return story


def waiting(office: Office) -> dict[str, Json]:
    """Give what waits, by peer."""
    return {each["peer"]: each for each in office.get("/queue?limit=100")["data"] if each["due"]}


def resident(office: Office) -> int:
    """Give the memory of the office's process in MiB."""
    (process,) = office.processes
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) // 1024


def lasted(on: Stage, name: str) -> float:
    """Hand one case over, and give how many seconds that took."""
    began = time.monotonic()
    Case(on, Story(name, HERE)).straight(THERE)
    return time.monotonic() - began


def test_a_node_among_strange_peers(tmp_path: Path) -> None:
    with stage(tmp_path, HERE, THERE) as made, ExitStack() as stack:
        servers: dict[str, StrangeServer] = {}
        right, wrong = Certificate(tmp_path, "right"), Certificate(tmp_path, "wrong")
        for name, behaviour in STRANGE.items():
            servers[name] = stack.enter_context(strange(behaviour))
            made.admit_stranger(name, servers[name].address)
        for name, pin in (("es/pinned", right.pin), ("es/another-key", wrong.pin)):
            servers[name] = stack.enter_context(strange(answering(sized(b"{}")), right.context()))
            made.admit_stranger(name, servers[name].address, [pin])
        for office in made.offices.values():
            office.fork()
        here, alone = made[HERE], lasted(made, "alone")
        before = resident(here) if here.get("/node") else 0
        for name in servers:
            offered(made, name)
        end = time.monotonic() + 300
        while not all(server.connections for server in servers.values()):
            assert time.monotonic() < end, "a peer was never tried"
            time.sleep(0.05)
        assert lasted(made, "straight") < max(
            15, 10 * alone
        )  # the slowest of the strange ones takes a minute
        still = waiting(here)
        assert still.keys() >= servers.keys()
        assert all(each["delivery"] == "queued" for each in still.values())
        assert resident(here) - before < 64
        assert servers["es/pinned"].requests[0].startswith(b"POST /federation/v1/envelopes")
        assert servers["es/another-key"].requests == []
        assert here.get("/alarms")["data"] == []
        assert here.client.get(f"{here.url}/readyz").status_code == 200
        for office in made.offices.values():
            office.kill()  # it would wait for the slow ones
        test_kills.check_journals(made)
