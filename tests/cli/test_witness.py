"""`handover witness` and `handover verify`: what a log did to its witness is proved to whoever has the pinned root."""

from pathlib import Path
from typing import Any

from cli.stage import Call, Stage
from cli.test_reconciling import HAMBURG, opened
from lying import lie


def test_a_log_that_lies_to_this_node_is_listed_and_proved_to_anybody(
    stage: Stage, call: Call, tmp_path: Path
) -> None:
    stage.set_up(HAMBURG)
    stage.admit(HAMBURG)
    data = ("--data", stage.data())
    call("refresh", *data, "--from", stage.public)
    assert "No log of which this node knows has contradicted itself." in call("witness", "list", *data).out
    with opened(stage, HAMBURG) as hamburg, opened(stage, "gr/athens") as athens:
        lie(hamburg, athens, stage.now)
    found: Any = call("witness", "list", "--json", *data).json
    assert [(each["node"], each["kind"], each["witnesses"]) for each in found] == [
        (HAMBURG, "split-view", ["gr/athens"])
    ]
    assert found[0]["id"] in call("witness", "list", *data).out
    proof = tmp_path / "hamburg.handover"
    assert "handover verify" in call("witness", "export", found[0]["id"], "-o", proof, *data).out
    said = call("verify", proof, "--root", stage.root).out
    assert said.index("VERDICT: VALID") < said.index("PROVED (1)")
    assert f"({HAMBURG}) signed two different logs" in " ".join(said.split())
    bent = bytearray(proof.read_bytes())
    bent[-100] ^= 1
    proof.write_bytes(bent)
    assert "PROVED" not in call("verify", proof, "--root", stage.root, expect=1).out
    assert "Refused" in call("witness", "export", "nonsense", "-o", proof, *data, expect=1).err
