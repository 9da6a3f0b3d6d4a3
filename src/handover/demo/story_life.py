"""The whole life of one case: handed over twice, a decision asked back, a consent withdrawn, a complaint answered."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from handover.demo import records
from handover.demo.authority import Authority
from handover.demo.client import Shown
from handover.demo.output import Output
from handover.demo.records import Case
from handover.demo.steps import DAY, Round, Statement, Steps
from handover.domain.handover import Claim, State

_FIELDS: Final = (
    "identity", "status", "guardianship", "care", "family", "protection", "best-interests", "child-view",
    "legal", "plan",
)  # fmt: skip
_TOLD_BACK: Final = ("plan.follow_ups", "guardianship.appointing_order")
_FIRST: Final = Statement(
    given_by="guardian", language="es", interpreter="not needed", assent="agrees",
    text="I agree that Barcelona gets this, so that she can live with her mother.",
)  # fmt: skip
_SECOND: Final = Statement(
    given_by="child", language="es", interpreter="not needed", assent="agrees",
    text="We move to Hamburg; the people there may have this.",
)  # fmt: skip
_BACK: Final = Statement(
    given_by="child", language="es", interpreter="present", assent="agrees",
    text="They may tell Barcelona what the court decides and how I am.",
)  # fmt: skip


@dataclass
class Life:
    """One matter at the three authorities that were responsible for it, one after the other."""

    first: Round
    second: Round
    path: list[Authority]

    @property
    def matters(self) -> list[tuple[Authority, str]]:
        """The matter's name at each of them."""
        names = (self.first.matter, self.second.matter, self.second.taken)
        return list(zip(self.path, names, strict=True))


class LifeStory:
    """From San Pedro Sula over Barcelona to Hamburg, and what is asked, told, withdrawn and complained about then."""

    def __init__(self, out: Output, path: list[Authority]) -> None:
        self._out = out
        self._steps = Steps(out)
        self._path = path

    def tell(self) -> Life:
        """Tell it."""
        san_pedro, barcelona, hamburg = self._path
        case = records.made_up("guardianship-5")
        self._out.about(case.called)
        matter = self._steps.begin(san_pedro.officers["caseworker"], case)
        first = self._handed_over(san_pedro, barcelona, matter, case, _FIRST)
        second = self._handed_over(barcelona, hamburg, first.taken, case, _SECOND)
        life = Life(first=first, second=second, path=self._path)
        self._responsible(life)
        self._told_back(life, case)
        self._decision_asked(life)
        self._withdrawn(life)
        self._complained(life)
        self._asked_who_has_what(life)
        return life

    def _handed_over(
        self, sender: Authority, receiver: Authority, matter: str, case: Case, said: Statement
    ) -> Round:
        writes, releases = sender.officers["caseworker"], sender.officers["liaison"]
        ground = self._steps.consent(writes, matter, case, to=receiver.node, fields=_FIELDS, said=said)
        round_ = self._steps.prepare(
            writes, matter, sender=sender, to=receiver, fields=_FIELDS, ground=ground
        )
        self._steps.release(releases, round_)
        round_ = self._steps.delivered(round_)
        who = receiver.officers["liaison"]
        self._steps.open(who, round_)
        self._steps.accept(
            who, round_, name=who.name, organisation=f"Guardianship service of {receiver.node}",
            plan="Lives with her mother; a visit each week.",
        )  # fmt: skip
        round_.await_sender(State.ACCEPTED)
        self._steps.countersign(sender.officers["supervisor"], round_)
        self._steps.taken_up(round_)
        return round_

    def _responsible(self, life: Life) -> None:
        claims = [at.claim(matter) for at, matter in life.matters]
        self._out.check(
            "A case that was handed over twice has one responsible authority, the last",
            holds=claims == [Claim.NONE, Claim.NONE, Claim.HOLDER],
            seen=", ".join(f"{at.node} {claim}" for (at, _), claim in zip(life.matters, claims, strict=True)),
        )

    def _told_back(self, life: Life, case: Case) -> None:
        """The last tells the one before it how the child is, under a consent of its own."""
        barcelona, hamburg = life.path[1:]
        who = hamburg.officers["caseworker"]
        self._steps.consent(who, life.second.taken, case, to=barcelona.node, fields=_TOLD_BACK, said=_BACK)
        body = {"due": 7, "date": _today(), "state": "well", "text": "She sleeps well and goes to school."}
        hamburg.officers["liaison"].post(f"/handovers/{life.second.received}/follow-ups", body)
        self._steps.say(hamburg.officers["liaison"], "tells Barcelona how she is after the first week")
        path = f"/handovers/{life.second.sent}/follow-ups"
        told = barcelona.until("the follow-up is there", lambda: _told(barcelona, path))
        plan = barcelona.officers["liaison"].get(path).all("dates")
        stages = ", ".join(f"day {each.number('day')} {each.text('stage')}" for each in plan)
        self._out.check(
            "Who gave a case away hears on the agreed days how the child is",
            holds=plan[0].text("stage") == "done" and told,
            seen=f"{barcelona.node}: {stages}",
        )

    def _decision_asked(self, life: Life) -> None:
        """Barcelona, which was responsible, asks what was decided since; the answer comes by itself."""
        barcelona, hamburg = life.path[1:]
        decided = {
            "kind": "guardianship-order", "date": _today(), "authority": "Family court, Hamburg",
            "reference": "F 417/26", "outcome": "Her mother is guardian; the youth office assists her.",
        }  # fmt: skip
        who = hamburg.officers["caseworker"]
        who.post(f"/matters/{life.second.taken}/decisions", decided)
        self._steps.say(who, "enters the guardianship order of the court in the register of decisions")
        asks = barcelona.officers["liaison"]
        question = {"kinds": ["guardianship-order"], "text": "Who is her guardian in Germany?"}
        asks.post(f"/handovers/{life.second.sent}/decisions-wanted", question)
        self._steps.say(asks, "asks what was decided about her guardian")
        matter = life.matters[1][1]
        found = barcelona.until("the decision is there", lambda: _received(barcelona, matter))
        self._out.step(
            hamburg.node, "", "answers by itself: the child's consent covers this, and nothing else"
        )
        self._out.check(
            "A decision is asked back and told by itself, because a consent covers it",
            holds=found.text("kind") == "guardianship-order",
            seen=f"{barcelona.node} has a {found.text('kind')} of {hamburg.node} in its register",
        )

    def _withdrawn(self, life: Life) -> None:
        """The first consent is withdrawn: it reaches everybody to whom the record was passed on."""
        san_pedro, barcelona, hamburg = life.path
        who = san_pedro.officers["caseworker"]
        [shown] = who.get(f"/matters/{life.first.matter}/disclosures").all("data")
        body = {"scope": "ground", "text": "Delete what is not needed any more."}
        who.post(f"/disclosures/{shown.text('envelope')}/withdraw", body)
        self._steps.say(who, "records that her guardian withdraws the consent to the first disclosure")
        demands = [_await_demand(at, matter) for at, matter in life.matters[1:]]
        self._out.note(f"it has reached {barcelona.node} and, passed on by that node itself, {hamburg.node}")
        erases = barcelona.officers["liaison"]
        erases.post(f"/demands/{demands[0].text('envelope')}/erase")
        self._steps.say(erases, "destroys the record: record, files, statements, keys; and says so, signed")
        keeps = hamburg.officers["liaison"]
        hold = {
            "reason": "responsible", "text": "This office is responsible for her.",
            "until": int(time.time()) + 365 * DAY,
        }  # fmt: skip
        keeps.post(f"/demands/{demands[1].text('envelope')}/hold", hold)
        self._steps.say(keeps, "keeps it for a year, because the office is responsible; and says so, signed")
        first = san_pedro.until("the answer is there", lambda: _answered(san_pedro, life.matters[0][1]))
        second = barcelona.until("the answer is there", lambda: _answered(barcelona, life.matters[1][1]))
        gone = erases.missing(f"/matters/{life.matters[1][1]}/record")
        self._out.check(
            "A withdrawal reaches every holder: one erases, the responsible one says why it keeps the record",
            holds=(first, second, gone) == ("erased", "legal-hold", "erased"),
            seen=f"{barcelona.node}: {first}; {hamburg.node}: {second}; to read it there: {gone}",
        )

    def _complained(self, life: Life) -> None:
        """She complains in Hamburg about the first authority: it travels back along the chain."""
        san_pedro, barcelona, hamburg = life.path
        who = hamburg.officers["liaison"]
        body = {
            "kind": "complaint", "language": "es", "about": san_pedro.node,
            "text": "Nobody told me that Barcelona would get my school reports.",
        }  # fmt: skip
        made = who.post(f"/matters/{life.matters[2][1]}/requests", body).text("id")
        self._steps.say(
            who, f"takes her complaint about {san_pedro.node}, in Spanish; it goes to each holder"
        )
        for at, outcome in ((san_pedro, "upheld"), (barcelona, "passed-on")):
            _await_complaint(at, made)
            answers = at.officers["liaison"]
            answers.post(
                f"/requests/{made}/answer",
                {"outcome": outcome, "text": "We are sorry, and have looked at it."},
            )
            self._steps.say(answers, f"answers the complaint: {outcome}")
        found = hamburg.until("both answers are there", lambda: _outcomes(hamburg, made, 2))
        self._out.check(
            "A complaint follows the case, and each authority's answer comes back to where it was made",
            holds=found == {san_pedro.node: "upheld", barcelona.node: "passed-on"},
            seen=", ".join(f"{node}: {outcome}" for node, outcome in found.items()),
        )

    def _asked_who_has_what(self, life: Life) -> None:
        """She asks who received what: each holder answers by itself from its register."""
        san_pedro, barcelona, hamburg = life.path
        who = hamburg.officers["liaison"]
        asked = {"kind": "access", "language": "es"}
        made = who.post(f"/matters/{life.matters[2][1]}/requests", asked).text("id")
        who.post(f"/requests/{made}/confirm")
        self._steps.say(who, "has seen her papers, and asks every holder for her: who received what?")
        found = hamburg.until("both answers are there", lambda: _told_whom(hamburg, made, 3))
        self._out.check(
            "Whoever asks hears from each holder who received what, and what was erased since",
            holds=found.get(san_pedro.node) == {barcelona.node}
            and found.get(barcelona.node) == {hamburg.node},
            seen="; ".join(f"{node} to {', '.join(sorted(to)) or 'nobody'}" for node, to in found.items()),
        )


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def _told(at: Authority, path: str) -> bool | None:
    return bool(at.officers["liaison"].get(path).all("told")) or None


def _received(at: Authority, matter: str) -> Shown | None:
    found = at.officers["liaison"].get(f"/matters/{matter}/decisions").all("data")
    return found[0] if found else None


def _demanded(at: Authority, matter: str) -> Shown | None:
    found = at.officers["liaison"].get(f"/matters/{matter}/demands").all("data")
    mine = (each for each in found if each.at("incoming").value is True)
    return next((each for each in mine if each.text("act") == "consent-withdrawn"), None)


def _await_demand(at: Authority, matter: str) -> Shown:
    return at.until("the withdrawal is there", lambda: _demanded(at, matter))


def _answered(at: Authority, matter: str) -> str | None:
    for each in at.officers["liaison"].get(f"/matters/{matter}/demands").all("data"):
        if each.text("act") == "consent-withdrawn" and each.at("incoming").value is False:
            found = each.at("answered").value
            return None if found is None else str(found)
    return None


def _await_complaint(at: Authority, petition: str) -> None:
    at.until("the complaint is there", lambda: _waits(at, petition))


def _waits(at: Authority, petition: str) -> bool | None:
    found = at.officers["liaison"].get("/requests").all("data")
    return any(each.text("id") == petition for each in found) or None


def _outcomes(at: Authority, petition: str, number: int) -> dict[str, str] | None:
    holders = at.officers["liaison"].get(f"/requests/{petition}").all("holders")
    found = {each.text("node"): each.at("outcome").value for each in holders}
    said = {node: str(outcome) for node, outcome in found.items() if outcome is not None}
    return said if len(said) == number else None


def _told_whom(at: Authority, petition: str, number: int) -> dict[str, set[str]] | None:
    holders = at.officers["liaison"].get(f"/requests/{petition}").all("holders")
    answered = [each for each in holders if each.at("answered_at").value is not None]
    if len(answered) != number:
        return None
    return {each.text("node"): {one.text("to") for one in each.all("disclosures")} for each in answered}
