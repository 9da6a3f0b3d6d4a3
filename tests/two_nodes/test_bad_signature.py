"""Bad input, part one: the outer shape, header, key and signature of an envelope, who speaks and to whom."""

from dataclasses import replace

import pytest

from handover.domain.handover import State
from handover.domain.ids import NodeId
from handover.protocol import envelope as envelopes
from handover.protocol import jws, strict
from handover.protocol.delivery import Item
from peer import flipped, rewritten, signed_anyhow
from registrar import seed
from two_nodes.scene import Scene

TYPE = envelopes.TYPE
STRANGER = jws.Ed25519Signer(seed("nobody"))


def right_header(scene: Scene) -> dict[str, object]:
    return {"alg": "Ed25519", "typ": TYPE, "kid": scene.peer.signer.kid}


HEADERS = {
    "algorithm none": {"alg": "none"},
    "keyed hash under the public key": {"alg": "HS256"},
    "the name that RFC 9864 replaced": {"alg": "EdDSA"},
    "another curve": {"alg": "ES256"},
    "record for envelope": {"typ": "dc+sd-jwt"},
    "consent for envelope": {"typ": "handover-consent+jwt"},
    "plain JWT": {"typ": "JWT"},
    "a member more": {"cty": "JWT"},
    "a list of extensions": {"crit": ["exp"], "exp": 1},
    "a key in the header": {"jwk": {"kty": "OKP"}},
    "a key by address": {"jku": "https://fr-lyon.example/keys"},
    "payload not encoded": {"b64": False, "crit": ["b64"]},
    "compressed": {"zip": "DEF"},
}


@pytest.mark.parametrize("change", HEADERS.values(), ids=HEADERS)
def test_only_one_header_is_right(scene: Scene, change: dict[str, object]) -> None:
    good = scene.peer.round().offer()
    payload = jws.read(good.envelope, typ=TYPE).payload
    bad = signed_anyhow(payload, right_header(scene) | change, scene.peer.signer)
    scene.refused(replace(good, envelope=bad), "untrusted", stranger=True)


@pytest.mark.parametrize(
    "header",
    [
        '{"alg":"none","alg":"Ed25519","typ":"TYP","kid":"KID"}',
        '{"alg":"Ed25519","typ":"TYP","kid":"KID","kid":"KID"}',
        '{"typ":"TYP","alg":"Ed25519","kid":"KID"}',
        '{"alg": "Ed25519","typ":"TYP","kid":"KID"}',
        '{"alg":"Ed25519","typ":"TYP"}',
        '{"alg":"Ed25519","typ":"TYP","kid":"KID"}\n',
        '[{"alg":"Ed25519","typ":"TYP","kid":"KID"}]',
        "",
    ],
    ids=[
        "alg twice",
        "kid twice",
        "another order",
        "white space",
        "no kid",
        "line feed behind",
        "array",
        "empty",
    ],
)
def test_the_header_has_one_spelling(scene: Scene, header: str) -> None:
    good = scene.peer.round().offer()
    spelling = header.replace("TYP", TYPE).replace("KID", scene.peer.signer.kid).encode()
    bad = signed_anyhow(jws.read(good.envelope, typ=TYPE).payload, spelling, scene.peer.signer)
    scene.refused(replace(good, envelope=bad), "untrusted", stranger=True)


def test_the_signature_must_fit(scene: Scene) -> None:
    good = scene.peer.round().offer()
    changed = rewritten(good.envelope, 2, lambda signature: flipped(signature, 40))
    scene.refused(replace(good, envelope=changed), "untrusted", stranger=True)


def test_the_signed_bytes_must_be_those_that_came(scene: Scene) -> None:
    good = scene.peer.round().offer()
    changed = rewritten(good.envelope, 1, lambda payload: payload.replace(b'"epoch":1', b'"epoch":2'))
    scene.refused(replace(good, envelope=changed), "untrusted", stranger=True)


@pytest.mark.parametrize("place", [0, 30, 120, 600, -100, -1])
def test_shifted_and_changed_bytes_are_refused(scene: Scene, place: int) -> None:
    good = scene.peer.round().offer()
    scene.refused(replace(good, envelope=flipped(good.envelope, place)), "untrusted", stranger=True)


@pytest.mark.parametrize("count", [1, 2, 43, 86, 87])
def test_a_cut_envelope_is_refused(scene: Scene, count: int) -> None:
    good = scene.peer.round().offer()
    scene.refused(replace(good, envelope=good.envelope[:-count]), "untrusted", stranger=True)
    scene.refused(replace(good, envelope=good.envelope[count:]), "untrusted", stranger=True)


def test_a_second_spelling_of_the_same_signature_is_refused(scene: Scene) -> None:
    good = scene.peer.round().offer()
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = letters.index(chr(good.envelope[-1]))
    for spare in (1, 2, 4, 8, 15):
        other = good.envelope[:-1] + letters[last ^ spare].encode()
        scene.refused(replace(good, envelope=other), "untrusted", stranger=True)
    scene.refused(replace(good, envelope=good.envelope + b"=="), "untrusted", stranger=True)
    scene.refused(replace(good, envelope=good.envelope + b"\n"), "untrusted", stranger=True)


def test_a_signature_of_high_s_is_refused(scene: Scene) -> None:
    good = scene.peer.round().offer()
    order = 2**252 + 27742317777372353535851937790883648493

    def malleable(signature: bytes) -> bytes:
        high = int.from_bytes(signature[32:], "little") + order
        return signature[:32] + high.to_bytes(32, "little")

    scene.refused(replace(good, envelope=rewritten(good.envelope, 2, malleable)), "untrusted", stranger=True)


def test_a_node_that_the_registry_does_not_name_is_a_stranger(scene: Scene) -> None:
    round_ = scene.peer.round()
    scene.refused(round_.offer(iss=NodeId("zz/nowhere"), signer=STRANGER), "untrusted", stranger=True)


def test_a_key_that_the_registry_does_not_list_is_a_strangers(scene: Scene) -> None:
    scene.refused(scene.peer.round().offer(signer=STRANGER), "untrusted", stranger=True)


def test_a_members_key_under_a_strangers_signature_is_refused(scene: Scene) -> None:
    class Pretender(jws.Ed25519Signer):
        kid = scene.peer.signer.kid

    scene.refused(scene.peer.round().offer(signer=Pretender(seed("nobody"))), "untrusted", stranger=True)


def test_one_member_cannot_speak_for_another(scene: Scene) -> None:
    round_ = scene.peer.round()
    scene.refused(round_.offer(iss=scene.neighbour.own.id), "untrusted", stranger=True)


def test_a_log_key_signs_no_envelope(scene: Scene) -> None:
    [secret] = [each for each in scene.peer.own.vault.secrets() if each.use == "log"]
    scene.refused(
        scene.peer.round().offer(signer=jws.Ed25519Signer(secret.value)), "untrusted", stranger=True
    )


def test_what_is_addressed_to_another_node_is_refused_and_logged(scene: Scene) -> None:
    scene.refused(scene.peer.round().offer(aud=scene.neighbour.own.id), "wrong-audience")
    scene.refused(scene.peer.round().offer(aud=scene.peer.own.id), "wrong-audience")


def test_a_clock_ten_minutes_ahead_is_borne_and_more_may_come_later(scene: Scene) -> None:
    scene.taken(scene.peer.round().offer(iat=scene.peer.now + envelopes.FUTURE))
    round_ = scene.peer.round()
    late = round_.offer(iat=scene.peer.now + envelopes.FUTURE + 1)
    scene.refused(late, "from-the-future", retry=True)
    scene.fed.clock.pass_(1)
    scene.taken(late)
    assert scene.state(round_) is State.PENDING


def test_old_envelopes_do_not_expire(scene: Scene) -> None:
    made = scene.peer.now - 400 * 86400
    scene.taken(
        scene.peer.round().offer(iat=made, deadline=made + 86400)
    )  # its sender's clock counts the deadline


def test_oversized_envelopes_spoil_nobody_elses(scene: Scene) -> None:
    good = scene.peer.round().offer()
    for size in (strict.PART_LIMIT + 1, 300_000):
        scene.refused(replace(good, envelope=b"A" * size), "untrusted", stranger=True)
    padded = good.envelope + b"A" * strict.PART_LIMIT
    scene.refused(replace(good, envelope=padded), "untrusted", stranger=True)


@pytest.mark.parametrize("envelope", [b"", b".", b"..", b"...", b"a.b.c", b"\x7f.\x7f.\x7f"])
def test_what_is_no_envelope_is_refused(scene: Scene, envelope: bytes) -> None:
    scene.refused(Item(envelope=envelope), "untrusted", stranger=True)
