"""JSON Schemas (2020-12) of what nodes sign and send, made from what the code checks.

They say less than the code where JSON Schema has no words: base64url that decodes, four eyes, the digest of a part.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from handover.domain.consent import Basis, Onward, Purpose
from handover.domain.handover import Act
from handover.domain.record import SCHEMAS
from handover.domain.suppression import THRESHOLD
from handover.protocol import (
    assertion,
    attachment,
    delivery,
    envelope,
    message,
    statement,
    statistics,
    strict,
)
from handover.protocol.schema import BASE, JsonSchema

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_NODE: Final = "^(?:[a-z]{2}|int)/[a-z0-9]+(?:-[a-z0-9]+)*$"
_UUID: Final = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
_WORD: Final = "^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$"
_NULL: Final[JsonSchema] = {"type": "null"}
_DEFINITIONS: Final[JsonSchema] = {
    "node": {"type": "string", "maxLength": 64, "pattern": _NODE},
    "uuid": {"type": "string", "pattern": _UUID},
    "bits": {"type": "string", "pattern": "^[A-Za-z0-9_-]{21}[AQgw]$"},
    "digest": {"type": "string", "pattern": "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"},
    "bitmap": {"type": "string", "maxLength": 64, "pattern": "^[A-Za-z0-9_-]*$"},
    "time": {"type": "integer", "minimum": 0, "maximum": strict.LARGEST},
    "count": {"type": "integer", "minimum": 1, "maximum": envelope.LARGEST_COUNT},
    "word": {"type": "string", "maxLength": 32, "pattern": _WORD},
    "schema": {"type": "string", "pattern": "^[a-z]{1,32}/[1-9][0-9]{0,3}$"},
    "bytes": {"type": "string", "maxLength": assertion.DOCUMENT_LIMIT, "pattern": "^[A-Za-z0-9_-]*$"},
    "part": {"type": "string", "maxLength": strict.PART_LIMIT, "pattern": "^[\\u0000-\\u007f]*$"},
}


_BY: Final[JsonSchema] = {
    "prepared": {"$ref": "#/$defs/bits"},
    "released": {"$ref": "#/$defs/bits"},
    "role": {"$ref": "#/$defs/word"},
    "auth": {"$ref": "#/$defs/word"},
}


def documents() -> Mapping[str, bytes]:
    """Give the published schema files by name; the same bytes on every run."""
    made = {
        "envelope": envelope_schema(),
        "payload": payload_schema(),
        "consent": consent_schema(),
        "assertion": assertion_schema(),
        "delivery": delivery_schema(),
        "statistics": statistics_schema(),
    }
    return {
        f"{name}.schema.json": (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
        for name, document in made.items()
    }


def envelope_schema() -> JsonSchema:
    """Give the JSON Schema of an envelope's claims."""
    claims = {
        "suite": {"const": envelope.SUITE},
        "iss": _ref("node"),
        "aud": _ref("node"),
        "jti": _ref("uuid"),
        "iat": _ref("time"),
        "incarnation": _ref("count"),
        "act": {"enum": [act.value for act in Act]},
        "matter": _ref("bits"),
        "epoch": _ref("count"),
        "round": _ref("bits"),
        "seq": _ref("count"),
        "purpose": {"enum": [purpose.value for purpose in Purpose]},
        "schema": _ref("schema"),
        "prev": _or_null(_ref("digest")),
        "re": _or_null(_ref("digest")),
        "replaces": _or_null(_ref("digest")),
        "record": _or_null(_ref("digest")),
        "fields": _or_null(_ref("bitmap")),
        "consent": _or_null(_ref("digest")),
        "deadline": _or_null(_ref("time")),
        "reason": _or_null(_ref("word")),
        "payload": _or_null(_object({"digest": _ref("digest"), "commit": _ref("digest")})),
        "by": _or_null(_object(_BY)),
        "log": _object({"size": _ref("time"), "root": _ref("digest")}),
    }
    about = (
        "Claims of the JWS of type handover-envelope+jwt; every member is there, null where the act has none."
    )
    first: JsonSchema = {
        "if": {"properties": {"seq": {"const": 1}}},
        "then": {"properties": {"prev": _NULL}},
        "else": {"properties": {"prev": {"not": _NULL}}},
    }
    return _document("envelope", about, _object(claims)) | {"allOf": [first, *(_act(act) for act in Act)]}


def _act(act: Act) -> JsonSchema:
    needed, may = envelope.REQUIRED[act], envelope.MAY.get(act, frozenset())
    rules: JsonSchema = {}
    for name in sorted(envelope.OPTIONAL - may):
        rules[name] = {"not": _NULL} if name in needed else _NULL
    reasons = envelope.REASONS.get(act)
    if reasons:
        rules["reason"] = {"enum": sorted(reasons)}
    return {"if": {"properties": {"act": {"const": act.value}}}, "then": {"properties": rules}}


def payload_schema() -> JsonSchema:
    """Give the JSON Schema of a payload's plaintext."""
    parts = {
        "record": _or_null(_ref("part")),
        "consent": _or_null(_ref("part")),
        "evidence": {"type": "array", "maxItems": message.EVIDENCE_LIMIT, "items": _ref("part")},
        "nonce": _ref("digest"),
        "body": {"anyOf": list(_bodies())},
    }
    about = (
        "The sealed plaintext, without its padding; which body belongs to which act is told by its members."
    )
    return _document("payload", about, _object(parts))


def _bodies() -> Iterator[JsonSchema]:
    text, name = _text(message.LONGEST_TEXT), _filled(message.LONGEST_NAME)
    filled = _filled(message.LONGEST_TEXT)
    parcel = _object(
        {
            "file": _ref("digest"),
            "sealed": _ref("digest"),
            "size": {"type": "integer", "minimum": 1, "maximum": attachment.LONGEST_SEALED},
            "key": _ref("digest"),
        }
    )
    parcels: JsonSchema = {"type": "array", "maxItems": attachment.MOST, "items": parcel}
    person = _object(
        {
            "as": {"enum": ["guardian", "officer"]},
            "name": name,
            "organisation": name,
            "contact": _text(message.LONGEST_NAME),
        }
    )
    day: JsonSchema = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
    yield {"title": "offer"} | _object({"note": text, "attachments": parcels})
    yield {"title": "acceptance"} | _object({"responsible": person, "plan": filled})
    yield {"title": "decline, question, answer"} | _object({"text": filled})
    yield {"title": "arrival, non-arrival"} | _object({"date": day, "text": text})
    yield {"title": "deed"} | _object({})


def consent_schema() -> JsonSchema:
    """Give the JSON Schema of a consent token's claims."""
    claims = {
        "iss": _ref("node"),
        "to": _ref("node"),
        "jti": _ref("uuid"),
        "iat": _ref("time"),
        "matter": _ref("bits"),
        "round": _ref("bits"),
        "basis": {"enum": [basis.value for basis in Basis]},
        "purpose": {"enum": [purpose.value for purpose in Purpose]},
        "schema": {"enum": sorted(SCHEMAS)},
        "fields": _ref("bitmap"),
        "onward": {"enum": [onward.value for onward in Onward]},
        "from": _ref("time"),
        "until": _ref("time"),
        "statement": _ref("digest"),
        "review": _or_null(_ref("time")),
        "second": _or_null(_ref("bits")),
    }
    about = "Claims of the compact JWS of type handover-consent+jwt: a ground for one recipient, purpose and round."
    other: JsonSchema = {
        "if": {"properties": {"basis": {"not": {"const": Basis.CONSENT.value}}}},
        "then": {"properties": {"review": {"not": _NULL}, "second": {"not": _NULL}}},
    }
    return _document("consent", about, _object(claims)) | {"allOf": [other]}


def assertion_schema() -> JsonSchema:
    """Give the JSON Schema of an assertion's document."""
    said = {
        "typ": {"const": statement.TYPE},
        "iss": _ref("node"),
        "to": _or_null(_ref("node")),
        "act": {"enum": [act.value for act in statement.AssertedAct]},
        "matter": {"anyOf": [_ref("bits"), _ref("uuid")]},
        "round": _or_null(_ref("bits")),
        "epoch": _or_null(_ref("count")),
        "purpose": _or_null({"enum": [purpose.value for purpose in Purpose]}),
        "schema": _or_null(_ref("schema")),
        "re": _or_null(_ref("digest")),
        "fields": _or_null(_ref("bitmap")),
        "consent": _or_null(_ref("digest")),
        "deadline": _or_null(_ref("time")),
        "made": {"type": "integer", "minimum": 1, "maximum": strict.LARGEST},
        "nonce": _ref("bits"),
    }
    parts = {
        "typ": {"const": assertion.DOCUMENT},
        "attestation": _ref("digest"),
        "officer": _ref("bits"),
        "statement": _object(said) | {"allOf": [_stated(act) for act in statement.AssertedAct]},
        **{name: _ref("bytes") for name in ("authenticator_data", "client_data", "signature")},
    }
    about = (
        "An officer's passkey has signed the statement of an act; members in this order, without white space."
    )
    return _document("assertion", about, _object(parts))


def _stated(act: statement.AssertedAct) -> JsonSchema:
    there = statement.STATES[act]
    rules: JsonSchema = {
        name: {"not": _NULL} if name in there else _NULL for name in sorted(statement.MAY_BE_NULL)
    }
    rules["matter"] = _ref("uuid" if act is statement.AssertedAct.EXPORT else "bits")
    return {"if": {"properties": {"act": {"const": act.value}}}, "then": {"properties": rules}}


def delivery_schema() -> JsonSchema:
    """Give the JSON Schema of the body of `POST /federation/v1/envelopes`."""
    item = _object({"envelope": {"type": "string"}, "payload": _or_null({"type": "string"})})
    parts = {
        "log_size": _ref("time"),
        "items": {"type": "array", "minItems": 1, "maxItems": delivery.BATCH_LIMIT, "items": item},
    }
    about = "One delivery: envelopes as they were signed, each with its sealed payload as text."
    return _document("delivery", about, _object(parts))


def statistics_schema() -> JsonSchema:
    """Give the JSON Schema of what a node publishes of a quarter."""
    count = _or_null({"type": "integer", "minimum": THRESHOLD, "maximum": strict.LARGEST})
    name: JsonSchema = {
        "type": "string",
        "maxLength": statistics.LONGEST_WORD,
        "pattern": f"^{statistics.WORD}$",
    }

    def many(most: int, **members: JsonSchema) -> JsonSchema:
        return {"type": "array", "maxItems": most, "items": _object({"name": name, **members})}

    tables = many(statistics.MOST_TABLES, cells=many(statistics.MOST_CELLS, count=count))
    highest = statistics.LARGEST_THRESHOLD
    claims = {
        "iss": _ref("node"),
        "iat": _ref("time"),
        "quarter": {"type": "string", "pattern": "^2[0-9]{3}-Q[1-4]$"},
        "threshold": {"type": "integer", "minimum": THRESHOLD, "maximum": highest},
        "subjects": many(statistics.MOST_SUBJECTS, tables=tables),
    }
    about = (
        "Claims of the compact JWS of type handover-statistics+jwt: what a node publishes of a quarter, once."
    )
    return _document("statistics", about, _object(claims))


def _document(name: str, about: str, rules: JsonSchema) -> JsonSchema:
    used = {each: rule for each, rule in _DEFINITIONS.items() if f'"#/$defs/{each}"' in json.dumps(rules)}
    head: JsonSchema = {"$schema": _DIALECT, "$id": BASE + name, "title": name, "description": about}
    return head | rules | {"$defs": used}


def _object(properties: JsonSchema) -> JsonSchema:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(properties),
    }


def _ref(name: str) -> JsonSchema:
    return {"$ref": f"#/$defs/{name}"}


def _or_null(rule: JsonSchema) -> JsonSchema:
    return {"anyOf": [_NULL, rule]}


def _text(longest: int) -> JsonSchema:
    return {"type": "string", "maxLength": longest}


def _filled(longest: int) -> JsonSchema:
    return _text(longest) | {"pattern": "\\S"}
