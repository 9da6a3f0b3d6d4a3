"""The desks for what goes on after a handover, and what takes what peers say about it."""

from collections.abc import Callable
from dataclasses import dataclass

from handover.application.brake import Brake
from handover.application.candidates import Candidates
from handover.application.contact_ends import ContactEnds
from handover.application.contacts import Contacts
from handover.application.corrections import Corrections
from handover.application.decisions import Decisions
from handover.application.followups import FollowUps
from handover.application.hearing import Hearing
from handover.application.hits import Hits, Released
from handover.application.holders import Holders
from handover.application.letterbox import Letterbox, PetitionClock
from handover.application.overrides import OverrideDesk
from handover.application.petitioning import Petitioning
from handover.application.petitions import Petitions
from handover.application.ports import Database, Vault
from handover.application.recalling import Recalling
from handover.application.referrals import Referrals
from handover.application.referring import Referring
from handover.application.registry import Registry
from handover.application.resolving import Resolving
from handover.application.rounds import Rounds
from handover.application.sealing import Sealer
from handover.application.showing import Showing
from handover.application.telling import Telling
from handover.application.withdrawals import Withdrawals


@dataclass(frozen=True, kw_only=True)
class After:
    """The desks; `hearing` is the inbox's."""

    showing: Showing
    withdrawals: Withdrawals
    overrides: OverrideDesk
    holders: Holders
    follow_ups: FollowUps
    decisions: Decisions
    petitions: Petitions
    letterbox: Letterbox
    petition_clock: PetitionClock
    corrections: Corrections
    hits: Hits
    contacts: Contacts
    contact_ends: ContactEnds
    hearing: Hearing
    referring: Referring
    referrals: Referrals
    recalling: Recalling
    resolving: Resolving

    @classmethod
    def of(
        cls, database: Database, vault: Vault, registry: Registry, sealer: Sealer, rounds: Rounds
    ) -> "After":
        """Join them."""
        withdrawals = Withdrawals(vault, sealer, rounds)
        showing = Showing(vault, registry, sealer)
        telling = Telling(sealer, showing)
        petitioning = Petitioning(vault, sealer)
        return cls(
            showing=showing,
            withdrawals=withdrawals,
            overrides=OverrideDesk(database, vault, sealer),
            holders=Holders(database, vault, sealer, withdrawals),
            follow_ups=FollowUps(database, showing),
            decisions=Decisions(database, vault, sealer, telling),
            petitions=Petitions(database, vault, petitioning),
            letterbox=Letterbox(database, vault, Brake(vault)),
            petition_clock=PetitionClock(database, vault, petitioning),
            hearing=Hearing(withdrawals, telling, petitioning),
            corrections=Corrections(database, vault, registry, showing),
            referring=Referring(database, vault, registry, sealer, rounds),
            recalling=Recalling(vault, registry, rounds, withdrawals),
            resolving=Resolving(database, vault, registry, sealer, rounds),
            referrals=Referrals(database, sealer, rounds, showing),
            hits=Hits(database, Candidates(database, vault), Released(vault, registry, sealer, rounds)),
            contacts=Contacts(database, sealer, showing, rounds),
            contact_ends=ContactEnds(database, vault, rounds),
        )

    def beside_tracing(self, *, strong: bool) -> tuple[Callable[[], object], ...]:
        """Give what the worker does of contacts; *strong*: it releases such candidates by itself."""
        return (self.contact_ends.tick, *((self.hits.tick,) if strong else ()))
