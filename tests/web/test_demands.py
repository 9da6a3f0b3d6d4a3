"""Who was shown what, and withdrawals with their answers, through the API."""

import pytest

from handover.web import examples
from web.stage import Stage


def handed_over(shared: Stage) -> tuple[str, str]:
    """Give the matter at both, after the deed."""
    sent, got = shared.accepted()
    shared.north.post(f"/handovers/{sent}/countersign")
    shared.fed.settle()
    return (
        shared.north.get(f"/handovers/{sent}")["matter"],
        shared.south.get(f"/handovers/{got}")["matter"],
    )


def grounds(shared: Stage, matter: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = shared.north.get(f"/matters/{matter}/grounds")["data"]
    return found


def test_what_was_shown_is_withdrawn_and_the_holder_answers_through_the_api(shared: Stage) -> None:
    ours, theirs = handed_over(shared)
    [shown] = shared.north.get(f"/matters/{ours}/disclosures")["data"]
    assert (shown["incoming"], shown["withdrawn_at"], shown["erased_at"]) == (False, None, None)
    shared.north.post(f"/disclosures/{shown['envelope']}/withdraw", examples.WITHDRAWAL)
    shared.fed.settle()
    again = shared.north.call("POST", f"/disclosures/{shown['envelope']}/withdraw", examples.WITHDRAWAL)
    assert again.status_code == 409
    [demand] = shared.south.get(f"/matters/{theirs}/demands")["data"]
    assert (demand["act"], demand["incoming"], demand["open"]) == ("consent-withdrawn", True, True)
    assert demand["envelope"] in [each["envelope"] for each in shared.south.get("/demands")["data"]]
    refused = shared.south.call("POST", f"/demands/{demand['envelope']}/erase")
    assert refused.json()["type"].endswith("/still-responsible")
    hold = {**examples.HOLD, "until": shared.fed.clock.now + 86400}
    shared.south.post(f"/demands/{demand['envelope']}/hold", hold)
    shared.fed.settle()
    [told] = shared.north.get(f"/matters/{ours}/demands")["data"]
    assert (told["answered"], told["due"]) == ("legal-hold", hold["until"])


@pytest.mark.parametrize("body", [None, {}, {"scope": "ground", "text": "No."}])
def test_a_ground_alone_is_withdrawn_unless_everything_is_named(
    shared: Stage, body: dict[str, object] | None
) -> None:
    ours, theirs = handed_over(shared)
    other = shared.north.post(f"/matters/{ours}/grounds", examples.NEW_GROUND)["id"]
    ground = grounds(shared, ours)[0]["id"]
    shared.north.post(f"/grounds/{ground}/withdraw", body)
    stands = {each["id"]: each["withdrawn_at"] is None for each in grounds(shared, ours)}
    assert (stands[ground], stands[other]) == (False, True)
    shared.fed.settle()
    assert len(shared.south.get(f"/matters/{theirs}/demands")["data"]) == 1


def test_everything_is_withdrawn_by_one_of_its_grounds(shared: Stage) -> None:
    ours, theirs = handed_over(shared)
    shared.north.post(f"/matters/{ours}/grounds", examples.NEW_GROUND)
    ground = grounds(shared, ours)[0]["id"]
    shared.north.post(f"/grounds/{ground}/withdraw", {"scope": "matter", "text": "Nobody may have it."})
    assert None not in [each["withdrawn_at"] for each in grounds(shared, ours)]
    shared.fed.settle()
    [demand] = shared.south.get(f"/matters/{theirs}/demands")["data"]
    assert demand["act"] == "consent-withdrawn"


def test_what_is_not_there_is_not_found(shared: Stage) -> None:
    nothing = "A" * 43
    for path, body in (
        (f"/disclosures/{nothing}/withdraw", examples.WITHDRAWAL),
        (f"/demands/{nothing}/erase", {}),
        (f"/demands/{nothing}/hold", examples.HOLD),
    ):
        assert shared.south.call("POST", path, body).status_code == 404
