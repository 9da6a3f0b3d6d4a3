"""The shelves of tracing in one transaction."""

from handover.adapters.traceable import PermissionShelf
from handover.adapters.tracing_askings import AskingShelf
from handover.adapters.tracing_heard import HeardShelf
from handover.adapters.tracing_index import IndexShelf
from handover.adapters.unit import Unit
from handover.adapters.vault import FileVault


class TracingWork:
    """Who may be traced, the index, what is asked, what is heard."""

    def __init__(self, unit: Unit, vault: FileVault) -> None:
        self.permissions = PermissionShelf(unit)
        self.index = IndexShelf(unit, vault)
        self.askings = AskingShelf(unit)
        self.heard = HeardShelf(unit)
