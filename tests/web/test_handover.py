"""Each step of a handover through the API of both offices, the messages through their federation endpoints."""

from copy import deepcopy
from typing import Any

import pytest

from handover.application.verifier import verify
from handover.application.verifier_report import Rule, Severity
from handover.web import examples
from lying import lie
from web.stage import Stage


def test_a_case_is_handed_over_by_two_case_systems(shared: Stage) -> None:
    north, south = shared.north, shared.south
    matter = shared.matter()
    assert north.get(f"/matters/{matter}")["claim"] == "HOLDER"
    prepared = shared.prepared(matter)
    assert prepared["state"] == "PREPARED"
    assert prepared["next"] == {"waits_for": "second-officer", "can": ["withdraw"], "overdue": False}
    sent = prepared["id"]
    assert north.get(f"/handovers/{sent}", by="second")["next"]["can"] == ["release", "withdraw"]

    assert north.post(f"/handovers/{sent}/release", by="second")["state"] == "OFFERED"
    shared.fed.settle()
    got = south.get("/handovers?role=receiver&state=PENDING")["data"][-1]
    assert got["next"] == {
        "waits_for": "this-office", "can": ["open", "decline", "question"], "overdue": False,
    }  # fmt: skip

    opened = south.post(f"/handovers/{got['id']}/open")
    record: Any = examples.WRITE_RECORD
    assert opened["sections"]["identity"]["names"] == record["sections"]["identity"]["names"]
    assert "health" not in opened["sections"]
    assert "accept" in opened["handover"]["next"]["can"]
    south.post(f"/handovers/{got['id']}/question", {"text": "Is an interpreter needed?"})
    shared.fed.settle()
    north.post(f"/handovers/{sent}/answer", {"text": "Yes, for Arabic."})
    assert south.post(f"/handovers/{got['id']}/accept", examples.ACCEPT)["state"] == "BOUND"
    shared.fed.settle()
    waiting = north.get(f"/handovers/{sent}")
    assert (waiting["state"], waiting["next"]["waits_for"]) == ("ACCEPTED", "second-officer")

    assert north.post(f"/handovers/{sent}/countersign")["state"] == "RELIEVING"
    shared.fed.settle()
    assert north.get(f"/handovers/{sent}")["state"] == "TRANSFERRED"
    assert north.get(f"/matters/{matter}")["holder"] == "de/hamburg"
    assert south.get(f"/matters/{got['matter']}")["claim"] == "HOLDER"
    arrived = south.post(f"/handovers/{got['id']}/arrival", examples.ARRIVED)
    assert arrived["arrived_at"] is not None
    lines = north.get(f"/handovers/{sent}/timeline")["data"]
    assert [line["act"] for line in lines] == [
        *("offer", "opened", "question", "answer", "acceptance", "deed", "take-up-receipt"),
    ]
    assert lines[2]["text"] == {"text": "Is an interpreter needed?"}
    kept = south.get(f"/matters/{got['matter']}/record")
    assert kept["source"] == "handover from gr/athens"
    assert kept["sections"]["identity"]["sex"] == "male"


def test_the_preview_names_every_field_and_no_value(shared: Stage) -> None:
    sent = shared.prepared()["id"]
    lines = {line["path"]: line for line in shared.north.get(f"/handovers/{sent}/preview")["data"]}
    assert lines["identity.names"]["granted"]
    assert lines["health.urgent_needs"] == {
        "path": "health.urgent_needs",
        "label": lines["health.urgent_needs"]["label"],
        "granted": False,
        "stated": False,
        "reason": "not covered by the ground",
    }


def test_an_offer_is_declined_with_a_reason(shared: Stage) -> None:
    sent, got = shared.offered()
    assert shared.south.post(f"/handovers/{got}/decline", examples.DECLINE)["state"] == "DECLINED"
    shared.fed.settle()
    assert shared.north.get(f"/handovers/{sent}")["state"] == "VOIDED"
    assert shared.south.get(f"/handovers/{got}")["reason"] == "declined"
    refused = shared.south.call("POST", f"/handovers/{got}/open")
    assert (refused.status_code, refused.json()["type"][-12:]) == (409, "out-of-order")


def test_an_offer_is_withdrawn(shared: Stage) -> None:
    sent, got = shared.offered()
    assert shared.north.post(f"/handovers/{sent}/withdraw")["state"] == "VOIDING"
    shared.fed.settle()
    assert shared.north.get(f"/handovers/{sent}")["state"] == "VOIDED"
    assert shared.south.get(f"/handovers/{got}")["next"]["waits_for"] == "nobody"


def test_a_withdrawn_consent_voids_the_offer_that_rests_on_it(shared: Stage) -> None:
    sent, _ = shared.accepted()
    ground = shared.north.get(f"/handovers/{sent}")["ground"]
    withdrawn = shared.north.post(f"/grounds/{ground}/withdraw")
    assert withdrawn["withdrawn_at"] is not None
    assert not withdrawn["in_force"]
    shared.fed.settle()
    assert shared.north.get(f"/handovers/{sent}")["reason"] == "consent-withdrawn"
    again = shared.north.call("POST", f"/grounds/{ground}/withdraw")
    assert again.json()["type"].endswith("/ground-withdrawn")


def test_a_child_that_does_not_come_raises_an_alarm_at_both_offices(shared: Stage) -> None:
    sent, got = shared.accepted()
    shared.north.post(f"/handovers/{sent}/countersign")
    shared.fed.settle()
    shared.south.post(f"/handovers/{got}/non-arrival", {"date": "2026-09-28"})
    shared.fed.settle()
    for office, round_ in ((shared.north, sent), (shared.south, got)):
        alarm = office.get("/alarms?limit=1")["data"][0]
        assert (alarm["kind"], alarm["handover"]) == ("non-arrival", round_)
        assert office.get(f"/handovers/{round_}")["alarm"] == "non-arrival"


def test_prepared_offers_are_released_together_or_not_at_all(shared: Stage) -> None:
    ids = [shared.prepared()["id"] for _ in range(3)]
    wrong = {"handovers": [*ids, examples.HANDOVER]}
    assert shared.north.call("POST", "/releases", wrong, by="second").status_code == 404
    assert {shared.north.get(f"/handovers/{each}")["state"] for each in ids} == {"PREPARED"}
    done = shared.north.post("/releases", {"handovers": ids}, by="second")
    assert [each["state"] for each in done["data"]] == ["OFFERED"] * 3
    shared.fed.wire.posted.clear()
    shared.fed.settle()
    assert len([peer for peer, _ in shared.fed.wire.posted if peer == "de/hamburg"]) == 1


@pytest.mark.parametrize("step", ["release", "countersign"])
def test_four_eyes_are_asked_for_by_http_too(shared: Stage, step: str) -> None:
    sent, by = (shared.prepared()["id"], "first") if step == "release" else (shared.accepted()[0], "second")
    refused = shared.north.call("POST", f"/handovers/{sent}/{step}", by=by)
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("/same-officer")


def test_files_go_with_the_case(shared: Stage) -> None:
    north, south, matter = shared.north, shared.south, shared.matter()
    headers = {"authorization": f"Bearer {north.hire('first')}", "content-type": "image/png"}
    headers["idempotency-key"] = "photo-0001"
    picture = b"\x89PNG" + bytes(range(256)) * 8
    path = f"/api/v1/matters/{matter}/attachments"
    kept = north.client.post(path, content=picture, headers=headers)
    assert kept.status_code == 201, kept.text
    photo = kept.json()
    record: Any = deepcopy(examples.WRITE_RECORD)
    record["sections"]["identity"]["photo"] = photo
    north.put(f"/matters/{matter}/record", record)
    ground = shared.ground(matter, fields=["identity", "image", "best-interests", "child-view"])
    wanted = {"matter": matter, "to": "de/hamburg", "ground": ground["id"]}
    sent = north.post(
        "/handovers", {**wanted, "fields": ["identity", "image", "best-interests", "child-view"]}
    )
    north.post(f"/handovers/{sent['id']}/release", by="second")
    shared.fed.settle()
    got = south.get("/handovers?limit=100")["data"][-1]["id"]
    opened = south.post(f"/handovers/{got}/open")
    assert opened["sections"]["identity"]["photo"]["digest"] == photo["digest"]
    answer = south.call("GET", f"/handovers/{got}/attachments/{photo['digest']}")
    assert (answer.content, answer.headers["content-type"]) == (picture, "image/png")
    assert answer.headers["content-disposition"] == "attachment"
    own = north.call("GET", f"/matters/{matter}/attachments/{photo['digest']}")
    assert own.content == picture


def test_an_auditor_gets_the_evidence_in_one_file(shared: Stage) -> None:
    sent, _ = shared.accepted()
    matter = shared.north.get(f"/handovers/{sent}")["matter"]
    answer = shared.north.call("GET", f"/matters/{matter}/evidence")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="{matter}.handover"'
    assert "يوسف" not in answer.text
    assert shared.north.call("GET", f"/matters/{examples.MATTER}/evidence").status_code == 404


def test_an_auditor_gets_the_proof_against_a_log_in_one_file(shared: Stage) -> None:
    north, south = shared.north, shared.south
    lie(south.node, north.node, shared.fed.clock.now)
    alarms = [each for each in north.get("/alarms")["data"] if each["kind"] == "split-view"]
    answer = north.call("GET", f"/alarms/{alarms[0]['id']}/evidence")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="{alarms[0]["id"]}.handover"'
    report = verify([answer.content], root=north.node.pinned_root)
    assert [each.severity for each in report.findings if each.rule is Rule.CONTRADICTION] == [Severity.PROVED]
    for wrong in (examples.MATTER, "x"):
        assert north.call("GET", f"/alarms/{wrong}/evidence").status_code == 404
