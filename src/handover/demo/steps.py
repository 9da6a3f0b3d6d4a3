"""The steps that all stories share, each one request of /api/v1, and what the demonstration prints of them."""

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from handover.demo.authority import Authority
from handover.demo.client import Officer, Shown
from handover.demo.looks import all_receipted, was_opened
from handover.demo.output import Output
from handover.demo.records import Case, fields_of, stated
from handover.domain.handover import State
from handover.domain.ids import NodeId

DAY: Final = 86400  # seconds
_LANGUAGES: Final = {"ar": "Arabic", "el": "Greek", "es": "Spanish", "prs": "Dari", "uk": "Ukrainian"}
_RELATIONS: Final = {
    "guardian": "guardian by court order",
    "caregiver": "family",
    "child": "the child",
    "inquirer": "the mother",
}
_PURPOSES: Final = {"guardianship/1": "child-protection", "tracing/1": "family-tracing"}


@dataclass(frozen=True, kw_only=True)
class Statement:
    """Who gave a consent, in which language, and in which words; it never leaves the node."""

    given_by: str
    language: str
    interpreter: str
    assent: str
    text: str

    def body(self) -> Mapping[str, str]:
        """Give it as the API takes it."""
        return {
            "given_by": self.given_by,
            "capacity": "able to understand what it is about",
            "relation": _RELATIONS[self.given_by],
            "explained_by": "caseworker",
            "language": self.language,
            "interpreter": self.interpreter,
            "expressed": "in writing, and read aloud",
            "child_assent": self.assent,
            "text": self.text,
        }


@dataclass(frozen=True, kw_only=True)
class Round:
    """One offer and all that follows from it, as both sides see it. `received` is empty until it has arrived."""

    sender: Authority
    receiver: Authority
    matter: str
    sent: str
    number: str
    received: str = ""

    def await_sender(self, state: State) -> Shown:
        """Wait until the round is in *state* at the sender."""
        return _await(self.sender, self.sent, state)

    def await_receiver(self, state: State) -> Shown:
        """Wait until the round is in *state* at the receiver."""
        return _await(self.receiver, self.received, state)

    def arrived(self) -> "Round":
        """Wait until the offer is at the receiver, and give the round with its name there."""
        found = self.receiver.until("the offer is there", self._find)
        return replace(self, received=found)

    def _find(self) -> str | None:
        page = self.receiver.officers["liaison"].get("/handovers", role="receiver", limit=100)
        return next((each.text("id") for each in page.all("data") if each.text("round") == self.number), None)

    @property
    def taken(self) -> str:
        """The matter's name at the receiver."""
        return self.receiver.handover(self.received).text("matter")


def _await(at: Authority, id_: str, state: State) -> Shown:
    def ask() -> Shown | None:
        found = at.handover(id_)
        return found if found.text("state") == state else None

    return at.until(f"the round is {state}", ask)


class Steps:
    """What officers do, and what is printed of it."""

    def __init__(self, out: Output) -> None:
        self.out = out

    def say(self, who: Officer, text: str) -> None:
        """Print what an officer does."""
        self.out.step(who.node, who.name, text)

    def begin(self, who: Officer, case: Case) -> str:
        """Begin a matter with its record, and give the matter's name."""
        kind = case.schema.partition("/")[0]
        reference = f"DEMO-{secrets.token_hex(3).upper()}"
        matter = who.post("/matters", {"kind": kind, "reference": reference}).text("id")
        self.write(who, matter, case)
        return matter

    def write(self, who: Officer, matter: str, case: Case) -> None:
        """Write the next version of a record."""
        who.put(f"/matters/{matter}/record", {"schema": case.schema, "sections": case.sections})
        known, all_ = stated(case.sections), fields_of(case.schema)
        self.say(who, f"writes the record: {known} of {all_} fields have a value, the others say why not")

    def consent(
        self, who: Officer, matter: str, case: Case, *, to: str, fields: Sequence[str], said: Statement
    ) -> str:
        """Record a consent, and give its name."""
        now = int(time.time())
        body = {
            "schema": case.schema,
            "basis": "consent",
            "recipients": [to],
            "purposes": [_PURPOSES[case.schema]],
            "fields": list(fields),
            "valid_from": now,
            "valid_until": now + 30 * DAY,
            "statement": said.body(),
        }
        found = who.post(f"/matters/{matter}/grounds", body)
        self.say(
            who,
            f"records the consent of the {said.given_by}, explained in {_LANGUAGES[said.language]} "
            f"(interpreter: {said.interpreter}; the child: {said.assent}): {len(found.all('fields'))} of "
            f"{fields_of(case.schema)} fields, to {to} alone, for {_PURPOSES[case.schema]}, for 30 days",
        )
        return found.text("id")

    def prepare(
        self,
        who: Officer,
        matter: str,
        *,
        sender: Authority,
        to: Authority,
        fields: Sequence[str],
        ground: str,
    ) -> Round:
        """Prepare an offer; nothing has left yet."""
        found = who.post("/handovers", offer(matter, to.node, fields, ground))
        self.say(
            who, f"prepares an offer to {to.node} of {len(found.all('fields'))} fields; nothing has left"
        )
        return Round(
            sender=sender, receiver=to, matter=matter, sent=found.text("id"), number=found.text("round")
        )

    def release(self, who: Officer, round_: Round) -> None:
        """Release it, as a second officer."""
        who.post(f"/handovers/{round_.sent}/release")
        self.say(who, "looks at it as second officer and releases it: sealed, signed, on its way")

    def delivered(self, round_: Round) -> Round:
        """Wait for the offer at the receiver, and for its receipt at the sender."""
        found = round_.arrived()
        self.receipted(found)
        self.out.note(f"{found.receiver.node} has receipted it: a proof from its log that it is stored")
        return found

    def receipted(self, round_: Round) -> None:
        """Wait until everything that the sender has said is receipted."""
        round_.sender.until("all is receipted", lambda: all_receipted(round_.sender, round_.sent))

    def open(self, who: Officer, round_: Round) -> Shown:
        """Read the offer, and wait until the sender knows that it was read; give the sections."""
        found = who.post(f"/handovers/{round_.received}/open").at("sections")
        disclosed = sum(len(found.names(section)) for section in found.names())
        self.say(who, f"opens it: {disclosed} fields were disclosed, and the reading is logged")
        round_.sender.until("it learns of the reading", lambda: was_opened(round_.sender, round_.sent))
        self.out.note(f"{round_.sender.node} has the signed confirmation that a named officer has read it")
        return found

    def accept(self, who: Officer, round_: Round, *, name: str, organisation: str, plan: str) -> None:
        """Accept, naming who will answer for the matter."""
        responsible = {"name": name, "organisation": organisation, "contact": f"{name} at {organisation}"}
        body = {"responsible": responsible, "plan": plan}
        who.post(f"/handovers/{round_.received}/accept", body)
        self.say(who, f"accepts, and names {name} ({organisation}): bound until a deed or a void comes")

    def countersign(self, who: Officer, round_: Round) -> None:
        """Give the deed, as yet another officer."""
        found = who.post(f"/handovers/{round_.sent}/countersign").text("state")
        self.say(
            who, f"countersigns the deed; the consent was asked once more. {who.node}: {found}, still acts"
        )

    def taken_up(self, round_: Round) -> None:
        """Wait until the receiver is responsible, and the sender knows it."""
        round_.await_receiver(State.HOLDING)
        self.out.step(round_.receiver.node, "", "commits the deed: from here on it is responsible")
        round_.await_sender(State.TRANSFERRED)
        self.out.step(round_.sender.node, "", "has the take-up receipt: transferred, its case closes")


def offer(matter: str, to: NodeId, fields: Sequence[str], ground: str) -> dict[str, object]:
    """Give the body that prepares an offer."""
    return {"matter": matter, "to": to, "fields": list(fields), "ground": ground}
