"""Case systems at work: threads that hand cases over through the API, and repeat what they are unsure of."""

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from handover.web import examples
from processes.nodes import Answer, Json, Office, Stage

OFFERED = ["identity", "status", "best-interests", "child-view"]
_LOOK = 0.05  # seconds between two looks at a state
PATIENCE = 300.0  # seconds for the other side to come to a state


@dataclass(frozen=True)
class Asked:
    """One request with the key under which it was repeated, and its last answer."""

    office: str
    method: str
    path: str
    body: Json
    key: str
    officer: int
    answer: Answer


@dataclass
class Story:
    """One case from its beginning: everything that was asked for it, and how its rounds should have ended."""

    name: str
    origin: str
    asked: list[Asked] = field(default_factory=list)
    rounds: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """By round: sending office, receiving office, how it ended."""

    def ask(self, at: Office, method: str, path: str, body: Json = None, *, officer: int = 0) -> Answer:
        """Ask until the outcome is known, and remember it."""
        key = secrets.token_hex(16)
        answer = at.sure(method, path, body, key=key, officer=officer, seconds=PATIENCE)
        self.asked.append(Asked(str(at.id), method, path, body, key, officer, answer))
        return answer

    def done(
        self, at: Office, path: str, body: Json = None, *, officer: int = 0, method: str = "POST"
    ) -> Json:
        """Ask for something that must succeed."""
        answer = self.ask(at, method, path, body, officer=officer)
        assert answer.status in (200, 201), (path, answer)
        return answer.json


class Case:
    """One story under way, at the two offices between which it moves."""

    def __init__(self, stage: Stage, story: Story, random: Random | None = None) -> None:
        self._stage = stage
        self._random = random or Random(0)
        self.story = story

    def run(self, peer: str) -> None:
        """Begin a matter, offer it to *peer*, and perhaps back again."""
        here, there = self._stage[self.story.origin], self._stage[peer]
        body = {"kind": "guardianship", "reference": self.story.name}
        matter = self.story.done(here, "/matters", body)["id"]
        self.story.done(here, f"/matters/{matter}/record", examples.WRITE_RECORD, method="PUT")
        ended, there_matter = self._round(here, there, matter)
        if ended == "arrived" and self._random.random() < 0.4:
            self._round(there, here, there_matter)

    def straight(self, peer: str) -> None:
        """Hand one new matter over to *peer*, and nothing else."""
        here, there = self._stage[self.story.origin], self._stage[peer]
        body = {"kind": "guardianship", "reference": self.story.name}
        matter = self.story.done(here, "/matters", body)["id"]
        self.story.done(here, f"/matters/{matter}/record", examples.WRITE_RECORD, method="PUT")
        offer = self.offer(here, str(there.id), matter)
        received = self._find(there, offer["round"])["id"]
        self.story.done(there, f"/handovers/{received}/open")
        self.story.done(there, f"/handovers/{received}/accept", examples.ACCEPT)
        self._until(here, offer["id"], "ACCEPTED")
        self.story.done(here, f"/handovers/{offer['id']}/countersign")
        self._until(there, received, "HOLDING")
        self.story.done(there, f"/handovers/{received}/arrival", examples.ARRIVED)
        self._until(here, offer["id"], "TRANSFERRED")
        self.story.rounds[offer["round"]] = (str(here.id), str(there.id), "arrived")

    def _round(self, here: Office, there: Office, matter: str) -> tuple[str, str]:
        """Give how the round ended, and the receiving office's own name for the matter."""
        offer = self.offer(here, str(there.id), matter)
        number = offer["round"]
        self.story.rounds[number] = (str(here.id), str(there.id), "offered")
        received = ""
        ended = self._early(here, offer)
        if not ended:
            found = self._find(there, number)
            received = found["matter"]
            ended = self._decide(here, there, offer, found["id"])
        self.story.rounds[number] = (str(here.id), str(there.id), ended)
        return ended, received

    def offer(self, here: Office, to: str, matter: str) -> Json:
        """Give the round of an offer that one officer prepared and another released."""
        now = int(time.time())
        ground = {
            **examples.NEW_GROUND,
            "recipients": [to],
            "valid_from": now - 86400,
            "valid_until": now + 86400,
        }
        kept = self.story.done(here, f"/matters/{matter}/grounds", ground)
        wanted = {"matter": matter, "to": to, "fields": OFFERED, "ground": kept["id"]}
        prepared = self.story.done(here, "/handovers", wanted)
        return self.story.done(here, f"/handovers/{prepared['id']}/release", officer=1)

    def _early(self, here: Office, offer: Json) -> str:
        """Sometimes the offer is taken back at once, or never looked at."""
        chance = self._random.random()
        if chance < 0.08:
            self.story.done(here, f"/handovers/{offer['id']}/withdraw")
            return "voided"
        return "left" if chance < 0.12 else ""

    def _decide(self, here: Office, there: Office, offer: Json, received: str) -> str:
        self.story.done(there, f"/handovers/{received}/open")
        if self._random.random() < 0.2:
            self.story.done(there, f"/handovers/{received}/question", {"text": "When?"})
        chance = self._random.random()
        if chance < 0.12:
            self.story.done(there, f"/handovers/{received}/decline", examples.DECLINE)
            self._until(here, offer["id"], "VOIDED")
            return "voided"
        crossing = chance < 0.24
        if crossing:  # the withdrawal and the acceptance may pass one another on the way
            self.story.done(here, f"/handovers/{offer['id']}/withdraw")
        answer = self.story.ask(there, "POST", f"/handovers/{received}/accept", examples.ACCEPT)
        if crossing:
            assert answer.status in (200, 409), answer
            return "voided"
        assert answer.status == 200, answer
        return self._give(here, there, offer, received)

    def _give(self, here: Office, there: Office, offer: Json, received: str) -> str:
        self._until(here, offer["id"], "ACCEPTED")
        if self._random.random() < 0.06:
            return "accepted"  # and nobody gives the deed
        self.story.done(here, f"/handovers/{offer['id']}/countersign")
        if (
            self._random.random() < 0.5
        ):  # a withdrawal after the deed is refused, whatever has failed meanwhile
            answer = self.story.ask(here, "POST", f"/handovers/{offer['id']}/withdraw")
            assert answer.status == 409, answer
        self._until(there, received, "HOLDING")
        self.story.done(there, f"/handovers/{received}/arrival", examples.ARRIVED)
        return "arrived"

    def _find(self, there: Office, number: str) -> Json:
        """Wait for the round to reach the receiving office."""
        end, cursor = time.monotonic() + PATIENCE, ""
        while time.monotonic() < end:
            page = there.get(f"/handovers?limit=100&role=receiver&state=PENDING{cursor}")
            for each in page["data"]:
                if each["round"] == number:
                    return each
            cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else ""
            time.sleep(0 if cursor else _LOOK)
        raise AssertionError(f"an offer never came to {there.id}")

    def _until(self, at: Office, handover: str, state: str) -> None:
        end = time.monotonic() + PATIENCE
        while (found := at.get(f"/handovers/{handover}"))["state"] != state:
            assert time.monotonic() < end, (at.id, found["state"], state)
            time.sleep(_LOOK)


class Traffic:
    """Threads that begin one case after another until `finish`."""

    def __init__(self, stage: Stage, *, seed: int, threads: int = 4, most: int = 10_000) -> None:
        self._stage = stage
        self._seed = seed
        self._most = most
        self._stop = threading.Event()
        self.stories: list[Story] = []
        self.errors: list[BaseException] = []
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._work, args=(n,), daemon=True) for n in range(threads)]

    def start(self) -> "Traffic":
        for thread in self._threads:
            thread.start()
        return self

    def finish(self) -> list[Story]:
        """Let the cases under way come to their ends, and give all stories."""
        self._stop.set()
        for thread in self._threads:
            thread.join(3 * PATIENCE)
            assert not thread.is_alive()
        for error in self.errors:
            raise error
        return self.stories

    def counts(self) -> Counter[str]:
        """Give how many rounds ended in which way."""
        return Counter(ended for story in self.stories for _, _, ended in story.rounds.values())

    def _work(self, number: int) -> None:
        random = Random(self._seed * 1000 + number)
        names = list(self._stage.offices)
        while not self._stop.is_set() and not self.errors:
            with self._lock:
                if len(self.stories) >= self._most:
                    return
                origin = random.choice(names)
                story = Story(f"case-{len(self.stories)}", origin)
                self.stories.append(story)
            try:
                Case(self._stage, story, random).run(
                    random.choice([name for name in names if name != origin])
                )
            except BaseException as error:  # noqa: BLE001 - raised again by `finish`
                self.errors.append(error)


def replay(stage: Stage, stories: list[Story], choose: Callable[[Asked], bool] = lambda _: True) -> int:
    """Repeat requests under their keys: each gets the answer that it had; give how many were repeated."""
    number = 0
    for story in stories:
        for asked in filter(choose, story.asked):
            if asked.answer.status not in (200, 201):
                continue
            again = stage[asked.office].sure(
                asked.method, asked.path, asked.body, key=asked.key, officer=asked.officer
            )
            if asked.path.endswith("/open"):  # its values are read anew, or refused once they are erased
                assert again.status in (200, 409), asked
                continue
            assert again.replayed, asked
            assert (again.status, again.body) == (asked.answer.status, asked.answer.body), asked
            number += 1
    return number
