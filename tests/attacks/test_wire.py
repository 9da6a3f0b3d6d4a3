"""Wire format: the body of a delivery and the JSON inside an envelope."""

import json
from collections.abc import Callable
from dataclasses import replace

from attacks.attack import Attack, Leaves, Strike, against
from attacks.siege import Siege
from handover.domain.courses import LONGEST
from handover.domain.handover import Act
from handover.protocol import envelope as envelopes
from handover.protocol import jws
from handover.protocol.delivery import BATCH_LIMIT, BODY_LIMIT, Delivery, Item, encode_delivery
from peer import respelled, signed_anyhow


def inner(siege: Siege, change: Callable[[bytes], bytes]) -> Item:
    """Give an offer with other JSON in it, signed well by the member itself."""
    good = siege.peer.round().offer()
    payload = jws.read(good.envelope, typ=envelopes.TYPE).payload
    changed = change(payload)
    assert changed != payload
    header = {"alg": "Ed25519", "typ": envelopes.TYPE, "kid": siege.peer.signer.kid}
    return replace(good, envelope=signed_anyhow(changed, header, siege.peer.signer))


def with_number_respelled(text: bytes) -> bytes:
    """Give the envelope's members with another spelling of the round's number."""
    number = json.loads(text)["round"].encode()
    return text.replace(number, bytes(number[:-1]) + respelled(number[-1:]))


def body(siege: Siege) -> bytes:
    """Give the body of a delivery of one good offer."""
    return encode_delivery(Delivery(log_size=0, items=(siege.peer.round().offer(),)))


@against(
    Attack(
        "body-duplicate-member",
        "A stranger sends two lists of envelopes under one member name, for parsers that disagree.",
        "400 untrusted",
        with_=lambda text: text[:-1] + b',"items":[]}',
    ),
    Attack(
        "body-escaped-member",
        "A stranger sends a member twice, once with a letter of its name as an escape.",
        "400 untrusted",
        with_=lambda text: text[:-1] + b',"\\u0069tems":[]}',
    ),
    Attack(
        "body-utf16",
        "A stranger sends the body in UTF-16.",
        "400 untrusted",
        with_=lambda text: text.decode().encode("utf-16"),
    ),
    Attack(
        "body-bom",
        "A stranger sends a byte order mark before the body.",
        "400 untrusted",
        with_=lambda text: b"\xef\xbb\xbf" + text,
    ),
    Attack(
        "body-nan",
        "A stranger sends NaN where a number belongs.",
        "400 untrusted",
        with_=lambda text: text.replace(b'"log_size":0', b'"log_size":NaN'),
    ),
    Attack(
        "body-float",
        "A stranger sends 0.0 where an integer belongs.",
        "400 untrusted",
        with_=lambda text: text.replace(b'"log_size":0', b'"log_size":0.0'),
    ),
    Attack(
        "body-boolean",
        "A stranger sends false, which many parsers take for 0.",
        "400 untrusted",
        with_=lambda text: text.replace(b'"log_size":0', b'"log_size":false'),
    ),
    Attack(
        "body-huge-integer",
        "A stranger sends an integer of a million digits.",
        "400 untrusted",
        with_=lambda text: text.replace(b'"log_size":0', b'"log_size":1' + b"0" * 1_000_000),
    ),
    Attack(
        "body-log-size-beyond-53-bits",
        "A stranger claims to know a log of 2 to the power of 63 entries.",
        "400 untrusted",
        with_=lambda text: text.replace(b'"log_size":0', b'"log_size":9223372036854775808'),
    ),
    Attack(
        "body-deep",
        "A stranger nests a million arrays.",
        "400 untrusted",
        with_=lambda text: b"[" * 1_000_000,
    ),
    Attack(
        "body-lone-surrogate",
        "A stranger sends half of a surrogate pair, which cannot be encoded again.",
        "400 untrusted",
        with_=lambda text: text.replace(b'"envelope":"', b'"envelope":"\\ud800', 1),
    ),
    Attack(
        "body-trailing-bytes",
        "A stranger sends a second document behind the first.",
        "400 untrusted",
        with_=lambda text: text + b"{}",
    ),
    Attack(
        "body-nul",
        "A stranger sends a NUL behind the document.",
        "400 untrusted",
        with_=lambda text: text + b"\0",
    ),
    Attack(
        "body-invalid-utf8",
        "A stranger spells a letter in more bytes than it needs.",
        "400 untrusted",
        with_=lambda text: text.replace(b'"items"', b'"\xc1\xa9tems"'),
    ),
    Attack(
        "body-no-envelope",
        "A stranger sends a delivery of nothing.",
        "400 untrusted",
        with_=lambda text: b'{"log_size":0,"items":[]}',
    ),
    Attack(
        "batch-too-long",
        "A stranger sends one envelope more than a delivery may hold.",
        "400 untrusted",
        with_=lambda text: json.dumps(
            {"log_size": 0, "items": [{"envelope": "x", "payload": None}] * (BATCH_LIMIT + 1)}
        ).encode(),
    ),
    Attack(
        "body-too-large",
        "A stranger sends one byte more than a delivery may have.",
        "413 too-large",
        with_=lambda text: text.ljust(BODY_LIMIT + 1),
    ),
)
def test_a_delivery_is_strict_json(siege: Siege, case: Attack) -> Strike:
    good = body(siege)
    bad = case.with_(good)
    assert bad != good
    return siege.sends(bad)


@against(
    Attack(
        "content-type-form",
        "A stranger lets a browser send the delivery as a form, which needs no leave.",
        "415 media-type",
        with_={"content-type": "application/x-www-form-urlencoded"},
    ),
    Attack(
        "content-type-plain",
        "A stranger lets a browser send the delivery as plain text.",
        "415 media-type",
        with_={"content-type": "text/plain"},
    ),
    Attack(
        "content-type-utf7",
        "A stranger names another character set for the delivery.",
        "415 media-type",
        with_={"content-type": "application/json; charset=utf-7"},
    ),
    Attack(
        "content-encoding-gzip",
        "A stranger says that the body is compressed, to have it blown up.",
        "415 media-type",
        with_={"content-encoding": "gzip"},
    ),
    Attack(
        "two-framings",
        "A stranger states the length of the body in two ways, for proxies that disagree.",
        "400 framing",
        with_={"transfer-encoding": "chunked", "content-length": "5"},
    ),
    Attack(
        "length-negative",
        "A stranger states a negative length.",
        "400 framing",
        with_={"content-length": "-1"},
    ),
    Attack(
        "header-fields-without-end",
        "A stranger sends 1 000 header fields.",
        "431 headers-too-large",
        with_={f"x-{number}": "x" for number in range(1000)},
    ),
    Attack(
        "header-field-huge",
        "A stranger sends a header field of a megabyte.",
        "431 headers-too-large",
        with_={"x-more": "x" * 1_000_000},
    ),
)
def test_a_delivery_has_one_framing(siege: Siege, case: Attack) -> Strike:
    return siege.sends(body(siege), headers=case.with_)


@against(
    Attack(
        "envelope-duplicate-member",
        "A member signs an envelope with two acts under one member name.",
        "untrusted",
        with_=lambda text: text[:-1] + b',"act":"void"}',
    ),
    Attack(
        "envelope-nan",
        "A member signs NaN as the number of the deed.",
        "untrusted",
        with_=lambda text: text.replace(b'"epoch":1', b'"epoch":NaN'),
    ),
    Attack(
        "envelope-exponent",
        "A member signs 1e0 as the number of the deed.",
        "untrusted",
        with_=lambda text: text.replace(b'"epoch":1', b'"epoch":1e0'),
    ),
    Attack(
        "envelope-beyond-53-bits",
        "A member signs an integer that two parsers round differently.",
        "untrusted",
        with_=lambda text: text.replace(b'"size":0', b'"size":9007199254740993'),
    ),
    Attack(
        "envelope-minus-zero",
        "A member signs -0, a second spelling of 0.",
        "untrusted",
        with_=lambda text: text.replace(b'"size":0', b'"size":-0'),
    ),
    Attack(
        "envelope-deep",
        "A member signs 30 000 nested arrays.",
        "untrusted",
        with_=lambda text: b"[" * 30_000 + b"]" * 30_000,
    ),
    Attack(
        "envelope-lone-surrogate",
        "A member signs half of a surrogate pair.",
        "untrusted",
        with_=lambda text: text.replace(b'"HO1"', b'"\\udfff"'),
    ),
    Attack(
        "envelope-control-character",
        "A member signs a text with a NUL, which one database keeps and another refuses.",
        "untrusted",
        with_=lambda text: text.replace(b'"HO1"', b'"HO1\\u0000"'),
    ),
    Attack(
        "envelope-bom",
        "A member signs a byte order mark before the envelope's members.",
        "untrusted",
        with_=lambda text: b"\xef\xbb\xbf" + text,
    ),
    Attack(
        "envelope-member-more",
        "A member signs one member more than the schema has.",
        "untrusted",
        with_=lambda text: text[:-1] + b',"urgent":true}',
    ),
    Attack(
        "envelope-suite-downgrade",
        "A member names another suite of algorithms, in the hope that it is negotiated.",
        "untrusted",
        with_=lambda text: text.replace(b'"HO1"', b'"HO0"'),
    ),
    Attack(
        "envelope-issuer-homoglyph",
        "A member spells another member's name with a letter that looks the same.",
        "untrusted",
        with_=lambda text: text.replace(b'"fr/lyon"', '"es/bаrcelona"'.encode()),
    ),
    Attack(
        "envelope-issuer-path",
        "A member writes a path into its name.",
        "untrusted",
        with_=lambda text: text.replace(b'"fr/lyon"', b'"fr/../de/hamburg"'),
    ),
    Attack(
        "envelope-second-spelling",
        "A member signs a round's number with another last letter that decodes to the same bits.",
        "untrusted",
        with_=lambda text: with_number_respelled(text),
    ),
    Attack(
        "envelope-officer-by-name",
        "A member writes a person's name where the pseudonym of an officer belongs.",
        "untrusted",
        with_=lambda text: text.replace(b'"prepared":"AAAAAAAAAAAAAAAAAAAAAA"', b'"prepared":"Maria P."'),
    ),
    Attack(
        "envelope-two-eyes",
        "A member names one officer as both who prepared and who released.",
        "untrusted",
        with_=lambda text: text.replace(b"AAAAAAAAAAAAAAAAAAAAAQ", b"AAAAAAAAAAAAAAAAAAAAAA"),
    ),
    Attack(
        "envelope-audience-list",
        "A member addresses one envelope to a list of nodes.",
        "untrusted",
        with_=lambda text: text.replace(b'"aud":"de/hamburg"', b'"aud":["de/hamburg","es/barcelona"]'),
    ),
    Attack(
        "envelope-too-long",
        "A member signs an envelope of more than 64 KiB.",
        "untrusted",
        with_=lambda text: text + b" " * 65536,
    ),
)
def test_an_envelope_is_strict_json(siege: Siege, case: Attack) -> Strike:
    return siege.posts(inner(siege, case.with_))


@against(
    Attack(
        "another-audience",
        "A member posts to this node what it has signed for another one.",
        "wrong-audience",
        Leaves.REFUSAL,
        with_=lambda siege: {"aud": siege.neighbour.own.id},
    ),
    Attack(
        "from-the-future",
        "A member dates an offer eleven minutes ahead.",
        "from-the-future",
        Leaves.REFUSAL,
        with_=lambda siege: {"iat": siege.peer.now + 660},
    ),
    Attack(
        "deadline-beyond-all-calendars",
        "A member sets a deadline in the year 10000, at which the pages of the node would fail.",
        "untrusted",
        with_=lambda siege: {"deadline": 253402300800},
    ),
    Attack(
        "deadline-beyond-the-term",
        "A member makes an offer that stands for 90 days and a second, to have a round here that nobody may end.",
        "deadline",
        Leaves.REFUSAL,
        with_=lambda siege: {"deadline": siege.peer.now + LONGEST[Act.OFFER] + 1},
    ),
    Attack(
        "from-the-far-future",
        "A member dates an offer in the year 9999.",
        "from-the-future",
        Leaves.REFUSAL,
        with_=lambda siege: {"iat": 253402300799},
    ),
)
def test_an_envelope_is_for_this_node_and_now(siege: Siege, case: Attack) -> Strike:
    return siege.posts(siege.peer.round().offer(**case.with_(siege)))
