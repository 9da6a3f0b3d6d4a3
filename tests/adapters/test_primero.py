"""What Primero holds becomes a draft in which nothing is guessed, nothing is lost silently, and nothing is consent."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handover.adapters.primero import (
    Draft,
    Fate,
    Profile,
    ProfileError,
    UnreadableDocumentError,
    WhichCaseError,
    import_case,
    import_cases,
    read_profile,
)
from handover.adapters.primero_forms import FAMILY, RECORD, SERVICES
from handover.adapters.primero_other import CLAIMS, REQUEST, SOUGHT
from handover.domain.errors import HandoverError
from handover.domain.record import MatterKind, Value, schema

ROOT: Final = Path(__file__).resolve().parents[2]
SAMPLES: Final = ROOT.parent / "shared" / "samples" / "primero"
OWN: Final = ROOT / "src" / "handover" / "demo" / "cases" / "primero-1.json"
SECRET: Final = "Zzyzx"


def draft(profile: Profile | None = None, /, **fields: object) -> Draft:
    return import_case(json.dumps({"name": "Amal Saleh", **fields}).encode(), profile=profile)


def rows(of: Draft, path: str) -> list[dict[str, Value]]:
    """Give the rows of a list of the draft."""
    found = of.values[path]
    assert isinstance(found, list)
    return [row for row in found if isinstance(row, dict)]


def fate(of: Draft, place: str) -> tuple[Fate, str | None]:
    """Give what became of the value at *place*: its path, or the reason."""
    (found,) = [finding for finding in of.findings if finding.place == place]
    return found.fate, found.path or (None if found.reason is None else str(found.reason))


def all_leaves(value: object, place: str = "") -> list[str]:
    if isinstance(value, dict) and value:
        steps = [(name.replace("~", "~0").replace("/", "~1"), part) for name, part in value.items()]
    elif isinstance(value, list) and value:
        steps = [(str(index), part) for index, part in enumerate(value)]
    else:
        return [place]
    return [leaf for step, part in steps for leaf in all_leaves(part, f"{place}/{step}")]


# Names and their parts


def test_the_parts_of_a_name_make_one_name_in_its_script() -> None:
    made = draft(name="Олена Шевченко", name_first="Олена", name_last="Шевченко", name_nickname="Λένα")
    assert made.values["identity.names"] == [
        {
            "script": "Cyrl",
            "order": "given_family",
            "full": "Олена Шевченко",
            "given": "Олена",
            "family": "Шевченко",
        }
    ]
    (nickname,) = rows(made, "identity.other_names")
    assert nickname == {"kind": "nickname", "script": "Grek", "order": "unknown", "full": "Λένα"}


@pytest.mark.parametrize(
    ("fields", "full", "order", "script"),
    [
        (
            {"name": "Haddad Samir", "name_first": "Samir", "name_last": "Haddad"},
            "Haddad Samir",
            "unknown",
            "Latn",
        ),
        ({"name": None, "name_first": "سمير", "name_last": "حداد"}, "سمير حداد", "given_family", "Arab"),
        ({"name": "Selam ሰላም"}, "Selam ሰላም", "unknown", "Zyyy"),
        ({"name": "12"}, "12", "unknown", "Zyyy"),
        ({"name": " Zu\u0308rich\t"}, "Zürich", "unknown", "Latn"),
    ],
)
def test_the_order_of_a_name_is_known_only_where_the_parts_say_so(
    fields: dict[str, object], full: str, order: str, script: str
) -> None:
    (name,) = rows(draft(**fields), "identity.names")
    assert (name["full"], name["order"], name["script"]) == (full, order, script)


def test_a_name_that_breaks_a_rule_is_refused_and_its_parts_stand() -> None:
    made = draft(name="Amal\x00", name_first="Amal")
    assert fate(made, "/name") == (Fate.REFUSED, "must not hold control characters")
    assert fate(made, "/name_first") == (Fate.MAPPED, "identity.names")


def test_a_whole_name_that_is_too_long_is_refused_with_all_its_parts() -> None:
    made = draft(name=None, name_first="a" * 150, name_last="b" * 150)
    assert "identity.names" not in made.values
    assert {fate(made, place)[0] for place in ("/name_first", "/name_last")} == {Fate.REFUSED}


def test_a_case_without_a_name_has_none() -> None:
    assert "identity.names" not in draft(name=None, age=12).values


# Birth, codes, flags, numbers


@pytest.mark.parametrize(
    ("fields", "path", "value"),
    [
        ({"date_of_birth": "2011-03-14"}, "identity.birth_date", {"date": "2011-03-14", "precision": "day"}),
        (
            {"date_of_birth": "2011/01/01", "estimated": True},
            "identity.birth_date",
            {"date": "2011-01-01", "precision": "estimated"},
        ),
        (
            {"date_of_birth": "2011-01-01", "estimated": "false"},
            "identity.birth_date",
            {"date": "2011-01-01", "precision": "day"},
        ),
        ({"age": 12}, "identity.age", {"years": 12}),
        ({"age": 12, "estimated": True}, "identity.age", {"years": 12, "estimated": True}),
        ({"nationality": ["kenya", "kenya", "south_sudan"]}, "identity.nationalities", ["KE", "SS"]),
        ({"nationality": "drc"}, "identity.nationalities", ["CD"]),
        ({"country_of_origin_be16aa0": "syria"}, "identity.country_of_origin", "SY"),
        ({"maritial_status": "single"}, "identity.marital_status", "single"),
        ({"marital_status": "single"}, "identity.marital_status", "single"),
        ({"urgent_protection_concern": "true"}, "protection.urgent_protection_concern", True),
        ({"telephone_current": "123-456-7890"}, "care.place", {"telephone": "123-456-7890"}),
        (
            {"other_agency_id": "7", "other_agency_name": "X"},
            "identity.identifiers",
            [{"kind": "other_agency_id", "value": "7", "issuer": "X"}],
        ),
        (
            {"protection_concerns_other": "Debt"},
            "protection.concerns",
            [{"concern": "other", "details": "Debt"}],
        ),
    ],
)
def test_a_known_field_is_mapped(fields: dict[str, object], path: str, value: object) -> None:
    made = draft(**fields)
    assert made.values[path] == value
    made.record()


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"location_current": "KE007030"}, "/location_current"),
        ({"language": ["language6"]}, "/language/0"),
        ({"country_of_origin_be16aa0": "XX01"}, "/country_of_origin_be16aa0"),
        ({"displacement_status_2a9107a": "refugee_616472"}, "/displacement_status_2a9107a"),
        ({"risk_level": "Medium"}, "/risk_level"),
        ({"protection_status": "living_with_biological_parent_or_primary_caregiver"}, "/protection_status"),
        ({"nationality": ["nationality1"]}, "/nationality/0"),
        ({"family_details_section": [{"relation": "mother_a1b2c3d"}]}, "/family_details_section/0/relation"),
    ],
)
def test_a_code_of_the_deployment_stays_behind_with_its_reason(fields: dict[str, object], place: str) -> None:
    kind, reason = fate(draft(**fields), place)
    assert kind is Fate.UNMAPPED
    assert "deployment" in str(reason)


def test_a_profile_says_what_a_deployment_means() -> None:
    profile = read_profile(
        json.dumps(
            {
                "fields": {"camp_d13377e": "location_current"},
                "codes": {
                    "location_current": {"kule_11094": "Kule"},
                    "language": {"language6": "so"},
                    "risk_level": {"Medium": "medium"},
                    "country_of_origin": {"XX01": "SO"},
                },
            }
        ).encode()
    )
    made = draft(
        profile,
        camp_d13377e="kule_11094",
        language=["language6"],
        risk_level="Medium",
        country_of_origin_be16aa0="XX01",
    )
    assert made.values["care.place"] == {"locality": "Kule"}
    assert made.values["identity.languages"] == ["so"]
    assert made.values["protection.risk_level"] == "medium"
    assert made.values["identity.country_of_origin"] == "SO"
    assert fate(made, "/camp_d13377e") == (Fate.MAPPED, "care.place.locality")


def test_what_a_profile_says_must_fit_the_schema() -> None:
    profile = Profile(codes={"language": {"language6": "Somali"}})
    assert fate(draft(profile, language=["language6"]), "/language/0")[0] is Fate.REFUSED


@pytest.mark.parametrize(
    "data", [b"[]", b'{"field": {}}', b'{"fields": []}', b'{"fields": {"a": 1}}', b'{"codes": 1}']
)
def test_a_profile_of_another_shape_is_refused(data: bytes) -> None:
    with pytest.raises(ProfileError):
        read_profile(data)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"telephone_current": 446598451512}, "/telephone_current"),
        ({"telephone_current": "none"}, "/telephone_current"),
        ({"date_of_birth": "26.05.2009"}, "/date_of_birth"),
        ({"date_of_birth": "2009-02-30"}, "/date_of_birth"),
        ({"date_of_birth": {"year": 2009}}, "/date_of_birth/year"),
        ({"age": "12"}, "/age"),
        ({"age": True}, "/age"),
        ({"age": 400}, "/age"),
        ({"sex": 1}, "/sex"),
        ({"estimated": "perhaps", "age": 1}, "/estimated"),
        ({"nationality": [7]}, "/nationality/0"),
        ({"language": [7]}, "/language/0"),
        ({"location_current": [7]}, "/location_current/0"),
        ({"address_current": ["Odos", "12"]}, "/address_current/1"),
        ({"unhcr_id_no": "x" * 201}, "/unhcr_id_no"),
        ({"services_section": "none"}, "/services_section"),
        ({"services_section": ["none"]}, "/services_section/0"),
        ({"care_arrangements_section": ["none"]}, "/care_arrangements_section/0"),
        (
            {"family_details_section": [{}] * 2 + [{"relation_age": 1}] * 33},
            "/family_details_section/34/relation_age",
        ),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_its_reason(fields: dict[str, object], place: str) -> None:
    made = draft(**fields)
    kind, reason = fate(made, place)
    assert kind is Fate.REFUSED
    assert reason
    made.record()


def test_a_birth_date_makes_the_age_superfluous() -> None:
    made = draft(date_of_birth="2011-03-14", age=15)
    assert fate(made, "/age") == (Fate.UNMAPPED, "the birth date says it already")


def test_where_two_fields_contradict_each_other_the_second_is_reported() -> None:
    made = draft(maritial_status="single", marital_status="widowed")
    assert made.values["identity.marital_status"] == "single"
    assert fate(made, "/marital_status")[0] is Fate.UNMAPPED
    made = draft(maritial_status="single", marital_status="single")
    assert fate(made, "/marital_status") == (Fate.MAPPED, "identity.marital_status")


def test_a_plain_field_stands_before_one_with_a_suffix() -> None:
    made = draft(sex="female", sex_0a1b2c3="male")
    assert made.values["identity.sex"] == "female"
    assert "suffix" in str(fate(made, "/sex_0a1b2c3")[1])


# Rows


def test_family_members_become_rows() -> None:
    row = {
        "unique_id": "7",
        "relation_name": "زهرا",
        "relation": "mother",
        "relation_is_alive": "dead",
        "relation_date_of_birth": "1980-01-01",
        "relation_telephone": "+49 40 1",
        "relation_address_current": "Hamburg",
        "relation_religion": ["religion1"],
    }
    made = draft(family_details_section=[row])
    assert made.values["family.members"] == [
        {
            "names": [{"script": "Arab", "order": "unknown", "full": "زهرا"}],
            "relation": "mother",
            "alive": "dead",
            "birth_date": {"date": "1980-01-01", "precision": "day"},
            "place": {"address": "Hamburg"},
            "telephone": "+49 40 1",
        }
    ]
    assert fate(made, "/family_details_section/0/relation_telephone")[1] == "family.members[0].telephone"
    assert "by design" in str(fate(made, "/family_details_section/0/relation_religion/0")[1])


def test_two_rows_that_say_the_same_stay_two() -> None:
    assert len(rows(draft(family_details_section=[{"relation": "brother"}] * 2), "family.members")) == 2


def care(kind: str, since: str | None) -> dict[str, object]:
    return {"care_arrangements_type": kind, "care_arrangement_started_date": since, "name_caregiver": "Raida"}


def test_the_care_arrangement_that_began_last_is_the_one_now() -> None:
    made = draft(care_arrangements_section=[care("foster_care", "2026-05-01"), care("kafala", "2025-01-01")])
    now, earlier = made.values["care.arrangement"], made.values["care.earlier"]
    assert isinstance(now, dict)
    assert now["type"] == "foster_care"
    assert isinstance(made.values["care.provider"], dict)
    assert isinstance(earlier, list)
    assert [row["type"] for row in earlier if isinstance(row, dict)] == ["kafala"]
    assert fate(made, "/care_arrangements_section/1/name_caregiver")[1] == "care.earlier[0].caregiver.names"


@pytest.mark.parametrize("days", [("2026-05-01", None), ("2026-05-01", "2026-05-01"), (None, None)])
def test_without_a_date_that_decides_no_arrangement_is_the_one_now(days: tuple[str | None, ...]) -> None:
    made = draft(care_arrangements_section=[care("foster_care", day) for day in days])
    assert "care.arrangement" not in made.values
    assert fate(made, "/care_arrangements_section/0/care_arrangements_type")[0] is Fate.UNMAPPED


def test_one_arrangement_is_the_one_now_and_what_primero_derives_may_say_the_same() -> None:
    made = draft(
        care_arrangements_section=[care("foster_care", None)],
        current_care_arrangements_type="foster_care",
        current_name_caregiver="Somebody else",
    )
    assert fate(made, "/current_care_arrangements_type") == (Fate.MAPPED, "care.arrangement.type")
    assert fate(made, "/current_name_caregiver")[0] is Fate.UNMAPPED


def test_a_concern_and_its_details_become_one_row() -> None:
    made = draft(
        protection_concerns=["caafag", "other", "rape"],
        protection_concerns_other="Debt",
        protection_concern_detail_subform_section=[
            {
                "protection_concern_type": "caafag",
                "date_concern_identified": "registration",
                "concern_details": "Told.",
            },
            {"concern_details": "Of nothing."},
        ],
    )
    assert made.values["protection.concerns"] == [
        {"concern": "caafag", "details": "Told."},
        {"concern": "other", "details": "Debt"},
    ]
    place = "/protection_concern_detail_subform_section"
    assert fate(made, f"{place}/1/concern_details") == (
        Fate.REFUSED,
        "protection.concerns.concern: is missing",
    )
    assert "stage" in str(fate(made, f"{place}/0/date_concern_identified")[1])


def test_services_interventions_and_follow_ups_become_the_plan() -> None:
    made = draft(
        services_section=[
            {
                "service_type": "family_seunification_service",
                "service_response_day_time": "2021-05-26T15:27:00.000Z",
            }
        ],
        cp_case_plan_subform_case_plan_interventions=[{"intervention_service_to_be_provided": "School"}],
        followup_subform_section=[{"followup_type": "for_assesment", "followup_date": "2026-11-01"}],
    )
    assert made.values["plan.services"] == [
        {"type": "family_reunification_service", "requested_on": "2021-05-26"},
        {"description": "School"},
    ]
    assert made.values["plan.follow_ups"] == [{"type": "for_assessment", "date": "2026-11-01"}]


def test_wishes_are_the_child_s_and_not_yet_a_hearing() -> None:
    made = draft(
        child_preferences_section=[
            {"wishes_name": "Farid", "wishes_relationship": "brother", "wishes_child_family_tracing": "true"}
        ]
    )
    wishes = made.values["child_view.wishes"]
    assert isinstance(wishes, dict)
    assert wishes["family_tracing"] is True
    assert "child-view-missing" in made.gaps()


def test_a_tracing_request_becomes_a_tracing_record() -> None:
    made = import_case(
        json.dumps(
            {
                "tracing_request_id": "TR-1",
                "inquiry_date": "2026-06-01",
                "status": "open",
                "relation_name": "Fatuma",
                "relation_nickname": "Tuma",
                "relation_age": 40,
                "relation_telephone": "+254 20 1",
                "date_of_separation": "2024-01-05",
                "disclosure_other_orgs": True,
                "tracing_request_subform_section": [
                    {
                        "unique_id": "1",
                        "name": "Ali",
                        "relation": "mother",
                        "age": 9,
                        "name_nickname": "Lulu",
                        "matched_case_id": "C-1",
                        "tracing_request_status": "open",
                    }
                ],
            }
        ).encode()
    )
    assert made.schema.kind is MatterKind.TRACING
    assert made.gaps() == ()
    assert made.values["inquirer.age"] == {"years": 40}
    (person,) = rows(made, "sought.persons")
    assert person["relation"] == "mother"
    assert person["identifiers"] == [{"kind": "matched_case_id", "value": "C-1"}]
    assert fate(made, "/disclosure_other_orgs")[0] is Fate.CLAIM
    assert made.values.keys() >= {"actions.inquiry_date", "actions.tracing_status", "inquirer.telephone"}


# Consent


@pytest.mark.parametrize("field", CLAIMS)
@pytest.mark.parametrize("value", [True, False, "true", "false", ["authorities"], "words of the child"])
def test_nothing_that_primero_says_of_consent_is_imported_as_consent(field: str, value: object) -> None:
    made = draft(**{field: value})
    (claim,) = made.claims
    assert claim.field == field
    assert str(claim.question).endswith(("?", ".", "is reviewed?"))
    said = (
        {True: "yes", "true": "yes", False: "no", "false": "no"}.get(value)
        if not isinstance(value, list)
        else "authorities"
    )
    assert claim.said == said
    assert made.values.keys() == {"identity.names"}
    assert fate(made, claim.place)[0] is Fate.CLAIM


def test_an_override_is_a_claim_without_a_reason() -> None:
    made = draft(transitions=[{"type": "Transfer", "consent_overridden": True}])
    (claim,) = made.claims
    assert claim.place == "/transitions/0/consent_overridden"
    assert "reason is missing" in str(claim.question)


def test_no_field_of_the_tables_is_a_field_of_consent() -> None:
    for rules in (RECORD, FAMILY, SERVICES, REQUEST, SOUGHT):
        assert not rules.keys() & CLAIMS.keys()


# Files


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b'{"data": [{"name": "x",}]}', "line 1, column"),
        (b'{\n  "name": "x"\n  "age": 1\n}', "line 3, column 3"),
        (b'{"name": "x"', "line 1, column 13"),
        (b"", "line 1, column 1"),
        (b'{"name": "x"} {}', "line 1, column 15"),
        (b'{"name": "\n"}', "line 1, column 11"),
        (b'{"name": "\xff"}', "byte 11"),
        (b'{"name": "x", "name": "y"}', "twice"),
        (b'{"\\ud800": 1}', "not Unicode"),
        (b'{"age": NaN}', "NaN"),
        (b'{"age": ' + b"1" * 5000 + b"}", "too many digits"),
        (b"[" * 100_000, "deeper"),
        (b'{"a":' * 30 + b"1" + b"}" * 30, "deeper"),
        (b'{"age": 1, "x": "' + b"x" * (16 * 1024 * 1024) + b'"}', "more than"),
        (b"7", "no case"),
        (b"[]", "no case"),
        (b'{"data": []}', "no case"),
        (b'[{"name": "x"}, 7]', "item 1"),
        (b'{"hello": "world"}', "no field that a case has"),
        (b'{"data": {"hello": "world"}}', "/data has no field"),
    ],
)
def test_a_file_that_is_no_case_is_refused_with_the_place(data: bytes, place: str) -> None:
    with pytest.raises(UnreadableDocumentError, match=place):
        import_cases(data)


def test_no_error_repeats_what_the_file_says() -> None:
    for data in (
        f'{{"name": "{SECRET}",}}',
        f'{{"{SECRET}": 1, "{SECRET}": 2}}',
        f'{{"name": "{SECRET}\\x"}}',
        f'{{"{SECRET}": 1}}',
        f'["{SECRET}"]',
        f"{SECRET}",
    ):
        with pytest.raises(HandoverError) as caught:
            import_cases(data.encode())
        assert SECRET not in str(caught.value)


@pytest.mark.parametrize("before", ["", "\ufeff"])
@pytest.mark.parametrize(
    "shape", ["{case}", "[{case}]", '{{"data": {case}}}', '{{"data": [{case}], "metadata": {{"total": 1}}}}']
)
def test_every_shape_in_which_primero_puts_a_case_is_taken(shape: str, before: str) -> None:
    made = import_case((before + shape.format(case='{"name": "Amal Saleh"}')).encode())
    assert made.values.keys() == {"identity.names"}


MANY: Final = b'[{"id": "a", "name": "A"}, {"case_id": "b", "name": "B"}, {"short_id": "b", "name": "C"}]'


@pytest.mark.parametrize(("which", "place"), [("a", "/0"), ("1", "/1"), ("2", "/2")])
def test_one_of_several_cases_is_chosen_by_number_or_index(which: str, place: str) -> None:
    assert import_case(MANY, which=which).place == place
    assert [each.place for each in import_cases(MANY).drafts] == ["/0", "/1", "/2"]


@pytest.mark.parametrize("which", [None, "b", "c", "3", "-1", "٠"])
def test_nothing_is_chosen_where_the_choice_is_not_clear(which: str | None) -> None:
    with pytest.raises(WhichCaseError):
        import_case(MANY, which=which)


def test_what_stands_around_the_cases_is_reported_too() -> None:
    made = import_cases(b'{"data": {"name": "A"}, "metadata": {"total": 1, "page": null}}')
    assert [(each.place, each.fate) for each in made.around] == [
        ("/metadata/total", Fate.UNMAPPED),
        ("/metadata/page", Fate.EMPTY),
    ]


def test_the_report_holds_places_and_reasons_and_no_value() -> None:
    fields: dict[str, Any] = {
        "address_current": SECRET,
        "notes_section": [{"note": SECRET}],
        "sex": SECRET,
        "telephone_current": SECRET,
        "date_of_birth": SECRET,
        "disclosure_deny_details": SECRET,
        "family_details_section": [{"relation_name": SECRET, "relation": SECRET}],
    }
    made = draft(**fields)
    report = json.dumps(made.report())
    assert SECRET not in report
    assert json.loads(report)["counts"]["mapped"] == 3
    assert SECRET in json.dumps(made.plain())
    assert SECRET not in repr(made.findings)


def test_a_draft_that_is_too_long_says_so_in_its_gaps() -> None:
    made = draft(
        family_details_section=[{"relation_address_current": "x" * 1000, "relation_other_family": "y"}] * 32,
        separation_details="z" * 4000,
        services_section=[{"service_referral_notes": "n" * 4000}] * 3,
    )
    assert made.gaps() == ("malformed-record",)
    assert made.report()["gaps"] == ["malformed-record"]


LEAF = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(["true", "mother", "kenya", "2011-03-14", "caafag", "single", "+30 210", "  "])
)
KNOWN: Final = [
    "name",
    "name_first",
    "name_last",
    "age",
    "estimated",
    "family_details_section",
    "services_section",
    "data",
    "a/b",
    "~",
    "care_arrangements_section",
    "child_preferences_section",
    "protection_concern_detail_subform_section",
    "protection_concerns",
    "other_id_no",
    "other_id_type",
    "sex_0a1b2c3",
]
NAMES = st.sampled_from(sorted({*RECORD, *FAMILY, *SERVICES, *REQUEST, *SOUGHT, *CLAIMS, *KNOWN, ""}))
JSON = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=6)
    ),
    max_leaves=30,
)


CASES = st.dictionaries(NAMES, JSON, max_size=8).map(lambda fields: {"age": 9} | fields)


@given(CASES | st.lists(CASES, min_size=1, max_size=2) | JSON)
@example({"data": {"name": "A", "data": [1]}, "b": {}})
@example([{"care_arrangements_section": [{"care_arrangement_started_date": "2011-03-14"}, 7], "age": 1}])
def test_every_value_of_any_json_is_in_the_report_exactly_once(document: object) -> None:
    try:
        made = import_cases(json.dumps(document).encode())
    except HandoverError:
        return
    found = [each.place for draft in made.drafts for each in draft.findings]
    found += [each.place for each in made.around]
    assert sorted(found) == sorted(all_leaves(document))
    for each in made.drafts:
        each.schema.check(each.values)
        json.dumps(each.report())
        assert {claim.place for claim in each.claims} == {finding.place for finding in each.of(Fate.CLAIM)}


@given(st.binary())
def test_any_bytes_are_a_draft_or_refused(data: bytes) -> None:
    try:
        import_cases(data)
    except HandoverError:
        return


# Documents of sites


def test_the_demo_s_own_document_is_complete_with_what_an_officer_adds() -> None:
    made = import_case(OWN.read_bytes())
    assert made.gaps() == ("best-interests-missing", "child-view-missing", "non-refoulement-missing")
    assert len(made.claims) == 9
    assert all(len(made.of(kind)) > 0 for kind in Fate)


@pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the sample documents lie beside the repository only in development"
)
class TestSamples:
    @pytest.mark.parametrize(
        ("name", "which", "mapped", "refused"),
        [
            ("case_583069e", None, 32, []),
            ("primeroCaseExport", None, 13, []),
            ("flow2_primeroReferraltoUNHCR", None, 19, ["/telephone_current"]),
            ("primero_outboundReferral", "0", 31, ["/0/care_arrangements_section/0/telephone_caregiver"]),
        ],
    )
    def test_a_document_of_a_site_becomes_a_draft(
        self, name: str, which: str | None, mapped: int, refused: list[str]
    ) -> None:
        data = (SAMPLES / f"{name}.json").read_bytes()
        made = import_case(data, which=which)
        assert made.schema is schema("guardianship/1")
        assert len(made.of(Fate.MAPPED)) == mapped
        assert [each.place for each in made.of(Fate.REFUSED)] == refused
        assert [each.place for each in made.findings] == all_leaves(json.loads(data))
        assert len(made.claims) >= 5
        made.record()

    def test_broken_json_is_refused_with_line_and_column(self) -> None:
        with pytest.raises(UnreadableDocumentError, match=r"line 6[67], column"):
            import_case((SAMPLES / "getPrimeroCases.json").read_bytes())
