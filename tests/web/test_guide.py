"""The integrator's guide is carried out: every block, in order, by one shell, against two nodes on real sockets."""

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from documents import ROOT
from federation import Clock, Federation
from handover.application.facts import OfficerRole
from web.test_server import SocketWire, running, working

GUIDE = (ROOT / "docs" / "guide" / "integrator.md").read_text("utf-8")
ROLES = {
    "caseworker": (OfficerRole.CASEWORKER, OfficerRole.LIAISON),
    "liaison": (OfficerRole.LIAISON,),
    "supervisor": (OfficerRole.SUPERVISOR,),
}


class Present(Clock):
    """The machine's own time, as the guide's shell sees it."""

    def __init__(self) -> None:
        super().__init__()

    def __getattribute__(self, name: str) -> object:
        return int(time.time()) if name == "now" else super().__getattribute__(name)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is missing")
def test_the_blocks_of_the_guide_hand_a_case_over(tmp_path: Path) -> None:
    wire, faults = SocketWire(), list[str]()
    fed = Federation(tmp_path / "federation", clock=Present(), wire=wire)
    north, south = fed.add("gr/athens"), fed.add("de/hamburg")
    (tmp_path / ".demo").mkdir()
    with running(north) as one, running(south) as two, working(north, faults), working(south, faults):
        wire.ports |= {north.id: one, south.id: two}
        keys = [
            {
                "node": node.id,
                "address": f"http://127.0.0.1:{port}",
                "role": role,
                "key": node.officers.issue_key(node.officers.add(role, roles).id)[1],
            }
            for node, port in ((north, one), (south, two))
            for role, roles in ROLES.items()
        ]
        (tmp_path / ".demo" / "keys.json").write_text(json.dumps(keys))
        script = "\n".join(re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL))
        environment = {name: value for name, value in os.environ.items() if not name.endswith("_proxy")}
        done = subprocess.run(
            ["/bin/sh", "-eu", "-c", script],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    wire.peers.close()
    for node in (north, south):
        node.close()
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert not faults
    for word in ("OFFERED", "BOUND", "RELIEVING", "this-office", "nobody"):
        assert word in done.stdout, done.stdout
    bundle = (tmp_path / "case.handover").read_text("utf-8")
    assert bundle
    assert "يوسف" not in bundle
