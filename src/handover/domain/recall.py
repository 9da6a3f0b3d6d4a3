"""Where a round stands by what both sides have signed in it: what a restored node finds out (docs/spec/restore.md).

Signed statements decide, not memory, and not what the other side says of its state.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from handover.domain.lifecycle import Act, Role, State


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """A state, the act that leads to it and who has said that, and what this side has to say on entering it."""

    state: State
    act: Act
    mine: bool
    says: Act | None = None


_SENDER: Final = (
    Recalled(state=State.TRANSFERRED, act=Act.TAKE_UP_RECEIPT, mine=False),
    Recalled(state=State.VOIDED, act=Act.VOID_RECEIPT, mine=False),
    Recalled(state=State.VOIDING, act=Act.VOID, mine=True),
    Recalled(state=State.RELIEVING, act=Act.DEED, mine=True),
    Recalled(state=State.VOIDING, act=Act.OFFER, mine=True, says=Act.VOID),
)
_RECEIVER: Final = (
    Recalled(state=State.HOLDING, act=Act.DEED, mine=False, says=Act.TAKE_UP_RECEIPT),
    Recalled(state=State.CLOSED, act=Act.VOID, mine=False, says=Act.VOID_RECEIPT),
    Recalled(state=State.DECLINED, act=Act.DECLINE, mine=True),
    Recalled(state=State.BOUND, act=Act.ACCEPTANCE, mine=True),
    Recalled(state=State.PENDING, act=Act.OFFER, mine=False),
)
_REFERRER: Final = (
    Recalled(state=State.ENDED, act=Act.END_RECEIPT, mine=False),
    Recalled(state=State.OVER, act=Act.END, mine=False, says=Act.END_RECEIPT),
    Recalled(state=State.ENDING, act=Act.END, mine=True),
    Recalled(state=State.REFERRED, act=Act.REFERRAL, mine=True),
)
_SERVER: Final = (*_REFERRER[:3], Recalled(state=State.SERVING, act=Act.REFERRAL, mine=False))
REFERRALS: Final[Mapping[Role, tuple[Recalled, ...]]] = {Role.SENDER: _REFERRER, Role.RECEIVER: _SERVER}
"""The same for a referral: it goes on until one side has said its end, or its time is over."""
RECALLS: Final[Mapping[Role, tuple[Recalled, ...]]] = {Role.SENDER: _SENDER, Role.RECEIVER: _RECEIVER}
"""What was said, the strongest first; the first that was said decides."""


def recalled(
    role: Role, mine: Collection[Act], theirs: Collection[Act], *, referral: bool = False
) -> Recalled | None:
    """Give where a round stands at the side of *role*, by the acts that both sides have said; None: nowhere.

    A receiver holds by a deed only with its own acceptance. An offer that neither ends nor goes over is voided: the
    other side has fenced what this one may have said and forgotten.
    """
    for each in (REFERRALS if referral else RECALLS)[role]:
        if each.act not in (mine if each.mine else theirs):
            continue
        if each.state is State.HOLDING and (Act.ACCEPTANCE not in mine or Act.VOID_RECEIPT in mine):
            continue
        answered = each.says if each.says not in mine else None
        return Recalled(state=each.state, act=each.act, mine=each.mine, says=answered)
    return None
