"""What auditors read at a node: its log, and one matter with its rounds, readings and signed steps; never a value."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handover.application.access import AccessChange, Reading
from handover.application.doubt import FormerLog
from handover.application.facts import Actor, Handover, KeptEnvelope, Matter, Officer
from handover.application.permissions import Right, require
from handover.application.ports import Database, UnitOfWork, Vault
from handover.application.reconciled import Reconciled
from handover.domain.ids import UUID7, HandoverId, MatterId
from handover.protocol import entry as entries
from handover.protocol import envelope as envelopes
from handover.protocol.checkpoint import Checkpoint
from handover.protocol.entry import Entry
from handover.protocol.envelope import By

MOST_CHANGES = 200


@dataclass(frozen=True, kw_only=True)
class Logged:
    """One entry of the log with its place in the tree; `matter` is the one that it concerns, where there is one."""

    index: int
    entry: Entry
    matter: MatterId | None


@dataclass(frozen=True, kw_only=True)
class Page:
    """A part of the log, newest first; `before` is where to go on, `signed` the newest signed checkpoint."""

    entries: Sequence[Logged]
    before: int | None
    size: int
    signed: Checkpoint
    note: bytes | None


@dataclass(frozen=True, kw_only=True)
class Said:
    """One signed step with who took it; `by` is None where the node itself spoke.

    `first` and `last` are the officers of this office behind the pseudonyms: who prepared, or took the step before,
    and who took this one. None: an officer of the other authority, or one who is not known here.
    """

    kept: KeptEnvelope
    by: By | None
    first: UUID7 | None
    last: UUID7 | None


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """One matter as an auditor sees it: who did and who read what, and when."""

    matter: Matter
    rounds: Sequence[Handover]
    said: Sequence[Said]
    readings: Sequence[Reading]
    entries: Sequence[Logged]
    names: dict[UUID7, str]


class Audits:
    """The auditor's desk."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def log(self, *, actor: Actor, before: int | None = None, limit: int = 100) -> Page:
        """Give the newest entries before index *before*."""
        require(actor, Right.AUDIT)
        with self._database.reading() as work:
            found = work.log.newest(before=before, limit=limit + 1)
            read = [(index, entries.decode(document)) for index, document in found[:limit]]
            known = work.handovers.matters_of({entry.matter for _, entry in read})
            return Page(
                entries=[
                    Logged(index=index, entry=each, matter=known.get(each.matter)) for index, each in read
                ],
                before=read[-1][0] if len(found) > limit else None,
                size=found[0][0] + 1 if before is None and found else work.log.head().size,
                signed=work.log.head(),
                note=work.log.signed_head(),
            )

    def former(self, *, actor: Actor) -> Sequence[FormerLog]:
        """Give the logs of this node that ended with a restore, the newest first."""
        require(actor, Right.AUDIT)
        with self._database.reading() as work:
            return work.doubts.former()

    def find(self, reference: str, *, actor: Actor) -> list[Matter]:
        """Give the matters that the office keeps under this number."""
        require(actor, Right.AUDIT)
        with self._database.reading() as work:
            return work.matters.page(after="", limit=100, reference=reference)

    def dossier(self, matter: MatterId, *, actor: Actor) -> Dossier:
        """Give one matter without any value; raises NotFoundError."""
        require(actor, Right.AUDIT)
        with self._database.reading() as work:
            found = work.matters.get(matter)
            rounds = work.handovers.of_matter(matter)
            streams = dict.fromkeys([str(matter), *(each.pair for each in rounds)])
            logged = [
                Logged(index=index, entry=entries.decode(document), matter=matter)
                for stream in streams
                for index, document in work.log.entries(stream)
            ]
            staff = work.staff.all()
            said = [each for round_ in rounds for each in self._said(work, round_, staff)]
            return Dossier(
                matter=found,
                rounds=rounds,
                said=sorted(said, key=lambda each: each.kept.stored_at),
                readings=work.readings.of_matter(matter),
                entries=sorted(logged, key=lambda each: each.index),
                names={each.id: each.name for each in staff},
            )

    def _said(self, work: UnitOfWork, round_: Handover, staff: Sequence[Officer]) -> Iterator[Said]:
        known = {self._vault.pseudonym(round_.pair, each.id): each.id for each in staff}
        for kept in work.envelopes.of_handover(round_.id):
            by = envelopes.read(kept.data).claimed.by
            ours = known if by is not None and not kept.incoming else {}
            yield Said(
                kept=kept,
                by=by,
                first=ours.get(by.prepared) if by else None,
                last=ours.get(by.released) if by else None,
            )

    def reconciled(self, *, actor: Actor) -> tuple[list[Reconciled], dict[HandoverId, MatterId]]:
        """Give the last comparison with each peer, and the matters of the rounds in which something differs."""
        require(actor, Right.AUDIT)
        with self._database.reading() as work:
            found = work.reconciliations.all()
            known = [
                each
                for of in found
                for each in work.handovers.find(of.peer, [one.round for one in of.differences]).values()
            ]
            return found, {each.id: each.matter for each in known}

    def changes(self, *, actor: Actor) -> tuple[list[AccessChange], dict[UUID7, str]]:
        """Give the newest changes to officers' access, and the officers' names."""
        require(actor, Right.AUDIT)
        with self._database.reading() as work:
            names = {each.id: each.name for each in work.staff.all()}
            return work.accounts.changes(None, MOST_CHANGES), names
