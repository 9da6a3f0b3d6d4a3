"""Retention through the API: the calendar, holds, and erasing by decision."""

from typing import Any

from handover.web import examples
from web.stage import Stage


def handed_over(stage: Stage) -> tuple[str, str]:
    """Give the matter at Athens after Hamburg has taken over, and the round."""
    sent, _ = stage.accepted()
    stage.north.post(f"/handovers/{sent}/countersign")
    stage.fed.settle()
    return stage.north.get(f"/handovers/{sent}")["matter"], sent


def hold(stage: Stage) -> dict[str, Any]:
    stage.north.hire("second")
    until = stage.fed.clock.now + 86400
    return {**examples.NEW_HOLD, "until": until, "second_officer": stage.north.ids["second"]}


def test_a_hold_is_placed_read_and_lifted_and_stops_the_erasure(shared: Stage) -> None:
    matter, sent = handed_over(shared)
    north = shared.north
    [planned] = [each for each in north.get("/retention?limit=100")["data"] if each["matter"] == matter]
    assert (planned["keeping"], planned["held_until"]) == ("former", None)
    placed = north.post(f"/matters/{matter}/holds", hold(shared))
    assert placed["in_force"]
    assert north.get(f"/matters/{matter}/holds")["data"] == [placed]
    assert north.get(f"/holds/{placed['id']}/reason")["reason"] == examples.NEW_HOLD["reason"]
    [planned] = [each for each in north.get("/retention?limit=100")["data"] if each["matter"] == matter]
    assert planned["held_until"] == placed["until"]
    for path in (f"/matters/{matter}/erase", f"/handovers/{sent}/erase"):
        refused = north.call("POST", path)
        assert refused.status_code == 409
        assert refused.json()["type"].endswith("/legal-hold")
    lifted = north.post(f"/holds/{placed['id']}/lift")
    assert (lifted["in_force"], lifted["lifted_at"]) == (False, shared.fed.clock.now)
    assert north.post(f"/handovers/{sent}/erase") == {"erased": sent}
    assert north.post(f"/matters/{matter}/erase") == {"erased": matter}
    assert north.call("GET", f"/matters/{matter}/record").json()["type"].endswith("/erased")
    assert north.get(f"/holds/{placed['id']}/reason")["reason"] is None
    assert not [each for each in north.get("/retention?limit=100")["data"] if each["matter"] == matter]


def test_what_this_office_answers_for_is_not_erased(shared: Stage) -> None:
    matter = shared.matter()
    refused = shared.north.call("POST", f"/matters/{matter}/erase")
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/still-responsible")
    assert shared.north.get(f"/matters/{matter}/record")


def test_the_calendar_is_given_part_by_part(shared: Stage) -> None:
    for _ in range(2):
        handed_over(shared)
        shared.fed.clock.pass_(1)
    whole = shared.north.get("/retention?limit=100")["data"]
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        part = shared.north.get(f"/retention?limit=1{cursor and f'&cursor={cursor}'}")
        found += part["data"]
        cursor = part["next_cursor"]
    assert found == whole
    assert len(whole) >= 2
    wrong = shared.north.call("GET", "/retention?limit=1&cursor=MXg")
    assert wrong.status_code == 422
