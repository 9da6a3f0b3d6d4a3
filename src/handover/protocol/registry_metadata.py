"""One page of the registry's metadata: TUF 1.0 in the one spelling that this federation accepts.

The `tuf` package reads more than we do: members it does not know, several keys with one value, any algorithm.
Here each page has exactly the members of docs/spec/registry.md, section 3, and is the one encoding of what it
says. What pages say of one another (signatures, digests, versions, time) is in `registry_set`.
"""

import hashlib
import re
from typing import Any, Final

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, MetaFile, Root, Signed, Snapshot, TargetFile, Targets, Timestamp

from handover.domain.errors import MalformedError, UntrustedError
from handover.domain.ids import NodeId
from handover.protocol import jws, strict
from handover.protocol.strict import Json

ROOT_LIMIT: Final = 512_000  # bytes; the limits of one page, before anything of it is read
TIMESTAMP_LIMIT: Final = 16_384
SNAPSHOT_LIMIT: Final = 262_144
TARGETS_LIMIT: Final = 4_194_304
SPECIFICATION: Final = "1.0.31"  # the version of the TUF specification that new pages name
COUNTRY: Final = re.compile(r"[a-z]{2}|int")
Page = Metadata[Root] | Metadata[Timestamp] | Metadata[Snapshot] | Metadata[Targets]
_COMMON: Final = ("_type", "spec_version", "version", "expires")
_VERSION: Final = re.compile(r"1\.0\.[0-9]{1,3}")
_HEX_256: Final = re.compile(r"[0-9a-f]{64}")
_HEX_512: Final = re.compile(r"[0-9a-f]{128}")


class RegistryUntrustedError(UntrustedError):
    """The registry's metadata is not signed as it must be, or its pages contradict one another."""

    name = "registry-untrusted"
    title = "The registry's metadata cannot be trusted."
    advice = "Nothing was stored; the last good registry stays in use. Try another peer; tell the operators."


def load_root(data: bytes) -> Metadata[Root]:
    """Return the root page; its signatures are not checked yet.

    Raises:
        UntrustedError: not the one encoding of a root page.
    """
    signed = _signed(data, ROOT_LIMIT)
    kind, *common, consistent, keys, roles = strict.members(
        signed, *_COMMON, "consistent_snapshot", "keys", "roles"
    )
    _check_head(kind, "root", common)
    if consistent is not True:
        raise MalformedError("a registry has consistent snapshots")
    known = _check_keys(keys)
    for role in strict.members(roles, "root", "timestamp", "snapshot", "targets"):
        _check_role(known, *strict.members(role, "keyids", "threshold"))
    return _page(data)


def load_timestamp(data: bytes) -> Metadata[Timestamp]:
    """Return the timestamp page; its signatures are not checked yet.

    Raises:
        UntrustedError: not the one encoding of a timestamp page.
    """
    signed = _signed(data, TIMESTAMP_LIMIT)
    kind, *common, issued, root, meta = strict.members(signed, *_COMMON, "issued", "root", "meta")
    _check_head(kind, "timestamp", common)
    strict.moment(issued)
    strict.integer(root, 1)
    (snapshot,) = strict.members(meta, "snapshot.json")
    _check_file(*strict.members(snapshot, "version", "length", "hashes"))
    return _page(data)


def load_snapshot(data: bytes) -> Metadata[Snapshot]:
    """Return the snapshot page; its signatures are not checked yet.

    Raises:
        UntrustedError: not the one encoding of a snapshot page.
    """
    signed = _signed(data, SNAPSHOT_LIMIT)
    kind, *common, meta = strict.members(signed, *_COMMON, "meta")
    _check_head(kind, "snapshot", common)
    for name, file in _object(meta).items():
        country, dot, suffix = name.partition(".")
        if name != "targets.json" and not (COUNTRY.fullmatch(country) and dot + suffix == ".json"):
            raise MalformedError("a snapshot lists the top page and country pages alone")
        _check_file(*strict.members(file, "version", "length", "hashes"))
    return _page(data)


def load_targets(data: bytes) -> Metadata[Targets]:
    """Return the top targets page, which delegates to countries; its signatures are not checked yet.

    Raises:
        UntrustedError: not the one encoding of such a page.
    """
    signed = _signed(data, TARGETS_LIMIT)
    kind, *common, targets, delegations = strict.members(signed, *_COMMON, "targets", "delegations")
    _check_head(kind, "targets", common)
    if targets != {}:
        raise MalformedError("the top page lists no nodes itself")
    keys, roles = strict.members(delegations, "keys", "roles")
    known = _check_keys(keys)
    for role in strict.array(roles, 256):
        name, terminating, keyids, threshold, paths = strict.members(
            role, "name", "terminating", "keyids", "threshold", "paths"
        )
        country = strict.text(name)
        if COUNTRY.fullmatch(country) is None or terminating is not True or paths != [f"{country}/*"]:
            raise MalformedError("a country's role is named by its code and has its own nodes alone")
        _check_role(known, keyids, threshold)
    return _page(data)


def load_country(data: bytes, country: str) -> Metadata[Targets]:
    """Return a country's page; its signatures are not checked yet.

    Raises:
        UntrustedError: not the one encoding of such a page, or it names a node of another country.
    """
    signed = _signed(data, TARGETS_LIMIT)
    kind, *common, targets = strict.members(signed, *_COMMON, "targets")
    _check_head(kind, "targets", common)
    for path, file in _object(targets).items():
        if node_of(path).country != country:
            raise RegistryUntrustedError("a country's page names a node of another country")
        length, hashes = strict.members(file, "length", "hashes")
        _check_file(1, length, hashes)
    return _page(data)


def node_of(path: str) -> NodeId:
    """Return the node that a target's path names.

    Raises:
        MalformedError: the path is not a node's name and `.json`.
    """
    if not path.endswith(".json"):
        raise MalformedError("a target is named by its node")
    return NodeId(path.removesuffix(".json"))


def seconds(signed: Signed) -> int:
    """Return when the page expires, in seconds since 1970."""
    return int(signed.expires.timestamp())


def check_digest(file: MetaFile | TargetFile, data: bytes) -> None:
    """Do nothing if the bytes are those that another page names.

    Raises:
        RegistryUntrustedError: another length or digest.
    """
    try:
        file.verify_length_and_hashes(data)
    except RepositoryError as error:
        raise RegistryUntrustedError("a page or node entry is not the one that was signed for") from error


def check_signed(by: Root | Targets, role: str, page: Page) -> None:
    """Do nothing if enough of the role's keys signed the page.

    Raises:
        RegistryUntrustedError: fewer valid signatures than the role's threshold.
    """
    try:
        by.verify_delegate(role, page.signed_bytes, page.signatures)
    except (RepositoryError, ValueError) as error:
        raise RegistryUntrustedError(
            "too few valid signatures on the page of the role %(role)s", role=role
        ) from error


def _signed(data: bytes, limit: int) -> Json:
    signatures, signed = strict.members(strict.loads(data, limit=limit), "signatures", "signed")
    for signature in strict.array(signatures, 64):
        keyid, value = strict.members(signature, "keyid", "sig")
        _check_hex(_HEX_256, keyid)
        _check_hex(_HEX_512, value)
    return signed


def _page(data: bytes) -> Metadata[Any]:
    try:
        page = Metadata[Any].from_bytes(data)
        canonical = page.to_bytes()
    except RepositoryError as error:
        raise MalformedError("not a page of TUF metadata") from error
    if canonical != data:
        raise MalformedError("not the canonical encoding of a page")
    return page


def _object(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise MalformedError("not a JSON object")
    return value


def _check_head(kind: Json, wanted: str, common: list[Json]) -> None:
    spec_version, version, _ = common
    if kind != wanted or _VERSION.fullmatch(strict.text(spec_version)) is None:
        raise MalformedError("not a %(wanted)s page of TUF 1.0", wanted=wanted)
    strict.integer(version, 1)


def _check_keys(keys: Json) -> frozenset[str]:
    known = _object(keys)
    for keyid, key in known.items():
        keytype, scheme, keyval = strict.members(key, "keytype", "scheme", "keyval")
        (public,) = strict.members(keyval, "public")
        _check_hex(_HEX_256, public)
        if keytype != "ed25519" or scheme != "ed25519":
            raise MalformedError("holders sign with Ed25519")
        jws.check_public_key(bytes.fromhex(strict.text(public)))
        # Names made from the key itself: one key under two names would count twice towards a threshold.
        if keyid != key_name(strict.text(public)):
            raise MalformedError("a holder's key has a name that is not its own")
    return frozenset(known)


def key_name(public: str) -> str:
    """Return the TUF key id of an Ed25519 public key given in hexadecimal."""
    canonical = f'{{"keytype":"ed25519","keyval":{{"public":"{public}"}},"scheme":"ed25519"}}'
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _check_role(known: frozenset[str], keyids: Json, threshold: Json) -> None:
    names = [strict.text(keyid) for keyid in strict.array(keyids, 64)]
    if len(set(names)) != len(names) or not known.issuperset(names):
        raise MalformedError("a role lists unknown or repeated keys")
    strict.integer(threshold, 1, len(names))


def _check_file(version: Json, length: Json, hashes: Json) -> None:
    strict.integer(version, 1)
    strict.integer(length, 1, TARGETS_LIMIT)
    (sha256,) = strict.members(hashes, "sha256")
    _check_hex(_HEX_256, sha256)


def _check_hex(pattern: re.Pattern[str], value: Json) -> None:
    if pattern.fullmatch(strict.text(value)) is None:
        raise MalformedError("not lower-case hexadecimal of the right length")
