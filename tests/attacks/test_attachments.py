"""Attachments: photographs and documents that are swapped, cut, reordered or pushed unasked."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cases
from attacks.attack import Attack, Leaves, Strike, against
from attacks.siege import Siege, named
from handover.domain.ids import Digest, RoundId
from handover.domain.record import Value, schema
from handover.protocol import attachment, strict
from handover.protocol.attachment import Parcel
from handover.protocol.delivery import Item
from peer import FIELDS, Round

PHOTO = bytes(range(256)) * 200
OTHER = PHOTO[::-1]
HEAD, CHUNK = 56, 16_384 + 16  # salt and commitment; a chunk with its tag
Sealed = tuple[Parcel, bytes]


def offer(round_: Round, parcel: Parcel) -> Item:
    """Give an offer whose record names the photograph, and whose body says how it comes."""
    photo: Value = {"media_type": "image/png", "size": len(PHOTO), "digest": str(strict.digest(PHOTO))}
    issued = round_.issued(cases.GUARDIANSHIP | {"identity.photo": photo})
    fields = schema("guardianship/1").in_order((*FIELDS, "identity.photo"))
    body: Any = {"note": "", "attachments": attachment.to_json([parcel])}
    return round_.offer(issued=issued, fields=fields, body=body)


def put(siege: Siege, name: Digest, part: bytes, offset: int = 0) -> Callable[[], str]:
    headers = {"content-type": "application/octet-stream", "upload-offset": str(offset)}
    path = f"/federation/v1/attachments/{name}"

    def run() -> str:
        answer = siege.client.put(path, content=part, headers=headers)
        return "nothing" if answer.content == b'{"have": 0}' else named(answer)

    return run


@against(
    Attack(
        "file-unasked",
        "A stranger pushes a file that no offer has named.",
        "404 not-found",
        with_=lambda sealed: (strict.digest(b"unasked"), sealed, 0),
    ),
    Attack(
        "file-of-garbage",
        "A stranger pushes other bytes of the right length under the digest of a file that is expected.",
        "nothing",
        Leaves.EXPECTED,
        with_=lambda sealed: (strict.digest(sealed), bytes(len(sealed)), 0),
    ),
    Attack(
        "file-too-long",
        "A stranger pushes more bytes than the file has.",
        "nothing",
        with_=lambda sealed: (strict.digest(sealed), sealed + b"x", 0),
    ),
    Attack(
        "file-from-the-middle",
        "A stranger pushes a part that begins where nothing is yet.",
        "nothing",
        with_=lambda sealed: (strict.digest(sealed), sealed[100:], 100),
    ),
    Attack(
        "file-offset-negative",
        "A stranger pushes a part to a negative place.",
        "400 untrusted",
        with_=lambda sealed: (strict.digest(sealed), sealed, -1),
    ),
)
def test_only_the_file_that_is_expected_is_kept(siege: Siege, case: Attack) -> Strike:
    round_ = siege.peer.round()
    parcel, sealed = attachment.seal(PHOTO, round_=round_.round)
    siege.taken(offer(round_, parcel))
    name, part, offset = case.with_(sealed)
    return Strike(node=siege.node, run=put(siege, name, part, offset))


def again(parcel: Parcel, sealed: bytes) -> Sealed:
    """Give the parcel that names changed bytes as they are."""
    return replace(
        parcel, sealed=Digest(strict.b64(hashlib.sha256(sealed).digest())), size=len(sealed)
    ), sealed


def chunks(sealed: bytes) -> list[bytes]:
    return [sealed[start : start + CHUNK] for start in range(HEAD, len(sealed), CHUNK)]


def of_another_file(round_: RoundId) -> Sealed:
    parcel, sealed = attachment.seal(OTHER, round_=round_)
    return replace(parcel, file=strict.digest(PHOTO)), sealed


def reordered(round_: RoundId) -> Sealed:
    parcel, sealed = attachment.seal(PHOTO, round_=round_)
    first, second, *rest = chunks(sealed)
    return again(parcel, b"".join([sealed[:HEAD], second, first, *rest]))


def truncated(round_: RoundId) -> Sealed:
    parcel, sealed = attachment.seal(PHOTO, round_=round_)
    return again(parcel, sealed[: HEAD + 2 * CHUNK])


def doubled(round_: RoundId) -> Sealed:
    parcel, sealed = attachment.seal(PHOTO, round_=round_)
    first, *rest = chunks(sealed)
    return again(parcel, b"".join([sealed[:HEAD], first, first, *rest]))


def flipped_chunk(round_: RoundId) -> Sealed:
    parcel, sealed = attachment.seal(PHOTO, round_=round_)
    return again(parcel, sealed[:HEAD] + bytes([sealed[HEAD] ^ 1]) + sealed[HEAD + 1 :])


def another_key(round_: RoundId) -> Sealed:
    parcel, sealed = attachment.seal(PHOTO, round_=round_)
    return replace(parcel, key=bytes(32)), sealed


@against(
    Attack(
        "file-of-another-child",
        "A member sends another photograph than the one that the record names.",
        "400 attachment",
        with_=of_another_file,
    ),
    Attack(
        "file-chunks-reordered",
        "A member puts the chunks of a file in another order.",
        "400 attachment",
        with_=reordered,
    ),
    Attack(
        "file-truncated",
        "A member cuts a file between two chunks.",
        "400 attachment",
        with_=truncated,
    ),
    Attack("file-chunk-twice", "A member repeats a chunk of a file.", "400 attachment", with_=doubled),
    Attack(
        "file-bit-flipped",
        "A member flips one bit of a sealed file and names the new digest.",
        "400 attachment",
        with_=flipped_chunk,
    ),
    Attack(
        "file-of-another-round",
        "A member sends a file that was sealed for another round.",
        "400 attachment",
        with_=lambda round_: attachment.seal(PHOTO, round_=RoundId("A" * 22)),
    ),
    Attack(
        "file-under-two-keys",
        "A member names another key than the one that the file commits to.",
        "400 attachment",
        with_=another_key,
    ),
)
def test_a_file_is_read_whole_or_not_at_all(siege: Siege, case: Attack) -> Strike:
    round_ = siege.peer.round()
    parcel, sealed = case.with_(round_.round)
    siege.taken(offer(round_, parcel))
    assert put(siege, parcel.sealed, sealed)() == "200"
    found = siege.find(round_)
    assert found is not None
    siege.office.post(f"/handovers/{found.id}/open")
    path = f"/handovers/{found.id}/attachments/{strict.digest(PHOTO)}"
    return Strike(node=siege.node, run=lambda: named(siege.office.call("GET", path)))


def known(siege: Siege) -> Item:
    """Name in one round a sealed file of another one."""
    first = siege.peer.round()
    parcel, _ = attachment.seal(PHOTO, round_=first.round)
    siege.taken(offer(first, parcel))
    return offer(siege.peer.round(), parcel)


def unnamed(siege: Siege) -> Item:
    round_ = siege.peer.round()
    parcel, _ = attachment.seal(OTHER, round_=round_.round)
    return offer(round_, parcel)


@against(
    Attack(
        "file-named-in-two-rounds",
        "A member names in its offer a sealed file that belongs to another round.",
        "attachment-known",
        Leaves.REFUSAL,
        with_=known,
    ),
    Attack(
        "file-beside-the-record",
        "A member sends a file that no field of the record names.",
        "mismatch",
        Leaves.REFUSAL,
        with_=unnamed,
    ),
)
def test_a_file_belongs_to_one_offer_and_its_record(siege: Siege, case: Attack) -> Strike:
    return siege.posts(case.with_(siege))
