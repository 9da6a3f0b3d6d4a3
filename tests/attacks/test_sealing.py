"""Sealed payloads: key encryption, content, context and padding."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from attacks.attack import Attack, Leaves, Strike, against
from attacks.siege import Siege
from handover.domain.ids import NodeId, RoundId
from handover.protocol import envelope as envelopes
from handover.protocol import jwe, message, strict
from handover.protocol.delivery import Item
from peer import flipped, respelled
from registrar import seed
from two_nodes.test_bad_payload import offer_with, with_part, with_payload


def in_header(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return with_part("protected", change)


def recipients(payload: bytes) -> bytes:
    """Give the payload in the general serialisation, for two recipients."""
    parts = json.loads(payload)
    key = {"encrypted_key": parts.pop("encrypted_key")}
    return json.dumps({**parts, "recipients": [key, key]}, separators=(",", ":")).encode()


@against(
    Attack(
        "jwe-alg-direct",
        "A member names `dir` as the algorithm, so that no key would be needed.",
        "malformed",
        Leaves.REFUSAL,
        with_=in_header(lambda part: part.replace(b'"HPKE-9-KE"', b'"dir"')),
    ),
    Attack(
        "jwe-alg-rsa",
        "A member names RSA1_5, which tells by its errors what is inside.",
        "malformed",
        Leaves.REFUSAL,
        with_=in_header(lambda part: part.replace(b'"HPKE-9-KE"', b'"RSA1_5"')),
    ),
    Attack(
        "jwe-alg-password",
        "A member names a password algorithm with a count that keeps the node busy for hours.",
        "malformed",
        Leaves.REFUSAL,
        with_=in_header(lambda part: part.replace(b'"HPKE-9-KE"', b'"PBES2-HS256+A128KW","p2c":2147483647')),
    ),
    Attack(
        "jwe-alg-classical",
        "A member names the HPKE suite without the lattice, for a recording to be opened later.",
        "malformed",
        Leaves.REFUSAL,
        with_=in_header(lambda part: part.replace(b"HPKE-9-KE", b"HPKE-4-KE")),
    ),
    Attack(
        "jwe-enc-unauthenticated",
        "A member names a content algorithm that authenticates nothing.",
        "malformed",
        Leaves.REFUSAL,
        with_=in_header(lambda part: part.replace(b"A256GCM", b"A256CTR")),
    ),
    Attack(
        "jwe-zip",
        "A member says that the plaintext is compressed, to have it blown up.",
        "malformed",
        Leaves.REFUSAL,
        with_=in_header(lambda part: part[:-1] + b',"zip":"DEF"}'),
    ),
    Attack(
        "jwe-crit",
        "A member marks an extension of the sealed header as critical.",
        "malformed",
        Leaves.REFUSAL,
        with_=in_header(lambda part: part[:-1] + b',"crit":["exp"],"exp":1}'),
    ),
    Attack(
        "jwe-unprotected-header",
        "A member adds a header that nothing protects.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda payload: payload[:-1] + b',"unprotected":{"zip":"DEF"}}',
    ),
    Attack(
        "jwe-two-recipients",
        "A member seals one payload to two recipients, who may be shown different things.",
        "malformed",
        Leaves.REFUSAL,
        with_=recipients,
    ),
    Attack(
        "jwe-duplicate-member",
        "A member sends two ciphertexts under one member name.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda payload: payload[:-1] + b',"ciphertext":"AA"}',
    ),
    Attack(
        "jwe-tag-truncated",
        "A member cuts the tag to 12 bytes, which some libraries take.",
        "malformed",
        Leaves.REFUSAL,
        with_=with_part("tag", lambda part: part[:12]),
    ),
    Attack(
        "jwe-tag-of-4-bytes",
        "A member cuts the tag to 4 bytes, which can be guessed.",
        "malformed",
        Leaves.REFUSAL,
        with_=with_part("tag", lambda part: part[:4]),
    ),
    Attack(
        "jwe-iv-long",
        "A member sends an initialisation vector of 16 bytes, which is hashed into another one.",
        "malformed",
        Leaves.REFUSAL,
        with_=with_part("iv", lambda part: part + bytes(4)),
    ),
    Attack(
        "jwe-second-spelling",
        "A member spells the last letter of the tag in another way: one ciphertext, two digests.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda payload: payload[:-3] + respelled(payload[-3:-2]) + payload[-2:],
    ),
    Attack(
        "jwe-too-long",
        "A member sends a payload of a megabyte.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda payload: payload.ljust(1_000_000),
    ),
    Attack(
        "jwe-tag-changed",
        "A stranger changes one bit of the tag, and a member names the new digest.",
        "undecryptable",
        Leaves.REFUSAL,
        with_=with_part("tag", lambda part: flipped(part, 0)),
    ),
    Attack(
        "jwe-ciphertext-changed",
        "A stranger flips one bit of the ciphertext, and with it one of the plaintext.",
        "undecryptable",
        Leaves.REFUSAL,
        with_=with_part("ciphertext", lambda part: flipped(part, 100)),
    ),
    Attack(
        "jwe-ciphertext-cut",
        "A stranger cuts the ciphertext by one step of the padding.",
        "undecryptable",
        Leaves.REFUSAL,
        with_=with_part("ciphertext", lambda part: part[: -message.STEP]),
    ),
    Attack(
        "kem-ciphertext-changed",
        "A stranger changes the encapsulation of ML-KEM, which gives another secret instead of an error.",
        "undecryptable",
        Leaves.REFUSAL,
        with_=in_header(lambda part: another_letter(part, part.index(b'"ek":"') + 10)),
    ),
    Attack(
        "x25519-share-changed",
        "A stranger changes the X25519 share behind it.",
        "undecryptable",
        Leaves.REFUSAL,
        with_=in_header(lambda part: another_letter(part, part.index(b'","ctx"') - 10)),
    ),
    Attack(
        "x25519-share-zero",
        "A member sends the zero point as its share, so that the classical secret is known to all.",
        "undecryptable",
        Leaves.REFUSAL,
        with_=in_header(lambda part: with_share(part, bytes(32))),
    ),
    Attack(
        "wrapped-key-changed",
        "A stranger changes the encrypted content key.",
        "undecryptable",
        Leaves.REFUSAL,
        with_=with_part("encrypted_key", lambda part: flipped(part, 8)),
    ),
    Attack(
        "context-changed",
        "A member writes another context into the sealed header than the envelope has.",
        "undecryptable",
        Leaves.REFUSAL,
        with_=in_header(lambda part: part[:-45] + strict.b64(bytes(32)).encode() + b'"}'),
    ),
)
def test_a_sealed_payload_has_one_form_and_opens_whole(siege: Siege, case: Attack) -> Strike:
    return siege.posts(with_payload(siege.peer.round(), case.with_))


def another_letter(part: bytes, place: int) -> bytes:
    return part[:place] + (b"B" if part[place : place + 1] == b"A" else b"A") + part[place + 1 :]


def with_share(part: bytes, share: bytes) -> bytes:
    """Give the sealed header with another X25519 share, the last 32 bytes of what encapsulates."""
    head, _, rest = part.partition(b'"ek":"')
    ek, _, tail = rest.partition(b'"')
    return head + b'"ek":"' + strict.b64_ascii(strict.unb64(ek)[:-32] + share) + b'"' + tail


def lifted(siege: Siege) -> Item:
    """Give an envelope of the hostile member around a payload that the honest one has sealed."""
    stolen = siege.neighbour.round().offer()
    named = envelopes.read(stolen.envelope).claimed.payload
    mine = envelopes.read(siege.peer.round().offer(counts=False).envelope).claimed
    data = envelopes.sign(replace(mine, payload=named), signer=siege.peer.signer)
    return Item(envelope=data, payload=stolen.payload)


def swapped(siege: Siege) -> Item:
    one, two = siege.peer.round().offer(), siege.peer.round().offer()
    return replace(one, payload=two.payload)


def to_another_key(siege: Siege) -> Item:
    """Seal to a key of nobody under the name of the node's own."""
    other = jwe.SealingKey(seed("a key of nobody"))
    return siege.peer.round().offer(sealing={"public": other.public})


def to_the_honest_one(siege: Siege) -> Item:
    key = siege.node.registry.sealing_key(siege.neighbour.own.id, siege.peer.now)
    return siege.peer.round().offer(sealing={"public": key.public, "kid": key.kid})


@against(
    Attack(
        "payload-lifted",
        "A member puts an envelope of its own around a payload that another member sealed for this node.",
        "undecryptable",
        Leaves.REFUSAL,
        with_=lifted,
    ),
    Attack(
        "payload-swapped",
        "A stranger on the way exchanges the payloads of two envelopes.",
        "payload",
        Leaves.REFUSAL,
        with_=swapped,
    ),
    Attack(
        "payload-withheld",
        "A stranger on the way takes the payload away.",
        "payload",
        Leaves.REFUSAL,
        with_=lambda siege: replace(siege.peer.round().offer(), payload=None),
    ),
    Attack(
        "payload-added",
        "A stranger on the way adds a payload to an envelope that names none.",
        "payload",
        Leaves.REFUSAL,
        with_=lambda siege: replace(siege.peer.round().void(), payload=b"{}"),
    ),
    Attack(
        "payload-longer-by-a-space",
        "A stranger on the way adds a space behind the payload.",
        "payload",
        Leaves.REFUSAL,
        with_=lambda siege: with_space(siege.peer.round().offer()),
    ),
    Attack(
        "sealed-to-another-node",
        "A member sends this node a payload that only another node can open.",
        "sealing-key-gone",
        Leaves.REFUSAL,
        with_=to_the_honest_one,
    ),
    Attack(
        "sealed-under-a-false-name",
        "A member seals to a key of nobody and writes the name of this node's key on it.",
        "undecryptable",
        Leaves.REFUSAL,
        with_=to_another_key,
    ),
    Attack(
        "commitment-to-another-text",
        "A member commits to another plaintext than the one that it has sealed, to show that one to a judge.",
        "commitment",
        Leaves.REFUSAL,
        with_=lambda siege: offer_with(
            siege.peer.round(), lambda text: text.replace(b'"note":""', b'"note":"x"', 1), commit=b"another"
        ),
    ),
)
def test_a_payload_belongs_to_its_envelope(siege: Siege, case: Attack) -> Strike:
    return siege.posts(case.with_(siege))


def with_space(item: Item) -> Item:
    return replace(item, payload=(item.payload or b"") + b" ")


@against(
    Attack(
        "context-another-issuer",
        "A member seals as if another member had sent it.",
        "undecryptable",
        Leaves.REFUSAL,
        with_={"iss": NodeId("es/barcelona")},
    ),
    Attack(
        "context-another-audience",
        "A member seals as if it were for another node.",
        "undecryptable",
        Leaves.REFUSAL,
        with_={"aud": NodeId("fr/lyon")},
    ),
    Attack(
        "context-another-round",
        "A member seals as if it belonged to another round.",
        "undecryptable",
        Leaves.REFUSAL,
        with_={"round_": RoundId("A" * 22)},
    ),
    Attack(
        "context-another-envelope",
        "A member seals as if it belonged to another envelope of the round.",
        "undecryptable",
        Leaves.REFUSAL,
        with_={"jti": "019a9b10-7c00-7000-8000-000000000001"},
    ),
    Attack(
        "context-another-key",
        "A member seals as if another key had signed the envelope.",
        "undecryptable",
        Leaves.REFUSAL,
        with_={"kid": "A" * 43},
    ),
)
def test_a_payload_opens_in_one_context(siege: Siege, case: Attack) -> Strike:
    sealing: dict[str, Any] = {"context": case.with_}
    return siege.posts(siege.peer.round().offer(sealing=sealing))


def unpadded(text: bytes) -> bytes:
    return text.rstrip(b" ")


def padded(text: bytes) -> bytes:
    return text + b" " * (-len(text) % message.STEP)


@against(
    Attack(
        "padding-absent",
        "A member leaves the padding out, so that lengths tell what is inside.",
        "malformed",
        Leaves.REFUSAL,
        with_=unpadded,
    ),
    Attack(
        "padding-hides-data",
        "A member hides other bytes in the padding.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda text: text[:-8] + b"{hidden}",
    ),
    Attack(
        "plaintext-duplicate-member",
        "A member seals two bodies under one member name.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda text: padded(unpadded(text)[:-1] + b',"body":{}}'),
    ),
    Attack(
        "plaintext-deep",
        "A member seals 60 000 nested arrays.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda text: padded(b"[" * 60_000 + b"]" * 60_000),
    ),
    Attack(
        "plaintext-evidence-flood",
        "A member seals 65 parts of evidence, one more than a message may have.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda text: padded(
            unpadded(text).replace(b'"evidence":[]', b'"evidence":[' + b'"",' * 64 + b'""]', 1)
        ),
    ),
)
def test_a_plaintext_has_one_form(siege: Siege, case: Attack) -> Strike:
    return siege.posts(offer_with(siege.peer.round(), case.with_))
