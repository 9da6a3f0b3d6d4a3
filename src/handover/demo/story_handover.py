"""The main story: a child's case goes from Athens to Hamburg."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from pydantic import JsonValue

from handover.demo import records
from handover.demo.authority import Authority
from handover.demo.client import Shown
from handover.demo.imported import import_case
from handover.demo.looks import all_receipted, arrival, download, parts, receipts, was_said
from handover.demo.output import Output
from handover.demo.records import Case, Document
from handover.demo.steps import Round, Statement, Steps
from handover.domain.handover import Claim, State
from handover.protocol import strict

COVERED: Final = (
    "identity", "image", "status", "guardianship", "care", "whereabouts", "family", "protection",
    "best-interests", "child-view", "health", "legal", "plan", "documents",
)  # fmt: skip
"""The categories of the consent: neither numbers by which others know the child, nor school."""
CHOSEN: Final = tuple(each for each in COVERED if each != "legal")
SAID: Final = Statement(
    given_by="guardian",
    language="ar",
    interpreter="present",
    assent="agrees",
    text="I agree that the named parts of the file go to the youth office in Hamburg, and to nobody else.",
)
_ORDER: Final = b"Order of the juvenile prosecutor, Athens (sample). Temporary guardianship.\n"
_QUESTION: Final = "Does he need the inhaler on the flight, and who carries it?"
_ANSWER: Final = "Yes; his guardian carries it, with the prescription."


class MainStory:
    """From the record to the arrival."""

    def __init__(self, out: Output, athens: Authority, hamburg: Authority) -> None:
        self._out = out
        self._steps = Steps(out)
        self._athens = athens
        self._hamburg = hamburg
        self._files: dict[str, bytes] = {}

    def tell(self, document: Document | None) -> Round:
        """Tell it, and give the round."""
        case, matter = self._case(document)
        round_ = self._offered(case, matter)
        self._responsible(round_, "The sender alone is responsible while the offer is out", sender=True)
        self._decided(round_)
        self._handed_over(round_)
        return round_

    def _case(self, document: Document | None) -> tuple[Case, str]:
        who = self._athens.officers["caseworker"]
        if document is None:
            case = records.made_up("guardianship-1")
            self._out.about(case.called)
            matter = who.post("/matters", {"kind": "guardianship", "reference": "DEMO-0417"}).text("id")
        else:
            case, matter = import_case(self._steps, who, document)
        case = self._with_files(case, matter)
        self._steps.write(who, matter, case)
        return case, matter

    def _with_files(self, case: Case, matter: str) -> Case:
        """Keep a photograph and a document with the matter, and let the record name them."""
        sections = {name: dict(fields) for name, fields in case.sections.items()}
        sections["identity"]["photo"] = self._kept(matter, "image/png", records.picture())
        order: dict[str, JsonValue] = {"title": "Order of the prosecutor", "kind": "guardianship_order"}
        document = {**order, "language": "el", **self._kept(matter, "text/plain", _ORDER)}
        sections["documents"] = {"files": [document]}
        return replace(case, sections=sections)

    def _kept(self, matter: str, media_type: str, data: bytes) -> dict[str, JsonValue]:
        who = self._athens.officers["caseworker"]
        digest = who.send(f"/matters/{matter}/attachments", data, media_type).text("digest")
        self._files[digest] = data
        self._steps.say(who, f"keeps a file with the matter: {media_type}, {len(data)} bytes")
        return {"media_type": media_type, "size": len(data), "digest": digest}

    def _offered(self, case: Case, matter: str) -> Round:
        first, second = self._athens.officers["caseworker"], self._athens.officers["liaison"]
        ground = self._steps.consent(first, matter, case, to=self._hamburg.node, fields=COVERED, said=SAID)
        round_ = self._steps.prepare(
            first, matter, sender=self._athens, to=self._hamburg, fields=CHOSEN, ground=ground
        )
        self._preview(round_)
        problem = first.refused(f"/handovers/{round_.sent}/release", names=["same-officer"])
        self._out.problem(first.node, first.name, problem)
        self._out.check(
            "Whoever prepared an offer cannot release it", holds=True, seen="refused: same-officer"
        )
        self._steps.release(second, round_)
        return self._steps.delivered(round_)

    def _preview(self, round_: Round) -> None:
        who = self._athens.officers["caseworker"]
        found = who.get(f"/handovers/{round_.sent}/preview").all("data")
        self._steps.say(who, "looks at what leaves this office, field by field:")
        self._out.table(("", "part of the record", "leaves, sealed for the recipient", "stays"), parts(found))
        self._out.note("(in brackets: the record says that this is not known)")
        self._granted = [each.text("path") for each in found if each.at("granted").value is True]

    def _decided(self, round_: Round) -> None:
        who = self._hamburg.officers["liaison"]
        there = self._hamburg.handover(round_.received)
        self._out.step(
            who.node, who.name, f"sees that something waits: {there.text('state')}, no name in the notice"
        )
        sections = self._steps.open(who, round_)
        arrived = [f"{name}.{field}" for name in sections.names() for field in sections.names(name)]
        self._out.check(
            "Exactly what the preview showed has arrived, and nothing else",
            holds=sorted(arrived) == sorted(self._granted),
            seen=f"{len(arrived)} of {len(self._granted)} fields",
        )
        self._photo(round_, sections)
        self._talk(round_)
        self._steps.accept(
            who, round_, name="Birgit Claussen", organisation="Guardianship service, Hamburg",
            plan="Met at the airport by the guardian; the first weeks at the aunt's, a visit each week.",
        )  # fmt: skip

    def _photo(self, round_: Round, sections: Shown) -> None:
        who = self._hamburg.officers["liaison"]
        digest = sections.text("identity", "photo", "digest")
        path = f"/handovers/{round_.received}/attachments/{digest}"
        photo = self._hamburg.until("the photograph is whole", lambda: download(who, path))
        self._steps.say(who, f"looks at the photograph: {len(photo)} bytes, sent sealed beside the envelope")
        self._out.check(
            "The photograph arrives byte for byte",
            holds=photo == self._files.get(digest) and strict.digest(photo) == digest,
            seen=f"SHA-256 {sha256(photo).hexdigest()[:16]}... on both sides",
        )

    def _talk(self, round_: Round) -> None:
        asks, answers = self._hamburg.officers["liaison"], self._athens.officers["liaison"]
        asks.post(f"/handovers/{round_.received}/question", {"text": _QUESTION})
        self._steps.say(asks, f'asks: "{_QUESTION}"')
        self._athens.until("the question is there", lambda: was_said(self._athens, round_.sent, _QUESTION))
        answers.post(f"/handovers/{round_.sent}/answer", {"text": _ANSWER})
        self._steps.say(answers, f'answers: "{_ANSWER}"')
        self._hamburg.until("the answer is there", lambda: was_said(self._hamburg, round_.received, _ANSWER))

    def _handed_over(self, round_: Round) -> None:
        round_.await_sender(State.ACCEPTED)
        self._steps.countersign(self._athens.officers["supervisor"], round_)
        self._steps.taken_up(round_)
        self._responsible(round_, "After the take-up the receiver alone is responsible", sender=False)
        self._kept_by_receiver(round_)
        who = self._hamburg.officers["liaison"]
        body = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "text": "He came with his guardian, in good health."}
        who.post(f"/handovers/{round_.received}/arrival", body)
        self._steps.say(who, "confirms that the child has arrived")
        at = self._athens.until("the arrival is known", lambda: arrival(self._athens, round_.sent))
        self._out.step(
            self._athens.node,
            "",
            f"knows of the arrival since {datetime.fromtimestamp(at, UTC):%H:%M:%S} UTC",
        )
        self._hamburg.until("all is receipted", lambda: all_receipted(self._hamburg, round_.received))
        self._receipts(round_)

    def _kept_by_receiver(self, round_: Round) -> None:
        """The record and its files are the receiver's own now."""
        who = self._hamburg.officers["caseworker"]
        record = who.get(f"/matters/{round_.taken}/record").at("sections")
        digest = record.text("identity", "photo", "digest")
        data = who.download(f"/matters/{round_.taken}/attachments/{digest}")
        self._steps.say(who, "finds record and photograph among the office's own cases")
        self._out.check(
            "Record and files are the receiver's own after the take-up",
            holds=data == self._files.get(digest),
            seen=f"matter {round_.taken[:13]}..., {len(self._files)} files",
        )

    def _responsible(self, round_: Round, what: str, *, sender: bool) -> None:
        """Check what both nodes say of their own responsibility."""
        claims = (self._athens.claim(round_.matter), self._hamburg.claim(round_.taken))
        wanted = (Claim.HOLDER, Claim.NONE) if sender else (Claim.NONE, Claim.HOLDER)
        self._out.check(
            what,
            holds=claims == wanted,
            seen=f"{self._athens.node} {claims[0]}, {self._hamburg.node} {claims[1]}",
        )

    def _receipts(self, round_: Round) -> None:
        here, there = receipts(self._athens, round_.sent), receipts(self._hamburg, round_.received)
        sent, receipted = here[0] + there[0], here[1] + there[1]
        self._out.check(
            "Everything that either side said is receipted",
            holds=sent == receipted,
            seen=f"{receipted} of {sent} envelopes",
        )
