"""Firewall: officers and orders that want a case's values for something else than the child."""

from typing import Any

from attacks.attack import Attack, Strike, against
from attacks.siege import Siege, named
from federation import ALL
from handover.application.facts import Officer, OfficerRole
from handover.application.sealing import new_id
from handover.domain.ids import UUID7
from handover.web import examples
from peer import DAY

Body = dict[str, Any]


def matter_of(siege: Siege) -> str:
    """Give a case at the attacked node whose record may be offered."""
    made = siege.office.post("/matters", examples.NEW_MATTER)["id"]
    siege.office.put(f"/matters/{made}/record", examples.WRITE_RECORD)
    return str(made)


def terms(siege: Siege, **changes: object) -> Body:
    now = siege.fed.clock.now
    right = {"recipients": ["fr/lyon"], "valid_from": now, "valid_until": now + 30 * DAY}
    return {**examples.NEW_GROUND, **right, **changes}


def ground_of(siege: Siege, matter: str, **changes: object) -> str:
    return str(siege.office.post(f"/matters/{matter}/grounds", terms(siege, **changes))["id"])


def wanted(siege: Siege, matter: str, ground: str, **changes: object) -> Body:
    right = {"matter": matter, "to": "fr/lyon", "ground": ground, "deadline": siege.fed.clock.now + DAY}
    return {**examples.NEW_HANDOVER, **right, **changes}


def calls(siege: Siege, method: str, path: str, body: object = None, *, by: str = "first") -> Strike:
    """Give the strike of an officer of the attacked node itself."""
    siege.office.hire(by)
    return Strike(node=siege.node, run=lambda: named(siege.office.call(method, path, body, by=by)))


@against(
    Attack(
        "ground-for-enforcement",
        "An officer records a ground for the enforcement of immigration law.",
        "422 invalid-request",
        with_={"purposes": ["immigration-enforcement"]},
    ),
    Attack(
        "ground-for-return",
        "An officer records a ground for the child's return.",
        "422 invalid-request",
        with_={"purposes": ["child-protection", "return"]},
    ),
    Attack(
        "ground-of-another-basis",
        "An officer claims a legitimate interest.",
        "422 invalid-request",
        with_={"basis": "legitimate-interest"},
    ),
    Attack(
        "ground-for-everybody",
        "An officer records a consent for whatever node.",
        "422 invalid-request",
        with_={"recipients": ["*"]},
    ),
    Attack(
        "ground-without-end",
        "An officer records a consent for a hundred years.",
        "403 ground-missing",
        with_={"valid_until": 4_900_000_000},
    ),
    Attack(
        "ground-onward-to-anyone",
        "An officer lets the recipient pass everything on.",
        "422 invalid-request",
        with_={"onward": "any"},
    ),
    Attack(
        "ground-without-statement",
        "An officer records a consent that nobody has given.",
        "422 invalid-request",
        with_={"statement": {}},
    ),
    Attack(
        "vital-interests-alone",
        "One officer claims vital interests, without a second one.",
        "403 ground-missing",
        with_={"basis": "vital-interests", "urgency": "medical-emergency"},
    ),
)
def test_no_other_ground_can_be_recorded(siege: Siege, case: Attack) -> Strike:
    return calls(siege, "POST", f"/matters/{matter_of(siege)}/grounds", terms(siege, **case.with_))


def vital(siege: Siege, second: str) -> Strike:
    """Claim vital interests with this second officer."""
    now = siege.fed.clock.now
    body = terms(
        siege,
        basis="vital-interests",
        urgency="medical-emergency",
        second_officer=second,
        review_at=now + DAY,
        valid_until=now + DAY,
    )
    return calls(siege, "POST", f"/matters/{matter_of(siege)}/grounds", body)


def oneself(siege: Siege) -> str:
    siege.office.hire("first")
    return siege.office.ids["first"]


def entered_twice(siege: Siege) -> str:
    """Enter the first officer once more, as the first sign-in at an authority's identity provider does."""
    siege.office.hire("first")
    with siege.node.database.begin() as work:
        again = Officer(id=UUID7(new_id(work.now)), name="FIRST,  with a Key ", roles=ALL)
        work.staff.add(again)
    siege.office.ids["first again"] = again.id
    siege.office.secrets["first again"] = siege.node.officers.issue_key(again.id)[1]
    return again.id


def by_oneself(siege: Siege, path: str, body: object = None) -> Strike:
    """Give the second step of the officer who did the first one, under a second account."""
    entered_twice(siege)
    return calls(siege, "POST", path, body, by="first again")


def rewritten(siege: Siege) -> Strike:
    sent = prepared(siege)
    matter = siege.office.get(f"/handovers/{sent}")["matter"]
    siege.fed.clock.pass_(1)
    siege.office.put(f"/matters/{matter}/record", examples.WRITE_RECORD, by="second")
    return calls(siege, "POST", f"/handovers/{sent}/release", by="second")


def held_by_oneself(siege: Siege) -> Strike:
    body = {**examples.NEW_HOLD, "until": siege.fed.clock.now + DAY, "second_officer": entered_twice(siege)}
    return calls(siege, "POST", f"/matters/{matter_of(siege)}/holds", body)


def operator(siege: Siege) -> str:
    siege.office.hire("machinist", (OfficerRole.OPERATOR,))
    return siege.office.ids["machinist"]


def departed(siege: Siege) -> str:
    siege.office.hire("departed")
    siege.node.officers.disable(UUID7(siege.office.ids["departed"]))
    return siege.office.ids["departed"]


def beyond(siege: Siege, **changes: object) -> Strike:
    matter = matter_of(siege)
    return calls(siege, "POST", "/handovers", wanted(siege, matter, ground_of(siege, matter), **changes))


def under(siege: Siege, **changes: object) -> Strike:
    matter = matter_of(siege)
    return calls(siege, "POST", "/handovers", wanted(siege, matter, ground_of(siege, matter, **changes)))


def anothers(siege: Siege) -> Strike:
    return calls(
        siege, "POST", "/handovers", wanted(siege, matter_of(siege), ground_of(siege, matter_of(siege)))
    )


def withdrawn(siege: Siege) -> Strike:
    matter = matter_of(siege)
    ground = ground_of(siege, matter)
    siege.office.post(f"/grounds/{ground}/withdraw", {})
    return calls(siege, "POST", "/handovers", wanted(siege, matter, ground))


def prepared(siege: Siege) -> str:
    matter = matter_of(siege)
    body = wanted(siege, matter, ground_of(siege, matter))
    return str(siege.office.post("/handovers", body)["id"])


def released_under_a_withdrawn_one(siege: Siege) -> Strike:
    matter = matter_of(siege)
    ground = ground_of(siege, matter)
    sent = siege.office.post("/handovers", wanted(siege, matter, ground))["id"]
    siege.office.post(f"/grounds/{ground}/withdraw", {})
    return calls(siege, "POST", f"/handovers/{sent}/release", by="second")


@against(
    Attack(
        "vital-interests-by-oneself",
        "One officer names themselves as the second one.",
        "403 ground-missing",
        with_=lambda siege: vital(siege, oneself(siege)),
    ),
    Attack(
        "vital-interests-of-a-stranger",
        "One officer names as the second one somebody who is none.",
        "404 not-found",
        with_=lambda siege: vital(siege, "019a3c5e-8c00-7a00-8000-0000000000d4"),
    ),
    Attack(
        "vital-interests-of-an-operator",
        "One officer names as the second one an operator, who works on no case.",
        "403 ground-missing",
        with_=lambda siege: vital(siege, operator(siege)),
    ),
    Attack(
        "vital-interests-of-who-has-left",
        "One officer names as the second one a colleague who has left.",
        "403 ground-missing",
        with_=lambda siege: vital(siege, departed(siege)),
    ),
    Attack(
        "send-more-than-the-ground",
        "An officer prepares to send a section that the consent does not name.",
        "403 ground-fields",
        with_=lambda siege: beyond(siege, fields=["identity", "best-interests", "child-view", "health"]),
    ),
    Attack(
        "send-to-another-recipient",
        "An officer prepares to send to another node than the consent names.",
        "403 ground-recipient",
        with_=lambda siege: beyond(siege, to="es/barcelona"),
    ),
    Attack(
        "send-to-nobody-known",
        "An officer prepares to send to a node that the registry does not name.",
        "404 unknown-node",
        with_=lambda siege: beyond(siege, to="fr/prefecture"),
    ),
    Attack(
        "send-for-another-purpose",
        "An officer sends for child protection what was consented to for tracing alone.",
        "403 ground-purpose",
        with_=lambda siege: under(siege, purposes=["family-tracing"]),
    ),
    Attack(
        "send-before-the-consent",
        "An officer prepares to send under a consent that begins next week.",
        "403 ground-expired",
        with_=lambda siege: under(siege, valid_from=siege.fed.clock.now + 7 * DAY),
    ),
    Attack(
        "send-under-anothers-consent",
        "An officer uses the consent of one child for another.",
        "403 refused",
        with_=anothers,
    ),
    Attack(
        "send-under-a-withdrawn-consent",
        "An officer prepares to send under a consent that the child has taken back.",
        "403 ground-withdrawn",
        with_=withdrawn,
    ),
    Attack(
        "release-after-the-withdrawal",
        "An officer releases what was prepared before the child took the consent back.",
        "403 ground-withdrawn",
        with_=released_under_a_withdrawn_one,
    ),
    Attack(
        "release-by-the-preparer",
        "The officer who has prepared an offer releases it, too.",
        "403 same-officer",
        with_=lambda siege: calls(siege, "POST", f"/handovers/{prepared(siege)}/release"),
    ),
    Attack(
        "release-by-a-second-account",
        "The officer who has prepared an offer releases it under a second account of the same name.",
        "403 same-officer",
        with_=lambda siege: by_oneself(siege, f"/handovers/{prepared(siege)}/release"),
    ),
    Attack(
        "release-of-ones-own-words",
        "An officer changes a record that a colleague has offered, and releases what nobody else has seen.",
        "403 same-officer",
        with_=rewritten,
    ),
    Attack(
        "vital-interests-by-a-second-account",
        "One officer names a second account of their own as the second officer.",
        "403 ground-missing",
        with_=lambda siege: vital(siege, entered_twice(siege)),
    ),
    Attack(
        "hold-by-a-second-account",
        "One officer places a legal hold and names a second account of their own as the second officer.",
        "403 hold-incomplete",
        with_=held_by_oneself,
    ),
)
def test_nothing_leaves_without_its_ground_and_two_officers(siege: Siege, case: Attack) -> Strike:
    strike: Strike = case.with_(siege)
    return strike


def with_field(path: str, value: object) -> Body:
    section, name = path.split(".")
    sections: Any = examples.WRITE_RECORD["sections"]
    return {
        **examples.WRITE_RECORD,
        "sections": {**sections, section: {**sections.get(section, {}), name: value}},
    }


@against(
    Attack(
        "record-immigration-status",
        "An officer writes the child's immigration status into the record.",
        "422 malformed-record",
        with_=with_field("status.immigration_status", "irregular"),
    ),
    Attack(
        "record-removal-order",
        "An officer writes an order of removal into the record.",
        "422 malformed-record",
        with_=with_field("legal.removal_order", "2026/117"),
    ),
    Attack(
        "record-entry-offence",
        "An officer writes an offence of entry into the record.",
        "422 malformed-record",
        with_=with_field("status.entry_offence", "1"),
    ),
    Attack(
        "record-section-more",
        "An officer adds a section for the police.",
        "422 malformed-record",
        with_={**examples.WRITE_RECORD, "sections": {"police": {"file": "17"}}},
    ),
    Attack(
        "record-of-another-schema",
        "An officer writes a record under a schema of enforcement.",
        "422 invalid-request",
        with_={**examples.WRITE_RECORD, "schema": "enforcement/1"},
    ),
)
def test_a_record_has_no_place_for_enforcement(siege: Siege, case: Attack) -> Strike:
    return calls(siege, "PUT", f"/matters/{matter_of(siege)}/record", case.with_)


def by_role(siege: Siege, role: OfficerRole, path: str) -> Strike:
    siege.office.hire(f"only-{role}", (role,))
    return calls(siege, "GET", path, by=f"only-{role}")


def record_of(siege: Siege) -> str:
    return f"/matters/{matter_of(siege)}/record"


@against(
    Attack(
        "operator-reads-a-record",
        "An operator, who looks after the machine, reads a child's record.",
        "403 forbidden",
        with_=lambda siege: by_role(siege, OfficerRole.OPERATOR, record_of(siege)),
    ),
    Attack(
        "auditor-reads-a-record",
        "An auditor, who sees what was done, reads what is in it.",
        "403 forbidden",
        with_=lambda siege: by_role(siege, OfficerRole.AUDITOR, record_of(siege)),
    ),
    Attack(
        "operator-lists-cases",
        "An operator lists the cases.",
        "403 forbidden",
        with_=lambda siege: by_role(siege, OfficerRole.OPERATOR, "/matters"),
    ),
    Attack(
        "export-of-all-records",
        "An officer asks for all records at once.",
        "404 no-such-path",
        with_=lambda siege: calls(siege, "GET", "/records"),
    ),
    Attack(
        "page-of-all-cases",
        "An officer asks for a page of a hundred thousand cases.",
        "422 invalid-request",
        with_=lambda siege: calls(siege, "GET", "/matters?limit=100000"),
    ),
    Attack(
        "search-by-nationality",
        "An officer searches the cases by nationality.",
        "422 invalid-request",
        with_=lambda siege: calls(siege, "GET", "/matters?nationality=AF"),
    ),
)
def test_nobody_reads_more_than_the_work_needs(siege: Siege, case: Attack) -> Strike:
    strike: Strike = case.with_(siege)
    return strike
