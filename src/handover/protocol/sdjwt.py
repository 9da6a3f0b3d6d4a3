"""Records as they travel: SD-JWT VC (RFC 9901) of a fixed shape, names visible, values hidden (docs/spec/record.md).

Every field of the schema is in the signed skeleton as one digest; a value is disclosed by handing over its disclosure.
The skeleton has one spelling, so it is filled in and compared, not interpreted, and it verifies without any value.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from types import MappingProxyType
from typing import Final, cast

from handover.domain.errors import MalformedError, RefusedError
from handover.domain.ids import UUID7, Digest, NodeId, PairId
from handover.domain.record import Record, Schema, Value, from_wire, schema, to_wire
from handover.protocol import jws, strict
from handover.protocol.strict import Json

TYPE: Final = "dc+sd-jwt"
SALT_BYTES: Final = 16
DIGEST_BYTES: Final = 32

_CLAIMS: Final = re.compile(
    rb'\{"iss":"([^"\\]{1,64})","jti":"([^"\\]{36})","iat":(0|[1-9][0-9]{0,15}),"vct":"([a-z]{1,32}/[1-9][0-9]{0,3})",'
    rb'"_sd_alg":"sha-256","matter":"([\w-]{22})","sections":(.*)\}'
)
_HIDDEN: Final = re.compile(rb'\[\{"\.\.\.":"([\w-]{42}[AEIMQUYcgkosw048])"\}\]')
_SALTED: Final = re.compile(rb'\["[\w-]{21}[AQgw]",')  # the last letter of 16 bytes carries 4 bits


class RecordTooLongError(RefusedError):
    """The record with the chosen fields is longer than a record may be."""

    name = "record-too-long"
    title = "The record is over 64 KiB."
    advice = "Shorten the longest texts, or send them as documents."


class DisclosureError(MalformedError):
    """A disclosure is in no field of the record, comes twice or out of order, or does not have the one shape."""

    name = "disclosure"
    title = "The record comes with a disclosure that does not belong to it."
    advice = "Send the disclosures of the fields granted, each once, in the schema's order."


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A signed skeleton and, for each path in the schema's order, its disclosure in base64url."""

    jwt: bytes
    disclosures: Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What a skeleton says beside its digests; `vct` names the schema, `iat` is in seconds since 1970."""

    issuer: NodeId
    jti: UUID7
    iat: int
    vct: str
    matter: PairId


@dataclass(frozen=True, kw_only=True)
class VerifiedRecord:
    """A record that its issuer signed; `values` and `fields` are what was disclosed, in the schema's order."""

    issuer: NodeId
    jti: UUID7
    iat: int
    schema: Schema
    matter: PairId
    skeleton: bytes
    values: Mapping[str, Value]

    @property
    def fields(self) -> tuple[str, ...]:
        """The paths that were disclosed."""
        return tuple(self.values)

    @property
    def digest(self) -> Digest:
        """The digest of the skeleton, by which envelopes name the record."""
        return strict.digest(self.skeleton)


@dataclass(frozen=True, kw_only=True)
class UnverifiedRecord:
    """A record whose outer shape was checked and whose signature was not: use `claimed` only to find the key."""

    kid: str
    claimed: Claims
    skeleton: bytes
    signed: jws.Unverified = field(repr=False)
    sections: bytes = field(repr=False)
    disclosures: tuple[bytes, ...] = field(repr=False)

    def verify(self, public: bytes, schema_of: Callable[[str], Schema] = schema) -> VerifiedRecord:
        """Give the record that the holder of *public* signed, with the values that were disclosed.

        Raises:
            UntrustedError: the signature does not fit, the schema is unknown, the skeleton is not exactly that of
                the schema, a disclosure is none of its own, or a value does not fit its field.
        """
        self.signed.verify(public)
        claimed, of = self.claimed, schema_of(self.claimed.vct)
        return VerifiedRecord(
            issuer=claimed.issuer,
            jti=claimed.jti,
            iat=claimed.iat,
            schema=of,
            matter=claimed.matter,
            skeleton=self.skeleton,
            values=MappingProxyType(_values(self, of)),
        )


def issue(
    record: Record,
    *,
    issuer: NodeId,
    jti: str,
    iat: int,
    matter: PairId,
    signer: jws.Signer,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Issued:
    """Give the record signed, each field hidden under 16 fresh bytes of salt; `iat` is in seconds since 1970."""
    salts = strict.b64_rows(random(SALT_BYTES * len(record.values)), SALT_BYTES)
    documents = strict.dumps_each(cast("list[Json]", [to_wire(value) for value in record.values.values()]))
    pairs = zip(salts, documents, strict=True)
    disclosures = [strict.b64_ascii(b'["%b",%b]' % pair) for pair in pairs]
    claims: dict[str, Json] = {"iss": issuer, "jti": UUID7(jti), "iat": strict.moment(iat)}
    claims |= {"vct": record.schema.name, "_sd_alg": "sha-256", "matter": matter}
    sections = _fill(record.schema, _digests(disclosures))
    payload = strict.dumps(claims)[:-1] + b',"sections":' + sections + b"}"
    return Issued(
        jwt=jws.sign(payload, typ=TYPE, signer=signer),
        disclosures=MappingProxyType(dict(zip(record.values, disclosures, strict=True))),
    )


def present(issued: Issued, fields: Iterable[str]) -> bytes:
    """Give the skeleton with the disclosures of *fields*, in the schema's order; all others are withheld.

    Raises:
        MalformedError: the schema names no such field.
        RecordTooLongError: the presentation would be over 64 KiB.
    """
    wanted = set(fields)
    if not wanted <= issued.disclosures.keys():
        raise MalformedError("the schema names no such field")
    parts = [part for path, part in issued.disclosures.items() if path in wanted]
    presentation = b"~".join([issued.jwt, *parts, b""])
    if len(presentation) > strict.PART_LIMIT:
        raise RecordTooLongError
    return presentation


def read(presentation: bytes) -> UnverifiedRecord:
    """Give what *presentation* (skeleton, disclosures, each with a tilde behind it) claims; nothing is verified yet.

    Raises:
        MalformedError: not the outer shape of a presentation, or over 64 KiB.
    """
    if len(presentation) > strict.PART_LIMIT:
        raise MalformedError("longer than %(limit)s bytes", limit=strict.PART_LIMIT)
    skeleton, *disclosures = presentation.split(b"~")
    if not disclosures or disclosures.pop():
        raise MalformedError("a presentation ends with a tilde")
    signed = jws.read(skeleton, typ=TYPE)
    found = _CLAIMS.fullmatch(signed.payload)
    if found is None:
        raise MalformedError("not the claims of a record")
    issuer, jti, iat, vct, matter, sections = found.groups()
    try:
        claimed = Claims(
            issuer=NodeId(issuer.decode("ascii")),
            jti=UUID7(jti.decode("ascii")),
            iat=strict.moment(int(iat)),
            vct=vct.decode("ascii"),
            matter=PairId(matter.decode("ascii")),
        )
    except UnicodeDecodeError:
        raise MalformedError("not the claims of a record") from None
    return UnverifiedRecord(
        kid=signed.kid,
        claimed=claimed,
        skeleton=skeleton,
        signed=signed,
        sections=sections,
        disclosures=tuple(disclosures),
    )


def verify_skeleton(jwt: bytes, public: bytes, schema_of: Callable[[str], Schema] = schema) -> VerifiedRecord:
    """Give the record without any value, as it still verifies after erasure.

    Raises:
        UntrustedError: as for a presentation.
    """
    return read(jwt + b"~").verify(public, schema_of)


def disclosed(presentation: bytes, schema_of: Callable[[str], Schema] = schema) -> dict[str, Value]:
    """Give the values of a presentation that was verified when it came, without verifying the signature again.

    Raises:
        UntrustedError: it is not a presentation of its schema.
    """
    unverified = read(presentation)
    return _values(unverified, schema_of(unverified.claimed.vct))


def _values(unverified: UnverifiedRecord, of: Schema) -> dict[str, Value]:
    digests = _HIDDEN.findall(unverified.sections)
    places = {digest: place for place, digest in enumerate(digests)}
    right = len(places) == len(digests) == len(of.fields)
    if not right or _fill(of, digests) != unverified.sections:
        raise MalformedError(
            "not the skeleton of %(schema)s, each field once with a digest of its own", schema=of.name
        )
    found = [places.get(digest, -1) for digest in _digests(unverified.disclosures)]
    if -1 in found or found != sorted(set(found)):
        raise DisclosureError
    paths = [of.all_paths[place] for place in found]
    values = dict(zip(paths, _open(unverified.disclosures), strict=True))
    of.check(values)
    return values


def _open(disclosures: Sequence[bytes]) -> list[Value]:
    documents = strict.unb64_each(disclosures)
    salted = all(map(_SALTED.match, documents))
    pairs = cast("list[list[Value]]", strict.loads_each(documents))
    if not salted or any(len(pair) != 2 for pair in pairs):
        raise DisclosureError
    return [from_wire(pair[1]) for pair in pairs]


def _digests(disclosures: Sequence[bytes]) -> list[bytes]:
    found = [sha256(disclosure).digest() for disclosure in disclosures]
    return strict.b64_rows(b"".join(found), DIGEST_BYTES)


_skeletons: dict[str, tuple[Schema, list[bytes]]] = {}


def _fill(of: Schema, digests: list[bytes]) -> bytes:
    """Give the sections of a skeleton with *digests*, one for each field."""
    kept = _skeletons.get(of.name)
    if kept is None or kept[0] is not of:
        empty: Json = {
            section.name: {each.name: [{"...": ""}] for each in section.fields} for section in of.sections
        }
        kept = _skeletons[of.name] = (of, strict.dumps(empty).replace(b'""', b'"~"').split(b"~"))
    between = kept[1]
    return b"".join(chain.from_iterable(zip(between, [*digests, b""], strict=True)))
