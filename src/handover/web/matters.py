"""/api/v1: matters, their records, and what connectors bring in."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Query
from pydantic import JsonValue
from starlette.responses import Response

from handover.domain.ids import MatterId
from handover.domain.record import schema
from handover.domain.schema import Value
from handover.protocol.schema import read_plain
from handover.web import asked, shown
from handover.web.calls import (
    ApiRoute,
    Called,
    DocumentRoute,
    ReadingRoute,
    answer,
    from_cursor,
    ident,
)

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["matters"])
reading = APIRouter(prefix="/api/v1", route_class=ReadingRoute, tags=["matters"])
documents = APIRouter(prefix="/api/v1", route_class=DocumentRoute, tags=["matters"])

Matter = Annotated[str, Path(description="The matter's id at this node.", max_length=64)]


@router.post("/matters", status_code=201, response_model=shown.MatterShown)
def begin_matter(call: Called, new: asked.NewMatter) -> Response:
    """Begin a matter for which this node is responsible from now on."""
    return call.once(
        lambda: shown.matter(call.node.cases.begin(new.kind, reference=new.reference, actor=call.actor)),
        status=201,
    )


@router.get("/matters", response_model=shown.Page[shown.MatterShown])
def list_matters(call: Called, paging: Annotated[asked.Paging, Query()]) -> Response:
    """List matters in the order of their making."""
    after = from_cursor(paging.cursor)
    found = call.node.cases.page(actor=call.actor, after=after, limit=paging.limit + 1)
    return call.page(found, paging.limit, name=lambda each: each.id, show=shown.matter)


@reading.post("/matters/find", response_model=shown.Page[shown.MatterShown])
def find_matters(call: Called, wanted: asked.FindMatters) -> Response:
    """Find matters by the office's own case number, which may not stand in an address."""
    found = call.node.cases.page(actor=call.actor, limit=100, reference=wanted.reference)
    return answer({"data": [shown.matter(each) for each in found], "next_cursor": None})


@router.get("/matters/{matter}", response_model=shown.MatterShown)
def read_matter(call: Called, matter: Matter) -> Response:
    """Read a matter."""
    return answer(shown.matter(call.node.cases.shown(ident(MatterId, matter), actor=call.actor)))


@router.get("/matters/{matter}/record", response_model=shown.RecordShown)
def read_record(call: Called, matter: Matter) -> Response:
    """Read the newest version of the record; the reading is entered in the log."""
    kept, record = call.node.cases.read(ident(MatterId, matter), actor=call.actor)
    return answer(shown.record(kept, record))


@router.put("/matters/{matter}/record", response_model=shown.VersionShown)
def write_record(call: Called, matter: Matter, new: asked.WriteRecord) -> Response:
    """Write the next version of the record; fields that are left out are unknown."""
    id_, of = ident(MatterId, matter), schema(new.schema_name)
    sections: dict[str, Value] = {name: dict(fields) for name, fields in new.sections.items()}  # type: ignore[arg-type]
    values = read_plain(of, sections).values
    return call.once(
        lambda: shown.version(call.node.cases.write(id_, of, values, source="api", actor=call.actor))
    )


@documents.post("/matters/{matter}/import/primero", response_model=shown.ImportedShown)
def import_primero(call: Called, matter: Matter, which: Annotated[asked.ImportAsked, Query()]) -> Response:
    """Write a Primero document (its JSON as the body) as the next version of the record, with a report of losses.

    No consent is ever made of it: what Primero says of consent comes back as claims to be confirmed by an officer.
    """
    id_, case = ident(MatterId, matter), None if which.case is None else str(which.case)

    def write() -> shown.ImportedShown:
        done = call.node.imports.into(id_, call.body, source="primero", which=case, actor=call.actor)
        report = cast(dict[str, JsonValue], dict(done.report))
        return {"record": shown.version(done.record), "report": report}

    return call.once(write)
