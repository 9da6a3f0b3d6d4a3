"""Cases of whole registries: two countries with a node each, signed by holders whose keys are made of fixed seeds."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tuf.api.metadata import Root, TargetFile, Timestamp

from handover.domain.ids import NodeId
from handover.protocol import node_entry, registry_set
from handover.protocol import registry_metadata as pages
from handover.protocol.node_key import KeyUse
from handover.protocol.registry_set import MetadataSet
from registrar import HOLDERS, ONLINE, Holder, Registrar, TestNode, holder, rebuilt, retimed, sign
from vectors.made import Case, accepted, refused

NOW: Final = 1_800_000_000
DAY: Final = 86_400
ATHENS, HAMBURG = NodeId("gr/athens"), NodeId("de/hamburg")
UNTRUSTED, EXPIRED, ROLLBACK, MALFORMED = (
    "registry-untrusted",
    "registry-expired",
    "registry-rollback",
    "malformed",
)


def cases() -> dict[str, Case]:
    """Give the cases of the chapter."""
    whole = _whole()
    return {
        **_accepted(whole),
        **_times(whole),
        **_signatures(whole),
        **_mixed(whole),
        **_roots(whole),
        **_shapes(whole),
    }


def _whole() -> MetadataSet:
    with TemporaryDirectory() as folder:
        registrar = Registrar(Path(folder), now=NOW)
        registrar.found("de", "gr")
        published = registrar.repository.published()
    entries = {}
    for node in (ATHENS, HAMBURG):
        made = TestNode(node, now=NOW)
        keys = [key for key in made.public_keys() if key.use is KeyUse.SIG]
        entries[node] = node_entry.encode(made.entry(keys=keys))
    roles = {node.country: _country(published, node.country, {node: data}) for node, data in entries.items()}
    return rebuilt(published, roles=roles, entries=entries)


def _country(
    found: MetadataSet,
    country: str,
    entries: dict[NodeId, bytes],
    *signers: str,
    expires: int | None = None,
) -> bytes:
    page = pages.load_country(found.roles[country], country)
    page.signed.version = 2
    for node, data in entries.items():
        page.signed.targets[f"{node}.json"] = TargetFile.from_data(f"{node}.json", data)
    if expires is not None:
        page.signed.expires = datetime.fromtimestamp(expires, UTC)
    return sign(page, *map(holder, signers or (f"{country} one", f"{country} two")))


def given(found: MetadataSet, *, at: int = NOW, root: bytes | None = None) -> Case:
    """Give a set as the input of a case."""
    return {
        "root": (found.root_chain[0] if root is None else root).decode(),
        "at": at,
        "root_chain": [page.decode() for page in found.root_chain],
        "timestamp": found.timestamp.decode(),
        "snapshot": found.snapshot.decode(),
        "targets": found.targets.decode(),
        "roles": {country: page.decode() for country, page in sorted(found.roles.items())},
        "entries": {node: entry.decode() for node, entry in sorted(found.entries.items())},
    }


def outcome(found: MetadataSet, *, at: int, root: bytes) -> Case:
    """Give what a set proves, as a case expects it."""
    registry = registry_set.verify(found, root=root, at=at)
    return {
        "version": registry.version,
        "root": registry.root,
        "issued": registry.issued,
        "expires": registry.expires,
        "nodes": sorted(registry.entries),
        "lapsed": sorted(
            country for country in registry.terms if len(country) < 4 and registry.lapsed(country, at)
        ),
        "unreadable": sorted(registry.unreadable),
        "absent": sorted(registry.absent),
        "timestamp": registry.digests.timestamp,
    }


def _good(what: str, found: MetadataSet, *, at: int = NOW, root: bytes | None = None) -> Case:
    pinned = found.root_chain[0] if root is None else root
    return accepted(what, given(found, at=at, root=pinned), outcome(found, at=at, root=pinned))


def _accepted(whole: MetadataSet) -> dict[str, Case]:
    late = {**whole.roles, "gr": _country(whole, "gr", {}, expires=NOW + 10)}
    later = {ATHENS: b'{"format":"handover-node/2"}'}
    unread = {**whole.roles, "gr": _country(whole, "gr", later)}
    return {
        "whole": _good("A whole registry.", whole),
        "part": _good("What concerns one node; the rest is named as absent.", whole.part([ATHENS])),
        "country-expired": _good(
            "The page of one country had expired.", rebuilt(whole, roles=late), at=NOW + 10
        ),
        "entry-of-a-later-format": _good(
            "An entry that cannot be read does not harm the others.",
            rebuilt(whole, roles=unread, entries={**whole.entries, **later}),
        ),
        "root-rotated": _good("A chain of three roots, verified from the first.", _rotated(whole)),
        "root-rotated-pinned-later": _good(
            "The same, verified from the second.", _rotated(whole), root=_rotated(whole).root_chain[1]
        ),
    }


def _times(whole: MetadataSet) -> dict[str, Case]:
    last = NOW + 7 * DAY
    return {
        "last-second": _good("The last second before the timestamp expires.", whole, at=NOW + DAY - 1),
        "snapshot-expired": refused("The snapshot has expired.", given(whole, at=NOW + DAY), EXPIRED),
        "timestamp-expired": refused("The timestamp has expired.", given(whole, at=last), EXPIRED),
        "ten-minutes-before": _good("A clock may be ten minutes behind.", whole, at=NOW - 600),
        "not-yet-issued": refused(
            "The set did not exist at that time.", given(whole, at=NOW - 601), UNTRUSTED
        ),
    }


def _signatures(whole: MetadataSet) -> dict[str, Case]:
    page = pages.load_country(whole.roles["gr"], "gr")
    sign(page, holder("gr one"))
    copied = page.signatures[holder("gr one").key.keyid]
    page.signatures[holder("gr two").key.keyid] = type(copied)(holder("gr two").key.keyid, copied.signature)
    countries = {
        "one-of-two": ("One signature of two.", _country(whole, "gr", {}, "gr one")),
        "none-of-two": ("Signed by holders of something else.", _country(whole, "gr", {}, "ada", "ben")),
        "other-country": (
            "Signed by another country's holders.",
            _country(whole, "gr", {}, "de one", "de two"),
        ),
        "one-signature-copied": ("One holder's signature under two names.", page.to_bytes()),
    }
    top = pages.load_targets(whole.targets)
    found = {
        name: refused(what, given(rebuilt(whole, roles={**whole.roles, "gr": data})), UNTRUSTED)
        for name, (what, data) in countries.items()
    }
    return found | {
        "top-one-of-two": refused(
            "The top page has one signature of two.",
            given(rebuilt(whole, targets=sign(top, HOLDERS[0]))),
            UNTRUSTED,
        ),
        "snapshot-by-a-holder": refused(
            "Snapshot and timestamp are signed by the online key alone.",
            given(rebuilt(whole, online=HOLDERS[0])),
            UNTRUSTED,
        ),
        "timestamp-changed": refused(
            "The time of issue is signed.",
            given(replace(whole, timestamp=whole.timestamp.replace(b'"issued":18', b'"issued":17'))),
            UNTRUSTED,
        ),
    }


def _mixed(whole: MetadataSet) -> dict[str, Case]:
    newer = rebuilt(whole, roles={**whole.roles, "gr": _country(whole, "gr", {}, expires=NOW + DAY)})
    stray = {**whole.entries, NodeId("gr/patras"): b"{}"}
    entry = whole.entries[ATHENS].replace(b"Somewhere", b"Elsewhere")
    sets = {
        "timestamp-of-before": (
            "The timestamp is of an earlier state.",
            replace(newer, timestamp=whole.timestamp),
        ),
        "country-of-before": ("A country's page is of an earlier state.", replace(newer, roles=whole.roles)),
        "entry-changed": (
            "An entry is other than the one signed for.",
            replace(whole, entries={**whole.entries, ATHENS: entry}),
        ),
        "entry-named-by-nothing": ("An entry that nothing names.", replace(whole, entries=stray)),
        "page-named-by-nothing": (
            "A page that nothing names.",
            replace(whole, roles={**whole.roles, "fr": whole.roles["gr"]}),
        ),
        "snapshot-of-other-version": (
            "The timestamp names another version.",
            retimed(whole, change=_one_more),
        ),
        "snapshot-without-a-country": (
            "The snapshot leaves out a country.",
            _snapshot_without(whole, "de.json"),
        ),
    }
    return {name: refused(what, given(found), UNTRUSTED) for name, (what, found) in sets.items()}


def _one_more(page: Timestamp) -> None:
    page.snapshot_meta.version += 1


def _snapshot_without(whole: MetadataSet, name: str) -> MetadataSet:
    page = pages.load_snapshot(whole.snapshot)
    del page.signed.meta[name]
    page.sign(ONLINE.signer)
    return retimed(replace(whole, snapshot=page.to_bytes()))


def _next(
    found: MetadataSet, *signers: Holder, change: Callable[[Root], object] = lambda _: None
) -> MetadataSet:
    page = pages.load_root(found.root_chain[-1])
    page.signed.version += 1
    change(page.signed)
    return replace(found, root_chain=(*found.root_chain, sign(page, *signers)))


def _exchange(root: Root) -> None:
    for role in ("root", "targets"):
        root.revoke_key(HOLDERS[0].key.keyid, role)
        root.add_key(holder("dora").key.tuf(), role)


def _rotated(whole: MetadataSet) -> MetadataSet:
    second = _next(whole, HOLDERS[1], HOLDERS[2], change=_exchange)
    third = _next(second, HOLDERS[1], holder("dora"))
    return rebuilt(third, targets=sign(pages.load_targets(whole.targets), HOLDERS[1], holder("dora")))


def _roots(whole: MetadataSet) -> dict[str, Case]:
    rotated = _rotated(whole)
    first, second, third = rotated.root_chain
    old = _next(whole, HOLDERS[0], HOLDERS[1], change=_exchange)
    new = _next(whole, holder("dora"), HOLDERS[2], change=_exchange)
    other = sign(pages.load_root(first), HOLDERS[1], HOLDERS[2])

    def two(page: Timestamp) -> None:
        page.unrecognized_fields["root"] = 2

    return {
        "root-signed-by-old-alone": refused("Of the new holders one has signed.", given(old), UNTRUSTED),
        "root-signed-by-new-alone": refused("Of the old holders one has signed.", given(new), UNTRUSTED),
        "root-link-missing": refused(
            "A link of the chain is missing.", given(replace(rotated, root_chain=(first, third))), UNTRUSTED
        ),
        "root-pinned-not-in-chain": refused(
            "The pinned root is before the chain.",
            given(replace(rotated, root_chain=(second, third)), root=first),
            UNTRUSTED,
        ),
        "root-pinned-with-other-signatures": refused(
            "The pinned root differs by a byte.", given(whole, root=other), UNTRUSTED
        ),
        "root-chain-older-than-pinned": refused(
            "The chain ends before the pinned root.", given(whole, root=third), ROLLBACK
        ),
        "root-chain-older-than-timestamp": refused(
            "The timestamp names a root that the chain has not.", given(retimed(whole, change=two)), ROLLBACK
        ),
        "dropped-holder": refused(
            "What a dropped holder signed does not count under the new root.",
            given(replace(whole, root_chain=rotated.root_chain)),
            UNTRUSTED,
        ),
    }


def _shapes(whole: MetadataSet) -> dict[str, Case]:
    country = json.loads(whole.roles["gr"])
    country["signed"]["targets"]["de/bremen.json"] = country["signed"]["targets"]["gr/athens.json"]
    path = json.loads(whole.roles["gr"])
    path["signed"]["targets"]["gr/../x.json"] = path["signed"]["targets"]["gr/athens.json"]
    key = json.loads(whole.root_chain[0])
    key["signed"]["keys"]["00" * 32] = key["signed"]["keys"][HOLDERS[0].key.keyid]
    more = json.loads(whole.timestamp)
    more["signed"]["mirror"] = "gr/athens"
    return {
        "node-of-another-country": refused(
            "A country's page names a node of another country.",
            given(_with_country(whole, country)),
            UNTRUSTED,
        ),
        "path-upwards": refused("A target's name is no path.", given(_with_country(whole, path)), MALFORMED),
        "key-under-two-names": refused(
            "A key under a name that is not its own.",
            given(replace(whole, root_chain=(_dump(key),)), root=whole.root_chain[0]),
            MALFORMED,
        ),
        "timestamp-member-more": refused(
            "A member that is not of the page.", given(replace(whole, timestamp=_dump(more))), MALFORMED
        ),
        "timestamp-spaced": refused(
            "A page has one spelling.",
            given(replace(whole, timestamp=whole.timestamp.replace(b":", b": ", 1))),
            MALFORMED,
        ),
    }


def _with_country(whole: MetadataSet, page: dict[str, object]) -> MetadataSet:
    return rebuilt(whole, roles={**whole.roles, "gr": _dump(page)})


def _dump(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
