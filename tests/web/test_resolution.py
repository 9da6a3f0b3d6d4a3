"""Case systems of two officers resolve a handover whose receiver is gone for good through the API."""

from handover.web import examples
from two_nodes import rotation
from web.stage import Stage


def test_two_officers_resolve_a_deed_through_the_api(own: Stage) -> None:
    sent, _ = own.accepted()
    own.fed.wire.down.add(own.south.node.id)
    own.north.post(f"/handovers/{sent}/countersign")
    own.fed.settle()
    at = f"/handovers/{sent}/resolution"
    found = own.north.get(at)
    assert (found["lost"], found["can"], found["proposals"]) == (False, [], [])
    early = own.north.call("POST", at, examples.NEW_RESOLUTION)
    assert (early.status_code, early.json()["type"].rpartition("/")[2]) == (403, "deed-not-overdue")
    rotation.suspend(own.fed, own.south.node)
    assert own.north.get(at)["can"] == ["propose"]
    made = own.north.post(at, examples.NEW_RESOLUTION)
    assert (made["reason"], made["outcome"]) == ("destroyed", None)
    alone = own.north.call("POST", f"{at}/confirm")
    assert (alone.status_code, alone.json()["type"].rpartition("/")[2]) == (403, "same-officer")
    assert own.north.post(f"{at}/drop")["outcome"] == "withdrawn"
    own.north.post(at, examples.NEW_RESOLUTION)
    done = own.north.post(f"{at}/confirm", by="second")
    assert (done["state"], done["reason"]) == ("VOIDING", "resolved")
    matter = own.north.get(f"/matters/{done['matter']}")
    assert matter["claim"] == "HOLDER"
    outcomes = [each["outcome"] for each in own.north.get(at)["proposals"]]
    assert outcomes == ["withdrawn", "confirmed"]
