"""Persons' requests through the API."""

from handover.domain import case_code
from handover.web import examples
from web.stage import Stage
from web.test_demands import handed_over


def test_a_complaint_is_filed_here_answered_there_and_read_here(shared: Stage) -> None:
    ours, theirs = handed_over(shared)
    made = shared.north.post(f"/matters/{ours}/requests", examples.NEW_PETITION)
    shared.fed.settle()
    assert made["id"] in [each["id"] for each in shared.south.get("/requests")["data"]]
    assert [each["came"] for each in shared.south.get(f"/matters/{theirs}/requests")["data"]] == ["peer"]
    shared.south.post(f"/requests/{made['id']}/answer", examples.PETITION_ANSWER)
    shared.fed.settle()
    read = shared.north.get(f"/requests/{made['id']}")
    assert read["text"] == examples.NEW_PETITION["text"]
    answers = {each["node"]: each["outcome"] for each in read["holders"]}
    assert answers == {shared.north.node.id: None, shared.south.node.id: "upheld"}


def test_a_question_is_answered_once_it_is_confirmed(shared: Stage) -> None:
    ours, _ = handed_over(shared)
    asked = {"kind": "access", "language": "en", "about": None}
    made = shared.north.post(f"/matters/{ours}/requests", asked)
    assert made["confirmed_at"] is None
    shared.north.post(f"/requests/{made['id']}/confirm")
    shared.fed.settle()
    told = {
        each["node"]: [one["to"] for one in each["disclosures"]]
        for each in shared.north.get(f"/requests/{made['id']}")["holders"]
    }
    assert told == {shared.north.node.id: [shared.south.node.id], shared.south.node.id: []}


def test_a_stranger_is_turned_away(shared: Stage) -> None:
    ours, _ = handed_over(shared)
    made = shared.north.post(f"/matters/{ours}/requests", {"kind": "access", "language": "en"})
    shared.north.post(f"/requests/{made['id']}/turn-away")
    assert shared.north.call("POST", f"/requests/{made['id']}/confirm").status_code == 409


def test_a_case_code_is_told_once(shared: Stage) -> None:
    ours, _ = handed_over(shared)
    code = shared.north.post(f"/matters/{ours}/case-code")["code"]
    assert case_code.normal(code) is not None


def test_no_route_deletes_a_request(shared: Stage) -> None:
    ours, _ = handed_over(shared)
    made = shared.north.post(f"/matters/{ours}/requests", examples.NEW_PETITION)
    assert shared.north.call("DELETE", f"/requests/{made['id']}").status_code == 405
