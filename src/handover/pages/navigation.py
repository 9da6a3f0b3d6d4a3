"""What stands at the top of every page: the ways that a role may go, and the sentence about what was just done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from handover.application.access import Visitor
from handover.application.permissions import MAY, Right


def N_(text: str) -> str:  # noqa: N802 - the name by which message extraction finds texts
    """Mark a text for translation; it is translated where it is shown."""
    return text


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One way in the navigation; `text` is a message in English."""

    href: str
    text: str
    current: bool


_WAYS: Final = (
    ("/office/work", N_("Work list"), Right.READ_CASE),
    ("/office/matters", N_("Matters"), Right.READ_CASE),
    ("/office/tracing", N_("Finding families"), Right.DECIDE),
    ("/office/authorities", N_("Authorities"), Right.LOOK_UP),
    ("/office/audit", N_("Audit"), Right.AUDIT),
    ("/office/operate", N_("Operation"), Right.OPERATE),
    ("/office/statistics", N_("Statistics"), Right.COUNTS),
    ("/office/account", N_("Your account"), None),
)
SAID: Final[Mapping[str, str]] = {
    "saved": N_("Saved."),
    "decision-recorded": N_("The decision is recorded."),
    "decision-told": N_("What you chose is on its way to the other authority."),
    "referral-prepared": N_(
        "The referral is prepared. Nothing has left this office: a second officer has to release it."
    ),
    "referral-released": N_("The referral is released. It is on its way to the other authority."),
    "referral-ended": N_("The referral is ended. The other authority erases what it was shown, and says so."),
    "referral-finished": N_(
        "The referral is over. What was shown is erased here; the other authority is told."
    ),
    "override-told": N_("Recorded. Whoever showed it to this office is told; a third officer reviews it."),
    "override-reviewed": N_("The review is kept."),
    "tracing-permitted": N_("The permission is recorded. The record is prepared for the search."),
    "tracing-withdrawn": N_(
        "The permission is withdrawn. Questions are taken back, and the record is compared with no question any more."
    ),
    "tracing-protected": N_("The person is protected from being found, from now on."),
    "tracing-lifted": N_("The protection has ended. The record is prepared for the search."),
    "tracing-excluded": N_("It is kept who must never be told of this record."),
    "tracing-proposed": N_("Nothing was sent. A second officer has to agree that everybody is asked."),
    "tracing-asked": N_(
        "The questions are sealed and sent. You hear only if an officer there lets you know."
    ),
    "tracing-closed": N_("The questions are being taken back where they were asked."),
    "hit-released": N_(
        "The other office learns how alike the records are, and how to reach you. Nothing else."
    ),
    "candidate-rejected": N_("It is remembered. This pair is never shown again."),
    "contact-asked": N_("Your question is on its way, with the consent that covers it."),
    "contact-answered": N_("Your answer is on its way."),
    "verdict-given": N_("Your office's verdict is on its way to the other office."),
    "contact-closed": N_("The contact is closed. Both offices keep what was decided."),
    "passkey-added": N_("The passkey is kept. Use it from now on to sign in."),
    "codes-set": N_("The codes are set. You can sign in with password and code from now on."),
    "signed-out": N_("You are signed out."),
    "withdrawn": N_("The offer is withdrawn. The other authority is told, and erases what it had."),
    "prepared": N_(
        "The offer is prepared. Nothing has left this office: a second officer has to release it."
    ),
    "released": N_("The offer is released. It is on its way to the other authority."),
    "countersigned": N_(
        "The deed is given. This office still acts for the child until the other has taken up."
    ),
    "void": N_(
        "The deed was not given: the ground or the deadline has ended. The offer is void; the other authority is told."
    ),
    "resolution-proposed": N_("It is proposed. A second officer has to confirm it."),
    "resolution-dropped": N_("The proposal is closed. The deed stands."),
    "resolved": N_(
        "The handover is resolved: its deed counts no more, and this office is responsible for the child as before."
    ),
    "opened": N_("The other authority is told that you have read the offer."),
    "accepted": N_("The offer is accepted. The other authority now gives the deed."),
    "declined": N_("The offer is declined. The other authority is told, with your reason."),
    "asked": N_("Your question is on its way."),
    "answered": N_("Your answer is on its way."),
    "follow-up-told": N_("It is on its way to the other authority."),
    "arrived": N_("The arrival is confirmed."),
    "not-arrived": N_("Both authorities are alarmed that the child has not come."),
    "consent-recorded": N_("The consent is recorded."),
    "consent-withdrawn": N_(
        "The consent is withdrawn. Open offers that rest on it are void, and every authority that was told is asked to"
        " erase it. Their answers stand under “Who received what”."
    ),
    "correction-sent": N_("The correction is on its way. The other authority chooses what it takes over."),
    "correction-taken": N_("What you chose is a new version of the record."),
    "correction-dismissed": N_("The record stays as it is. The correction can still be read."),
    "answered-erased": N_("It is destroyed for good. The other authority is told, with a signed proof."),
    "answered-kept": N_(
        "The other authority is told why it is kept, and until when. Then it is asked again."
    ),
    "imported": N_("The document is imported. Read what could not be taken over."),
    "hold-placed": N_("The hold is placed. Nothing of this matter is erased while it lasts."),
    "hold-lifted": N_("The hold is lifted. What is due is erased with the next night."),
    "erased": N_("The values are destroyed for good. The signed evidence stays."),
    "refreshed": N_("The registry was fetched."),
    "looked-at": N_("It is noted that you have looked at the alarm."),
    "backed-up": N_("The backup is made, and was read back whole."),
    "mailed-again": N_("What was given up is sent again now."),
    "retried": N_("Everything for this authority is due again now."),
}


def entries(visitor: Visitor | None, path: str) -> list[Entry]:
    """Give the ways that this visitor may go."""
    if visitor is None:
        return []
    roles = set(visitor.actor.roles)
    return [
        Entry(href=href, text=text, current=path == href or path.startswith(f"{href}/"))
        for href, text, right in _WAYS
        if right is None or MAY[right] & roles
    ]


def home(visitor: Visitor) -> str:
    """Give the page where this visitor's work begins, below `/office`."""
    ways = [each.href.removeprefix("/office") for each in entries(visitor, "")]
    return next((way for way in ways if way not in ("/authorities", "/account")), "/account")


def said(name: str | None) -> str | None:
    """Give the sentence of that name."""
    return SAID.get(name or "")
