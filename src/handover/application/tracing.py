"""The desks of tracing."""

from dataclasses import dataclass

from handover.application.ports import Database, Vault
from handover.application.tracing_permissions import TracingPermissions
from handover.application.tracing_protections import Protections


@dataclass(frozen=True, kw_only=True)
class Tracing:
    """The desks: who may be traced, and what limits it."""

    permissions: TracingPermissions
    protections: Protections

    @classmethod
    def of(cls, database: Database, vault: Vault) -> "Tracing":
        """Join them."""
        return cls(
            permissions=TracingPermissions(database, vault),
            protections=Protections(database, vault),
        )
