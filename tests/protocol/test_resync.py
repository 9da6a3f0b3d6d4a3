"""What a restored node asks and is answered: one shape, bound to one another, and an end to it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.domain.errors import HandoverError, MalformedError
from handover.domain.ids import NodeId, RoundId
from handover.protocol import resync, strict
from handover.protocol.delivery import Item
from handover.protocol.resync import Answer, Place, Request, Round, UnverifiedAnswer, UnverifiedRequest
from vectors.made import OTHER_SIGNER, SIGNER
from vectors.resync_cases import ASKED, GIVEN, NOW, cases

FOLDER = Path(__file__).parents[1] / "vectors" / "resync"
CASES = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def test_the_files_are_what_the_cases_make() -> None:
    assert json.loads(json.dumps(cases())) == CASES


def _played(case: dict[str, Any]) -> Request | Answer:
    asked, public = case["request"].encode(), bytes.fromhex(case["public_hex"])
    if "answer" not in case:
        read = UnverifiedRequest.read(asked)
        assert read.digest == strict.digest(asked)
        return read.verify(public, aud=NodeId(case["aud"]), now=case["now"])
    request = UnverifiedRequest.read(asked).claimed
    return UnverifiedAnswer.read(case["answer"].encode()).verify(public, request=asked, asked=request)


@pytest.mark.parametrize("name", CASES)
def test_each_case_is_taken_or_refused_as_it_says(name: str) -> None:
    case = CASES[name]
    if "error" in case:
        with pytest.raises(HandoverError) as raised:
            _played(case["input"])
        assert raised.value.name == case["error"]
        return
    found, expected = _played(case["input"]), case["expected"]
    shown: dict[str, Any] = {member: getattr(found, member, None) for member in expected}
    if isinstance(found, Answer):
        shown["rounds"] = [
            [each.round, [deed.decode() for deed in each.chain], len(each.items)] for each in found.rounds
        ]
    if found.after is not None:
        shown["after"] = vars(found.after)
    if shown.get("checkpoint"):
        shown["checkpoint"] = found.checkpoint.decode() if found.checkpoint else None
    assert shown == expected


_nodes = st.sampled_from([NodeId("gr/athens"), NodeId("de/hamburg"), NodeId("int/office")])
_rounds = st.binary(min_size=16, max_size=16).map(lambda data: RoundId(strict.b64(data)))
_texts = st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1, max_size=40).map(str.encode)
_items = st.builds(Item, envelope=_texts, payload=st.none() | _texts)


@given(
    iat=st.integers(0, 10**9),
    incarnation=st.integers(1, 2**31 - 1),
    checkpoint=_texts,
    since=st.integers(0, 10**9),
    nonce=st.binary(min_size=16, max_size=16),
    after=st.none() | st.builds(Place, round=_rounds, items=st.integers(1, 10**6)),
)
def test_what_is_asked_is_what_is_read(**claims: Any) -> None:
    asked = Request(iss=ASKED.iss, aud=ASKED.aud, **claims)
    data = resync.ask(asked, signer=SIGNER)
    assert UnverifiedRequest.read(data).verify(SIGNER.public, aud=asked.aud, now=asked.iat) == asked


@given(
    names=st.lists(_rounds, unique=True, max_size=5),
    items=st.lists(_items, min_size=1, max_size=4),
    more=st.booleans(),
)
def test_what_is_answered_is_what_is_read(names: list[RoundId], items: list[Item], more: bool) -> None:
    rounds = tuple(Round(round=name, items=tuple(items), chain=(b"a.b.c",)) for name in sorted(names))
    after = Place(round=rounds[-1].round, items=len(items)) if more and rounds else None
    given_ = Answer(**{**vars(GIVEN), "rounds": rounds, "after": after})
    data = resync.answer(given_, signer=OTHER_SIGNER)
    asked = resync.ask(ASKED, signer=SIGNER)
    assert UnverifiedAnswer.read(data).verify(OTHER_SIGNER.public, request=asked, asked=ASKED) == given_


@given(st.binary(max_size=200))
def test_other_bytes_are_malformed(data: bytes) -> None:
    for read in (UnverifiedRequest.read, UnverifiedAnswer.read):
        with pytest.raises(MalformedError):
            read(data)


def test_an_answer_goes_on_inside_a_round() -> None:
    before = Place(round=GIVEN.rounds[1].round, items=2)
    asked = Request(**{**vars(ASKED), "after": before})
    request = resync.ask(asked, signer=SIGNER)
    rest = Round(round=before.round, items=(Item(envelope=b"a.b.c"),))
    good = Answer(**{**vars(GIVEN), "re": strict.digest(request), "rounds": (rest,), "after": None})
    for after, fits in ((None, True), (Place(round=rest.round, items=3), True), (before, False)):
        data = resync.answer(Answer(**{**vars(good), "after": after}), signer=OTHER_SIGNER)
        read = UnverifiedAnswer.read(data)
        if fits:
            assert read.verify(OTHER_SIGNER.public, request=request, asked=asked).rounds == (rest,)
        else:
            with pytest.raises(MalformedError):
                read.verify(OTHER_SIGNER.public, request=request, asked=asked)


def test_a_node_does_not_ask_itself() -> None:
    data = resync.ask(Request(**{**vars(ASKED), "aud": ASKED.iss}), signer=SIGNER)
    with pytest.raises(HandoverError, match=r"another request"):
        UnverifiedRequest.read(data).verify(SIGNER.public, aud=ASKED.iss, now=NOW)
