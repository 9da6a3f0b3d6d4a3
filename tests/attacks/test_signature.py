"""Signed parts: header, key and signature of an envelope."""

from dataclasses import replace

from attacks.attack import Attack, Strike, against
from attacks.siege import Siege
from handover.domain.ids import NodeId
from handover.protocol import envelope as envelopes
from handover.protocol import jws
from handover.protocol.delivery import Item
from peer import flipped, respelled, rewritten, signed_anyhow
from registrar import seed

TYPE = envelopes.TYPE
STRANGER = jws.Ed25519Signer(seed("nobody"))
ORDER = 2**252 + 27742317777372353535851937790883648493


def resigned(siege: Siege, header: dict[str, object] | bytes) -> Item:
    """Give a good offer under another header, signed well by the member itself."""
    good = siege.peer.round().offer()
    payload = jws.read(good.envelope, typ=TYPE).payload
    return replace(good, envelope=signed_anyhow(payload, header, siege.peer.signer))


@against(
    Attack("alg-none", "A member names the algorithm `none`.", "untrusted", with_={"alg": "none"}),
    Attack(
        "alg-confusion",
        "A member names a keyed hash, so that the public key would serve as the secret.",
        "untrusted",
        with_={"alg": "HS256"},
    ),
    Attack(
        "alg-another-curve",
        "A member names an algorithm of another kind of key than the registry lists.",
        "untrusted",
        with_={"alg": "ES256"},
    ),
    Attack(
        "crit-unknown",
        "A member marks an extension as critical and hopes that it is passed over.",
        "untrusted",
        with_={"crit": ["exp"], "exp": 1},
    ),
    Attack(
        "b64-false",
        "A member says that the signed payload is not encoded (RFC 7797).",
        "untrusted",
        with_={"b64": False, "crit": ["b64"]},
    ),
    Attack(
        "key-in-header",
        "A member brings the key to verify with in the header (`jwk`).",
        "untrusted",
        with_={"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "A" * 43}},
    ),
    Attack(
        "key-by-address",
        "A member names an address to fetch the key from (`jku`).",
        "untrusted",
        with_={"jku": "https://fr-lyon.example/keys"},
    ),
    Attack(
        "key-by-certificate",
        "A member brings a chain of certificates (`x5c`).",
        "untrusted",
        with_={"x5c": ["AA"]},
    ),
    Attack(
        "zip-in-header", "A member says that the payload is compressed.", "untrusted", with_={"zip": "DEF"}
    ),
    Attack(
        "kid-as-path",
        "A member writes a path of the file system as the name of its key.",
        "untrusted",
        with_={"kid": "../../../../etc/passwd"},
    ),
    Attack(
        "kid-of-a-list",
        "A member writes a list where the name of the key belongs.",
        "untrusted",
        with_={"kid": ["A" * 43]},
    ),
    Attack(
        "typ-record",
        "A member signs an envelope as if it were a record.",
        "untrusted",
        with_={"typ": "dc+sd-jwt"},
    ),
    Attack(
        "typ-consent",
        "A member signs an envelope as if it were a consent.",
        "untrusted",
        with_={"typ": "handover-consent+jwt"},
    ),
    Attack("typ-plain", "A member signs an envelope as a plain JWT.", "untrusted", with_={"typ": "JWT"}),
)
def test_an_envelope_has_one_header(siege: Siege, case: Attack) -> Strike:
    right: dict[str, object] = {"alg": "Ed25519", "typ": TYPE, "kid": siege.peer.signer.kid}
    return siege.posts(resigned(siege, right | case.with_))


@against(
    Attack(
        "alg-twice",
        "A member names the algorithm twice, `none` first, for parsers that disagree.",
        "untrusted",
        with_='{"alg":"none","alg":"Ed25519","typ":"TYP","kid":"KID"}',
    ),
    Attack(
        "kid-twice",
        "A member names two keys under one member name.",
        "untrusted",
        with_='{"alg":"Ed25519","typ":"TYP","kid":"OTHER","kid":"KID"}',
    ),
    Attack(
        "header-reordered",
        "A member writes the header's members in another order: a second digest for one message.",
        "untrusted",
        with_='{"typ":"TYP","alg":"Ed25519","kid":"KID"}',
    ),
    Attack(
        "header-spaced",
        "A member writes white space into the header: a second digest for one message.",
        "untrusted",
        with_='{"alg": "Ed25519","typ":"TYP","kid":"KID"}',
    ),
    Attack(
        "header-escaped",
        "A member writes a letter of the header as an escape.",
        "untrusted",
        with_='{"\\u0061lg":"Ed25519","typ":"TYP","kid":"KID"}',
    ),
    Attack("header-empty", "A member signs under an empty header.", "untrusted", with_=""),
)
def test_a_header_has_one_spelling(siege: Siege, case: Attack) -> Strike:
    kid, other = siege.peer.signer.kid, siege.neighbour.signer.kid
    spelled = case.with_.replace("TYP", TYPE).replace("KID", kid).replace("OTHER", other)
    return siege.posts(resigned(siege, spelled.encode()))


def high(signature: bytes) -> bytes:
    """Give the other S of a signature that satisfies the same equation."""
    return signature[:32] + (int.from_bytes(signature[32:], "little") + ORDER).to_bytes(32, "little")


@against(
    Attack(
        "signature-flipped",
        "A stranger on the way changes one bit of the signature.",
        "untrusted",
        with_=lambda data: rewritten(data, 2, lambda part: flipped(part, 40)),
    ),
    Attack(
        "signature-malleable",
        "A stranger adds the order of the group to S: the same equation, another digest.",
        "untrusted",
        with_=lambda data: rewritten(data, 2, high),
    ),
    Attack(
        "signature-zero",
        "A stranger sends a signature of zeros.",
        "untrusted",
        with_=lambda data: rewritten(data, 2, lambda part: bytes(64)),
    ),
    Attack(
        "signature-of-the-identity",
        "A stranger sends the identity point as R and 0 as S, which every key of small order accepts.",
        "untrusted",
        with_=lambda data: rewritten(data, 2, lambda part: b"\x01" + bytes(63)),
    ),
    Attack(
        "signature-cut",
        "A stranger cuts the signature by one byte.",
        "untrusted",
        with_=lambda data: rewritten(data, 2, lambda part: part[:-1]),
    ),
    Attack(
        "signature-absent",
        "A stranger leaves the signature out.",
        "untrusted",
        with_=lambda data: data.rpartition(b".")[0] + b".",
    ),
    Attack(
        "signature-last-letter",
        "A stranger spells the last letter of the signature in one of its 15 other ways.",
        "untrusted",
        with_=lambda data: data[:-1] + respelled(data[-1:]),
    ),
    Attack(
        "signature-padded",
        "A stranger adds the padding that base64url does not need here.",
        "untrusted",
        with_=lambda data: data + b"==",
    ),
    Attack(
        "signature-line-feed",
        "A stranger adds a line feed behind the envelope.",
        "untrusted",
        with_=lambda data: data + b"\n",
    ),
    Attack(
        "payload-changed",
        "A stranger raises the epoch in a signed envelope.",
        "untrusted",
        with_=lambda data: rewritten(data, 1, lambda part: part.replace(b'"epoch":1', b'"epoch":2')),
    ),
    Attack(
        "four-parts",
        "A stranger adds a fourth part to the envelope.",
        "untrusted",
        with_=lambda data: data + b".e30",
    ),
    Attack(
        "json-serialisation",
        "A stranger sends the same signed parts in the JSON serialisation.",
        "untrusted",
        with_=lambda data: b'{"protected":"%s","payload":"%s","signature":"%s"}' % tuple(data.split(b".")),
    ),
)
def test_a_signed_envelope_is_changed_on_the_way(siege: Siege, case: Attack) -> Strike:
    good = siege.peer.round().offer()
    return siege.posts(replace(good, envelope=case.with_(good.envelope)))


class Pretender(jws.Ed25519Signer):
    """A stranger's key under a member's name of a key."""

    def __init__(self, kid: str) -> None:
        super().__init__(seed("nobody"))
        self._claimed = kid

    @property
    def kid(self) -> str:
        return self._claimed


def log_signer(siege: Siege) -> jws.Signer:
    [secret] = [each for each in siege.peer.own.vault.secrets() if each.use == "log"]
    return jws.Ed25519Signer(secret.value)


@against(
    Attack(
        "unknown-node",
        "A stranger signs as a node that the registry does not name.",
        "untrusted",
        with_=lambda siege: {"iss": NodeId("zz/nowhere"), "signer": STRANGER},
    ),
    Attack(
        "unknown-key",
        "A stranger signs in a member's name with a key of its own.",
        "untrusted",
        with_=lambda siege: {"signer": STRANGER},
    ),
    Attack(
        "borrowed-kid",
        "A stranger signs with a key of its own and names it as the member's.",
        "untrusted",
        with_=lambda siege: {"signer": Pretender(siege.peer.signer.kid)},
    ),
    Attack(
        "another-members-name",
        "A member signs with its own key in the name of another member.",
        "untrusted",
        with_=lambda siege: {"iss": siege.neighbour.own.id},
    ),
    Attack(
        "the-nodes-own-name",
        "A member signs in the name of the very node that it speaks to.",
        "untrusted",
        with_=lambda siege: {"iss": siege.node.id},
    ),
    Attack(
        "key-of-another-use",
        "A member signs an envelope with the key of its log.",
        "untrusted",
        with_=lambda siege: {"signer": log_signer(siege)},
    ),
)
def test_somebody_else_speaks(siege: Siege, case: Attack) -> Strike:
    return siege.posts(siege.peer.round().offer(**case.with_(siege)))
