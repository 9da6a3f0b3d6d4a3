"""The published schemas of the parts that nodes sign or send: as the code makes them, and true."""

import json
from typing import Any, Final

import jsonschema_rs
import pytest

from handover.domain.handover import Act
from handover.protocol import envelope, part_schemas, strict
from protocol import act_vectors, log_vectors
from published_schemas import FOLDER
from vectors import delivery_cases

DOCUMENTS: Final = {
    name.partition(".")[0]: json.loads(text) for name, text in part_schemas.documents().items()
}
VALID: Final = {
    name: jsonschema_rs.Draft202012Validator(document, validate_formats=True)
    for name, document in DOCUMENTS.items()
}
# What JSON Schema has no words for.
UNSAID: Final = {
    "envelope": {"by-one-officer", "deed-one-officer", "fields-second-spelling", "member-twice", "number-with-point",
                 "void-resolved-by-one-officer"},
    "payload": {
        "deed-text", "answer-no-text", "non-arrival-no-day", "not-padded", "padded-by-one", "too-long", "member-twice",
        "acceptance-days-falling", "acceptance-days-twice", "decision-nothing", "correction-empty", "legal-hold-empty",
        "complaint-answer-empty", "consent-withdrawn-scope",
    },
    "consent": {
        "fields-short", "fields-spare-bit", "fields-none", "ends-at-once", "ends-before", "two-years-and-more",
        "vital-interests-long",
        "signed-by-another", "typ-of-an-envelope",
    },
    "statistics": {
        "iat-in-the-quarter", "subject-twice", "cell-twice", "all-shown", "no-cells", "below-its-own-threshold",
        "signed-by-another", "typ-of-a-consent", "white-space", "two-parts",
    },
}  # fmt: skip


def test_the_published_files_are_as_the_code_makes_them() -> None:
    for name, content in part_schemas.documents().items():
        assert (FOLDER / name).read_bytes() == content, "run: python tests/published_schemas.py"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_is_valid_2020_12_under_a_stable_address(name: str) -> None:
    jsonschema_rs.meta.validate(DOCUMENTS[name])
    assert DOCUMENTS[name]["$id"] == f"https://handover.example/schemas/{name}"


def claims(chapter: str, given: dict[str, Any]) -> Any:
    """Give the JSON that a case is about."""
    text = given["plaintext"].encode() if chapter == "payload" else strict.unb64(given["jws"].split(".")[1])
    return json.loads(text)


def cases(chapter: str, *, good: bool) -> list[tuple[str, dict[str, Any]]]:
    found = act_vectors.CASES[chapter].items()
    return [
        (name, case["input"])
        for name, case in found
        if ("error" not in case) == good and {"jws", "plaintext"} & case["input"].keys()
    ]


@pytest.mark.parametrize("chapter", UNSAID)
def test_what_is_accepted_is_valid(chapter: str) -> None:
    for _, given in cases(chapter, good=True):
        VALID[chapter].validate(claims(chapter, given))


@pytest.mark.parametrize("chapter", UNSAID)
def test_what_has_a_wrong_shape_is_not_valid(chapter: str) -> None:
    judged = 0
    for name, given in cases(chapter, good=False):
        if name in UNSAID[chapter] or "disclosure" in given or name.startswith(("commit-", "sign", "typ-")):
            continue
        try:
            document = claims(chapter, given)
        except (json.JSONDecodeError, IndexError):
            continue
        if name.endswith("-body") or name in ("two-parts",):
            continue  # which body belongs to which act stands outside the document
        assert not VALID[chapter].is_valid(document), name
        judged += 1
    assert judged > 15


def test_deliveries_are_judged_alike() -> None:
    for case in delivery_cases.requests().values():
        try:
            document = json.loads(case["input"]["request"])
        except json.JSONDecodeError:
            continue
        twice = case["input"]["request"].count('"log_size"') == 2
        assert VALID["delivery"].is_valid(document) == ("error" not in case or twice), case["description"]


def test_assertions_are_judged_alike() -> None:
    judged = 0
    for name, case in act_vectors.CASES["assertion"].items():
        text = case["input"].get("document")
        if text is None or name in ("document-space", "document-member-more", "document-signature"):
            continue
        wrong = name.startswith("document-")
        assert VALID["assertion"].is_valid(json.loads(text)) != wrong, name
        judged += 1
    assert judged > 30


def test_statements_are_judged_alike() -> None:
    document = json.loads(act_vectors.CASES["assertion"]["es256"]["input"]["document"])
    for name, case in act_vectors.CASES["assertion"].items():
        text = case["input"].get("statement")
        if text is not None and name not in ("statement-order", "statement-fields-spelling"):
            there = document | {"statement": json.loads(text)}
            assert VALID["assertion"].is_valid(there) == ("error" not in case), name


EXAMPLES: Final = {
    "envelope": ("envelope", "deed", "steps", "payload"),
    "payload": ("payload", "acceptance", "steps", "json"),
    "consent": ("consent", "token", "steps", "payload"),
    "delivery": ("delivery", "request", "input", "request"),
    "assertion": ("assertion", "es256", "input", "document"),
    "statistics": ("statistics", "part", "steps", "payload"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_has_an_example_that_is_a_vector(name: str) -> None:
    chapter, vector, part, member = EXAMPLES[name]
    example = json.loads((FOLDER / "examples" / f"{name}.example.json").read_text("utf-8"))
    assert example == json.loads(log_vectors.read(chapter, vector)[part][member])
    VALID[name].validate(example)


def test_every_member_of_the_code_is_in_the_schema_in_its_order() -> None:
    properties = DOCUMENTS["envelope"]["properties"]
    assert tuple(properties) == envelope._MEMBERS
    rules = [each["then"]["properties"] for each in DOCUMENTS["envelope"]["allOf"][2:]]
    assert len(rules) == len(Act)
