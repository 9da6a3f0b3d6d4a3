"""The cases of docs/spec/schemas.md: one value under each rule, bitmaps, categories, and what an offer must carry.

`python tests/vectors/schemas_cases.py` writes them anew.
"""

import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from vectors.made import Case, accepted, refused, write  # noqa: E402

CHILD: Final = "guardianship/1"
NAME: Final = {"script": "Grek", "order": "given_family", "full": "Νίκος Ανδρέου"}
ANSWER: Final = {"answer": "no_risk_found", "date": "2026-10-01", "by": "Panel", "reasons": "None found."}
COMPLETE: Final[dict[str, dict[str, Any]]] = {
    "best_interests": {
        "kind": "bia",
        "date": "2026-10-01",
        "body": "Panel",
        "outcome": "handover",
        "reasons": "An aunt lives there.",
        "non_refoulement": ANSWER,
    },
    "child_view": {
        "heard": {"date": "2026-09-30", "by": "Guardian", "language": "ti", "interpreter": "remote"},
        "wishes": {"words": "To my aunt."},
    },
}
NOT_HEARD: Final = {"reason": "too_young", "explanation": "Watched.", "date": "2026-09-30", "by": "Guardian"}
# name: (what it shows, field, value)
VALUES: Final[dict[str, tuple[str, str, Any]]] = {
    "name-with-joiner": (
        "A zero width non-joiner inside a Persian name.",
        "identity.names",
        [NAME | {"script": "Arab", "full": "ذبیح\u200cالله"}],
    ),
    "two-paragraphs": ("A line feed in a text of paragraphs.", "plan.needs", "School.\nA doctor."),
    "leap-day": ("A day that exists.", "best_interests.date", "2024-02-29"),
    "estimate-to-the-month": (
        "An estimate.",
        "identity.birth_date",
        {"date": "2011-04", "precision": "estimated"},
    ),
    "absent": ("A field that does not apply.", "travel.escort", {"absent": "not-applicable"}),
    "language-with-script": ("A language tag with a script.", "identity.languages", ["uz-Cyrl", "prs"]),
    "longest-line": ("200 characters outside the basic plane.", "best_interests.body", "\U00010d00" * 200),
}
FAULTS: Final[dict[str, tuple[str, str, Any]]] = {
    "line-too-long": ("201 characters.", "best_interests.body", "a" * 201),
    "line-feed-in-a-line": ("A line feed in a text of one line.", "best_interests.body", "a\nb"),
    "tab": ("A tab.", "plan.needs", "a\tb"),
    "delete": ("U+007F.", "plan.needs", "a\x7fb"),
    "next-line": ("U+0085, a C1 control.", "plan.needs", "a\x85b"),
    "line-separator": ("U+2028.", "plan.needs", "a\u2028b"),
    "right-to-left-override": ("U+202E.", "plan.needs", "a\u202eb"),
    "isolate": ("U+2066.", "plan.needs", "a\u2066b"),
    "byte-order-mark": ("U+FEFF.", "plan.needs", "a\ufeffb"),
    "form-nfd": (
        "A letter and a combining mark, for which there is one letter.",
        "plan.needs",
        "Zu\u0308rich",
    ),
    "no-break-space-at-the-end": ("U+00A0 at the end.", "plan.needs", "a\u00a0"),
    "line-feed-at-the-end": ("U+000A at the end.", "plan.needs", "a\n"),
    "empty": ("An empty text.", "plan.needs", ""),
    "null": ("No value and no reason.", "plan.needs", None),
    "thirty-first-of-april": ("A day that does not exist.", "best_interests.date", "2026-04-31"),
    "year-1899": ("A year too early.", "best_interests.date", "1899-12-31"),
    "date-with-time": ("A date with a time.", "best_interests.date", "2026-04-30T00:00:00Z"),
    "arabic-digits": ("Digits that are not ASCII.", "best_interests.date", "٢٠٢٦-٠٤-٣٠"),
    "month-of-a-year": (
        "More precise than it says.",
        "identity.birth_date",
        {"date": "2011-04", "precision": "year"},
    ),
    "absent-in-a-group": ("An absence inside a group.", "care.place", {"country": {"absent": "unknown"}}),
    "empty-group": ("A group that states nothing.", "care.place", {}),
    "truth-as-number": ("1 for true.", "protection.urgent_protection_concern", 1),
    "language-in-capitals": ("A language tag in capitals.", "identity.languages", ["TI"]),
    "country-that-is-none": ("Two letters that no country has.", "identity.country_of_origin", "ZZ"),
    "answer-without-reasons": (
        "The answer to the non-refoulement question without its reasons.",
        "best_interests.non_refoulement",
        {name: part for name, part in ANSWER.items() if name != "reasons"},
    ),
}


def plain(field: str, value: Any) -> Case:
    section, _, name = field.partition(".")
    return {"schema": CHILD, "record": {section: {name: value}}}


def cases() -> dict[str, Case]:
    """Give all cases by name."""
    made = {
        name: accepted(what, plain(field, value), {"stated": [] if name == "absent" else [field]})
        for name, (what, field, value) in VALUES.items()
    }
    made |= {
        name: refused(what, plain(field, value), "malformed-record")
        for name, (what, field, value) in FAULTS.items()
    }
    made |= {f"bitmap-{name}": case for name, case in bitmaps().items()}
    made |= {f"category-{name}": case for name, case in categories().items()}
    return made | {f"offer-{name}": case for name, case in offers().items()}


def bitmaps() -> dict[str, Case]:
    def given(schema: str, bitmap: str) -> Case:
        return {"schema": schema, "bitmap": bitmap}

    def fields(*paths: str) -> Case:
        return {"fields": list(paths)}

    return {
        "first": accepted("The first bit.", given(CHILD, "8000000000000000"), fields("identity.names")),
        "last": accepted("The last of 60 bits.", given(CHILD, "0000000000000010"), fields("documents.files")),
        "two": accepted(
            "Bits of two bytes.",
            given("tracing/1", "0110000000"),
            fields("inquirer.identifiers", "sought.persons"),
        ),
        "spare-bit": refused("A bit without a field.", given(CHILD, "0000000000000008"), "malformed-record"),
        "too-short": refused("A byte less.", given(CHILD, "80000000000000"), "malformed-record"),
        "too-long": refused("A byte more.", given("tracing/1", "800000000000"), "malformed-record"),
    }


def categories() -> dict[str, Case]:
    return {
        "whereabouts": accepted(
            "A category and a field, in the order of the schema.",
            {"schema": "tracing/1", "names": ["whereabouts", "inquirer.sex"]},
            {
                "fields": [
                    "inquirer.sex",
                    "inquirer.telephone",
                    "inquirer.email",
                    "inquirer.place",
                    "last_news.place",
                    "last_news.telephone",
                ]
            },
        ),
        "of-another-schema": refused(
            "A category without a field in this schema.",
            {"schema": "tracing/1", "names": ["health"]},
            "malformed-record",
        ),
    }


def offers() -> dict[str, Case]:
    def given(**changes: Any) -> Case:
        record = {section: dict(fields) for section, fields in COMPLETE.items()}
        for path, value in changes.items():
            section, _, name = path.partition("__")
            record[section].pop(name, None)
            if value is not None:
                record[section][name] = value
        return {"schema": CHILD, "offered": record}

    unheard: dict[str, Any] = {"child_view__heard": None, "child_view__wishes": None}
    risk = ANSWER | {"answer": "risk_found"}
    return {
        "complete": accepted("All that an offer must carry.", given(), {}),
        "not-heard": accepted(
            "A child who could not be heard.", given(**unheard, child_view__not_heard=NOT_HEARD), {}
        ),
        "of-tracing": accepted(
            "A tracing request has no such gate.", {"schema": "tracing/1", "offered": {}}, {}
        ),
        "without-reasons": refused(
            "No reasons.", given(best_interests__reasons=None), "best-interests-missing"
        ),
        "without-view": refused("Neither heard nor why not.", given(**unheard), "child-view-missing"),
        "without-wishes": refused(
            "Heard, and nothing noted.", given(child_view__wishes=None), "child-view-missing"
        ),
        "without-answer": refused(
            "The question is open.",
            given(best_interests__non_refoulement={"absent": "unknown"}),
            "non-refoulement-missing",
        ),
        "with-risk": refused(
            "The answer is a risk.", given(best_interests__non_refoulement=risk), "non-refoulement-risk"
        ),
    }


if __name__ == "__main__":
    write("schemas", cases())
