"""A referral: who declines a case is asked for advice in it, and keeps nothing of what it was shown."""

import time
from typing import Final

from handover.demo import records
from handover.demo.authority import Authority
from handover.demo.client import Shown
from handover.demo.output import Output
from handover.demo.steps import DAY, Round, Statement, Steps
from handover.domain.handover import Claim, State

_FIELDS: Final = ("identity", "best-interests")
_SAID: Final = Statement(
    given_by="guardian", language="es", interpreter="not needed", assent="agrees",
    text="They may ask Barcelona for advice, and show who she is and what was found.",
)  # fmt: skip
_ASKED: Final = "Who finds a guardian before February, and what do you need to know for that?"
_ADVICE: Final = "The service of the region has two guardians free in January; ask it by its liaison office."


class ReferralStory:
    """The matter stays where it is; the other authority is shown a part of it, answers, and is done."""

    def __init__(self, out: Output, sender: Authority, receiver: Authority) -> None:
        self._out = out
        self._steps = Steps(out)
        self._sender = sender
        self._receiver = receiver

    def tell(self, declined: Round) -> None:
        """Tell it of a matter that the receiver has declined."""
        matter, case = declined.matter, records.made_up("guardianship-3")
        self._out.about(case.called)
        first, second = self._sender.officers["caseworker"], self._sender.officers["liaison"]
        ground = self._steps.consent(first, matter, case, to=self._receiver.node, fields=_FIELDS, said=_SAID)
        body = {
            "to": self._receiver.node,
            "task": "advice",
            "text": _ASKED,
            "fields": list(_FIELDS),
            "ground": ground,
            "deadline": int(time.time()) + 14 * DAY,
        }
        sent = first.post(f"/matters/{matter}/referrals", body).text("id")
        self._steps.say(first, f'refers the case to {self._receiver.node} for advice: "{_ASKED}"')
        second.post(f"/referrals/{sent}/release")
        self._steps.say(second, "looks at what leaves, and releases the referral")
        received = self._answered(self._sender.referral(sent).text("round"))
        self._sender.until("the referral is over", lambda: self._is(self._sender, sent, State.OVER))
        self._receiver.until("its end is confirmed", lambda: self._is(self._receiver, received, State.ENDED))
        gone = self._receiver.officers["liaison"].refused(
            f"/referrals/{received}/open", names=["out-of-order"]
        )
        claim = self._sender.claim(matter)
        self._out.check(
            "A referral moves no responsibility, and ends with erasure at the receiver",
            holds=claim == Claim.HOLDER and gone["status"] == 409,
            seen=f"{self._sender.node} still {claim}; to open it at {self._receiver.node}: {gone['status']}",
        )

    def _answered(self, number: str) -> str:
        who = self._receiver.officers["liaison"]

        def find() -> str | None:
            found = who.get("/referrals", role="receiver", limit=100).all("data")
            return next((each.text("id") for each in found if each.text("round") == number), None)

        received = self._receiver.until("the referral is there", find)
        opened = who.post(f"/referrals/{received}/open")
        self._steps.say(who, f"reads what was shown: {', '.join(opened.names('sections'))}, nothing else")
        who.post(f"/referrals/{received}/answer", {"text": _ADVICE, "fields": []})
        self._steps.say(who, f'answers: "{_ADVICE}"')
        who.post(f"/referrals/{received}/finish", {"reason": "done", "text": "The advice is given."})
        self._steps.say(who, "says that it is done: what was shown is destroyed here in the same moment")
        return received

    def _is(self, at: Authority, id_: str, state: State) -> Shown | None:
        found = at.referral(id_)
        return found if found.text("state") == state else None
