"""A receiver that is killed again and again in the middle of a handover, and comes back."""

from collections import Counter
from typing import Final

from handover.demo import records
from handover.demo.authority import Authority
from handover.demo.looks import acts, all_receipted
from handover.demo.output import Output
from handover.demo.steps import Round, Statement, Steps
from handover.domain.handover import State

_FIELDS: Final = ("identity", "status", "guardianship", "care", "family", "best-interests", "child-view")
_ONCE: Final = ("offer", "opened", "acceptance", "deed", "take-up-receipt")


class KilledStory:
    """SIGKILL at the offer, at the acceptance, and at the deed."""

    def __init__(self, out: Output, sender: Authority, receiver: Authority) -> None:
        self._out = out
        self._steps = Steps(out)
        self._sender = sender
        self._receiver = receiver
        self._kills = 0

    def tell(self) -> Round:
        """Tell it, and give the round."""
        round_ = self._released()
        self._kill("while the offer is under way")
        round_ = self._steps.delivered(round_)
        who = self._receiver.officers["liaison"]
        self._steps.open(who, round_)
        self._steps.accept(
            who, round_, name="Oriol Casals", organisation="Child protection service, Barcelona",
            plan="Met at Sants by her mother and an officer.",
        )  # fmt: skip
        self._kill("at the moment of the acceptance")
        round_.await_sender(State.ACCEPTED)
        self._steps.countersign(self._sender.officers["supervisor"], round_)
        self._kill("while the deed is under way")
        self._steps.taken_up(round_)
        self._nothing_lost(round_)
        return round_

    def _released(self) -> Round:
        first, second = self._sender.officers["caseworker"], self._sender.officers["liaison"]
        case = records.made_up("guardianship-2")
        self._out.about(case.called)
        matter = self._steps.begin(first, case)
        said = Statement(
            given_by="caregiver", language="uk", interpreter="present", assent="agrees",
            text="I agree that her file goes to Barcelona, where her mother lives.",
        )  # fmt: skip
        ground = self._steps.consent(first, matter, case, to=self._receiver.node, fields=_FIELDS, said=said)
        round_ = self._steps.prepare(
            first, matter, sender=self._sender, to=self._receiver, fields=_FIELDS, ground=ground
        )
        self._steps.release(second, round_)
        return round_

    def _kill(self, when: str) -> None:
        pids = " ".join(map(str, self._receiver.pids))
        self._receiver.kill()
        self._kills += 1
        self._out.step(self._receiver.node, "", f"SIGKILL {when} (process {pids})")
        self._receiver.start()
        self._receiver.await_ready()
        pids = " ".join(map(str, self._receiver.pids))
        self._out.step(self._receiver.node, "", f"is up again (process {pids})")

    def _nothing_lost(self, round_: Round) -> None:
        counted = [
            self._settled(self._sender, round_.sent),
            self._settled(self._receiver, round_.received),
        ]
        rounds = self._receiver.officers["liaison"].get("/handovers", role="receiver", limit=100).all("data")
        same = sum(each.text("round") == round_.number for each in rounds)
        self._out.check(
            "A receiver that is killed in the middle loses nothing and does nothing twice",
            holds=same == 1 and all(each == Counter(_ONCE) for each in counted),
            seen=f"{self._kills} kills; each of {len(_ONCE)} messages once at both nodes, all receipted",
        )

    def _settled(self, at: Authority, id_: str) -> Counter[str]:
        at.until("all is receipted", lambda: all_receipted(at, id_))
        return Counter(acts(at, id_))
