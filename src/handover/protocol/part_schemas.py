"""JSON Schemas (2020-12) of what nodes sign and send, made from what the code checks.

They say less than the code where JSON Schema has no words: base64url that decodes, four eyes, the digest of a part.
"""

import json
from collections.abc import Mapping
from typing import Final

from handover.domain.consent import Basis, Onward, Purpose
from handover.domain.handover import Act, VoidReason
from handover.domain.record import SCHEMAS
from handover.domain.suppression import THRESHOLD
from handover.protocol import (
    act_members,
    assertion,
    delivery,
    envelope,
    message,
    statement,
    statistics,
    strict,
)
from handover.protocol.body_schemas import bodies_schemas
from handover.protocol.json_schema import NULL, object_, or_null, ref
from handover.protocol.schema import BASE, JsonSchema

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_NODE: Final = "^(?:[a-z]{2}|int)/[a-z0-9]+(?:-[a-z0-9]+)*$"
_UUID: Final = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
_WORD: Final = "^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$"
_DEFINITIONS: Final[JsonSchema] = {
    "node": {"type": "string", "maxLength": 64, "pattern": _NODE},
    "uuid": {"type": "string", "pattern": _UUID},
    "bits": {"type": "string", "pattern": "^[A-Za-z0-9_-]{21}[AQgw]$"},
    "digest": {"type": "string", "pattern": "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"},
    "bitmap": {"type": "string", "maxLength": 64, "pattern": "^[A-Za-z0-9_-]*$"},
    "time": {"type": "integer", "minimum": 0, "maximum": strict.LATEST},
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


_RESOLVED: Final[JsonSchema] = {
    "if": {"properties": {"act": {"const": Act.VOID.value}, "reason": {"const": VoidReason.RESOLVED.value}}},
    "then": {"properties": {"by": {"not": NULL}}},
}


def envelope_schema() -> JsonSchema:
    """Give the JSON Schema of an envelope's claims."""
    claims = {
        "suite": {"const": envelope.SUITE},
        "iss": ref("node"),
        "aud": ref("node"),
        "jti": ref("uuid"),
        "iat": ref("time"),
        "incarnation": ref("count"),
        "act": {"enum": [act.value for act in Act]},
        "matter": ref("bits"),
        "epoch": ref("count"),
        "round": ref("bits"),
        "seq": ref("count"),
        "purpose": {"enum": [purpose.value for purpose in Purpose]},
        "schema": ref("schema"),
        "prev": or_null(ref("digest")),
        "re": or_null(ref("digest")),
        "replaces": or_null(ref("digest")),
        "record": or_null(ref("digest")),
        "fields": or_null(ref("bitmap")),
        "consent": or_null(ref("digest")),
        "deadline": or_null(ref("time")),
        "reason": or_null(ref("word")),
        "payload": or_null(object_({"digest": ref("digest"), "commit": ref("digest")})),
        "by": or_null(object_(_BY)),
        "log": object_({"size": ref("time"), "root": ref("digest")}),
    }
    about = (
        "Claims of the JWS of type handover-envelope+jwt; every member is there, null where the act has none."
    )
    first: JsonSchema = {
        "if": {"properties": {"seq": {"const": 1}}},
        "then": {"properties": {"prev": NULL}},
        "else": {"properties": {"prev": {"not": NULL}}},
    }
    rules = [first, _RESOLVED, *(_act(act) for act in Act)]
    return _document("envelope", about, object_(claims)) | {"allOf": rules}


def _act(act: Act) -> JsonSchema:
    needed, may = act_members.REQUIRED[act], act_members.MAY.get(act, frozenset())
    rules: JsonSchema = {}
    for name in sorted(act_members.OPTIONAL - may):
        rules[name] = {"not": NULL} if name in needed else NULL
    reasons = act_members.REASONS.get(act)
    if reasons:
        rules["reason"] = {"enum": sorted(reasons)}
    return {"if": {"properties": {"act": {"const": act.value}}}, "then": {"properties": rules}}


def payload_schema() -> JsonSchema:
    """Give the JSON Schema of a payload's plaintext."""
    parts = {
        "record": or_null(ref("part")),
        "consent": or_null(ref("part")),
        "evidence": {"type": "array", "maxItems": message.EVIDENCE_LIMIT, "items": ref("part")},
        "nonce": ref("digest"),
        "body": {"anyOf": list(bodies_schemas())},
    }
    about = (
        "The sealed plaintext, without its padding; which body belongs to which act is told by its members."
    )
    return _document("payload", about, object_(parts))


def consent_schema() -> JsonSchema:
    """Give the JSON Schema of a consent token's claims."""
    claims = {
        "iss": ref("node"),
        "to": ref("node"),
        "jti": ref("uuid"),
        "iat": ref("time"),
        "matter": ref("bits"),
        "round": ref("bits"),
        "basis": {"enum": [basis.value for basis in Basis]},
        "purpose": {"enum": [purpose.value for purpose in Purpose]},
        "schema": {"enum": sorted(SCHEMAS)},
        "fields": ref("bitmap"),
        "onward": {"enum": [onward.value for onward in Onward]},
        "from": ref("time"),
        "until": ref("time"),
        "statement": ref("digest"),
        "review": or_null(ref("time")),
        "second": or_null(ref("bits")),
    }
    about = "Claims of the compact JWS of type handover-consent+jwt: a ground for one recipient, purpose and round."
    other: JsonSchema = {
        "if": {"properties": {"basis": {"not": {"const": Basis.CONSENT.value}}}},
        "then": {"properties": {"review": {"not": NULL}, "second": {"not": NULL}}},
    }
    return _document("consent", about, object_(claims)) | {"allOf": [other]}


def assertion_schema() -> JsonSchema:
    """Give the JSON Schema of an assertion's document."""
    said = {
        "typ": {"const": statement.TYPE},
        "iss": ref("node"),
        "to": or_null(ref("node")),
        "act": {"enum": [act.value for act in statement.AssertedAct]},
        "matter": {"anyOf": [ref("bits"), ref("uuid")]},
        "round": or_null(ref("bits")),
        "epoch": or_null(ref("count")),
        "purpose": or_null({"enum": [purpose.value for purpose in Purpose]}),
        "schema": or_null(ref("schema")),
        "re": or_null(ref("digest")),
        "fields": or_null(ref("bitmap")),
        "consent": or_null(ref("digest")),
        "deadline": or_null(ref("time")),
        "made": {"type": "integer", "minimum": 1, "maximum": strict.LATEST},
        "nonce": ref("bits"),
    }
    parts = {
        "typ": {"const": assertion.DOCUMENT},
        "attestation": ref("digest"),
        "officer": ref("bits"),
        "statement": object_(said) | {"allOf": [_stated(act) for act in statement.AssertedAct]},
        **{name: ref("bytes") for name in ("authenticator_data", "client_data", "signature")},
    }
    about = (
        "An officer's passkey has signed the statement of an act; members in this order, without white space."
    )
    return _document("assertion", about, object_(parts))


def _stated(act: statement.AssertedAct) -> JsonSchema:
    there = statement.STATES[act]
    rules: JsonSchema = {
        name: {"not": NULL} if name in there else NULL for name in sorted(statement.MAY_BE_NULL)
    }
    rules["matter"] = ref("uuid" if act is statement.AssertedAct.EXPORT else "bits")
    return {"if": {"properties": {"act": {"const": act.value}}}, "then": {"properties": rules}}


def delivery_schema() -> JsonSchema:
    """Give the JSON Schema of the body of `POST /federation/v1/envelopes`."""
    item = object_({"envelope": {"type": "string"}, "payload": or_null({"type": "string"})})
    parts = {
        "log_size": ref("time"),
        "items": {"type": "array", "minItems": 1, "maxItems": delivery.BATCH_LIMIT, "items": item},
    }
    about = "One delivery: envelopes as they were signed, each with its sealed payload as text."
    return _document("delivery", about, object_(parts))


def statistics_schema() -> JsonSchema:
    """Give the JSON Schema of what a node publishes of a quarter."""
    count = or_null({"type": "integer", "minimum": THRESHOLD, "maximum": strict.LARGEST})
    name: JsonSchema = {
        "type": "string",
        "maxLength": statistics.LONGEST_WORD,
        "pattern": f"^{statistics.WORD}$",
    }

    def many(most: int, **members: JsonSchema) -> JsonSchema:
        return {"type": "array", "maxItems": most, "items": object_({"name": name, **members})}

    tables = many(statistics.MOST_TABLES, cells=many(statistics.MOST_CELLS, count=count))
    highest = statistics.LARGEST_THRESHOLD
    claims = {
        "iss": ref("node"),
        "iat": ref("time"),
        "quarter": {"type": "string", "pattern": "^2[0-9]{3}-Q[1-4]$"},
        "threshold": {"type": "integer", "minimum": THRESHOLD, "maximum": highest},
        "subjects": many(statistics.MOST_SUBJECTS, tables=tables),
    }
    about = (
        "Claims of the compact JWS of type handover-statistics+jwt: what a node publishes of a quarter, once."
    )
    return _document("statistics", about, object_(claims))


def _document(name: str, about: str, rules: JsonSchema) -> JsonSchema:
    used = {each: rule for each, rule in _DEFINITIONS.items() if f'"#/$defs/{each}"' in json.dumps(rules)}
    head: JsonSchema = {"$schema": _DIALECT, "$id": BASE + name, "title": name, "description": about}
    return head | rules | {"$defs": used}
