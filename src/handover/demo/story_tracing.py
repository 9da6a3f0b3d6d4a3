"""A mother seeks her children in Arabic; one is registered by ear, one in Greek; two offices talk, and they meet."""

import time
from typing import Final

from handover.demo import records
from handover.demo.authority import Authority
from handover.demo.client import Shown
from handover.demo.output import Output
from handover.demo.records import Case
from handover.demo.steps import DAY, Round, Statement, Steps
from handover.domain.handover import Claim, State

_SPOKEN: Final = ("child_identity.names", "separation.circumstances")
_MOTHER: Final = Statement(
    given_by="inquirer", language="ar", interpreter="present", assent="not here to be asked",
    text="I ask you to look for my children.",
)  # fmt: skip
_CHILD: Final = Statement(
    given_by="child", language="ar", interpreter="present", assent="agrees", text="Please find my mother.",
)  # fmt: skip
_FIELDS: Final = ("identity", "status", "guardianship", "family", "best-interests", "child-view", "plan")
_SPENT: Final = ("peer-spent", "evaluations-spent")
_NAMES: Final = ("Omar", "Karim", "Salim", "Nadir", "Fadel", "Hisham")


class TracingStory:
    """Hamburg seeks, Samos and Athens hold, and San Pedro Sula asks for too much."""

    def __init__(self, out: Output, asker: Authority, holders: list[Authority], *, greedy: Authority) -> None:
        self._out = out
        self._steps = Steps(out)
        self._asker = asker
        self._samos, self._athens = holders
        self._greedy = greedy

    def tell(self) -> list[tuple[Authority, str]]:
        """Tell it; give where its matters are."""
        mother, son, daughter = (
            records.made_up(name) for name in ("tracing-2", "guardianship-6", "guardianship-7")
        )
        self._out.about(f"{mother.called}; her children as registered: {son.called}; {daughter.called}")
        boy = self._registered(self._samos, son, "by ear, in Latin letters, at night")
        girl = self._registered(self._athens, daughter, "in Greek")
        request = self._sought(mother)
        candidates = self._candidates(boy, girl)
        here, there = self._contact(candidates)
        self._talked(here, there, request, boy)
        self._reunited(there, boy, son)
        self._too_much(mother)
        return [(self._asker, request), (self._samos, boy), (self._athens, girl)]

    def _registered(self, at: Authority, case: Case, how: str) -> str:
        who = at.officers["caseworker"]
        matter = self._steps.begin(who, case)
        self._permit(at, matter, _CHILD)
        self._steps.say(who, f"has registered a child {how}, and has its consent to be found")
        at.until("the record is in the index", lambda: _indexed(at, matter))
        return matter

    def _permit(self, at: Authority, matter: str, said: Statement) -> None:
        statement = {**said.body(), "given_by": said.given_by}
        body = {"until": int(time.time()) + 90 * DAY, "statement": statement}
        at.officers["caseworker"].post(f"/matters/{matter}/tracing/consents", body)

    def _sought(self, mother: Case) -> str:
        who = self._asker.officers["tracing"]
        matter = self._steps.begin(who, mother)
        self._permit(self._asker, matter, _MOTHER)
        nodes = [self._samos.node, self._athens.node]
        for person in (0, 1):
            who.post(
                f"/matters/{matter}/tracing/askings", {"person": person, "nodes": nodes, "broadcast": False}
            )
        self._steps.say(
            who, "asks the authorities along the way for both children: four sealed questions, one size"
        )
        states = self._asker.until("all questions are there", lambda: _received(self._asker, matter))
        self._out.check(
            "Whoever asks hears the same from who holds a child and from who does not: received",
            holds=set(states) == {"received"} and len(states) == 4,
            seen=f"{len(states)} questions, each {', '.join(sorted(set(states)))}",
        )
        return matter

    def _candidates(self, boy: str, girl: str) -> tuple[Shown, Shown]:
        found = (
            self._samos.until("a candidate is there", lambda: _candidate(self._samos, boy)),
            self._athens.until("a candidate is there", lambda: _candidate(self._athens, girl)),
        )
        for at, each in zip((self._samos, self._athens), found, strict=True):
            fields = (
                at.officers["tracing"].get(f"/tracing/candidates/{each.text('id')}/reasons").all("fields")
            )
            told = ", ".join(str(one.value) for one in fields)
            self._out.step(at.node, "", f"{each.text('band')} candidate; in its own record agree: {told}")
        knows = self._asker.officers["tracing"].get("/contacts").all("data")
        self._out.check(
            "Names written in Arabic, by ear and in Greek meet; only whoever holds the record sees that",
            holds=[each.text("band") for each in found] == ["strong", "strong"] and not knows,
            seen=f"{', '.join(each.text('band') for each in found)}; {self._asker.node} knows of {len(knows)}",
        )
        return found

    def _contact(self, candidates: tuple[Shown, Shown]) -> tuple[str, str]:
        who = self._samos.officers["tracing"]
        there = who.post(f"/tracing/candidates/{candidates[0].text('id')}/release").text("id")
        self._steps.say(
            who, "lets Hamburg know: how alike the records are, and how to reach Samos. Nothing else"
        )
        here = self._asker.until("the hit is there", lambda: _contact(self._asker))
        seen = self._asker.officers["tracing"].get(f"/contacts/{here}")
        self._out.check(
            "A hit tells a band and an office, and no name, place or age",
            holds=seen.text("band") == "strong" and "Kassab" not in seen.text("reach"),
            seen=f"{seen.text('band')}; {seen.text('reach')}",
        )
        return here, there

    def _talked(self, here: str, there: str, request: str, boy: str) -> None:
        asks, holds = self._asker.officers["tracing"], self._samos.officers["tracing"]
        problem = asks.refused(
            f"/contacts/{here}/question",
            {"text": "What does he do when he is afraid?", "fields": [_SPOKEN[0]]},
            names=["ground-missing"],
        )
        self._out.problem(asks.node, asks.name, problem)
        self._ground(self._asker, request, self._samos, _MOTHER)
        self._ground(self._samos, boy, self._asker, _CHILD)
        question = {"text": "What does he do when he is afraid?", "fields": [_SPOKEN[0]]}
        asks.post(f"/contacts/{here}/question", question)
        self._steps.say(asks, f'asks, under the mother\'s consent: "{question["text"]}"')
        self._samos.until("the question is there", lambda: _asked(self._samos, there))
        answer = {"text": "He whistles, he says; his mother knows the tune.", "fields": [_SPOKEN[1]]}
        holds.post(f"/contacts/{there}/answer", answer)
        self._steps.say(holds, f'answers, under the child\'s own: "{answer["text"]}"')
        verdict = {
            "verdict": "confirmed",
            "why": "details-agree",
            "text": "He was heard; he wants to see her.",
        }
        holds.post(f"/contacts/{there}/verdict", verdict)
        asks.post(f"/contacts/{here}/verdict", {**verdict, "text": "She has a home, and was heard."})
        agreed = self._samos.until("both verdicts are there", lambda: _agreed(self._samos, there))
        self._out.check(
            "Both offices verify the link, each with the best interests of its own person",
            holds=problem["status"] == 403 and agreed,
            seen="nothing was said without a consent; confirmed by both",
        )
        holds.post(f"/contacts/{there}/end", {"reason": "confirmed", "text": "It goes on in a handover."})
        self._steps.say(holds, "ends the contact: what was told in it is destroyed at both sides")
        self._samos.until("both know the end", lambda: _over(self._samos, there))

    def _ground(self, at: Authority, matter: str, to: Authority, said: Statement) -> None:
        now = int(time.time())
        body = {
            "schema": "tracing/1", "basis": "consent", "recipients": [to.node], "purposes": ["family-tracing"],
            "fields": list(_SPOKEN), "valid_from": now, "valid_until": now + 30 * DAY,
            "statement": {**said.body(), "given_by": "caregiver" if said is _MOTHER else "child"},
        }  # fmt: skip
        at.officers["caseworker"].post(f"/matters/{matter}/grounds", body)

    def _reunited(self, there: str, boy: str, case: Case) -> None:
        """What follows is an ordinary handover, with its own consent, officers and deed."""
        samos, hamburg = self._samos, self._asker
        said = Statement(
            given_by="guardian", language="el", interpreter="not needed", assent="agrees",
            text="He goes to his mother; Hamburg may have this.",
        )  # fmt: skip
        first = samos.officers["caseworker"]
        ground = self._steps.consent(first, boy, case, to=hamburg.node, fields=_FIELDS, said=said)
        round_ = self._steps.prepare(first, boy, sender=samos, to=hamburg, fields=_FIELDS, ground=ground)
        self._steps.release(samos.officers["liaison"], round_)
        round_ = self._steps.delivered(round_)
        who = hamburg.officers["liaison"]
        self._steps.open(who, round_)
        self._steps.accept(
            who, round_, name=who.name, organisation="Youth office, Hamburg", plan="His mother meets him.",
        )  # fmt: skip
        round_.await_sender(State.ACCEPTED)
        self._steps.countersign(samos.officers["supervisor"], round_)
        self._steps.taken_up(round_)
        self._ended(there, round_)

    def _ended(self, there: str, round_: Round) -> None:
        samos, hamburg = self._samos, self._asker
        ended = _over(samos, there)
        claims = (samos.claim(round_.matter), hamburg.claim(round_.taken))
        self._out.check(
            "A verified reunification: the child's case is where his mother is, and the contact has ended",
            holds=claims == (Claim.NONE, Claim.HOLDER) and ended == State.ENDED,
            seen=f"{samos.node} {claims[0]}, {hamburg.node} {claims[1]}; contact {ended}",
        )

    def _too_much(self, like: Case) -> None:
        """Whoever tries name after name spends what it is given, and the holders of the key are told."""
        greedy = self._greedy
        who = greedy.officers["tracing"]
        matters = []
        for name in _NAMES:
            matter = self._steps.begin(who, records.renamed(like, name))
            self._permit(greedy, matter, _MOTHER)
            nodes = [self._athens.node]
            who.post(f"/matters/{matter}/tracing/askings", {"person": 0, "nodes": nodes, "broadcast": False})
            matters.append(matter)
        self._steps.say(
            who,
            f"asks for {len(_NAMES)} names, one after the other, until the holders of the key give no more",
        )
        problem = greedy.until("it is stopped", lambda: _stopped(greedy, matters))
        self._out.check(
            "A node that asks for too much is stopped by those who hold the key, and by nobody's good will",
            holds=problem in _SPENT,
            seen=f"a question stays unmade: {problem}",
        )


def _indexed(at: Authority, matter: str) -> bool | None:
    return at.officers["caseworker"].get(f"/matters/{matter}/tracing").number("indexed") > 0 or None


def _questions(at: Authority, matter: str) -> list[Shown]:
    who = at.officers["tracing"]
    askings = who.get(f"/matters/{matter}/tracing/askings").all("data")
    return [
        one
        for each in askings
        for one in who.get(f"/tracing/askings/{each.text('id')}/questions").all("data")
    ]


def _received(at: Authority, matter: str) -> list[str] | None:
    states = [each.text("state") for each in _questions(at, matter)]
    return states if set(states) <= {"received", "refused"} else None


def _candidate(at: Authority, matter: str) -> Shown | None:
    found = at.officers["tracing"].get(f"/matters/{matter}/tracing/candidates").all("data")
    return next((each for each in found if each.at("relative").value is False), None)


def _contact(at: Authority) -> str | None:
    found = at.officers["tracing"].get("/contacts").all("data")
    return found[0].text("id") if found else None


def _asked(at: Authority, contact: str) -> bool | None:
    found = at.officers["tracing"].get(f"/contacts/{contact}").at("contact", "question").value
    return found is not None or None


def _agreed(at: Authority, contact: str) -> bool | None:
    return at.officers["tracing"].get(f"/contacts/{contact}").at("agreed").value is True or None


def _over(at: Authority, contact: str) -> str | None:
    state = at.officers["tracing"].get(f"/contacts/{contact}").text("contact", "state")
    return state if state in (State.ENDED, State.OVER) else None


def _stopped(at: Authority, matters: list[str]) -> str | None:
    found = (each.at("problem").value for matter in matters for each in _questions(at, matter))
    return next((str(each) for each in found if each in _SPENT), None)
