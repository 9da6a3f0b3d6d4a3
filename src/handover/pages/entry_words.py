"""What each kind of entry in the log says to an officer."""

from collections.abc import Mapping
from typing import Final

from handover.pages.navigation import N_
from handover.protocol.entry import EntryKind

ENTRIES: Final[Mapping[EntryKind, str]] = {
    EntryKind.SENT: N_("Signed here"),
    EntryKind.RECEIVED: N_("Received and stored"),
    EntryKind.RECEIPTED: N_("Receipt of the other node kept"),
    EntryKind.OPENED: N_("First read by an officer"),
    EntryKind.DISCLOSED: N_("Values or reasons shown to an officer"),
    EntryKind.REFUSED: N_("Message of a member refused"),
    EntryKind.DECIDED: N_("Decided by an officer"),
    EntryKind.ASSERTED: N_("Signed for with a passkey"),
    EntryKind.ATTESTED: N_("An officer's key vouched for"),
    EntryKind.GROUND: N_("Consent or legal basis recorded or changed"),
    EntryKind.WITHDRAWN: N_("Consent withdrawn"),
    EntryKind.ERASED: N_("Values destroyed"),
    EntryKind.REGISTRY_ACCEPTED: N_("Page of the registry accepted"),
    EntryKind.EQUIVOCATION: N_("Contradiction of a peer kept"),
    EntryKind.SPLIT_VIEW: N_("Split view of a peer's log kept"),
    EntryKind.RESTORED: N_("Database restored from a backup"),
    EntryKind.RESOLVED: N_("Deed resolved by two officers"),
    EntryKind.EXPORTED: N_("Evidence taken out"),
    EntryKind.PUBLISHED: N_("Statistics of a quarter published"),
    EntryKind.EPOCH: N_("Key of a tracing epoch made or accepted"),
    EntryKind.EVALUATED: N_("Blinded keys of tracing evaluated"),
    EntryKind.INDEXED: N_("Root of the tracing index committed"),
}
