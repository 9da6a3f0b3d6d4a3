"""Decisions for a child through the API: recorded, told, asked for and answered."""

from handover.application.facts import OfficerRole
from handover.web import examples
from web.stage import Stage


def handed_over(stage: Stage) -> tuple[str, str, str]:
    """Give the round at both offices after the take-up, and the matter at Hamburg."""
    sent, got = stage.accepted()
    stage.north.post(f"/handovers/{sent}/countersign")
    stage.fed.settle()
    return sent, got, stage.south.get(f"/handovers/{got}")["matter"]


def allow(stage: Stage, matter: str) -> None:
    """Record a consent that lets Hamburg tell Athens of an order."""
    now = stage.fed.clock.now
    ground = {
        **examples.NEW_GROUND,
        "recipients": [stage.north.node.id],
        "fields": ["guardianship.appointing_order"],
        "valid_from": now,
        "valid_until": now + 30 * 86400,
    }
    stage.south.post(f"/matters/{matter}/grounds", ground)


def test_a_decision_is_recorded_told_and_read_where_it_was_told(shared: Stage) -> None:
    sent, got, matter = handed_over(shared)
    south, north = shared.south, shared.north
    line = south.post(f"/matters/{matter}/decisions", examples.NEW_DECISION)
    assert south.get(f"/matters/{matter}/decisions")["data"] == [line]
    assert south.get(f"/decisions/{line['id']}") == {"id": line["id"], **examples.NEW_DECISION}
    told = {**examples.TELL_DECISIONS, "decisions": [line["id"]]}
    refused = south.call("POST", f"/handovers/{got}/decisions", told)
    assert refused.json()["type"].endswith("/ground-missing")
    allow(shared, matter)
    said = south.post(f"/handovers/{got}/decisions", told)["envelope"]
    shared.fed.settle()
    there = north.get(f"/handovers/{sent}")["matter"]
    [heard] = north.get(f"/matters/{there}/decisions")["data"]
    assert (heard["peer"], heard["envelope"], heard["recorded_by"]) == (south.node.id, said, None)
    assert north.get(f"/decisions/{heard['id']}") == {"id": heard["id"], **examples.NEW_DECISION}


def test_a_question_waits_for_an_officer_where_nothing_is_covered(shared: Stage) -> None:
    sent, _, matter = handed_over(shared)
    south, north = shared.south, shared.north
    line = south.post(f"/matters/{matter}/decisions", examples.NEW_DECISION)
    asked = north.post(f"/handovers/{sent}/decisions-wanted", examples.ASK_DECISIONS)
    shared.fed.settle()
    [waiting] = south.get(f"/matters/{matter}/decisions-wanted")["data"]
    assert (waiting["envelope"], waiting["incoming"], waiting["open"]) == (asked["envelope"], True, True)
    assert waiting in south.get("/demands")["data"]
    opened = south.get(f"/decisions-wanted/{asked['envelope']}")
    assert opened["demand"] == waiting
    assert (opened["found"], opened["covered"], opened["answer"]) == ([line], [], None)
    assert opened["text"] == examples.ASK_DECISIONS["text"]
    done = south.post(f"/decisions-wanted/{asked['envelope']}/answer", examples.ANSWER_DECISIONS)
    assert not done["open"]
    again = south.call("POST", f"/decisions-wanted/{asked['envelope']}/answer", examples.ANSWER_DECISIONS)
    assert again.json()["type"].endswith("/demand-answered")
    shared.fed.settle()
    answered = north.get(f"/decisions-wanted/{asked['envelope']}")
    assert answered["answer"] == examples.ANSWER_DECISIONS["text"]
    assert answered["found"] == []


def test_a_question_that_a_ground_covers_is_answered_at_once(shared: Stage) -> None:
    sent, _, matter = handed_over(shared)
    shared.south.post(f"/matters/{matter}/decisions", examples.NEW_DECISION)
    allow(shared, matter)
    shared.north.post(f"/handovers/{sent}/decisions-wanted", examples.ASK_DECISIONS)
    shared.fed.settle()
    there = shared.north.get(f"/handovers/{sent}")["matter"]
    assert [each["kind"] for each in shared.north.get(f"/matters/{there}/decisions")["data"]] == [
        "guardianship-order"
    ]


def test_who_only_audits_neither_reads_nor_asks(shared: Stage) -> None:
    sent, _, matter = handed_over(shared)
    shared.south.hire("auditor", (OfficerRole.AUDITOR,))
    shared.north.hire("caseworker", (OfficerRole.CASEWORKER,))
    assert shared.south.call("GET", f"/matters/{matter}/decisions", by="auditor").status_code == 403
    wanted = shared.north.call(
        "POST", f"/handovers/{sent}/decisions-wanted", examples.ASK_DECISIONS, by="caseworker"
    )
    assert wanted.status_code == 403
