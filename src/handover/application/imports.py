"""Connectors in: what a case system's document becomes here. A connector never makes a consent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from handover.application.cases import Cases
from handover.application.facts import Actor, KeptRecord
from handover.application.permissions import Right, require
from handover.domain.ids import MatterId
from handover.domain.record import Schema, Value
from handover.domain.sentences import Sentence


class Draft(Protocol):
    """What a connector makes of one case: values by path, and a report of every value that it did not map."""

    @property
    def schema(self) -> Schema:
        """The schema of the record."""
        ...

    @property
    def values(self) -> Mapping[str, Value]:
        """The values by path; what is left out is unknown."""
        ...

    def report(self) -> Mapping[str, object]:
        """Give the report of losses: places and reasons, never a value."""
        ...

    def told(self) -> Mapping[str, Sentence]:
        """Give what the report says of each place, in sentences that a page can translate."""
        ...


class Connector(Protocol):
    """Reads one case out of a document; *which* names it where there are several."""

    def __call__(self, data: bytes, *, which: str | None = None) -> Draft:
        """Give the draft; raises HandoverError when the document cannot be read."""
        ...


@dataclass(frozen=True, kw_only=True)
class Imported:
    """The version of the record that was written, and the report that an officer reads; `told` is its text by place."""

    record: KeptRecord
    report: Mapping[str, object]
    told: Mapping[str, Sentence]


class Imports:
    """The desk for documents of other systems."""

    def __init__(self, cases: Cases, connectors: Mapping[str, Connector]) -> None:
        self._cases = cases
        self._connectors = connectors

    def into(
        self, matter: MatterId, document: bytes, *, source: str, which: str | None = None, actor: Actor
    ) -> Imported:
        """Write the case in *document* as the next version of the matter's record.

        Raises:
            HandoverError: the document cannot be read, or its record does not belong to this kind of matter.
        """
        require(actor, Right.WRITE_CASE)
        draft = self._connectors[source](document, which=which)
        record = self._cases.write(matter, draft.schema, draft.values, source=source, actor=actor)
        return Imported(record=record, report=draft.report(), told=draft.told())
