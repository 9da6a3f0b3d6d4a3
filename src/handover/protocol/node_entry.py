"""The node entry: one node's page in the registry (docs/spec/registry.md, section 4).

One JSON document, one spelling: what is decoded is encoded again and compared. Who may speak for whom, and
whether the page is fresh, is decided elsewhere (`registry_set`, `application.registry`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Final, TypeVar

from handover.domain.errors import MalformedError, NotFoundError
from handover.domain.ids import NodeId
from handover.protocol import node_key, strict
from handover.protocol.checkpoint import LogKey
from handover.protocol.log_origin import FIRST, LogOrigin
from handover.protocol.node_key import KeyStatus, KeyUse, NodeKey
from handover.protocol.strict import Json

FORMAT: Final = "handover-node/1"
MOST_KEYS: Final = 64
_MOST: Final = 64
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?")
_VERSIONED: Final = re.compile(r"[a-z][a-z-]{0,31}/[1-9][0-9]{0,3}")
# An address is an origin: no user, path, query or fragment; plain HTTP for the machine's own loopback alone.
_ADDRESS: Final = re.compile(
    r"https://[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?::[1-9][0-9]{0,4})?"
    r"|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::[1-9][0-9]{0,4})?"
)
# Direction overrides and isolates could make one authority's name read as another's; the rest is invisible.
_DECEPTIVE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


class Mandate(StrEnum):
    """What a node may be sent. There is no other, and none for enforcement."""

    AUDIT = "audit"
    CHILD_PROTECTION = "child-protection"
    FAMILY_TRACING = "family-tracing"


class NodeStatus(StrEnum):
    """Whether the registry lets a node take part in new offers."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


_W = TypeVar("_W", Mandate, NodeStatus)


class UnknownKeyError(NotFoundError):
    """The registry lists no such key for this node."""

    name = "unknown-key"
    title = "The registry does not list this key for this node."
    advice = "Refresh the registry; if it stays so, ask the registry's operators about the node's keys."


@dataclass(frozen=True, kw_only=True)
class Liaison:
    """When and in which languages the authority's liaison officers can be reached."""

    hours: str
    languages: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NodeEntry:
    """Who a node is, what it may be sent, where it is reached, and its public keys, old ones included."""

    node: NodeId
    names: Mapping[str, str]
    country: str
    places: tuple[str, ...]
    mandates: tuple[Mandate, ...]
    address: str
    status: NodeStatus
    protocols: tuple[str, ...]
    schemas: tuple[str, ...]
    liaison: Liaison
    keys: tuple[NodeKey, ...]

    def log_origin(self, incarnation: int = FIRST) -> str:
        """Return the origin line of the node's log of that incarnation."""
        return str(LogOrigin(node=self.node, incarnation=incarnation))

    def name(self, language: str) -> str:
        """Return the display name in *language*, else in English, else in the first language listed."""
        return self.names.get(language) or self.names.get("en") or next(iter(self.names.values()))

    def key(self, kid: str, use: KeyUse) -> NodeKey:
        """Return the key of that name and use, whatever its status.

        Raises:
            UnknownKeyError: the entry has none.
        """
        for key in self.keys:
            if key.kid == kid and key.use is use:
                return key
        raise UnknownKeyError

    def usable_keys(self, use: KeyUse, now: int) -> tuple[NodeKey, ...]:
        """Return the keys that may be used at *now*, the one that began last first."""
        found = [key for key in self.keys if key.use is use and key.usable(now)]
        return tuple(sorted(found, key=lambda key: (key.not_before, key.kid), reverse=True))

    def sealing_key(self, now: int, *, ended: bool = False) -> NodeKey:
        """Return the newest key to which something may be sealed at *now*; with *ended*, else the one that ended last.

        Raises:
            UnknownKeyError: there is none.
        """
        for key in self.usable_keys(KeyUse.SEAL, now):
            return key
        over = [key for key in self.keys if key.use is KeyUse.SEAL and key.usable(min(now, key.expires - 1))]
        if ended and over:
            return max(over, key=lambda key: (key.expires, key.kid))
        raise UnknownKeyError("the node has no sealing key that can be used now")

    def log_keys(self, incarnation: int = FIRST) -> tuple[LogKey, ...]:
        """Return every pair of keys that checkpoints of that log were ever signed with, the newest first."""
        origin = self.log_origin(incarnation)
        return tuple(pair.named(origin) for _, pair in self._log_pairs)

    def log_key(self, incarnation: int = FIRST) -> LogKey:
        """Return the newest pair of keys that the node's log of that incarnation is signed with.

        Raises:
            UnknownKeyError: the entry lists no active pair.
        """
        for key, pair in self._log_pairs:
            if key.status is KeyStatus.ACTIVE:
                return pair.named(self.log_origin(incarnation))
        raise UnknownKeyError("the registry lists no active log key for this node")

    @cached_property
    def _log_pairs(self) -> tuple[tuple[NodeKey, LogKey], ...]:
        # Made once for each entry: a log key keeps what it needs to verify fast.
        plain = sorted(
            (key for key in self.keys if key.use is KeyUse.LOG), key=lambda key: key.not_before, reverse=True
        )
        partner = {key.not_before: key.public for key in self.keys if key.use is KeyUse.LOG_PQ}
        origin = self.log_origin()
        return tuple(
            (key, LogKey(origin=origin, ed25519=key.public, mldsa44=partner[key.not_before])) for key in plain
        )


def is_address(text: str) -> bool:
    """Tell whether an entry can name it as the node's address."""
    return _ADDRESS.fullmatch(text) is not None


def is_language(text: str) -> bool:
    """Tell whether it is a language tag as entries spell it."""
    return _LANGUAGE.fullmatch(text) is not None


def encode(entry: NodeEntry) -> bytes:
    """Return the one encoding of the entry.

    Raises:
        MalformedError: the entry is none that `decode` would take.
    """
    data = _encode(entry)
    decode(data)
    return data


def decode(data: bytes) -> NodeEntry:
    """Return the entry that the bytes hold.

    Raises:
        MalformedError: they are not the one encoding of a node entry.
    """
    value = strict.loads(data)
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise MalformedError("not a node entry of a known format")
    entry = _from_json(value)
    if _encode(entry) != data:
        raise MalformedError("not the canonical encoding of a node entry")
    _check_keys(entry)
    return entry


def _encode(entry: NodeEntry) -> bytes:
    return strict.dumps(
        {
            "format": FORMAT,
            "node": str(entry.node),
            "names": {language: entry.names[language] for language in sorted(entry.names)},
            "country": entry.country,
            "places": _sorted(entry.places),
            "mandates": _sorted(entry.mandates),
            "address": entry.address,
            "status": entry.status.value,
            "protocols": _sorted(entry.protocols),
            "schemas": _sorted(entry.schemas),
            "liaison": {"hours": entry.liaison.hours, "languages": _sorted(entry.liaison.languages)},
            "keys": [node_key.to_json(key) for key in sorted(entry.keys, key=_key_order)],
        }
    )


def _key_order(key: NodeKey) -> tuple[str, int, str]:
    return (key.use.value, key.not_before, key.kid)


def _sorted(values: tuple[str, ...]) -> list[Json]:
    return [*sorted(set(map(str, values)))]


def _from_json(value: Json) -> NodeEntry:
    _, node, names, country, places, mandates, address, status, protocols, schemas, liaison, keys = (
        strict.members(
            value,
            *("format", "node", "names", "country", "places", "mandates", "address", "status"),
            *("protocols", "schemas", "liaison", "keys"),
        )
    )
    identity = NodeId(strict.text(node))
    if country != identity.country:
        raise MalformedError("a node's country is the first part of its name")
    return NodeEntry(
        node=identity,
        names=_names(names),
        country=identity.country,
        places=tuple(_plain(place) for place in _some(places)),
        mandates=tuple(_one_of(Mandate, mandate) for mandate in _some(mandates)),
        address=_matching(_ADDRESS, address, "an address is the bare origin of an HTTPS server"),
        status=_one_of(NodeStatus, status),
        protocols=tuple(_matching(_VERSIONED, item, "not a protocol version") for item in _some(protocols)),
        schemas=tuple(_matching(_VERSIONED, item, "not a schema name") for item in _some(schemas)),
        liaison=_liaison(liaison),
        keys=tuple(node_key.from_json(key) for key in strict.array(keys, MOST_KEYS)),
    )


def _names(value: Json) -> Mapping[str, str]:
    if not isinstance(value, dict) or not 0 < len(value) <= _MOST:
        raise MalformedError("a node has a display name in at least one language")
    return MappingProxyType({_language(language): _plain(name) for language, name in value.items()})


def _liaison(value: Json) -> Liaison:
    hours, languages = strict.members(value, "hours", "languages")
    return Liaison(hours=_plain(hours), languages=tuple(_language(item) for item in _some(languages)))


def _some(value: Json) -> list[Json]:
    items = strict.array(value, _MOST)
    if not items:
        raise MalformedError("a list that may not be empty is empty")
    return items


def _plain(value: Json) -> str:
    text = strict.text(value, 256)
    if not text or text != text.strip() or _DECEPTIVE.search(text):
        raise MalformedError("a text is empty, padded, or holds invisible characters")
    return text


def _language(value: Json) -> str:
    return _matching(_LANGUAGE, value, "not a language tag")


def _matching(pattern: re.Pattern[str], value: Json, what: str) -> str:
    text = strict.text(value)
    if pattern.fullmatch(text) is None:
        raise MalformedError(what)
    return text


def _one_of(kind: type[_W], value: Json) -> _W:
    try:
        return kind(strict.text(value))
    except ValueError as error:
        raise MalformedError("a word of a closed list is unknown") from error


def _check_keys(entry: NodeEntry) -> None:
    kids = [key.kid for key in entry.keys]
    if len(set(kids)) != len(kids):
        raise MalformedError("a key is listed twice")
    begins = [sorted(key.not_before for key in entry.keys if key.use is use) for use in _LOG_PAIR]
    if begins[0] != begins[1] or len(set(begins[0])) != len(begins[0]):
        raise MalformedError("log keys come in pairs that begin together")


_LOG_PAIR: Final = (KeyUse.LOG, KeyUse.LOG_PQ)
