import pytest

from handover.domain.errors import MalformedError
from handover.protocol import jwe, jws, node_key, strict
from handover.protocol.node_key import KeyStatus, KeyUse, NodeKey, WeakKeyError
from registrar import TestNode

NOW = 1_800_000_000
NODE = TestNode("gr/athens", now=NOW)
KEYS = {key.use: key for key in NODE.public_keys()}
# The eight points of small order, and encodings of them that are not canonical (RFC 8032, section 5.1.3).
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


def tls() -> NodeKey:
    return node_key.new_key(use=KeyUse.TLS, public=bytes(range(32)), not_before=NOW, expires=NOW + 1)


def test_the_kid_is_the_one_under_which_the_key_signs_and_opens() -> None:
    assert KEYS[KeyUse.SIG].kid == NODE.signer.kid == jws.kid_of_ed25519(NODE.signer.public)
    assert KEYS[KeyUse.SEAL].kid == NODE.sealing.kid == jwe.kid_of_sealing(NODE.sealing.public)
    assert tls().kid == strict.b64(bytes(range(32)))


def test_every_key_survives_the_way_to_the_wire_and_back() -> None:
    for key in (*NODE.public_keys(), tls()):
        assert node_key.from_json(node_key.to_json(key)) == key


@pytest.mark.parametrize("use", [KeyUse.SIG, KeyUse.LOG])
@pytest.mark.parametrize("point", SMALL_ORDER)
def test_points_of_small_order_are_refused(use: KeyUse, point: str) -> None:
    with pytest.raises(WeakKeyError):
        node_key.check_public(use, bytes.fromhex(point))


def test_a_sealing_key_with_a_part_that_is_not_reduced_or_of_small_order_is_refused() -> None:
    good = NODE.sealing.public
    for bad in (b"\xff" * 1152 + good[1152:], good[:1184] + bytes(32), good[:-1]):
        with pytest.raises(WeakKeyError):
            node_key.check_public(KeyUse.SEAL, bad)


def test_a_new_key_is_checked() -> None:
    with pytest.raises(WeakKeyError):
        node_key.new_key(use=KeyUse.SIG, public=bytes(32), not_before=NOW, expires=NOW + 1)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("use", "enc"),
        ("use", "seal"),
        ("use", 7),
        ("alg", "EdDSA"),
        ("status", "revoked"),
        ("kid", strict.b64(bytes(32))),
        ("public", "A" * 43),
        ("public", strict.b64(bytes(31))),
        ("not_before", NOW + 366 * 86_400),
        ("not_before", -1),
        ("not_before", True),
        ("expires", NOW + 11 * 366 * 86_400),
        ("compromised_since", NOW),
        ("status", "compromised"),
    ],
)
def test_a_key_that_contradicts_itself_is_malformed(member: str, value: strict.Json) -> None:
    changed = node_key.to_json(KEYS[KeyUse.SIG])
    assert isinstance(changed, dict)
    changed[member] = value
    with pytest.raises(MalformedError):
        node_key.from_json(changed)


@pytest.mark.parametrize("member", ["kid", "compromised_since"])
def test_a_key_has_all_its_members_and_no_other(member: str) -> None:
    changed = node_key.to_json(KEYS[KeyUse.SIG])
    assert isinstance(changed, dict)
    value = changed.pop(member)
    with pytest.raises(MalformedError):
        node_key.from_json(changed)
    with pytest.raises(MalformedError):
        node_key.from_json({**changed, member: value, "x5c": []})


def test_a_key_is_usable_from_its_beginning_until_its_end_while_active() -> None:
    key = NodeKey(kid="k", use=KeyUse.SIG, public=b"", not_before=10, expires=20)
    retired = NodeKey(
        kid="k", use=KeyUse.SIG, public=b"", not_before=10, expires=20, status=KeyStatus.RETIRED
    )
    assert [key.usable(now) for now in (9, 10, 19, 20)] == [False, True, True, False]
    assert not retired.usable(15)


def test_what_a_key_made_before_it_was_compromised_still_counts() -> None:
    key = NodeKey(
        kid="k",
        use=KeyUse.SIG,
        public=b"",
        not_before=10,
        expires=20,
        status=KeyStatus.COMPROMISED,
        compromised_since=15,
    )
    assert [key.sound(at) for at in (14, 15, 16)] == [True, False, False]
    assert KEYS[KeyUse.SIG].sound(NOW)
    assert node_key.from_json(node_key.to_json(key_of(key))) == key_of(key)


def key_of(key: NodeKey) -> NodeKey:
    return NodeKey(
        kid=NODE.signer.kid,
        use=KeyUse.SIG,
        public=NODE.signer.public,
        not_before=key.not_before,
        expires=key.expires,
        status=key.status,
        compromised_since=key.compromised_since,
    )
