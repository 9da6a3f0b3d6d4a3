"""The published JSON Schemas say what the code checks: ours and an independent validator judge alike."""

import json
import unicodedata
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.errors import HandoverError
from handover.domain.ids import UUID7, NodeId, PairId
from handover.domain.record import SCHEMAS, Absent, MalformedRecordError, Schema, schema
from handover.domain.shapes import (
    Code,
    CodeList,
    Date,
    Flag,
    Group,
    ListOf,
    Number,
    PartialDate,
    Pattern,
    Shape,
    Text,
)
from handover.protocol import jws, sdjwt, strict
from handover.protocol.schema import (
    claims_schema,
    definition_name,
    documents,
    plain_schema,
    read_plain,
    write_plain,
)
from published_schemas import FOLDER, ROOT
from vectors import made as vectors_made
from vectors import schemas_cases

EXAMPLES: Final = FOLDER / "examples"
CASES: Final = ROOT / "src" / "handover" / "demo" / "cases"
VALID: Final = sorted(EXAMPLES.glob("*.valid.json"))
INVALID: Final = sorted(EXAMPLES.glob("*.invalid.*.json"))
OWN_CASES: Final = [path for path in sorted(CASES.glob("*.json")) if not path.name.startswith("primero")]
CHILD: Final = schema("guardianship/1")


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def schema_of(path: Path) -> Schema:
    return schema(path.name.partition(".")[0].replace("-", "/"))


def validator(of: dict[str, Any]) -> Any:
    return jsonschema_rs.Draft202012Validator(of, validate_formats=True)


PLAIN: Final = {name: validator(plain_schema(each)) for name, each in SCHEMAS.items()}


def test_the_published_schemas_are_as_the_code_makes_them() -> None:
    made = documents()
    assert {path.name for path in FOLDER.glob("*.schema.json") if "-1." in path.name} == set(made)
    for name, content in made.items():
        assert (FOLDER / name).read_bytes() == content, "run: python tests/published_schemas.py"


@pytest.mark.parametrize("name", documents())
def test_each_schema_is_valid_2020_12_under_a_stable_address(name: str) -> None:
    document = json.loads(documents()[name])
    jsonschema_rs.meta.validate(document)
    kind = name.partition("-")[0]
    form = "/claims" if ".claims." in name else ""
    assert document["$id"] == f"https://handover.example/schemas/{kind}/1{form}"


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.name)
def test_the_complete_example_is_accepted_by_both(path: Path) -> None:
    of, sections = schema_of(path), load(path)
    made = read_plain(of, sections)
    PLAIN[of.name].validate(sections)
    assert write_plain(made).keys() == {section.name for section in of.sections}
    stated = {f"{section}.{name}" for section, fields in sections.items() for name in fields}
    assert stated == {field.path for field in of.fields}


def test_the_examples_write_names_in_four_scripts_with_their_order() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (*VALID, *OWN_CASES))
    names = {unicodedata.name(letter, "").partition(" ")[0] for letter in text if letter.isalpha()}
    assert {"GREEK", "ARABIC", "CYRILLIC", "LATIN", "ETHIOPIC"} <= names
    assert text.count('"script"') == text.count('"order"') > 40


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.name)
def test_an_invalid_example_is_refused_by_both(path: Path) -> None:
    of, sections = schema_of(path), load(path)
    with pytest.raises(MalformedRecordError) as caught:
        read_plain(of, sections)
    # JSON Schema has no words for a Unicode form; everything else it must refuse as well.
    assert PLAIN[of.name].is_valid(sections) == ("not-in-form-nfc" in path.name)
    assert "Haddad" not in str(caught.value)


def test_each_kind_has_several_invalid_examples() -> None:
    counts = [
        sum(path.name.startswith(f"{kind}-1") for path in INVALID) for kind in ("guardianship", "tracing")
    ]
    assert min(counts) >= 5


@pytest.mark.parametrize("path", OWN_CASES, ids=lambda path: path.name)
def test_the_demo_s_cases_are_valid_and_can_be_offered(path: Path) -> None:
    case = load(path)
    of = schema(case["schema"])
    made = read_plain(of, case["record"])
    made.require_offerable()
    PLAIN[of.name].validate(case["record"])
    PLAIN[of.name].validate(write_plain(made))


def test_there_are_cases_enough_for_the_demo() -> None:
    kinds = [load(path)["schema"] for path in OWN_CASES if path.name != "completion.json"]
    assert kinds.count("guardianship/1") >= 4
    assert kinds.count("tracing/1") >= 1


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.name)
def test_the_plain_form_is_read_as_it_was_written(path: Path) -> None:
    made = read_plain(schema_of(path), load(path))
    assert read_plain(made.schema, write_plain(made)) == made


def test_what_the_plain_form_leaves_out_is_unknown() -> None:
    made = read_plain(CHILD, {"identity": {"sex": "male"}})
    assert made.values["identity.names"] is Absent.UNKNOWN
    written: Any = write_plain(made)
    assert written["travel"]["route"] == {"absent": "unknown"}


@pytest.mark.parametrize(
    "sections", [[], "x", None, {"identity": []}, {"nowhere": {}}, {"identity": {"nothing": "x"}}]
)
def test_anything_else_is_no_plain_form(sections: Any) -> None:
    with pytest.raises(MalformedRecordError):
        read_plain(CHILD, sections)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = {name: [field.path.split(".") for field in each.fields] for name, each in SCHEMAS.items()}


@given(st.data())
def test_any_json_in_a_field_is_a_record_or_refused_by_us(data: st.DataObject) -> None:
    of = schema(data.draw(st.sampled_from(sorted(SCHEMAS))))
    section, name = data.draw(st.sampled_from(FIELDS[of.name]))
    sections: Any = {section: {name: data.draw(JSON)}}
    try:
        read_plain(of, sections)
    except HandoverError:
        return
    PLAIN[of.name].validate(sections)


def in_form_nfc(value: object) -> bool:
    return unicodedata.is_normalized("NFC", json.dumps(value, ensure_ascii=False))


def values_near(shape: Shape) -> st.SearchStrategy[Any]:
    """Give values that nearly all have the shape, and some that break one rule."""
    match shape:
        case ListOf():
            return st.lists(values_near(shape.item), max_size=3)
        case Group():
            needed = {part.name: values_near(part.shape) for part in shape.members if part.required}
            other = {part.name: values_near(part.shape) for part in shape.members if not part.required}
            return st.fixed_dictionaries(needed, optional=other | {"more": st.just(1)})
        case Code():
            return st.sampled_from([*list(shape.codes.codes)[:3], "none of them"])
        case Number():
            return st.integers(shape.lowest - 1, min(shape.highest + 1, 2**53))
        case Flag():
            return st.sampled_from([True, False, 0])
        case Date():
            return st.dates().map(str) | st.just("2011-02-30")
        case PartialDate():
            return st.fixed_dictionaries(
                {
                    "date": st.sampled_from(["2011", "2011-04", "2011-13", "2011-04-30", "2011-04-31"]),
                    "precision": st.sampled_from([*PartialDate.SPELLINGS, "week"]),
                }
            )
        case Pattern():
            return st.from_regex(shape.pattern, fullmatch=True) | st.text(max_size=3)
        case _:
            return st.text(st.characters(codec="utf-8"), max_size=6)


def near_sections(of: Schema) -> st.SearchStrategy[Any]:
    """Give records of one field each."""
    fields: list[st.SearchStrategy[Any]] = [
        st.fixed_dictionaries({field.section: st.fixed_dictionaries({field.name: values_near(field.shape)})})
        for field in of.fields
    ]
    return st.one_of(fields)


NEAR: Final = {name: near_sections(each) for name, each in SCHEMAS.items()}


@pytest.mark.parametrize("name", SCHEMAS)
@given(data=st.data())
def test_both_judge_alike_what_is_nearly_right(name: str, data: st.DataObject) -> None:
    sections = data.draw(NEAR[name])
    try:
        read_plain(schema(name), sections)
    except HandoverError:
        assert not PLAIN[name].is_valid(sections) or not in_form_nfc(sections)
    else:
        PLAIN[name].validate(sections)


def test_the_claims_of_an_issued_record_fit_their_schema() -> None:
    made = read_plain(CHILD, load(EXAMPLES / "guardianship-1.valid.json"))
    issued = sdjwt.issue(
        made,
        issuer=NodeId("gr/athens"),
        jti=UUID7("01938f3e-0000-7000-8000-000000000001"),
        iat=1_795_000_000,
        matter=PairId("AAAAAAAAAAAAAAAAAAAAAA"),
        signer=jws.Ed25519Signer(bytes(32)),
    )
    claims: Any = strict.loads(strict.unb64(issued.jwt.split(b".")[1].decode()))
    judge = validator(claims_schema(CHILD))
    judge.validate(claims)
    del claims["sections"]["travel"]["route"]
    assert not judge.is_valid(claims)


def test_a_shape_without_a_name_of_its_own_has_no_definition() -> None:
    named = {
        definition_name(shape) for shape in (Text(longest=5), Text(paragraphs=True), Date(), PartialDate())
    }
    assert named == {"line-5", "paragraphs-200", "date", "partial-date"}
    assert definition_name(Code(codes=CodeList(name="x", codes={}))) == "code-x"
    with pytest.raises(TypeError):
        definition_name(Flag())


VECTORS: Final = sorted((ROOT / "tests" / "vectors" / "schemas").glob("*.json"))


def answer(case: dict[str, Any]) -> dict[str, Any]:
    """Give what the code makes of a vector's input."""
    of = schema(case["schema"])
    if "bitmap" in case:
        return {"fields": list(of.paths(bytes.fromhex(case["bitmap"])))}
    if "names" in case:
        return {"fields": list(of.resolve(case["names"]))}
    if "offered" in case:
        read_plain(of, case["offered"]).require_offerable()
        return {}
    made = read_plain(of, case["record"])
    return {"stated": [path for path in made.values if made.stated(path)]}


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_each_vector_holds(path: Path) -> None:
    case = load(path)
    if "error" not in case:
        assert answer(case["input"]) == case["expected"]
        return
    with pytest.raises(HandoverError) as caught:
        answer(case["input"])
    assert caught.value.name == case["error"]


def test_the_vectors_are_as_they_are_made_and_more_are_refused_than_accepted() -> None:
    made = schemas_cases.cases()
    assert {path.stem: path.read_text("utf-8") for path in VECTORS} == {
        name: vectors_made.text(case) for name, case in made.items()
    }
    assert sum("error" in case for case in made.values()) > len(made) / 2
