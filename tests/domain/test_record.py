"""A record has the fixed shape of its schema, and an offer of guardianship what the child's best interests ask."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import GUARDIANSHIP, MARK
from handover.domain.labels import english
from handover.domain.record import (
    LONGEST_VALUES,
    SCHEMAS,
    Absent,
    BestInterestsMissingError,
    Category,
    ChildViewMissingError,
    MalformedRecordError,
    MatterKind,
    NonRefoulementMissingError,
    NonRefoulementRiskError,
    Record,
    Schema,
    UnknownSchemaError,
    Value,
    from_wire,
    record,
    require_offerable,
    schema,
    to_wire,
)
from handover.domain.schema import CATEGORIES
from record_tables import every_code_list, every_shape

CHILD, TRACING = schema("guardianship/1"), schema("tracing/1")
NOT_HEARD: Value = {"reason": "too_young", "explanation": "Watched.", "date": "2026-09-30", "by": "E. P."}
SECTIONS = {
    "guardianship/1": "identity status guardianship care family protection best_interests child_view health "
    "education legal travel plan documents",
    "tracing/1": "inquirer sought separation last_news child_identity actions limits documents",
}


def test_both_kinds_of_matter_have_a_schema() -> None:
    assert {each.kind for each in SCHEMAS.values()} == set(MatterKind)
    for name, sections in SECTIONS.items():
        assert [section.name for section in schema(name).sections] == sections.split()


def test_a_guardianship_record_has_between_forty_and_sixty_fields() -> None:
    assert len(CHILD.fields) == 60
    assert len(TRACING.fields) == 36


@pytest.mark.parametrize("each", SCHEMAS.values(), ids=list(SCHEMAS))
def test_every_field_has_one_path_in_its_section_a_category_and_a_label(each: Schema) -> None:
    paths = [field.path for field in each.fields]
    assert len(set(paths)) == len(paths)
    for section in each.sections:
        assert section.label
        for field in section.fields:
            assert (field.section, f"{field.section}.{field.name}") == (section.name, field.path)
            assert re.fullmatch("[a-z_]+[.][a-z_]+", field.path)
            assert field.category in CATEGORIES
            assert english()[f"{each.name}/{field.path}"] == field.label


def test_nothing_in_a_schema_serves_immigration_enforcement() -> None:
    words = " ".join(
        [
            *english(),
            *english().values(),
            *(code for codes in every_code_list().values() for code in codes.codes),
        ]
    )
    forbidden = (
        r"remov|deport|expel|expuls|offen[cs]|illegal|irregular|unlawful|overstay|entry|border|dublin|eurodac|"
        r"visa|enforce|fingerprint|biometric|religio|ethnic"
    )
    assert re.findall(rf"\w*(?:{forbidden})\w*", words, re.IGNORECASE) == []


def test_one_name_means_one_group_and_one_code_list() -> None:
    seen: dict[str, object] = {}
    for shape in every_shape():
        name = getattr(shape, "name", None) or getattr(getattr(shape, "codes", None), "name", None)
        if isinstance(name, str):
            assert seen.setdefault(f"{type(shape).__name__} {name}", shape) == shape


def test_no_group_has_a_part_that_could_be_read_as_an_absence() -> None:
    for shape in every_shape():
        assert "absent" not in {member.name for member in getattr(shape, "members", ())}


def test_an_unknown_schema_is_refused() -> None:
    with pytest.raises(UnknownSchemaError):
        schema("guardianship/2")


@given(st.sets(st.sampled_from([field.path for field in CHILD.fields])))
def test_a_bitmap_and_its_paths_are_the_same_set(paths: set[str]) -> None:
    bitmap = CHILD.bitmap(paths)
    assert len(bitmap) == 8
    assert CHILD.paths(bitmap) == CHILD.in_order(paths)


def test_the_first_field_is_the_most_significant_bit() -> None:
    assert CHILD.bitmap([CHILD.fields[0].path]) == bytes([0x80, 0, 0, 0, 0, 0, 0, 0])
    assert CHILD.bitmap([CHILD.fields[59].path]) == bytes([0, 0, 0, 0, 0, 0, 0, 0x10])
    assert TRACING.bitmap(field.path for field in TRACING.fields) == bytes([255, 255, 255, 255, 0xF0])


@pytest.mark.parametrize("bitmap", [b"", bytes(7), bytes(9), bytes(7) + b"\x01", bytes(7) + b"\x08"])
def test_a_bitmap_of_another_length_or_with_a_spare_bit_is_refused(bitmap: bytes) -> None:
    with pytest.raises(MalformedRecordError):
        CHILD.paths(bitmap)


def test_an_unknown_field_is_refused_without_being_named() -> None:
    for ask in (
        lambda: CHILD.field(f"identity.{MARK}"),
        lambda: CHILD.bitmap([f"identity.{MARK}"]),
        lambda: CHILD.in_order([MARK]),
        lambda: CHILD.resolve([MARK]),
        lambda: CHILD.check({MARK: "x"}),
        lambda: record(CHILD, {MARK: "x"}),
    ):
        with pytest.raises(MalformedRecordError) as caught:
            ask()
        assert MARK not in str(caught.value)


def test_a_category_stands_for_its_fields_in_the_schema_s_order() -> None:
    health = tuple(field.path for field in CHILD.fields if field.category is Category.HEALTH)
    assert CHILD.resolve(["health"]) == health
    assert CHILD.resolve(["health", "identity.sex", "health.disability"]) == ("identity.sex", *health)
    everything = CHILD.resolve(category for category in CATEGORIES if category != "tracing")
    assert everything == tuple(field.path for field in CHILD.fields)
    with pytest.raises(MalformedRecordError):
        TRACING.resolve(["health"])


def test_addresses_and_travel_have_a_category_of_their_own() -> None:
    assert set(CHILD.resolve(["whereabouts"])) == {
        "care.place",
        "travel.planned_date",
        "travel.route",
        "travel.escort",
        "travel.meeting_place",
    }


def test_a_record_has_every_field_in_order_and_what_is_left_out_is_unknown() -> None:
    made = record(CHILD, GUARDIANSHIP)
    assert tuple(made.values) == tuple(field.path for field in CHILD.fields)
    assert made.values["travel.route"] is Absent.UNKNOWN
    assert not made.stated("travel.route")
    assert made.stated("identity.names")


def test_a_record_with_a_field_missing_or_too_many_is_refused() -> None:
    with pytest.raises(MalformedRecordError, match="exactly the fields"):
        Record(schema=CHILD, values={})
    values: dict[str, Value] = {field.path: Absent.UNKNOWN for field in CHILD.fields}
    with pytest.raises(MalformedRecordError, match="exactly the fields"):
        Record(schema=CHILD, values=values | {"inquirer.sex": "male"})


def test_a_wrong_value_is_named_by_field_and_rule_and_never_repeated() -> None:
    with pytest.raises(MalformedRecordError) as caught:
        record(CHILD, {"identity.names": [{"script": "Grek", "order": "unknown", "full": f"{MARK}\x00"}]})
    assert str(caught.value) == "identity.names[0].full: must not hold control characters"


def test_absence_may_not_hide_inside_a_group() -> None:
    with pytest.raises(MalformedRecordError):
        record(CHILD, {"care.place": {"locality": Absent.UNKNOWN}})


def test_all_values_together_have_a_limit() -> None:
    long: dict[str, Value] = {"family.members": [{"note": "x" * 1000}] * 32, "plan.needs": "y" * 4000}
    record(CHILD, long)
    with pytest.raises(MalformedRecordError, match=str(LONGEST_VALUES)):
        record(CHILD, long | {"plan.recommendations": "z" * 4000})


def test_values_keep_their_meaning_on_the_wire() -> None:
    values: list[Value] = ["male", Absent.UNKNOWN, Absent.NOT_APPLICABLE, {"country": "GR"}]
    for value in values:
        assert from_wire(to_wire(value)) == value
    assert to_wire(Absent.NOT_APPLICABLE) == {"absent": "not-applicable"}


@pytest.mark.parametrize(
    "value",
    [{"absent": "withheld"}, {"absent": "unknown", "value": "x"}, {"absent": ["unknown"]}, {"absent": None}],
)
def test_an_absence_of_another_kind_is_refused(value: Value) -> None:
    with pytest.raises(MalformedRecordError):
        from_wire(value)


def offerable(**changes: Value | None) -> Record:
    values = dict(GUARDIANSHIP)
    for name, value in changes.items():
        path = name.replace("__", ".")
        values.pop(path, None)
        if value is not None:
            values[path] = value
    return record(CHILD, values)


def test_a_complete_record_can_be_offered() -> None:
    offerable().require_offerable()
    assert offerable().gaps() == ()


@pytest.mark.parametrize("name", ["kind", "date", "body", "outcome", "reasons"])
def test_no_offer_without_a_best_interests_finding(name: str) -> None:
    with pytest.raises(BestInterestsMissingError):
        offerable(**{f"best_interests__{name}": None}).require_offerable()


def test_no_offer_without_the_child_s_view() -> None:
    for missing in ("child_view__heard", "child_view__wishes"):
        with pytest.raises(ChildViewMissingError):
            offerable(**{missing: None}).require_offerable()
    with pytest.raises(ChildViewMissingError):
        offerable(child_view__heard=Absent.NOT_APPLICABLE).require_offerable()


def test_a_child_who_could_not_be_heard_can_be_offered_with_the_reason() -> None:
    made = offerable(child_view__heard=None, child_view__wishes=None, child_view__not_heard=NOT_HEARD)
    made.require_offerable()


def test_no_offer_without_an_answer_to_the_non_refoulement_question() -> None:
    for value in (None, Absent.UNKNOWN, Absent.NOT_APPLICABLE):
        with pytest.raises(NonRefoulementMissingError):
            offerable(best_interests__non_refoulement=value).require_offerable()


def test_no_offer_when_the_answer_is_a_risk() -> None:
    answer: Value = {"answer": "risk_found", "date": "2026-10-01", "by": "E. P.", "reasons": "Danger."}
    with pytest.raises(NonRefoulementRiskError):
        offerable(best_interests__non_refoulement=answer).require_offerable()


def test_what_is_withheld_does_not_count_for_an_offer() -> None:
    made = offerable()
    everything = {field.path for field in CHILD.fields}
    made.require_offerable(everything)
    with pytest.raises(BestInterestsMissingError):
        made.require_offerable(everything - {"best_interests.reasons"})
    assert made.gaps(everything - {"child_view.wishes"}) == (ChildViewMissingError,)
    require_offerable(CHILD, made.values)
    with pytest.raises(NonRefoulementMissingError):
        require_offerable(CHILD, {path: made.values[path] for path in made.values if "refoul" not in path})


def test_every_gap_is_told_at_once() -> None:
    assert record(CHILD, {}).gaps() == (
        BestInterestsMissingError,
        ChildViewMissingError,
        NonRefoulementMissingError,
    )


def test_a_tracing_record_has_no_best_interests_gate() -> None:
    record(TRACING, {}).require_offerable()


def test_every_code_part_section_and_category_has_an_english_label() -> None:
    labels = english()
    assert all(words.strip() for words in labels.values())
    assert {f"category/{category}" for category in Category} <= labels.keys()
    for name, codes in every_code_list().items():
        assert {f"code/{name}/{code}" for code in codes.codes} <= labels.keys()
