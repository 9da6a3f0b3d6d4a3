"""Follow-ups through the API."""

from handover.domain.continuity import FOLLOW_UP_FIELDS
from handover.web import examples
from web.stage import Stage


def test_what_was_promised_is_told_and_read_through_the_api(shared: Stage) -> None:
    sent, got = shared.accepted()
    shared.north.post(f"/handovers/{sent}/countersign")
    shared.fed.settle()
    at, here = f"/handovers/{got}/follow-ups", f"/handovers/{sent}/follow-ups"
    plan = shared.south.get(at)
    assert [each["day"] for each in plan["dates"]] == examples.ACCEPT["follow_ups"]
    assert (plan["owed"], plan["may_tell"], plan["hindered"]) == (True, True, "ground-missing")
    refused = shared.south.call("POST", at, examples.NEW_FOLLOW_UP)
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("/ground-missing")
    matter = shared.south.get(f"/handovers/{got}")["matter"]
    now = shared.fed.clock.now
    ground = {
        **examples.NEW_GROUND,
        "recipients": [shared.north.node.id],
        "fields": list(FOLLOW_UP_FIELDS),
        "valid_from": now,
        "valid_until": now + 30 * 86400,
    }
    shared.south.post(f"/matters/{matter}/grounds", ground)
    said = shared.south.post(at, examples.NEW_FOLLOW_UP)["envelope"]
    assert shared.south.get(at)["dates"][0]["waiting"] == said
    shared.fed.settle()
    plan = shared.north.get(here)
    assert [each["stage"] for each in plan["dates"]] == ["done", "planned", "planned"]
    assert [each["envelope"] for each in plan["told"]] == [said]
    assert shared.north.get(f"{here}/{said}") == examples.NEW_FOLLOW_UP
    again = shared.south.call("POST", at, examples.NEW_FOLLOW_UP)
    assert again.json()["type"].endswith("/follow-up-told")


def test_the_days_of_the_acceptance_are_as_agreed(shared: Stage) -> None:
    sent, got = shared.offered()
    shared.south.post(f"/handovers/{got}/open")
    wrong = shared.south.call("POST", f"/handovers/{got}/accept", {**examples.ACCEPT, "follow_ups": [9, 9]})
    assert wrong.status_code == 422
    shared.south.post(f"/handovers/{got}/accept", {**examples.ACCEPT, "follow_ups": [5]})
    shared.fed.settle()
    shared.north.post(f"/handovers/{sent}/countersign")
    shared.fed.settle()
    due = [each for each in shared.south.get("/follow-ups")["data"] if each["handover"] == got]
    assert [(each["day"], each["stage"], each["owed"]) for each in due] == [(5, "planned", True)]
