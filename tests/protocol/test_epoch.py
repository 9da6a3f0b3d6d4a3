"""A key ceremony: five contributions make one epoch, and a bad or missing one is named."""

from dataclasses import replace

import pytest

from handover.domain.errors import HandoverError, MalformedError, NotFoundError
from handover.domain.ids import Digest, NodeId
from handover.protocol import contribution, epoch, jwe, jws, ristretto, strict, threshold
from handover.protocol.contribution import BadContributionError, Contribution
from handover.protocol.epoch import Epoch, EpochUnsignedError, Plan
from handover.protocol.jws import Ed25519Signer, SignatureError
from handover.protocol.node_key import KeyUse, NodeKey, new_key
from handover.protocol.oprf import VOPRF
from handover.protocol.ristretto import ORDER
from handover.protocol.threshold import PLACES, WrongShareError

NOW = 1_790_000_000
HOLDERS = tuple(map(NodeId, ("gr/athens", "it/lampedusa", "de/hamburg", "int/redcross", "fr/calais")))
SIGNERS = [Ed25519Signer(bytes([number]) * 32) for number in range(5)]
OPENERS = [jwe.SealingKey(bytes([number]) * 32) for number in range(5)]
PLAN = Plan(
    number=3,
    begins=NOW,
    ends=NOW + 90 * 86400,
    holders=HOLDERS,
    tables=bytes(32),
    weights=bytes([1]) * 32,
    nonce=bytes([2]) * 32,
)


def sealing_keys() -> list[NodeKey]:
    return [
        new_key(use=KeyUse.SEAL, public=each.public, not_before=NOW, expires=NOW + 86400) for each in OPENERS
    ]


KEYS = sealing_keys()
FILES = [
    contribution.contribute(PLAN, holder, KEYS, signer=signer)
    for holder, signer in zip(HOLDERS, SIGNERS, strict=True)
]
GIVEN = [contribution.read(each).verify(signer.public) for each, signer in zip(FILES, SIGNERS, strict=True)]
EPOCH = contribution.conclude(PLAN, GIVEN)
SIGNATURES = [epoch.sign(EPOCH, signer=signer) for signer in SIGNERS]


def share_at(place: int) -> int:
    return sum(each.share_for(place, OPENERS[place - 1]) for each in GIVEN) % ORDER


def test_every_holder_gets_the_share_whose_public_key_the_epoch_names() -> None:
    for place in PLACES:
        assert ristretto.multiply_base(share_at(place)) == EPOCH.keys.shares[place - 1]


def test_three_shares_evaluate_with_the_key_of_the_epoch() -> None:
    places = (2, 4, 5)
    key = sum(share_at(p) * threshold.coefficient(p, places) for p in places) % ORDER
    assert ristretto.multiply_base(key) == EPOCH.keys.whole
    batch = threshold.Batch.of([b"one"])
    given = [threshold.evaluate(share_at(p), p, places, batch.elements).elements for p in places]
    assert batch.outputs(given, EPOCH.keys.whole) == [VOPRF.output_of(key, b"one")]


def test_contributions_make_the_same_epoch_in_any_order() -> None:
    assert contribution.conclude(PLAN, GIVEN[::-1]) == EPOCH
    assert EPOCH.digest == strict.digest(EPOCH.encode())
    EPOCH.keys.check()


def test_a_missing_contribution_is_named() -> None:
    with pytest.raises(BadContributionError, match="de/hamburg"):
        contribution.conclude(PLAN, [*GIVEN[:2], *GIVEN[3:]])


def test_a_contribution_to_another_plan_is_named() -> None:
    other = replace(PLAN, nonce=bytes(32))
    with pytest.raises(BadContributionError, match="gr/athens"):
        contribution.conclude(other, GIVEN)


def test_a_contribution_too_many_is_refused() -> None:
    with pytest.raises(BadContributionError):
        contribution.conclude(PLAN, [*GIVEN, GIVEN[0]])


def test_a_dealer_that_does_not_know_its_secret_is_named() -> None:
    """It could have been made of the others' commitments, so that its own choice were the key."""
    stolen = replace(GIVEN[0], holder=HOLDERS[1])
    with pytest.raises(BadContributionError, match="it/lampedusa"):
        stolen.check()
    with pytest.raises(BadContributionError):
        replace(GIVEN[0], challenge=GIVEN[0].challenge ^ 1).check()
    with pytest.raises(BadContributionError):
        replace(GIVEN[0], challenge=0).check()


def test_a_share_that_was_not_committed_to_is_named() -> None:
    place = 2
    wrong = jwe.seal(
        ristretto.to_bytes(7),
        public=KEYS[1].public,
        kid=KEYS[1].kid,
        context=contribution.context_of(PLAN.digest, HOLDERS[0], place),
    )
    for share in (wrong, GIVEN[0].shares[0], b"{}"):
        shares = list(GIVEN[0].shares)
        shares[place - 1] = share
        with pytest.raises(BadContributionError, match="gr/athens"):
            replace(GIVEN[0], shares=tuple(shares)).share_for(place, OPENERS[place - 1])


def test_nobody_opens_another_holders_share() -> None:
    with pytest.raises(BadContributionError):
        GIVEN[0].share_for(2, OPENERS[0])


def test_a_contribution_is_signed_by_its_holder() -> None:
    with pytest.raises(SignatureError):
        contribution.read(FILES[0]).verify(SIGNERS[1].public)


def test_who_is_no_holder_contributes_nothing() -> None:
    with pytest.raises(NotFoundError):
        contribution.contribute(PLAN, NodeId("es/madrid"), KEYS, signer=SIGNERS[0])


def payload(**changed: strict.Json) -> bytes:
    found = strict.loads(jws.read(FILES[0], typ=contribution.TYPE).payload)
    assert isinstance(found, dict)
    return jws.sign(strict.dumps({**found, **changed}), typ=contribution.TYPE, signer=SIGNERS[0])


@pytest.mark.parametrize(
    "changed",
    [
        {"format": "handover-tracing-contribution/2"},
        {"commitments": []},
        {"commitments": [strict.b64(bytes(32))] * 3},
        {"shares": []},
        {"possession": strict.b64(bytes(64))},
        {"holder": "nobody"},
    ],
)
def test_a_contribution_of_another_shape_is_refused(changed: dict[str, strict.Json]) -> None:
    with pytest.raises(MalformedError):
        contribution.read(payload(**changed))


def test_an_epoch_counts_when_all_five_have_signed_the_same_bytes() -> None:
    data = epoch.join(SIGNATURES)
    found = epoch.read(data)
    assert found.claimed == EPOCH
    assert len(data) < epoch.SIGNED_LIMIT
    for signature, signer in zip(found.signatures, SIGNERS, strict=True):
        assert Epoch.decode(signature.verify(signer.public)) == EPOCH


def test_four_signatures_or_one_over_another_document_are_none() -> None:
    other = epoch.sign(replace(EPOCH, number=4), signer=SIGNERS[4])
    for signatures in (SIGNATURES[:4], [*SIGNATURES[:4], other]):
        with pytest.raises(EpochUnsignedError):
            epoch.join(signatures)


def test_a_plan_has_one_encoding_and_a_name() -> None:
    assert Plan.decode(PLAN.encode()) == PLAN
    assert PLAN.digest != replace(PLAN, nonce=bytes(32)).digest
    for wrong in (
        PLAN.encode().replace(b"plan/1", b"plan/2"),
        PLAN.encode().replace(b'ld":3', b'ld":2'),
        b"[]",
    ):
        with pytest.raises(MalformedError):
            Plan.decode(wrong)


def test_an_epoch_of_another_shape_or_with_other_keys_is_refused() -> None:
    data = EPOCH.encode()
    assert Epoch.decode(data) == EPOCH
    with pytest.raises(MalformedError):
        Epoch.decode(data.replace(b"epoch/1", b"epoch/2"))
    with pytest.raises(MalformedError):
        Epoch.decode(replace(EPOCH, contributions=EPOCH.contributions[:4]).encode())
    with pytest.raises(WrongShareError):
        Epoch.decode(replace(EPOCH, keys=replace(EPOCH.keys, whole=ristretto.BASE)).encode())
    with pytest.raises(MalformedError):
        epoch.read(epoch.join(SIGNATURES).replace(b"signed/1", b"signed/2"))


@pytest.mark.parametrize(
    "changed",
    [
        {"number": 0},
        {"number": 2**32},
        {"begins": 0},
        {"ends": NOW},
        {"ends": NOW + epoch.LONGEST + 1},
        {"holders": HOLDERS[:4]},
        {"holders": (*HOLDERS[:4], HOLDERS[0])},
        {"tables": b""},
        {"weights": b""},
    ],
)
def test_terms_that_no_epoch_has_are_refused(changed: dict[str, object]) -> None:
    with pytest.raises(HandoverError):
        replace(PLAN, **changed)  # type: ignore[arg-type]


def test_an_epoch_is_indexed_for_before_it_begins_and_asked_in_only_after() -> None:
    assert not EPOCH.indexed(NOW - epoch.LEAD - 1)
    assert EPOCH.indexed(NOW - epoch.LEAD)
    assert not EPOCH.asked(NOW - 1)
    assert EPOCH.asked(NOW)
    assert not EPOCH.asked(EPOCH.ends)
    assert not EPOCH.indexed(EPOCH.ends)


def test_holders_have_places_from_one() -> None:
    assert [PLAN.place(each) for each in HOLDERS] == list(PLACES)
    with pytest.raises(NotFoundError):
        PLAN.place(NodeId("es/madrid"))


def test_the_type_of_a_contribution_says_what_was_checked() -> None:
    assert isinstance(GIVEN[0], Contribution)
    assert GIVEN[0].digest == Digest(strict.digest(FILES[0]))
