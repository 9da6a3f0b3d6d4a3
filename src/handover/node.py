"""Chooses the parts of a node and joins them; holds no rule."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

from handover.adapters import migrate
from handover.adapters.database import SQLDatabase
from handover.adapters.peers import HTTPPeers
from handover.adapters.primero import import_case
from handover.adapters.registry import RegistryMirror
from handover.adapters.registry_sources import Sources, pinned_keys
from handover.adapters.renewing import renewal_of
from handover.adapters.vault import FileVault
from handover.application.after import After
from handover.application.attachments import Attachments
from handover.application.backups import BackupDesk
from handover.application.callers import Callers
from handover.application.cases import Cases
from handover.application.clockwork import Clockwork
from handover.application.consents import Consents
from handover.application.desks import Desks
from handover.application.evidence import Evidence
from handover.application.handovers import Handovers
from handover.application.imports import Imports
from handover.application.inbox import Inbox
from handover.application.key_care import KeyCare
from handover.application.key_desks import KeyDesks
from handover.application.listener import Listener
from handover.application.offers import Offers
from handover.application.outbox import Outbox
from handover.application.ports import Clock, Printer, Wire
from handover.application.postman import Postman
from handover.application.reception import Reception, Terms
from handover.application.refresher import Refresher
from handover.application.registry import Registry
from handover.application.reissue import Reissuer
from handover.application.reminders import Reminders
from handover.application.renewal import Renewal
from handover.application.resync import Resync
from handover.application.retention import Retention, upkeep
from handover.application.rounds import Rounds
from handover.application.sealing import Sealer
from handover.application.sessions import Sessions
from handover.application.stepups import StepUp, StepUps
from handover.application.tracing import Terms as TracingTerms
from handover.application.tracing import Tracing
from handover.application.worker import Worker
from handover.config import MailSettings, Settings
from handover.domain.errors import HandoverError
from handover.founding import MIRROR, ROOT, VAULT, NotSetUpError, propose
from handover.matching.caches import letting_go


@dataclass(frozen=True, kw_only=True)
class Node(Desks):
    """One running node: every desk, on one database."""

    settings: Settings
    vault: FileVault
    database: SQLDatabase
    mirror: RegistryMirror
    registry: Registry
    cases: Cases
    attachments: Attachments
    consents: Consents
    offers: Offers
    handovers: Handovers
    after: After
    inbox: Inbox
    outbox: Outbox
    clockwork: Clockwork
    evidence: Evidence
    stepups: StepUps
    refresher: Refresher
    sources: Sources
    peers: HTTPPeers
    wire: Wire
    clock: Clock

    @property
    def renewal(self) -> Renewal:
        """Renews the keys after an erasure."""
        return renewal_of(self.database, self.vault, within=self.settings.keys_renewed_within)

    @property
    def key_care(self) -> KeyCare:
        """What the node does for its keys by itself."""
        return KeyCare(self.database, self.vault, self.registry, partial(propose, self.settings, self.vault))

    @property
    def retention(self) -> Retention:
        """What is erased when."""
        return Retention(self.database, self.vault, self.settings.rules, self.after.withdrawals)

    @property
    def resync(self) -> Resync:
        """Asks peers after a restore what was forgotten."""
        return Resync(
            *(self.database, self.vault, self.registry, self.wire, self.after.recalling),
            renew=self.refresher.refresh,
        )

    @cached_property
    def tracing(self) -> Tracing:
        """The desks of tracing."""
        keys, settings = self.tracing_keys, self.settings
        terms = TracingTerms(strong=settings.tracing_release == "strong", most=settings.tracing_heard)
        desks = (self.database, self.vault, self.registry, keys.epochs, keys.evaluating)
        return Tracing.of(*desks, self.wire, terms)

    @cached_property
    def tracing_keys(self) -> KeyDesks:
        """The desks of tracing keys."""
        return KeyDesks.of(self.database, self.vault, self.registry, self.wire, self.settings.tracing)

    @cached_property
    def worker(self) -> Worker:
        """Delivers, watches the clock and keeps the registry fresh, once it is run."""
        return Worker(
            *(self.outbox, self.clockwork, self.refresher, self.attachments),
            statistics=upkeep(self.quarterly(self.peers.get).tick, self.reconciling(self.wire).tick),
            notices=None if self.settings.mail is None else self._notices(self.settings.mail),
            upkeep=upkeep(
                *(self.retention.tick, self.renewal.tick, self.tracing_keys.fetching(self.peers.get).tick),
                self.key_care.tick,
            ),
            tracing=letting_go(
                upkeep(self.tracing.tick, *self.after.beside_tracing(strong=self.tracing.terms.strong))
            ),
            witnesses=self.cosigning(self.peers, self.settings.witnesses).tick,
            views=self.views(self.peers).tick,
            resync=self.resync.tick,
            poll=self.settings.poll,
        )

    def _notices(self, mail: MailSettings) -> Callable[[], None]:
        """Give what reminds and sends notices; where no mail server is set nothing of it is loaded."""
        from handover.adapters.mail import mail_of
        from handover.pages.letters import wording

        reminders = Reminders(self.database)
        postman = Postman(
            self.database, mail_of(self.settings.address, mail), partial(wording, self.settings.address)
        )
        return upkeep(reminders.tick, postman.tick)

    @cached_property
    def reception(self) -> Reception:
        """Where officers come in. Most commands never need it, and its libraries cost time."""
        from handover.adapters.passkeys import WebAuthn
        from handover.adapters.passwords import Argon2Passwords

        settings, oidc = self.settings, self.settings.oidc
        return Reception.of(
            self.database,
            self.vault,
            passwords=Argon2Passwords(),
            authenticator=WebAuthn(settings.address, node=self.id),
            terms=Terms(
                idle=settings.session_idle,
                life=settings.session_life,
                issuer=f"Handover {self.id.replace('/', ' ')}",
                groups=oidc.groups if oidc else {},
            ),
            provider=oidc.provider(settings.address) if oidc else None,
        )

    @cached_property
    def callers(self) -> Callers:
        """What each officer may ask."""
        return Callers(self.settings.accounts, time.monotonic)

    @property
    def sessions(self) -> Sessions:
        """Who is signed in."""
        return self.reception.sessions

    @property
    def pinned_root(self) -> bytes:
        """The registry's root as it was pinned when the node was set up."""
        return (self.settings.data / ROOT).read_bytes()

    @cached_property
    def printer(self) -> Printer:
        """Makes papers; most commands never need it, and its library costs time."""
        from handover.adapters.printing import TypstPrinter

        return TypstPrinter()

    @cached_property
    def backups(self) -> BackupDesk:
        """Where operators see how old the last good backup is, and make one."""
        from handover.adapters.backup import FolderArchive

        return BackupDesk(FolderArchive(self.settings, self.vault), self.clock)

    @property
    def imports(self) -> Imports:
        """Connectors in."""
        return Imports(self.cases, {"primero": import_case})

    def ready(self) -> dict[str, bool]:
        """Tell, part by part, whether the node can do its work now; it writes to the database to find out."""
        try:
            self.database.try_writing()
            written = True
        except HandoverError:
            written = False
        return {
            "database": written,
            "migrations": written and migrate.is_current(self.database.engine),
            "keys": bool(self.vault.signer.kid),
            "registry": self.registry.fresh(self.clock()),
        }

    def close(self) -> None:
        """Close the database and the connections to peers."""
        self.peers.close()
        self.database.close()


def system_clock() -> int:
    """Give the time in whole seconds since 1970."""
    return int(time.time())


def open_node(settings: Settings, *, clock: Clock = system_clock, wire: Wire | None = None) -> Node:
    """Give the node whose data lie in the settings' folder.

    Raises:
        NotSetUpError: there is no vault or no pinned root.
        PassphraseError: the passphrase does not open the vault.
        StorageError: the database does not answer.
        DatabaseForgottenError: it is empty, and the node had another one before.
    """
    folder = settings.data
    if not (folder / VAULT).exists() or not (folder / ROOT).exists():
        raise NotSetUpError
    vault = FileVault.open(folder / VAULT, settings.read_passphrase())
    root = (folder / ROOT).read_bytes()
    mirror = RegistryMirror(folder / MIRROR, root=root)
    registry = Registry(mirror, root=root, bound=settings.registry_fresh)
    vault.go_by(registry.entry, clock)
    database = SQLDatabase(settings.url, vault, clock, notices=settings.mail is not None)
    database.reach()
    migrate.upgrade(database.engine, folder)
    database.prepare()
    return assemble(settings, vault, database, mirror, registry, clock=clock, wire=wire)


def assemble(
    settings: Settings,
    vault: FileVault,
    database: SQLDatabase,
    mirror: RegistryMirror,
    registry: Registry,
    *,
    clock: Clock,
    wire: Wire | None,
) -> Node:
    """Join the parts."""
    sealer = Sealer(vault, registry)
    stepups = StepUps(database, vault, address=settings.address, mode=StepUp(settings.step_up))
    rounds = Rounds(vault.node, sealer, registry, stepups)
    after = After.of(database, vault, registry, sealer, rounds)
    peers = HTTPPeers(private=settings.private_peers, pins=partial(pinned_keys, registry, clock))
    sources = Sources(peers, registry, node=vault.node, places=settings.registry_sources, clock=clock)
    return Node(
        settings=settings,
        vault=vault,
        database=database,
        mirror=mirror,
        registry=registry,
        cases=Cases(database, vault),
        attachments=Attachments(database, registry, wire or peers),
        consents=Consents(database, vault, after.withdrawals, after.overrides),
        offers=Offers(database, vault, registry, rounds),
        handovers=Handovers(database, sealer, rounds),
        after=after,
        inbox=Inbox(database, Listener.of(vault, registry, settings.peers, clock), rounds, after.hearing),
        outbox=Outbox(database, wire or peers, registry, Reissuer(vault, registry)),
        clockwork=Clockwork(database, registry, rounds, after.petition_clock),
        evidence=Evidence(database, vault, registry, stepups),
        stepups=stepups,
        refresher=Refresher(database, registry, sources),
        sources=sources,
        peers=peers,
        wire=wire or peers,
        clock=clock,
    )
