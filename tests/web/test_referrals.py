"""Referrals through the API, at both sides."""

from handover.web import examples_referrals as examples
from web.stage import Stage


def _referred(stage: Stage) -> tuple[str, str]:
    """Give the ids of a referral at both offices."""
    matter = stage.matter()
    ground = stage.ground(matter, fields=["identity.names", "status.protection_status"])
    wanted = examples.REFER | {
        "ground": ground["id"],
        "fields": ["identity.names"],
        "deadline": stage.fed.clock.now + 86400,
    }
    sent = stage.north.post(f"/matters/{matter}/referrals", wanted)
    assert (sent["state"], sent["role"]) == ("PREPARED", "sender")
    stage.north.post(f"/referrals/{sent['id']}/release", by="second")
    stage.fed.settle()
    return sent["id"], stage.south.get("/referrals?role=receiver&limit=100")["data"][-1]["id"]


def test_a_referral_is_read_answered_and_done_through_the_api(shared: Stage) -> None:
    sent, got = _referred(shared)
    assert shared.south.get(f"/referrals/{got}/task")["task"] == "health"
    opened = shared.south.post(f"/referrals/{got}/open")
    assert list(opened["sections"]) == ["identity"]
    shared.south.post(f"/referrals/{got}/question", examples.TELL)
    shared.fed.settle()
    shared.north.post(f"/referrals/{sent}/answer", examples.TELL)
    shared.south.post(f"/referrals/{got}/answer", examples.TELL)
    done = shared.south.post(f"/referrals/{got}/finish", examples.FINISH)
    assert (done["state"], done["reason"]) == ("ENDING", "done")
    shared.fed.settle()
    assert shared.north.get(f"/referrals/{sent}")["state"] == "OVER"
    assert shared.north.get(f"/referrals/{sent}")["opened_at"] is not None
    refused = shared.south.call("POST", f"/referrals/{got}/open")
    assert refused.status_code == 409


def test_it_is_ended_and_extended_through_the_api(shared: Stage) -> None:
    sent, got = _referred(shared)
    shared.north.post(f"/referrals/{sent}/end", examples.END)
    shared.fed.settle()
    assert shared.south.get(f"/referrals/{got}")["reason"] == "recalled"
    again = shared.north.post(f"/referrals/{sent}/again", {"deadline": shared.fed.clock.now + 2 * 86400})
    assert (again["state"], again["fields"]) == ("PREPARED", ["identity.names"])


def test_a_handover_is_no_referral(shared: Stage) -> None:
    sent, _ = shared.offered()
    assert shared.north.call("GET", f"/referrals/{sent}").status_code == 404


def test_what_tells_of_a_person_needs_a_ground(shared: Stage) -> None:
    _, got = _referred(shared)
    told = examples.TELL | {"fields": ["health.conditions"]}
    refused = shared.south.call("POST", f"/referrals/{got}/answer", told)
    assert refused.json()["type"].endswith("/ground-missing")
