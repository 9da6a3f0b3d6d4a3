"""JSON Schemas of the bodies: what each act says sealed (docs/spec/payload.md, section 2)."""

from collections.abc import Iterator

from handover.domain.consent import Basis, Purpose
from handover.domain.continuity import (
    LAST_FOLLOW_UP,
    MOST_FOLLOW_UPS,
    TOLD_BY_OFFICERS,
    DecisionKind,
    FollowUpState,
    ReferralTask,
    VerdictReason,
    WithdrawalScope,
)
from handover.protocol import attachment, bodies, committed_index, strict, tracing_hit
from handover.protocol.json_schema import DAY, filled, list_of, object_, or_null, ref, text, words
from handover.protocol.schema import JsonSchema


def bodies_schemas() -> Iterator[JsonSchema]:
    """Give one schema for each body there is, titled with its acts."""
    said, told = filled(bodies.LONGEST_TEXT), text(bodies.LONGEST_TEXT)
    yield {"title": "offer"} | object_({"note": told, "attachments": _parcels()})
    yield {"title": "acceptance"} | object_(
        {"responsible": _person(), "plan": said, "follow_ups": list_of(_days(1), MOST_FOLLOW_UPS)}
    )
    acts = "decline, question, answer, correction, legal-hold, end"
    yield {"title": acts} | object_({"text": said})
    yield {"title": "arrival, non-arrival"} | object_({"date": DAY, "text": told})
    yield {"title": "deed"} | object_({})
    yield {"title": "consent-withdrawn"} | object_({"scope": words(WithdrawalScope), "text": told})
    yield from _after()


def _after() -> Iterator[JsonSchema]:
    said, told = filled(bodies.LONGEST_TEXT), text(bodies.LONGEST_TEXT)
    language, name = filled(bodies.LONGEST_LANGUAGE), filled(bodies.LONGEST_NAME)
    state = words(TOLD_BY_OFFICERS)
    yield {"title": "follow-up"} | object_({"due": _days(0), "date": DAY, "state": state, "text": said})
    handed_on: JsonSchema = {"due": {"const": 0}, "date": DAY, "state": words([FollowUpState.HANDED_ON])}
    yield {"title": "follow-up that a case was handed on"} | object_(handed_on | {"text": {"const": ""}})
    kinds = list_of(words(DecisionKind), len(DecisionKind))
    yield {"title": "decisions-wanted"} | object_({"kinds": kinds, "text": said})
    decisions = list_of(_decision(), bodies.MOST_DECISIONS)
    yield {"title": "decision"} | object_({"decisions": decisions, "text": told})
    yield {"title": "access-wanted"} | object_({"request": ref("uuid"), "language": language, "text": told})
    disclosures = list_of(_disclosure(), bodies.MOST_DISCLOSURES)
    yield {"title": "access-answer"} | object_(
        {"holder": ref("node"), "disclosures": disclosures, "text": told}
    )
    yield {"title": "complaint"} | object_(
        {"request": ref("uuid"), "about": or_null(ref("node")), "language": language, "text": said}
    )
    yield {"title": "complaint-answer"} | object_({"holder": ref("node"), "text": said})
    yield {"title": "override"} | object_({"to": name, "date": DAY, "text": said})
    yield from _moving_nothing()


def _moving_nothing() -> Iterator[JsonSchema]:
    said = filled(bodies.LONGEST_TEXT)
    yield {"title": "referral"} | object_({"task": words(ReferralTask), "text": said})
    yield {"title": "verdict"} | object_({"why": words(VerdictReason), "text": said})
    whole: JsonSchema = {"type": "integer", "minimum": 0, "maximum": strict.LARGEST}
    bits, digest = ref("bits"), ref("digest")
    statement = object_(
        {
            "format": words([committed_index.FORMAT]),
            "node": ref("node"),
            "epoch": whole,
            "tables": digest,
            "depth": whole,
            "root": digest,
            "made_at": whole,
        }
    )
    path = list_of(digest, committed_index.LARGEST)
    opening = object_({"address": bits, "binding": digest, "place": whole, "path": path})
    yield {"title": "hit"} | object_(
        {
            "band": words(tracing_hit.BANDS),
            "contact": filled(tracing_hit.LONGEST_CONTACT),
            "pair": bits,
            "question": digest,
            "statement": statement,
            "opening": opening,
        }
    )


def _days(least: int) -> JsonSchema:
    return {"type": "integer", "minimum": least, "maximum": LAST_FOLLOW_UP}


def _parcels() -> JsonSchema:
    size: JsonSchema = {"type": "integer", "minimum": 1, "maximum": attachment.LONGEST_SEALED}
    parcel = object_({"file": ref("digest"), "sealed": ref("digest"), "size": size, "key": ref("digest")})
    return list_of(parcel, attachment.MOST)


def _person() -> JsonSchema:
    name = filled(bodies.LONGEST_NAME)
    return object_(
        {
            "as": words(["guardian", "officer"]),
            "name": name,
            "organisation": name,
            "contact": text(bodies.LONGEST_NAME),
        }
    )


def _decision() -> JsonSchema:
    return object_(
        {
            "kind": words(DecisionKind),
            "date": DAY,
            "authority": filled(bodies.LONGEST_NAME),
            "reference": text(bodies.LONGEST_NAME),
            "outcome": filled(bodies.LONGEST_TEXT),
            "reasons": text(bodies.LONGEST_TEXT),
        }
    )


def _disclosure() -> JsonSchema:
    return object_(
        {
            "to": ref("node"),
            "at": {"type": "integer", "minimum": 0, "maximum": strict.LATEST},
            "purpose": words(Purpose),
            "basis": words(Basis),
            "fields": list_of(filled(bodies.LONGEST_NAME), bodies.MOST_FIELDS),
            "erased": {"type": "boolean"},
        }
    )
