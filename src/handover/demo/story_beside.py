"""The stories beside the main one: a decline, a withdrawal that crosses an acceptance, a tracing request, refusals."""

from typing import Final

from handover.demo import records
from handover.demo.authority import Authority
from handover.demo.imported import import_case
from handover.demo.looks import acts
from handover.demo.output import Output
from handover.demo.records import Case
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
        said = Statement(
            given_by="guardian", language="es", interpreter="not needed", assent="agrees",
            text="I agree that this is shown to the service in Barcelona.",
        )  # fmt: skip
        matter = self._steps.begin(sender.officers["caseworker"], case)
        round_ = self._offered(sender, receiver, case, matter, said)
        who = receiver.officers["liaison"]
        self._steps.open(who, round_)
        no = {"code": "no-capacity", "text": "No guardian is free before February."}
        who.post(f"/handovers/{round_.received}/decline", no)
        self._steps.say(who, f'declines ({no["code"]}): "{no["text"]}"')
        ended = round_.await_sender(State.VOIDED)
        round_.await_receiver(State.CLOSED)
        self._out.step(sender.node, "", "voids the round, and is told that all was erased over there")
        gone = who.refused(f"/handovers/{round_.received}/open", names=["out-of-order"])
        self._out.check(
            "A decline changes nobody's responsibility, and the receiver erases",
            holds=sender.claim(matter) == Claim.HOLDER and ended.text("reason") == "declined",
            seen=f"{sender.node} still {Claim.HOLDER}; to open it at {receiver.node}: {gone['status']}",
        )
        return round_

    def crossing(self, sender: Authority, receiver: Authority) -> Round:
        """A withdrawal and an acceptance, each decided before the other was heard of."""
        first, who = sender.officers["caseworker"], receiver.officers["liaison"]
        case, matter = import_case(self._steps, first, records.shipped_document())
        self._out.about(case.called)
        said = Statement(
            given_by="child", language="prs", interpreter="present", assent="agrees",
            text="I want them in Hamburg to know this, so that I can go to my brother.",
        )  # fmt: skip
        self._steps.write(first, matter, case)
        round_ = self._offered(sender, receiver, case, matter, said)
        self._steps.open(who, round_)
        self._cross(round_)
        round_.await_sender(State.VOIDED)
        round_.await_receiver(State.CLOSED)
        self._out.step(receiver.node, "", "hears of the withdrawal: its acceptance ends, and it erases")
        claims = (sender.claim(matter), receiver.claim(round_.taken))
        self._out.check(
            "A withdrawal that crosses an acceptance: both sides end alike, one is responsible",
            holds=claims == (Claim.HOLDER, Claim.NONE),
            seen=f"{State.VOIDED} and {State.CLOSED}; {sender.node} {claims[0]}, {receiver.node} {claims[1]}",
        )
        return round_

    def _cross(self, round_: Round) -> None:
        """The sender's worker stands still meanwhile, so that what is said waits in its queue."""
        sender, receiver = round_.sender, round_.receiver
        sender.deliver(on=False)
        self._out.note(f"the worker process of {sender.node} is stopped: what it says waits")
        who = sender.officers["caseworker"]
        who.post(f"/handovers/{round_.sent}/withdraw")
        self._steps.say(who, "withdraws the offer: the brother has moved to Athens")
        self._steps.accept(
            receiver.officers["liaison"], round_, name="Birgit Claussen",
            organisation="Guardianship service, Hamburg", plan="Lives with his brother; a visit each week.",
        )  # fmt: skip
        sender.until("the acceptance is there", lambda: "acceptance" in acts(sender, round_.sent) or None)
        states = (
            sender.handover(round_.sent).text("state"),
            receiver.handover(round_.received).text("state"),
        )
        self._out.note(f"{receiver.node} is {states[1]} and knows of no withdrawal; {sender.node} has the")
        self._out.note(f"acceptance and stays {states[0]}; its worker is started again")
        self._out.check(
            "Withdrawal and acceptance were both said before the other was heard of",
            holds=states == (State.VOIDING, State.BOUND),
            seen=f"{sender.node} {states[0]} and {receiver.node} {states[1]} at one time",
        )
        sender.deliver(on=True)

    def _offered(
        self, sender: Authority, receiver: Authority, case: Case, matter: str, said: Statement
    ) -> Round:
        first, second = sender.officers["caseworker"], sender.officers["liaison"]
        ground = self._steps.consent(first, matter, case, to=receiver.node, fields=_NEEDED, said=said)
        round_ = self._steps.prepare(first, matter, sender=sender, to=receiver, fields=_NEEDED, ground=ground)
        self._steps.release(second, round_)
        return self._steps.delivered(round_)

    def tracing(self, sender: Authority, receiver: Authority, *, without: Authority) -> Round:
        """A tracing request: refused to a node without the mandate, then handed over with an automatic deed."""
        case = records.made_up("tracing-1")
        self._out.about(case.called)
        first, who = sender.officers["tracing"], receiver.officers["tracing"]
        matter = self._steps.begin(first, case)
        said = Statement(
            given_by="caregiver", language="prs", interpreter="present", assent="not here to be asked",
            text="I ask you to look for my children, and to tell the office in Athens what it needs for that.",
        )  # fmt: skip
        ground = self._steps.consent(first, matter, case, to=receiver.node, fields=_TRACING, said=said)
        self._without_mandate(without, offer(matter, without.node, _TRACING, ground), sender)
        round_ = self._steps.prepare(
            first, matter, sender=sender, to=receiver, fields=_TRACING, ground=ground
        )
        self._steps.release(sender.officers["liaison"], round_)
        round_ = self._steps.delivered(round_)
        self._steps.open(who, round_)
        self._steps.accept(
            who, round_, name=who.name, organisation="Tracing office, Athens",
            plan="Asks the shelters of the western islands first.",
        )  # fmt: skip
        self._steps.taken_up(round_)
        claims = (sender.claim(matter), receiver.claim(round_.taken))
        self._out.check(
            "A tracing request passes on with an automatic deed",
            holds=acts(sender, round_.sent).count("deed") == 1 and claims == (Claim.NONE, Claim.HOLDER),
            seen=f"{receiver.node} {claims[1]}; nobody had to countersign",
        )
        return round_

    def _without_mandate(self, without: Authority, body: dict[str, object], sender: Authority) -> None:
        who = sender.officers["tracing"]
        self._steps.say(who, f"tries {without.node} first, whose entry in the registry has no such mandate")
        problem = who.refused("/handovers", body, names=["mandate-missing"])
        self._out.problem(who.node, who.name, problem)
        self._out.check(
            "Nothing can be offered to a node without the mandate",
            holds=problem["status"] == 403,
            seen="refused: mandate-missing",
        )

    def uncovered(self, sender: Authority, receiver: Authority) -> None:
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
            "An offer that the consent does not cover is refused, and no round begins",
            holds=problem["status"] == 403 and all(each.text("matter") != matter for each in rounds),
            seen="refused: ground-fields",
        )
