"""Who may call, what is carried out once, how lists go on, and what an officer finds."""

import threading
from typing import Any

import httpx2
import pytest

from handover.application.facts import OfficerRole
from handover.domain.ids import UUID7
from handover.web import examples
from web.stage import Stage
from web.test_limits import name_of

READING = [
    *(
        "/node",
        "/peers",
        "/matters",
        "/handovers",
        "/queue",
        "/alarms",
        "/statistics",
        f"/matters/{examples.MATTER}",
    ),
    *(f"/matters/{examples.MATTER}/record", f"/matters/{examples.MATTER}/grounds"),
    *(f"/handovers/{examples.HANDOVER}", f"/handovers/{examples.HANDOVER}/timeline"),
]


@pytest.mark.parametrize(
    "credentials",
    [
        [],
        ["Bearer "],
        ["Bearer x"],
        ["Basic eDp5"],
        ["Bearer ho_019a3c5e-8c00-7a00-8000-0000000000a1_" + "A" * 43],
        ["bearer {good}"],
        ["Bearer {good} "],
        ["Bearer {good}A"],
        ["Bearer {good}", "Bearer {good}"],
        ["Bearer ho_ünknown"],
    ],
)
def test_whoever_proves_nothing_learns_nothing(shared: Stage, credentials: list[str]) -> None:
    good = shared.north.hire("first")
    headers = [(b"authorization", each.format(good=good).encode()) for each in credentials]
    expected = shared.north.client.get("/api/v1/node").content
    for path in READING:
        answer = shared.north.client.get("/api/v1" + path, headers=headers)
        assert name_of(answer) == "401 unauthenticated"
        assert answer.content == expected
        assert answer.headers["www-authenticate"] == 'Bearer realm="handover"'


def test_who_is_not_known_is_refused_before_the_body_is_read(shared: Stage) -> None:
    answer = shared.north.client.post(
        "/api/v1/matters", content=b"{", headers={"content-type": "application/json"}
    )
    assert name_of(answer) == "401 unauthenticated"


def test_a_key_ends_with_its_officer_its_time_or_its_revocation(own: Stage) -> None:
    office = own.north
    _, _, lost = (office.hire(name) for name in ("left", "late", "lost"))
    office.node.officers.disable(UUID7(office.ids["left"]))
    office.node.officers.revoke_key(UUID7(lost.split("_")[1]))
    assert office.call("GET", "/node", by="left").status_code == 401
    assert office.call("GET", "/node", by="lost").status_code == 401
    assert office.call("GET", "/node", by="late").status_code == 200
    own.fed.clock.pass_(91 * 86400)
    assert office.call("GET", "/node", by="late").status_code == 401


@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        (OfficerRole.OPERATOR, "GET", "/matters", 403),
        (OfficerRole.OPERATOR, "GET", "/queue", 200),
        (OfficerRole.AUDITOR, "GET", f"/matters/{examples.MATTER}/record", 403),
        (OfficerRole.AUDITOR, "GET", "/alarms", 200),
        (OfficerRole.CASEWORKER, "GET", "/matters", 200),
        (OfficerRole.CASEWORKER, "POST", f"/handovers/{examples.HANDOVER}/release", 403),
        (OfficerRole.CASEWORKER, "POST", f"/handovers/{examples.HANDOVER}/open", 403),
        (OfficerRole.LIAISON, "POST", f"/handovers/{examples.HANDOVER}/open", 404),
    ],
)
def test_roles_decide_and_are_asked_before_anything_is_looked_up(
    shared: Stage, role: OfficerRole, method: str, path: str, status: int
) -> None:
    shared.north.hire(role, (role,))
    assert shared.north.call(method, path, by=role).status_code == status


def test_a_key_that_reads_cannot_write(shared: Stage) -> None:
    shared.north.hire("reader", scopes=("read",))
    assert shared.north.call("GET", "/matters", by="reader").status_code == 200
    assert name_of(shared.north.call("POST", "/matters", examples.NEW_MATTER, by="reader")) == "403 forbidden"


@pytest.mark.parametrize("key", ["", "short", "x" * 129, "with space", "naïve-naïve"])
def test_what_changes_something_needs_a_key(shared: Stage, key: str) -> None:
    headers = {"authorization": f"Bearer {shared.north.hire('first')}", "idempotency-key": key.encode()}
    answer = shared.north.client.post("/api/v1/matters", json=examples.NEW_MATTER, headers=headers)  # type: ignore[arg-type]
    assert name_of(answer) == "400 idempotency-key-missing"


def test_a_repeated_request_is_carried_out_once(own: Stage) -> None:
    first, again = (own.north.call("POST", "/matters", examples.NEW_MATTER, key="a-key-00") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert len(own.north.get("/matters")["data"]) == 1


def test_a_key_belongs_to_one_request_of_one_officer(own: Stage) -> None:
    matter = own.north.call("POST", "/matters", examples.NEW_MATTER, key="a-key-00").json()["id"]
    other = own.north.call("POST", "/matters", {"kind": "tracing"}, key="a-key-00")
    assert name_of(other) == "409 idempotency-key-used"
    path = own.north.call("PUT", f"/matters/{matter}/record", examples.WRITE_RECORD, key="a-key-00")
    assert name_of(path) == "409 idempotency-key-used"
    assert (
        own.north.call("POST", "/matters", {"kind": "tracing"}, key="a-key-00", by="second").status_code
        == 201
    )


def test_what_failed_is_not_kept_and_may_succeed_later(own: Stage) -> None:
    sent = own.prepared()["id"]
    own.fed.clock.pass_(86400 + 10)
    refused = own.north.call("POST", f"/handovers/{sent}/release", by="second", key="release-1")
    assert name_of(refused) == "503 registry-stale"
    assert refused.json()["retry"] is True
    own.fed.clock.pass_(-86400)
    done = own.north.call("POST", f"/handovers/{sent}/release", by="second", key="release-1")
    assert (done.status_code, "idempotent-replayed" in done.headers) == (200, False)


def test_an_answer_that_was_lost_is_had_again_after_a_crash(own: Stage) -> None:
    sent = own.prepared()["id"]
    first = own.north.call("POST", f"/handovers/{sent}/release", by="second", key="release-1")
    with own.north.node.database.reading() as work:
        kept = work.envelopes.of_handover(sent)
    again = own.north.call("POST", f"/handovers/{sent}/release", by="second", key="release-1")
    assert again.content == first.content
    with own.north.node.database.reading() as work:
        assert work.envelopes.of_handover(sent) == kept


def test_two_repeats_at_the_same_moment_are_one(own: Stage) -> None:
    answers: list[httpx2.Response] = []
    own.north.hire("first")

    def send() -> None:
        answers.append(own.north.call("POST", "/matters", examples.NEW_MATTER, key="a-key-00"))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1


def test_an_answer_with_values_is_not_kept(own: Stage) -> None:
    _, got = own.offered()
    first = own.south.call("POST", f"/handovers/{got}/open", key="open-0001")
    again = own.south.call("POST", f"/handovers/{got}/open", key="open-0001")
    assert again.json()["sections"] == first.json()["sections"]
    assert again.headers["idempotent-replayed"] == "true"
    own.south.post(f"/handovers/{got}/decline", examples.DECLINE)
    own.fed.settle()
    erased = own.south.call("POST", f"/handovers/{got}/open", key="open-0001")
    assert name_of(erased) == "409 out-of-order"


def test_keys_are_not_stored_as_they_are(own: Stage) -> None:
    own.north.call("POST", "/matters", examples.NEW_MATTER, key="Zzyzx-family")
    with own.north.node.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM reply").all()
    assert len(rows) == 1
    assert "Zzyzx" not in str(rows)


def test_a_path_without_a_body_takes_none(shared: Stage) -> None:
    sent = shared.prepared()["id"]
    refused = shared.north.call("POST", f"/handovers/{sent}/release", {"force": True}, by="second")
    assert name_of(refused) == "422 invalid-request"
    assert shared.north.call("POST", f"/handovers/{sent}/release", {}, by="second").status_code == 200


def test_lists_go_on_by_cursor(own: Stage) -> None:
    made = [own.north.post("/matters", examples.NEW_MATTER)["id"] for _ in range(5)]
    found, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        path = "/matters?limit=2" + (f"&cursor={cursor}" if cursor else "")
        answer = own.north.call("GET", path)
        page = answer.json()
        found += [each["id"] for each in page["data"]]
        cursor, pages = page["next_cursor"], pages + 1
        assert ("link" in answer.headers) == (cursor is not None)
        if cursor:
            base = "https://gr-athens.example/api/v1/matters"
            assert answer.headers["link"] == f'<{base}?limit=2&cursor={cursor}>; rel="next"'
    assert (found, pages) == (made, 3)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=1.0",
        "cursor=x",
        "cursor=MQ%3D%3D",
        "page=2",
        "cursor=",
        "cursor=Mv8",
    ],
)
def test_parameters_of_an_address_are_strict_too(shared: Stage, query: str) -> None:
    answer = shared.north.call("GET", f"/matters?{query}")
    assert name_of(answer) == "422 invalid-request"


def test_lists_are_filtered(own: Stage) -> None:
    sent = own.prepared()["id"]
    own.offered()
    assert [each["id"] for each in own.north.get("/handovers?state=PREPARED")["data"]] == [sent]
    assert not own.north.get("/handovers?role=receiver")["data"]
    link = own.north.call("GET", "/handovers?role=sender&limit=1").headers["link"]
    assert "role=sender&limit=1&cursor=" in link


def test_authorities_are_found_by_country_and_mandate(own: Stage) -> None:
    own.fed.add("fr/lyon", mandates=("family-tracing",))
    [hamburg, lyon] = own.north.get("/peers")["data"]
    assert (hamburg["node"], lyon["node"]) == ("de/hamburg", "fr/lyon")
    assert hamburg["may_be_offered"]
    assert hamburg["seals_until"] > own.fed.clock.now
    assert [each["node"] for each in own.north.get("/peers?country=fr")["data"]] == ["fr/lyon"]
    assert [each["node"] for each in own.north.get("/peers?mandate=child-protection")["data"]] == [
        "de/hamburg"
    ]
    assert own.north.call("GET", "/peers?country=xyz").status_code == 422
    own.offered()
    assert own.north.get("/peers?country=de")["data"][0]["heard_at"] > 0


def test_a_matter_is_found_by_the_offices_own_number(own: Stage) -> None:
    made = own.north.post("/matters", {"kind": "guardianship", "reference": "ATH-7"})
    own.north.post("/matters", {"kind": "guardianship", "reference": "ATH-8"})
    headers = {"authorization": f"Bearer {own.north.hire('first')}"}
    answer = own.north.client.post("/api/v1/matters/find", json={"reference": "ATH-7"}, headers=headers)
    assert [each["id"] for each in answer.json()["data"]] == [made["id"]]


@pytest.mark.parametrize("name", ["x", "A" * 65, "..%2f..", examples.MATTER.upper(), "%00"])
def test_a_name_that_is_none_names_nothing(shared: Stage, name: str) -> None:
    for path in (f"/matters/{name}", f"/handovers/{name}"):
        assert shared.north.call("GET", path).status_code == 404


def test_the_record_is_read_as_it_was_written(own: Stage) -> None:
    matter = own.matter()
    record = own.north.get(f"/matters/{matter}/record")
    assert (record["version"], record["source"]) == (1, "api")
    assert record["sections"]["identity"]["photo"] == {"absent": "unknown"}
    assert record["sections"]["status"]["protection_status"] == "unaccompanied"


@pytest.mark.parametrize(
    ("sections", "detail"),
    [
        ({"identity": {"sex": "Zzyzx"}}, "identity.sex"),
        ({"Zzyzx": {}}, "no section of that name"),
        ({"identity": {"Zzyzx": "x"}}, "no field of that name"),
        ({"identity": {"sex": {"absent": "Zzyzx"}}}, "unknown or not-applicable"),
        ({"identity": {"sex": ""}}, "identity.sex"),
    ],
)
def test_a_bad_record_is_refused_without_repeating_it(shared: Stage, sections: Any, detail: str) -> None:
    matter = shared.matter()
    body = {"schema": "guardianship/1", "sections": sections}
    answer = shared.north.call("PUT", f"/matters/{matter}/record", body)
    assert name_of(answer) == "422 malformed-record"
    assert detail in answer.json()["detail"]


def test_grounds_are_listed_without_their_statements(shared: Stage) -> None:
    matter = shared.matter()
    ground = shared.ground(matter)
    listed = shared.north.get(f"/matters/{matter}/grounds")["data"]
    assert listed == [ground]
    assert ground["in_force"]
    assert "statement" not in ground


def test_a_legal_basis_needs_a_second_officer_and_a_review(shared: Stage) -> None:
    matter, now = shared.matter(), shared.fed.clock.now
    terms = {**examples.NEW_GROUND, "basis": "court-order", "valid_from": now, "valid_until": now + 86400}
    refused = shared.north.call("POST", f"/matters/{matter}/grounds", terms)
    assert name_of(refused) == "403 ground-missing"
    shared.north.hire("second")
    more = {"second_officer": shared.north.ids["second"], "review_at": now + 3600}
    assert shared.north.post(f"/matters/{matter}/grounds", {**terms, **more})["basis"] == "court-order"


def test_an_offer_beyond_the_consent_names_the_fields(shared: Stage) -> None:
    matter = shared.matter()
    ground = shared.ground(matter, fields=["identity"])
    body = {"matter": matter, "to": "de/hamburg", "fields": ["identity", "health"], "ground": ground["id"]}
    answer = shared.north.call("POST", "/handovers", body)
    assert name_of(answer) == "403 ground-fields"
    assert "health.conditions" in answer.json()["detail"]


def test_the_schemas_of_records_are_served(shared: Stage) -> None:
    answer = shared.north.call("GET", "/schemas/guardianship-1.schema.json")
    assert answer.json()["$id"] == "https://handover.example/schemas/guardianship/1"
    assert shared.north.call("GET", "/schemas/x").status_code == 404


def test_the_queue_is_seen_and_hurried(own: Stage) -> None:
    own.fed.wire.down.add(own.south.node.id)
    sent = own.prepared()["id"]
    own.north.post(f"/handovers/{sent}/release", by="second")
    own.fed.settle()
    [waiting] = own.north.get("/queue?delivery=queued")["data"]
    assert (waiting["peer"], waiting["handover"], waiting["delivery"]) == ("de/hamburg", sent, "queued")
    assert waiting["attempts"] > 0
    assert own.north.get("/peers")["data"][0]["failures"] > 0
    own.fed.wire.down.clear()
    assert own.north.post("/queue/retry", {"peer": "de/hamburg"}) == {"peer": "de/hamburg", "envelopes": 1}
    assert [each.receipted for each in own.north.node.outbox.deliver_due()] == [1]


def test_a_primero_document_becomes_a_record_and_never_a_consent(shared: Stage) -> None:
    matter = shared.north.post("/matters", examples.NEW_MATTER)["id"]
    document = {"data": {"id": "c-1", "name": "Zzyzx", "sex": "male", "consent_for_services": True}}
    answer = shared.north.call("POST", f"/matters/{matter}/import/primero", document)
    assert answer.status_code == 200, answer.text
    imported = answer.json()
    assert (imported["record"]["version"], imported["record"]["source"]) == (1, "primero")
    assert imported["report"]["claims"]
    assert "Zzyzx" not in answer.text
    assert not shared.north.get(f"/matters/{matter}/grounds")["data"]
    broken = shared.north.client.post(
        f"/api/v1/matters/{matter}/import/primero",
        content=b'{"Zzyzx": \n]',
        headers={
            "authorization": f"Bearer {shared.north.hire('first')}",
            "content-type": "application/json",
            "idempotency-key": "import-01",
        },
    )
    assert name_of(broken).startswith("400 ")
    assert "line 2" in broken.json()["detail"]
    several = {"data": [document["data"], {**document["data"], "id": "c-2"}]}
    path = f"/matters/{matter}/import/primero"
    assert name_of(shared.north.call("POST", path, several)) == "403 which-case"
    assert shared.north.call("POST", f"{path}?case=1", several).status_code == 200
    assert shared.north.call("POST", f"{path}?case=Zzyzx", several).status_code == 422
