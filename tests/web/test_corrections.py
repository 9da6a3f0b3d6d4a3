"""Case systems send corrections and take them over through the API."""

from handover.web import examples
from web.stage import Stage


def test_a_correction_is_sent_read_and_taken_over(own: Stage) -> None:
    sent, got = own.accepted()
    own.north.post(f"/handovers/{sent}/countersign")
    own.fed.settle()
    matter = own.north.get(f"/handovers/{sent}")["matter"]
    own.fed.clock.pass_(60)
    record = {**examples.WRITE_RECORD}
    sections = {**record["sections"]}  # type: ignore[dict-item]
    sections["identity"] = {**sections["identity"], "birth_date": {"date": "2013-03", "precision": "month"}}  # type: ignore[dict-item]
    own.north.put(f"/matters/{matter}/record", {**record, "sections": sections})
    [to] = own.north.get(f"/matters/{matter}/recipients")["data"]
    assert (to["handover"], to["changed"], to["problem"]) == (sent, ["identity.birth_date"], None)
    own.north.post(f"/handovers/{sent}/correct", examples.CORRECT)
    own.fed.settle()
    there = own.south.get(f"/handovers/{got}")["matter"]
    [came] = own.south.get(f"/matters/{there}/corrections")["data"]
    compared = own.south.get(f"/corrections/{came['envelope']}")
    [difference] = compared["differences"]
    assert difference["old"]["date"] == "2012-03"
    assert difference["new"]["date"] == "2013-03"
    taken = own.south.post(f"/corrections/{came['envelope']}/take", examples.TAKE_CORRECTION)
    assert taken["version"] == 2
    again = own.south.call("POST", f"/corrections/{came['envelope']}/dismiss")
    assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (409, "correction-decided")
