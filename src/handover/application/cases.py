"""Matters and their records: what caseworkers write and read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from handover.application import documents, doubt
from handover.application.facts import Actor, KeptRecord, Matter
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.readings import require_stated
from handover.application.sealing import new_id
from handover.domain.errors import OutOfOrderError, RefusedError
from handover.domain.handover import Claim, NotResponsibleError
from handover.domain.ids import MatterId
from handover.domain.record import MatterKind, Record, Schema, Value, record
from handover.protocol import strict
from handover.protocol.entry import EntryKind

_RESPONSIBLE: Final = frozenset({Claim.HOLDER, Claim.RELIEVING})


class RecordChangedError(OutOfOrderError):
    """Another officer has written the record meanwhile."""

    name = "record-changed"
    title = "Another officer has changed the record since you opened it."
    advice = "Open the record again, look at what was changed, and enter your change once more."


@dataclass(frozen=True, kw_only=True)
class Overview:
    """A record without its values: which fields are stated, and why it cannot be offered yet."""

    kept: KeptRecord
    schema: Schema
    stated: frozenset[str]
    gaps: tuple[type[RefusedError], ...]


class Cases:
    """The caseworker's desk."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def begin(self, kind: MatterKind, *, reference: str, actor: Actor) -> Matter:
        """Give a new matter for which this node is responsible from now on."""
        require(actor, Right.WRITE_CASE)
        with self._database.begin() as work:
            matter = Matter(
                id=MatterId(new_id(work.now)),
                kind=kind,
                claim=Claim.HOLDER,
                holder=self._vault.node,
                created_at=work.now,
                reference=strict.text(reference, 100),
            )
            work.matters.add(matter)
            return matter

    def matter(self, matter: MatterId, *, actor: Actor) -> Matter:
        """Give the matter; raises NotFoundError."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            return work.matters.get(matter)

    def shown(self, matter: MatterId, *, actor: Actor) -> Matter:
        """Give the matter as it is shown: its claim is `IN-DOUBT` where a restore has made it uncertain."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            return doubt.shown(work, work.matters.get(matter))[0]

    def page(
        self, *, actor: Actor, after: str = "", limit: int = 50, reference: str | None = None
    ) -> list[Matter]:
        """Give matters in order of their making."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            return doubt.shown(work, *work.matters.page(after=after, limit=limit, reference=reference))

    def newest(self, *, actor: Actor, before: str | None = None, limit: int = 50) -> list[Matter]:
        """Give matters, the newest first, from before *before*."""
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            return doubt.shown(work, *work.matters.newest(before=before, limit=limit))

    def overview(self, matter: MatterId, *, actor: Actor) -> Overview:
        """Give what stands in the record without any value; no reading is logged, for nothing personal is shown.

        Raises:
            NotFoundError: there is no record, or it was erased.
        """
        require(actor, Right.READ_CASE)
        with self._database.reading() as work:
            kept = work.records.latest(matter)
        found = documents.record_of(kept)
        stated = frozenset(path for path in found.values if found.stated(path))
        return Overview(
            kept=replace(kept, document=b""), schema=found.schema, stated=stated, gaps=found.gaps()
        )

    def write(
        self,
        matter: MatterId,
        of: Schema,
        values: Mapping[str, Value],
        *,
        source: str,
        actor: Actor,
        after: int | None = None,
    ) -> KeptRecord:
        """Keep *values* as the next version of the record; fields that are left out are unknown.

        Raises:
            RecordChangedError: *after*, the version that was changed, is not the newest any more.
            MalformedRecordError: naming field and rule, never the value.
            NotResponsibleError: another node is responsible for the matter, and this one holds no copy to correct.
        """
        require(actor, Right.WRITE_CASE)
        checked = record(of, values)
        with self._database.begin() as work:
            found = work.matters.get(matter)
            versions = work.records.versions(matter)
            corrects = found.claim is Claim.NONE and versions and work.retention.erased(matter) is None
            if found.kind is not of.kind or not (found.claim in _RESPONSIBLE or corrects):
                raise NotResponsibleError
            if after is not None and after != max(versions, default=0):
                raise RecordChangedError
            kept = KeptRecord(
                matter=matter,
                version=max(versions, default=0) + 1,
                schema=of.name,
                document=documents.of_values(checked.values),
                source=source,
                recorded_by=actor.officer,
                recorded_at=work.now,
            )
            work.records.add(kept)
            self._log(work, EntryKind.DECIDED, kept)
            return kept

    def read(self, matter: MatterId, *, actor: Actor) -> tuple[KeptRecord, Record]:
        """Give the newest version; the reading is logged.

        Raises:
            NotFoundError: there is no record, or it was erased.
            ReadingReasonError: the officer has not said today why.
        """
        require(actor, Right.READ_CASE)
        with self._database.begin() as work:
            require_stated(work, matter, actor)
            kept = work.records.latest(matter)
            self._log(work, EntryKind.DISCLOSED, kept)
            return kept, documents.record_of(kept)

    def _log(self, work: UnitOfWork, kind: EntryKind, kept: KeptRecord) -> None:
        """The entry names version and reader through a keyed digest: nobody can guess the content from it."""
        mark = self._vault.pseudonym(kept.matter, f"record {kept.version}")
        work.log.append(kind, stream=kept.matter, object_=strict.digest(mark.encode()), now=work.now)
