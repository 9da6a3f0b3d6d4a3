"""The connector for Primero / CPIMS+: a file of version 2 becomes drafts of records, with reports of losses.

It never makes a consent. What Primero holds about consent becomes a claim with a question for an officer.
docs/guide/primero.md says how the mapping is made and read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from handover.adapters import primero_forms as forms
from handover.adapters import primero_other as other
from handover.adapters.primero_case import map_case, map_request
from handover.adapters.primero_file import Found, ProfileError, UnreadableDocumentError, leaves, open_file
from handover.adapters.primero_rules import Finding, Profile
from handover.adapters.primero_sheet import Sheet
from handover.adapters.primero_values import Fate, is_empty
from handover.domain.errors import RefusedError
from handover.domain.record import MalformedRecordError, Record, Schema, Value, record, schema
from handover.domain.sentences import Sentence, sentence

__all__ = [
    "Claim",
    "Draft",
    "Fate",
    "Finding",
    "Import",
    "Profile",
    "ProfileError",
    "UnreadableDocumentError",
    "WhichCaseError",
    "import_case",
    "import_cases",
    "read_profile",
]

_NAMES_OF_CASES: Final = ("id", "case_id", "case_id_display", "short_id", "tracing_request_id")
_MARKS_OF_A_REQUEST: Final = frozenset(
    {"tracing_request_subform_section", "tracing_request_id", "inquiry_date"}
)
_MARKS: Final = (
    _MARKS_OF_A_REQUEST | forms.RECORD.keys() | forms.IDENTIFIERS.keys() | {"name", "name_first", "age"}
)
_OUTSIDE: Final = sentence("belongs to the file and to no case")


class WhichCaseError(RefusedError):
    """The file holds several cases, or none of that name."""

    name = "which-case"
    title = "The file does not hold exactly one case of that name."
    advice = "Name one case by its number in the list (the first is 0) or by its case number."


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What the document says about consent, to be confirmed by an officer; it is no consent.

    `said` is a plain answer or code; None stands for words that are to be read in the case itself.
    """

    place: str
    field: str
    said: str | None
    question: Sentence


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What one document becomes: values by path, a finding for every value it held, and claims of consent."""

    schema: Schema
    place: str
    numbers: frozenset[str]
    values: Mapping[str, Value]
    findings: tuple[Finding, ...]
    claims: tuple[Claim, ...]

    def record(self) -> Record:
        """Give the record; what the document did not say is unknown.

        Raises:
            MalformedRecordError: all values together are too long.
        """
        return record(self.schema, self.values)

    def of(self, fate: Fate) -> tuple[Finding, ...]:
        """Give the findings of one fate, in the order of the document."""
        return tuple(finding for finding in self.findings if finding.fate is fate)

    def report(self) -> dict[str, object]:
        """Give the report of losses as plain JSON: places and reasons, never a value."""
        return {
            "schema": self.schema.name,
            "place": self.place,
            "counts": {fate.value: len(self.of(fate)) for fate in Fate},
            "mapped": [{"place": each.place, "path": each.path} for each in self.of(Fate.MAPPED)],
            **{
                fate.value: [
                    {"place": each.place, "reason": None if each.reason is None else str(each.reason)}
                    for each in self.of(fate)
                ]
                for fate in (Fate.UNMAPPED, Fate.REFUSED)
            },
            "empty": [each.place for each in self.of(Fate.EMPTY)],
            "claims": [
                {"place": each.place, "field": each.field, "said": each.said, "question": str(each.question)}
                for each in self.claims
            ],
            "gaps": list(self.gaps()),
        }

    def told(self) -> Mapping[str, Sentence]:
        """Give what the report says of each place, in sentences that a page can translate."""
        return {each.place: each.reason for each in self.findings if each.reason is not None}

    def gaps(self) -> tuple[str, ...]:
        """Give the names of the problems that stand between this draft and an offer."""
        try:
            return tuple(gap.name for gap in self.record().gaps())
        except MalformedRecordError as error:
            return (error.name,)

    def plain(self) -> dict[str, dict[str, Value]]:
        """Give the stated values in the plain form of docs/spec/schemas.md."""
        stated: dict[str, dict[str, Value]] = {}
        for path in self.schema.in_order(self.values):
            section, _, name = path.partition(".")
            stated.setdefault(section, {})[name] = self.values[path]
        return stated


@dataclass(frozen=True, kw_only=True)
class Import:
    """All of one file: a draft for each document, and findings for what stands around them."""

    drafts: tuple[Draft, ...]
    around: tuple[Finding, ...]

    def only(self, which: str | None = None) -> Draft:
        """Give the draft that *which* names by its index or by one of its numbers, or the one that there is.

        Raises:
            WhichCaseError: there is not exactly one.
        """
        found = [draft for draft in self.drafts if which is None or which in draft.numbers]
        if which is not None and not found and which.isascii() and which.isdigit():
            found = list(self.drafts[int(which) : int(which) + 1])
        if len(found) != 1:
            raise WhichCaseError(f"{len(found)} of the {len(self.drafts)} cases in the file fit")
        return found[0]


def import_cases(data: bytes, *, profile: Profile | None = None) -> Import:
    """Give a draft for every case and tracing request of a file.

    Raises:
        UnreadableDocumentError: broken JSON (with line and column), or no case in it.
    """
    opened = open_file(data)
    drafts = tuple(_draft(found, profile or Profile()) for found in opened.documents)
    around = tuple(
        Finding(place=place, fate=Fate.EMPTY if is_empty(value) else Fate.UNMAPPED, reason=_OUTSIDE)
        for place, value in opened.around
    )
    return Import(drafts=drafts, around=around)


def import_case(data: bytes, *, which: str | None = None, profile: Profile | None = None) -> Draft:
    """Give the draft of one case of a file.

    Raises:
        UnreadableDocumentError: broken JSON (with line and column), or no case in it.
        WhichCaseError: several cases, or none of that name.
    """
    return import_cases(data, profile=profile).only(which)


def read_profile(data: bytes) -> Profile:
    """Give a deployment's profile: ``{"fields": {name: name}, "codes": {name: {code: meaning}}}``.

    Raises:
        ProfileError: broken JSON, or another shape.
    """
    try:
        found = open_file(data).documents[0].content
    except UnreadableDocumentError as error:
        raise ProfileError(error.detail) from error
    fields, codes = found.get("fields", {}), found.get("codes", {})
    if not found.keys() <= {"fields", "codes"} or not isinstance(codes, dict):
        raise ProfileError("a profile has fields and codes, and nothing else")
    return Profile(fields=_texts(fields), codes={name: _texts(meanings) for name, meanings in codes.items()})


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ProfileError("a profile maps text to text")
    return {str(name): str(text) for name, text in value.items()}


def _draft(found: Found, profile: Profile) -> Draft:
    if not _MARKS & found.content.keys():
        raise UnreadableDocumentError(f"{found.place or 'the document'} has no field that a case has")
    is_request = bool(_MARKS_OF_A_REQUEST & found.content.keys())
    of = schema("tracing/1" if is_request else "guardianship/1")
    sheet = Sheet(schema=of, document=found.content, place=found.place, profile=profile)
    claims = _claims(sheet)
    (map_request if is_request else map_case)(sheet)
    findings = sheet.finish(other.REASONS)
    numbers = (found.content.get(name) for name in _NAMES_OF_CASES)
    return Draft(
        schema=of,
        place=found.place,
        numbers=frozenset(number for number in numbers if isinstance(number, str) and number),
        values=sheet.values,
        findings=findings,
        claims=claims,
    )


def _claims(sheet: Sheet) -> tuple[Claim, ...]:
    claims: list[Claim] = []
    for place, value in leaves(sheet.document, sheet.place):
        if is_empty(value):
            continue
        for step in place[len(sheet.place) :].split("/")[1:]:
            field = sheet.base(step)
            question = other.CLAIMS.get(field)
            if question:
                sheet.note(place, Fate.CLAIM, reason=question)
                claims.append(Claim(place=place, field=field, said=_said(value), question=question))
                break
    return tuple(claims)


def _said(value: object) -> str | None:
    if value in (True, "true"):
        return "yes"
    if value in (False, "false"):
        return "no"
    return value if isinstance(value, str) and value in other.ANSWERS else None
