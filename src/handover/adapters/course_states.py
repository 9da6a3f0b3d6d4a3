"""Which states a round of each course has at each side, as the database checks it."""

from typing import Final

_ENDS: Final = "'ENDING','ENDED','OVER'"
STATES: Final = (
    "(course = 'handover' AND ((role = 'sender' AND state IN "
    "('PREPARED','DISCARDED','OFFERED','ACCEPTED','RELIEVING','VOIDING','TRANSFERRED','VOIDED'))"
    " OR (role = 'receiver' AND state IN ('PENDING','BOUND','DECLINED','HOLDING','CLOSED'))))"
    f" OR (course = 'referral' AND role = 'sender' AND state IN ('PREPARED','DISCARDED','REFERRED',{_ENDS}))"
    f" OR (course = 'referral' AND role = 'receiver' AND state IN ('SERVING','RETAINED',{_ENDS}))"
    f" OR (course = 'contact' AND role = 'sender' AND state IN ('PREPARED','DISCARDED','CONTACTING',{_ENDS}))"
    f" OR (course = 'contact' AND role = 'receiver' AND state IN ('IN-CONTACT',{_ENDS}))"
)
