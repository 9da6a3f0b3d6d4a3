"""A record as it is kept: the values by path and, when they came from another node, the signed presentation."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from handover.application.facts import Handover, KeptRecord
from handover.domain.errors import MalformedError
from handover.domain.record import Record, Schema, Value, from_wire, schema, to_wire
from handover.protocol import message, sdjwt, strict
from handover.protocol.strict import Json

if TYPE_CHECKING:
    from handover.application.ports import UnitOfWork


def of_values(values: Mapping[str, Value], presentation: bytes | None = None) -> bytes:
    """Give the document of *values*; `presentation` is the record as its issuer signed it."""
    signed = None if presentation is None else presentation.decode("ascii")
    wire = {path: to_wire(value) for path, value in values.items()}
    return strict.dumps({"presentation": signed, "values": cast("Json", wire)})


def of_payload(plaintext: bytes) -> bytes:
    """Give the document of the record that an offer carried; the offer was verified when it came."""
    content = message.decode_kept(plaintext)
    if content.record is None:
        raise MalformedError("the payload holds no record")
    return of_values(sdjwt.disclosed(content.record), content.record)


def values_of(document: bytes) -> dict[str, Value]:
    """Give the values of a kept document."""
    _, values = strict.members(strict.loads_compact(document, limit=2**20), "presentation", "values")
    if not isinstance(values, dict):
        raise MalformedError("values is not an object")
    return {path: from_wire(value) for path, value in cast("dict[str, Value]", values).items()}


def withheld(document: bytes, of: Schema) -> tuple[str, ...]:
    """Give the fields whose values were never disclosed to this node: neither stated nor absent."""
    known = values_of(document)
    return tuple(field.path for field in of.fields if field.path not in known)


def record_of(kept: KeptRecord) -> Record:
    """Give the record, checked before it was kept; what was withheld from this node is unknown to it."""
    return Record.kept(schema(kept.schema), values_of(kept.document))


def adopt(work: "UnitOfWork", handover: Handover) -> None:
    """Make what was offered a version of this node's own record; the issuer's signature is kept with it."""
    if handover.offer is None:
        return
    versions = work.records.versions(handover.matter)
    work.records.add(
        KeptRecord(
            matter=handover.matter,
            version=max(versions, default=0) + 1,
            schema=handover.schema,
            document=of_payload(work.envelopes.plaintext(handover.offer)),
            source=f"handover from {handover.peer}",
            recorded_by="node",
            recorded_at=work.now,
        )
    )
