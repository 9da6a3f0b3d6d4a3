"""Bad input, part three: what is sealed, where it belongs, and what it opens to."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import two_keys
from handover.domain.handover import Act, State
from handover.domain.ids import NodeId, RoundId
from handover.protocol import envelope as envelopes
from handover.protocol import jwe, message, sdjwt, strict
from handover.protocol.delivery import Item
from handover.protocol.envelope import Sealed
from handover.protocol.message import Message
from handover.protocol.strict import Json
from peer import ANY, BODIES, FIELDS, Round, flipped
from registrar import seed
from two_nodes.scene import Scene


def offer_with(round_: Round, change: Callable[[bytes], bytes], *, commit: bytes | None = None) -> Item:
    """Give an offer whose plaintext was changed; the envelope commits to the changed one unless told otherwise."""
    good = round_.offer(counts=False)
    claimed = envelopes.read(good.envelope).claimed
    plaintext = change(plaintext_of(round_, good))
    return sealed_anew(round_, claimed, plaintext, commit=plaintext if commit is None else commit)


def plaintext_of(round_: Round, item: Item) -> bytes:
    """Give what a payload opens to, with the recipient's own key."""
    assert item.payload is not None
    claimed = envelopes.read(item.envelope).claimed
    opener = round_.peer.to.vault.opener(jwe.recipient(item.payload))
    return jwe.open_sealed(item.payload, opener=opener, context=context_of(round_, claimed))


def context_of(round_: Round, claimed: envelopes.Envelope) -> bytes:
    return envelopes.context(
        iss=claimed.iss, aud=claimed.aud, round_=claimed.round, jti=claimed.jti, kid=round_.peer.signer.kid
    )


def sealed_anew(
    round_: Round, claimed: envelopes.Envelope, plaintext: bytes, *, commit: bytes, payload: bytes = b""
) -> Item:
    payload = payload or round_.seal(plaintext, claimed.jti)
    sealed = Sealed(digest=strict.digest(payload), commit=strict.digest(commit))
    data = envelopes.sign(replace(claimed, payload=sealed), signer=round_.peer.signer)
    return Item(envelope=data, payload=payload)


def with_payload(round_: Round, change: Callable[[bytes], bytes]) -> Item:
    """Give an offer whose sealed bytes were changed, and named as they are now."""
    good = round_.offer(counts=False)
    assert good.payload is not None
    claimed = envelopes.read(good.envelope).claimed
    assert claimed.payload is not None
    payload = change(good.payload)
    named = replace(claimed.payload, digest=strict.digest(payload))
    data = envelopes.sign(replace(claimed, payload=named), signer=round_.peer.signer)
    return Item(envelope=data, payload=payload)


def with_part(name: str, change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def changed(payload: bytes) -> bytes:
        parts = json.loads(payload)
        parts[name] = strict.b64(change(strict.unb64(parts[name])))
        return json.dumps(parts, separators=(",", ":")).encode()

    return changed


def test_an_envelope_that_names_a_payload_comes_with_it(scene: Scene) -> None:
    good = scene.peer.round().offer()
    scene.refused(replace(good, payload=None), "payload")


def test_an_envelope_that_names_no_payload_comes_with_none(scene: Scene) -> None:
    good = scene.peer.round().void()
    scene.refused(replace(good, payload=b"{}"), "payload")
    assert scene.state(scene.peer.round()) is None


def test_the_payload_is_the_one_that_is_named(scene: Scene) -> None:
    other = scene.peer.round().offer().payload
    changes: list[Callable[[bytes], bytes]] = [
        lambda payload: other or b"",
        lambda payload: flipped(payload, 5000),
        lambda payload: payload + b" ",
        lambda payload: b"",
    ]
    for change in changes:
        offer = scene.peer.round().offer()
        assert offer.payload is not None
        scene.refused(replace(offer, payload=change(offer.payload)), "payload")


def test_a_ciphertext_lifted_into_another_envelope_does_not_open(scene: Scene) -> None:
    """The thief names digest and commitment rightly: it is the context that does not fit."""
    stolen = scene.neighbour.round().offer()
    claimed = envelopes.read(stolen.envelope).claimed
    lifted = scene.peer.round().offer(payload=stolen.payload, counts=False)
    assert claimed.payload is not None
    envelope = replace(envelopes.read(lifted.envelope).claimed, payload=claimed.payload)
    data = envelopes.sign(envelope, signer=scene.peer.signer)
    scene.refused(Item(envelope=data, payload=stolen.payload), "undecryptable")


CONTEXTS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": NodeId("es/barcelona")},
    "another audience": {"aud": NodeId("fr/lyon")},
    "another round": {"round_": RoundId("A" * 22)},
    "another envelope": {"jti": "019a9b10-7c00-7000-8000-000000000001"},
    "another signing key": {"kid": "A" * 43},
}


@pytest.mark.parametrize("context", CONTEXTS.values(), ids=CONTEXTS)
def test_a_payload_opens_only_in_its_envelope(scene: Scene, context: dict[str, Any]) -> None:
    scene.refused(scene.peer.round().offer(sealing={"context": context}), "undecryptable")


def test_what_is_sealed_to_no_key_of_this_node_is_to_be_sealed_again(scene: Scene) -> None:
    key = scene.peer.own.registry.sealing_key(scene.peer.own.id, scene.peer.now)
    sealing = {"public": key.public, "kid": key.kid}
    scene.refused(scene.peer.round().offer(sealing=sealing), "sealing-key-gone")


def test_what_is_sealed_to_another_key_under_this_nodes_name_does_not_open(scene: Scene) -> None:
    other = jwe.SealingKey(seed("a key of nobody"))
    scene.refused(scene.peer.round().offer(sealing={"public": other.public}), "undecryptable")


@pytest.mark.parametrize("name", ["encrypted_key", "iv", "ciphertext", "tag"])
def test_a_changed_byte_of_the_sealed_payload_does_not_open(scene: Scene, name: str) -> None:
    bad = with_payload(scene.peer.round(), with_part(name, lambda part: flipped(part, 3)))
    scene.refused(bad, "undecryptable")


@pytest.mark.parametrize("place", [20, 75])  # between algorithm and key, between key and content algorithm
def test_a_changed_byte_between_the_values_of_the_sealed_header_is_refused(scene: Scene, place: int) -> None:
    bad = with_payload(scene.peer.round(), with_part("protected", lambda part: flipped(part, place)))
    scene.refused(bad, "malformed")


@pytest.mark.parametrize(("place", "name"), [(40, "sealing-key-gone"), (700, "undecryptable")])
def test_another_letter_in_a_value_of_the_sealed_header_is_refused(
    scene: Scene, place: int, name: str
) -> None:
    def another(part: bytes) -> bytes:
        return part[:place] + (b"B" if part[place : place + 1] == b"A" else b"A") + part[place + 1 :]

    scene.refused(with_payload(scene.peer.round(), with_part("protected", another)), name)


SHAPES: dict[str, Callable[[bytes], bytes]] = {
    "shifted by one byte": lambda payload: payload[1:],
    "cut by one byte": lambda payload: payload[:-1],
    "line feed behind": lambda payload: payload + b"\n",
    "white space": lambda payload: json.dumps(json.loads(payload)).encode(),
    "another order": lambda payload: json.dumps(
        dict(reversed(json.loads(payload).items())), separators=(",", ":")
    ).encode(),
    "a member twice": lambda payload: payload[:-1] + b',"tag":"AAAAAAAAAAAAAAAAAAAAAA"}',
    "a member more": lambda payload: payload[:-1] + b',"aad":"AA"}',
    "an unprotected header": lambda payload: payload[:-1] + b',"unprotected":{}}',
    "compact": lambda payload: ".".join(json.loads(payload).values()).encode(),
    "initialisation vector of 16": with_part("iv", lambda part: part + bytes(4)),
    "tag of 12": with_part("tag", lambda part: part[:12]),
    "encrypted key of 47": with_part("encrypted_key", lambda part: part[:47]),
    "compressed": with_part("protected", lambda part: part[:-1] + b',"zip":"DEF"}'),
    "over 264 KiB": lambda payload: payload + b" " * (jwe.SEALED_LIMIT + 1 - len(payload)),
    "a megabyte": lambda payload: b"A" * 1_000_000,
    "nothing": lambda payload: b"",
}


@pytest.mark.parametrize("change", SHAPES.values(), ids=SHAPES)
def test_a_sealed_payload_has_one_shape(scene: Scene, change: Callable[[bytes], bytes]) -> None:
    scene.refused(with_payload(scene.peer.round(), change), "malformed")


def test_the_plaintext_is_the_one_committed_to(scene: Scene) -> None:
    bad = offer_with(
        scene.peer.round(), lambda text: text.replace(b'"note":""', b'"note":"x"', 1), commit=b"another"
    )
    scene.refused(bad, "commitment")


def test_a_ciphertext_that_opens_under_two_keys_says_only_what_was_committed_to(scene: Scene) -> None:
    """The sender chooses both content keys; the bytes that it might show a judge later are refused today."""
    round_ = scene.peer.round()
    issued, token = round_.issued(), round_.token()
    note = "`" * 96  # low four bits of each letter are free: it stays a letter from ` to o
    body = {**BODIES[Act.OFFER], "note": note}
    content = Message(nonce=bytes(32), record=sdjwt.present(issued, FIELDS), consent=token, body=body)
    plaintext = message.encode(content)
    claimed = envelopes.read(round_.offer(issued=issued, token=token, counts=False).envelope).claimed
    key = scene.peer.own.registry.sealing_key(scene.node.id, scene.peer.now)
    keys, iv = (seed("one content key"), seed("another content key")), bytes(12)
    context = context_of(round_, claimed)
    (one, first), (two, second) = (
        two_keys.header_of(each, public=key.public, kid=key.kid, context=context) for each in keys
    )
    start = plaintext.index(note.encode())
    places = range(start, start + len(note))
    said, ciphertext = two_keys.collided(plaintext, places, keys=keys, iv=iv, headers=(one, two))
    shown = two_keys.joined(one, first, iv, ciphertext)
    hidden = two_keys.joined(two, second, iv, ciphertext)
    opener = scene.node.vault.opener(key.kid)
    other = jwe.open_sealed(hidden, opener=opener, context=context)
    assert jwe.open_sealed(shown, opener=opener, context=context) == said != other

    scene.refused(sealed_anew(round_, claimed, other, commit=said, payload=hidden), "commitment")
    scene.refused(sealed_anew(round_, claimed, said, commit=other, payload=shown), "commitment")
    scene.taken(sealed_anew(round_, claimed, said, commit=said, payload=shown))
    assert scene.state(round_) is State.PENDING


def unpadded(text: bytes) -> bytes:
    return text.rstrip(b" ")


def padded(text: bytes) -> bytes:
    return text + b" " * (-len(text) % message.STEP)


PLAINTEXTS: dict[str, Callable[[bytes], bytes]] = {
    "not padded": unpadded,
    "padded by one too few": lambda text: text[:-1],
    "padded with zeros": lambda text: unpadded(text).ljust(len(text), b"\0"),
    "spaces before": lambda text: b" " * message.STEP + text[:-1] + b"x",
    "nothing but padding": lambda text: b" " * message.STEP,
    "a member twice": lambda text: padded(unpadded(text)[:-1] + b',"body":{}}'),
    "a member more": lambda text: padded(unpadded(text)[:-1] + b',"more":1}'),
    "a member less": lambda text: padded(text.replace(b'"evidence":[],', b"", 1).rstrip(b" ")),
    "not a number": lambda text: padded(unpadded(text)[:-2] + b',"n":NaN}}'),
    "deep": lambda text: padded(unpadded(text)[:-2] + b',"n":' + b"[" * 12 + b"]" * 12 + b"}}"),
    "120000 deep": lambda text: padded(b"[" * 60_000 + b"]" * 60_000),
    "nonce of 31 bytes": lambda text: padded(
        unpadded(text).replace(strict.b64(bytes(32)).encode(), strict.b64(bytes(31)).encode(), 1)
    ),
    "body as a list": lambda text: padded(unpadded(text).rpartition(b'"body":')[0] + b'"body":[]}'),
    "evidence as text": lambda text: padded(unpadded(text).replace(b'"evidence":[]', b'"evidence":""', 1)),
    "evidence that is not ASCII": lambda text: padded(
        unpadded(text).replace(b'"evidence":[]', '"evidence":["ä"]'.encode(), 1)
    ),
    "65 parts of evidence": lambda text: padded(
        unpadded(text).replace(b'"evidence":[]', b'"evidence":[' + b'"",' * 64 + b'""]', 1)
    ),
}


@pytest.mark.parametrize("change", PLAINTEXTS.values(), ids=PLAINTEXTS)
def test_a_plaintext_has_one_shape(scene: Scene, change: Callable[[bytes], bytes]) -> None:
    scene.refused(offer_with(scene.peer.round(), change), "malformed")


def test_more_padding_than_needed_hides_more_and_is_taken(scene: Scene) -> None:
    scene.taken(offer_with(scene.peer.round(), lambda text: text + b" " * 5 * message.STEP))


BODIES_REFUSED: dict[str, Any] = {
    "no note": {"attachments": []},
    "note as a number": {"note": 1, "attachments": []},
    "note too long": {"note": "x" * 4001, "attachments": []},
    "no attachments": {"note": ""},
    "a member more": {"note": "", "attachments": [], "name": ""},
    "attachments as an object": {"note": "", "attachments": {}},
    "an attachment without key": {"note": "", "attachments": [{"file": ANY, "sealed": ANY, "size": 1}]},
    "an attachment of no size": {
        "note": "",
        "attachments": [{"file": ANY, "sealed": ANY, "size": 0, "key": "A" * 43}],
    },
    "an attachment of a gigabyte": {
        "note": "",
        "attachments": [{"file": ANY, "sealed": ANY, "size": 2**30, "key": "A" * 43}],
    },
}


@pytest.mark.parametrize("body", BODIES_REFUSED.values(), ids=BODIES_REFUSED)
def test_an_offer_says_what_it_must_and_no_more(scene: Scene, body: dict[str, Any]) -> None:
    scene.refused(scene.peer.round().offer(body=body), "message-incomplete")


def test_an_attachment_that_the_record_does_not_name_is_refused(scene: Scene) -> None:
    parcel: Json = {"file": ANY, "sealed": ANY, "size": 100, "key": "A" * 43}
    scene.refused(scene.peer.round().offer(body={"note": "", "attachments": [parcel]}), "mismatch")


@pytest.mark.parametrize("act", [Act.QUESTION, Act.ANSWER])
@pytest.mark.parametrize(
    "body",
    [{}, {"text": ""}, {"text": " \n\t"}, {"text": "x" * 4001}, {"text": None}, {"text": "x", "to": "y"}],
    ids=["nothing", "empty", "white space", "too long", "null", "a member more"],
)
def test_a_text_says_something(scene: Scene, act: Act, body: dict[str, Any]) -> None:
    round_, question = asked(scene)
    content = Message(nonce=bytes(32), body=body)
    members = (
        {"re": question, "consent": consent_of(round_)}
        if act is Act.ANSWER
        else {"re": round_.digest(Act.OFFER)}
    )
    scene.refused(round_.say(act, content=content, counts=False, **members), "message-incomplete")


def asked(scene: Scene) -> tuple[Round, Any]:
    """Give a round in which this node has asked something."""
    round_ = scene.pending()
    found = scene.find(round_)
    assert found is not None
    scene.node.handovers.ask(
        found.id, text="Any allergies?", actor=scene.fed.officer(scene.node, "receiving")
    )
    return round_, strict.digest(scene.said(round_, Act.QUESTION))


def consent_of(round_: Round) -> Any:
    return envelopes.read(round_.said[Act.OFFER].envelope).claimed.consent


def test_only_an_offer_discloses_a_record_and_only_offers_and_deeds_hold_evidence(scene: Scene) -> None:
    round_ = scene.pending()
    presentation, token = sdjwt.present(round_.issued(), FIELDS), round_.token()
    text = BODIES[Act.QUESTION]
    contents = (
        Message(nonce=bytes(32), body=text, record=presentation),
        Message(nonce=bytes(32), body=text, consent=token),
        Message(nonce=bytes(32), body=text, evidence=(round_.said[Act.OFFER].envelope,)),
    )
    for content in contents:
        bad = round_.say(Act.QUESTION, re=round_.digest(Act.OFFER), content=content, counts=False)
        scene.refused(bad, "mismatch")


@pytest.mark.parametrize("date", ["", "tomorrow", "22.11.2026", "2026-02-30", "2026-11-2", "20261122"])
def test_an_arrival_names_a_day(scene: Scene, date: str) -> None:
    round_ = scene.relieving()
    content = Message(nonce=bytes(32), body={"date": date, "text": ""})
    bad = round_.say(Act.ARRIVAL, re=scene.said_digest(round_, Act.DEED), content=content, counts=False)
    scene.refused(bad, "message-incomplete")
