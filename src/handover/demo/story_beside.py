"""The stories beside the main one: a decline, a withdrawal that crosses an acceptance, a tracing request, refusals."""

from typing import Final

from handover.demo import records
from handover.demo.authority import Authority
from handover.demo.client import Shown
from handover.demo.looks import acts
from handover.demo.output import Output
from handover.demo.steps import Round, Statement, Steps, offer
from handover.domain.handover import Claim, State

_NEEDED: Final = ("identity", "status", "guardianship", "family", "best-interests", "child-view", "plan")
_TRACING: Final = ("identity", "family", "tracing", "protection")


class Beside:
    """Tells them, one after the other."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._steps = Steps(out)

    def decline(self, sender: Authority, receiver: Authority) -> Round:
        """An offer that is declined."""
        case = records.made_up("guardianship-3")
        self._out.about(case.called)
        first, second = sender.officers["caseworker"], sender.officers["liaison"]
        matter = self._steps.begin(first, case)
        said = Statement(
            given_by="guardian", language="es", interpreter="not needed", assent="agrees",
            text="I agree that this is shown to the service in Barcelona.",
        )  # fmt: skip
        ground = self._steps.consent(first, matter, case, to=receiver.node, fields=_NEEDED, said=said)
        round_ = self._steps.prepare(first, matter, sender=sender, to=receiver, fields=_NEEDED, ground=ground)
        self._steps.release(second, round_)
        round_ = self._steps.delivered(round_)
        who = receiver.officers["liaison"]
        self._steps.open(who, round_)
        who.post(
            f"/handovers/{round_.received}/decline",
            {"code": "no-capacity", "text": "No guardian is free before February."},
        )
        self._steps.say(who, "declines: no-capacity")
        ended = round_.await_sender(State.VOIDED)
        round_.await_receiver(State.CLOSED)
        self._out.step(sender.node, "", "voids the round and is told that everything was erased over there")
        self._out.check(
            "A decline changes nobody's responsibility, and the receiver erases",
            holds=sender.claim(matter) == Claim.HOLDER
            and ended.text("reason") == "declined"
            and self._nothing_left(round_),
            seen=f"{sender.node} still holder; nothing can be opened at {receiver.node}",
        )
        return round_

    def _nothing_left(self, round_: Round) -> bool:
        who = round_.receiver.officers["liaison"]
        who.refused(f"/handovers/{round_.received}/open", names=["out-of-order", "not-found", "erased"])
        return True

    def crossing(self, sender: Authority, receiver: Authority) -> Round:
        """A withdrawal and an acceptance that are both under way at once."""
        case = records.made_up("guardianship-2")
        self._out.about(case.called)
        round_ = self._offered(sender, receiver, case)
        self._steps.open(receiver.officers["liaison"], round_)
        self._deliveries(sender, receiver, on=False)
        self._steps.accept(
            receiver.officers["liaison"], round_, name="Oriol Casals",
            organisation="Child protection service, Barcelona", plan="Met at Sants by her mother and an officer.",
        )  # fmt: skip
        who = sender.officers["caseworker"]
        who.post(f"/handovers/{round_.sent}/withdraw")
        self._steps.say(who, "withdraws the offer at the same time: the grandmother is well again")
        crossing = (_waiting(sender, round_.sent), _waiting(receiver, round_.received))
        states = (
            sender.handover(round_.sent).text("state"),
            receiver.handover(round_.received).text("state"),
        )
        self._out.note(
            f"now {sender.node} says {states[0]}, {receiver.node} says {states[1]}; neither has heard"
        )
        self._deliveries(sender, receiver, on=True)
        round_.await_sender(State.VOIDED)
        round_.await_receiver(State.CLOSED)
        self._out.step(sender.node, "", "hears the acceptance too late: the void stands, and is confirmed")
        self._out.check(
            "A withdrawal that crosses an acceptance wins, on both sides alike",
            holds=crossing == (1, 1)
            and states == (State.VOIDING, State.BOUND)
            and sender.claim(round_.matter) == Claim.HOLDER,
            seen=f"{states[0]} and {states[1]} at once, then voided and closed; {sender.node} holder",
        )
        return round_

    def _offered(self, sender: Authority, receiver: Authority, case: records.Case) -> Round:
        first, second = sender.officers["caseworker"], sender.officers["liaison"]
        matter = self._steps.begin(first, case)
        said = Statement(
            given_by="caregiver", language="uk", interpreter="present", assent="agrees",
            text="I agree that her file goes to Barcelona, where her mother lives.",
        )  # fmt: skip
        ground = self._steps.consent(first, matter, case, to=receiver.node, fields=_NEEDED, said=said)
        round_ = self._steps.prepare(first, matter, sender=sender, to=receiver, fields=_NEEDED, ground=ground)
        self._steps.release(second, round_)
        return self._steps.delivered(round_)

    def _deliveries(self, *nodes: Authority, on: bool) -> None:
        """Stop the workers of nodes, or start them again: what is said meanwhile waits in their queues."""
        workers = [each.worker for each in nodes if each.worker]
        for worker in workers:
            if on:
                worker.start()
            else:
                worker.ask_to_end()
        for worker in [] if on else workers:
            worker.await_end()
        names = " and ".join(each.node for each in nodes)
        self._out.note(f"the worker processes of {names} are {'started again' if on else 'stopped'}")

    def tracing(self, sender: Authority, receiver: Authority, *, without: Authority) -> Round:
        """A tracing request: refused to a node without the mandate, then handed over with an automatic deed."""
        case = records.made_up("tracing-1")
        self._out.about(case.called)
        first, second = sender.officers["tracing"], sender.officers["liaison"]
        matter = self._steps.begin(first, case)
        said = Statement(
            given_by="authority", language="prs", interpreter="present", assent="not asked: they are sought",
            text="I ask you to look for my children, and to tell the office in Athens what it needs for that.",
        )  # fmt: skip
        ground = self._steps.consent(first, matter, case, to=receiver.node, fields=_TRACING, said=said)
        problem = first.refused(
            "/handovers", offer(matter, without.node, _TRACING, ground), names=["mandate-missing"]
        )
        self._steps.say(
            first, f"tries to offer it to {without.node}, which the registry gives no such mandate:"
        )
        self._out.problem(first.node, first.name, problem)
        self._out.check(
            "Nothing can be offered to a node without the mandate",
            holds=True,
            seen="refused: mandate-missing",
        )
        round_ = self._steps.prepare(
            first, matter, sender=sender, to=receiver, fields=_TRACING, ground=ground
        )
        self._steps.release(second, round_)
        round_ = self._steps.delivered(round_)
        who = receiver.officers["tracing"]
        self._steps.open(who, round_)
        self._steps.accept(
            who, round_, name=who.name, organisation="Tracing office, Athens",
            plan="Asks the shelters of the western islands first.",
        )  # fmt: skip
        self._steps.taken_up(round_)
        self._out.check(
            "A tracing request passes with an automatic deed",
            holds=acts(sender, round_.sent).count("deed") == 1
            and receiver.claim(round_.taken) == Claim.HOLDER,
            seen=f"{receiver.node} holder; no countersigning officer was needed",
        )
        return round_

    def uncovered(self, sender: Authority, receiver: Authority) -> str:
        """An offer of more than the consent covers."""
        case = records.made_up("guardianship-4")
        self._out.about(case.called)
        who = sender.officers["caseworker"]
        matter = self._steps.begin(who, case)
        said = Statement(
            given_by="guardian", language="el", interpreter="not needed", assent="too young to be asked",
            text="I agree that the named parts go to Hamburg, and nothing about her health.",
        )  # fmt: skip
        ground = self._steps.consent(who, matter, case, to=receiver.node, fields=_NEEDED, said=said)
        wanted = (*_NEEDED, "health")
        self._steps.say(who, f"tries to offer {', '.join(wanted)}")
        problem = who.refused(
            "/handovers", offer(matter, receiver.node, wanted, ground), names=["ground-fields"]
        )
        self._out.problem(who.node, who.name, problem)
        rounds = who.get("/handovers", role="sender", limit=100).all("data")
        self._out.check(
            "An offer that the consent does not cover is refused, and nothing is queued",
            holds=all(each.text("matter") != matter for each in rounds),
            seen="refused: ground-fields",
        )
        return matter


def _waiting(at: Authority, id_: str) -> int:
    """Count what waits in a node's queue for a round."""
    found: list[Shown] = at.officers["liaison"].get("/queue", limit=100).all("data")
    return sum(each.text("handover") == id_ and each.text("delivery") == "queued" for each in found)
