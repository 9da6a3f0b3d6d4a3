"""Records as JSON: the plain form that a case system sends, and the JSON Schemas (2020-12) of all forms.

The schemas are generated from the domain's types. They say less than domain/shapes.py where JSON
Schema has no words: text is in Unicode form NFC, and a whole number is never written with a point.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from handover.domain.record import SCHEMAS, Record, from_wire, record, to_wire
from handover.domain.schema import Absent, Field, MalformedRecordError, Schema, Value
from handover.domain.shapes import (
    CONTROLS,
    PARAGRAPH_CONTROLS,
    Code,
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

JsonSchema: TypeAlias = dict[str, Any]

BASE: Final = "https://handover.example/schemas/"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DAY: Final = "(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_MONTH: Final = "(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])"
_YEAR: Final = "(?:19|20)[0-9]{2}"
_DIGEST: Final = "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"


def read_plain(schema: Schema, sections: Value) -> Record:
    """Give the record that the plain form (section, field, value) states; what it leaves out is unknown.

    Raises:
        MalformedRecordError: naming field and rule, never the value.
    """
    if not isinstance(sections, dict):
        raise MalformedRecordError("a record is an object of sections")
    known = {section.name for section in schema.sections}
    values: dict[str, Value] = {}
    for name, fields in sections.items():
        if name not in known:
            raise MalformedRecordError("%(schema)s has no section of that name", schema=schema.name)
        if not isinstance(fields, dict):
            raise MalformedRecordError("%(name)s: a section is an object of fields", name=name)
        values.update((f"{name}.{field}", from_wire(value)) for field, value in fields.items())
    return record(schema, values)


def write_plain(of: Record) -> dict[str, Value]:
    """Give the plain form of a record, with every field of its schema."""
    return {
        section.name: {field.name: to_wire(of.values[field.path]) for field in section.fields}
        for section in of.schema.sections
    }


def documents() -> Mapping[str, bytes]:
    """Give the published schema files by name; the same bytes on every run."""
    return dict(_documents())


def _documents() -> Iterator[tuple[str, bytes]]:
    for schema in SCHEMAS.values():
        stem = schema.name.replace("/", "-")
        yield f"{stem}.schema.json", _file(plain_schema(schema))
        yield f"{stem}.claims.schema.json", _file(claims_schema(schema))


def _file(document: JsonSchema) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def plain_schema(schema: Schema) -> JsonSchema:
    """Give the JSON Schema of a record's plain form."""
    definitions: dict[str, JsonSchema] = {
        "absent": _object({"absent": {"enum": [reason.value for reason in Absent]}}, ["absent"])
    }

    def value(field: Field) -> JsonSchema:
        return {
            "title": field.label,
            "x-category": field.category.value,
            "anyOf": [{"$ref": "#/$defs/absent"}, _shape(field.shape, definitions)],
        }

    properties = _sections(schema, value, complete=False)
    return {
        "$schema": _DIALECT,
        "$id": BASE + schema.name,
        "title": f"Record {schema.name}, plain form",
        "description": "Section, field, value. A field left out is unknown. Text is in Unicode form NFC.",
        **_object(properties),
        "$defs": dict(sorted(definitions.items())),
    }


def claims_schema(schema: Schema) -> JsonSchema:
    """Give the JSON Schema of the claims that an issuer signs: every name visible, every value hidden."""
    hidden: JsonSchema = {
        "type": "array",
        "minItems": 1,
        "maxItems": 1,
        "items": _object({"...": {"type": "string", "pattern": _DIGEST}}, ["..."]),
    }
    claims: JsonSchema = {
        "iss": {
            "type": "string",
            "maxLength": 64,
            "pattern": "^(?:[a-z]{2}|int)/[a-z0-9]+(?:-[a-z0-9]+)*$",
        },
        "jti": {
            "type": "string",
            "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
        },
        "iat": {"type": "integer", "minimum": 0, "maximum": 2**53 - 1},
        "vct": {"const": schema.name},
        "_sd_alg": {"const": "sha-256"},
        "matter": {"type": "string", "pattern": "^[A-Za-z0-9_-]{21}[AQgw]$"},
        "sections": _object(
            _sections(schema, lambda _: {"$ref": "#/$defs/hidden"}, complete=True),
            [section.name for section in schema.sections],
        ),
    }
    return {
        "$schema": _DIALECT,
        "$id": f"{BASE}{schema.name}/claims",
        "title": f"Record {schema.name}, claims of the SD-JWT VC",
        "description": "Each field is an array of one hidden element, opened by a disclosure (RFC 9901).",
        **_object(claims, list(claims)),
        "$defs": {"hidden": hidden},
    }


def _sections(schema: Schema, value: Callable[[Field], JsonSchema], *, complete: bool) -> JsonSchema:
    return {
        section.name: {
            "title": section.label,
            **_object(
                {field.name: value(field) for field in section.fields},
                [field.name for field in section.fields] if complete else None,
            ),
        }
        for section in schema.sections
    }


def _object(properties: JsonSchema, required: list[str] | None = None) -> JsonSchema:
    about: JsonSchema = {"type": "object", "additionalProperties": False, "properties": properties}
    return about | {"required": required} if required else about


def _shape(shape: Shape, definitions: dict[str, JsonSchema]) -> JsonSchema:
    match shape:
        case ListOf():
            items = _shape(shape.item, definitions)
            about: JsonSchema = {"type": "array", "minItems": 1, "maxItems": shape.longest, "items": items}
            return about | {"uniqueItems": True} if shape.distinct else about
        case Number():
            return {"type": "integer", "minimum": shape.lowest, "maximum": shape.highest}
        case Flag():
            return {"type": "boolean"}
        case _:
            name = definition_name(shape)
            if name not in definitions:
                definitions[name] = _definition(shape, definitions)
            return {"$ref": f"#/$defs/{name}"}


def definition_name(shape: Shape) -> str:
    """Give the name under which *shape* stands in ``$defs`` and in docs/spec/schemas.md.

    Raises:
        TypeError: a shape without a name of its own.
    """
    match shape:
        case Text():
            return f"{'paragraphs' if shape.paragraphs else 'line'}-{shape.longest}"
        case Pattern():
            return shape.name
        case Code():
            return f"code-{shape.codes.name}"
        case Date():
            return "date"
        case PartialDate():
            return "partial-date"
        case Group():
            return f"group-{shape.name}"
        case _:
            raise TypeError(type(shape).__name__)


def _definition(shape: Shape, definitions: dict[str, JsonSchema]) -> JsonSchema:
    match shape:
        case Text():
            return {"type": "string", "maxLength": shape.longest, "pattern": _text_pattern(shape)}
        case Pattern():
            return {"type": "string", "pattern": f"^(?:{shape.pattern})$"}
        case Code():
            return {"enum": list(shape.codes.codes), "x-labels": {"en": dict(shape.codes.codes)}}
        case Date():
            return {"type": "string", "format": "date", "pattern": f"^{_DAY}$"}
        case Group():
            properties = {
                member.name: {"title": member.label, **_shape(member.shape, definitions)}
                for member in shape.members
            }
            required = [member.name for member in shape.members if member.required]
            return _object(properties, required) | {"minProperties": 1}
        case _:
            return _partial_date()


def _text_pattern(shape: Text) -> str:
    edges = r"\u0020\u00a0" + (r"\u000a" if shape.paragraphs else "")
    controls = PARAGRAPH_CONTROLS if shape.paragraphs else CONTROLS
    return f"^[^{controls}{edges}](?:[^{controls}]*[^{controls}{edges}])?$"


def _partial_date() -> JsonSchema:
    day: JsonSchema = {"type": "string", "format": "date", "pattern": f"^{_DAY}$"}
    month: JsonSchema = {"type": "string", "pattern": f"^{_MONTH}$"}
    year: JsonSchema = {"type": "string", "pattern": f"^{_YEAR}$"}
    spelled: dict[str, JsonSchema] = {
        "day": day,
        "month": month,
        "year": year,
        "estimated": {"oneOf": [day, month, year]},
    }
    return {
        "oneOf": [
            _object({"date": written, "precision": {"const": precision}}, ["date", "precision"])
            for precision, written in spelled.items()
        ]
    }
