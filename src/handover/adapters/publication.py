"""Signing what waits, and making public what enough holders have signed.

`publish` puts together as much as is complete, adds a new snapshot where something changed and always a new
timestamp, verifies the whole as a node would, and only then touches the public folder.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, Targets, Timestamp

from handover.adapters.drafts import CeremonyError, delegated, expiry
from handover.adapters.repository import TOP, Repository
from handover.domain.errors import NotFoundError, UntrustedError
from handover.domain.ids import NodeId
from handover.protocol import registry_metadata as pages
from handover.protocol import registry_set
from handover.protocol.registry_set import MetadataSet, Registry

_RENEW_SNAPSHOT: Final = 14 * 86_400  # seconds before its expiry


class NotCompleteError(CeremonyError):
    """Not enough holders have signed."""

    name = "not-complete"
    title = "Nothing can be published yet: signatures are missing."
    advice = "Call `handover registry show`, and pass the folder to those who have not signed. Nothing was changed."


@dataclass(frozen=True, kw_only=True)
class Published:
    """What was made public: the registry as nodes will see it, and the roles whose new pages went out.

    `waiting` are the roles whose pages still wait; `held_back` says why they were not taken.
    """

    registry: Registry
    roles: tuple[str, ...]
    waiting: tuple[str, ...]
    held_back: str | None


@dataclass(frozen=True, kw_only=True)
class _Choice:
    """The pages of one attempt: all that the snapshot will name, and which of them are new."""

    roots: tuple[bytes, ...]
    targets: bytes
    countries: Mapping[str, bytes]
    taken: frozenset[str]


class Publication:
    """Signs and publishes the pages of the operators' working folder."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def sign(self, signer: CryptoSigner, *, roles: Collection[str] | None = None) -> tuple[str, ...]:
        """Sign every waiting page (or those of *roles*) that this key may sign, and return their roles.

        Raises:
            CeremonyError: there is nothing that this key may sign.
            UntrustedError: a waiting page or an entry that it names is malformed; nothing of it was signed.
        """
        signed = [
            role for role in self.waiting_for(signer.public_key.keyid) if roles is None or role in roles
        ]
        for role in signed:
            page = self.waiting(role)
            if role not in TOP:
                self._entries({role: page.to_bytes()})
            page.sign(signer, append=True)
            self._repository.put(role, page)
        if not signed:
            raise CeremonyError("there is nothing that waits for this key's signature")
        return tuple(signed)

    def waiting_for(self, keyid: str) -> tuple[str, ...]:
        """Return the roles whose waiting pages this key may sign and has not signed."""
        return tuple(
            role
            for role in self._repository.pending()
            if keyid in self.signers(role) and keyid not in self.waiting(role).signatures
        )

    def waiting(self, role: str) -> Metadata[Root] | Metadata[Targets]:
        """Return the waiting page; raises NotFoundError when none waits."""
        return load(role, self._repository.pending_page(role))

    def signers(self, role: str) -> frozenset[str]:
        """Return the ids of the keys whose signature on the role's page can count: of now, and of before."""
        delegator = role if role == "root" else "root" if role == "targets" else "targets"
        found: set[str] = set()
        for read in (self._repository.pending_page, self._repository.published_page):
            try:
                data = read(delegator)
            except NotFoundError:
                continue
            try:
                found.update(load(delegator, data).signed.get_delegated_role(role).keyids)
            except ValueError:
                continue  # a new country, unknown to the page that is still published
        return frozenset(found)

    def publish(self, online: CryptoSigner, *, now: int) -> Published:
        """Make public what is complete, under a new timestamp.

        Raises:
            CeremonyError: nothing is published yet and not everything is complete, the key does not hold the
                online role, or the clock is behind the last publication.
            UntrustedError: what would be published does not verify; nothing was changed.
        """
        old = self._old()
        choice, held_back = self._choose(old)
        metadata = self._close(choice, old, online, now)
        registry = registry_set.verify(metadata, root=metadata.root_chain[0], at=now)
        if registry.unreadable or registry.absent:
            raise CeremonyError("a node entry is missing or cannot be read")
        self._repository.publish(metadata)
        self._repository.done(choice.taken)
        for role in choice.taken - {"root"}:
            self._draft_for_new_holders(role)
        return Published(
            registry=registry,
            roles=tuple(sorted(choice.taken)),
            waiting=self._repository.pending(),
            held_back=held_back,
        )

    def _draft_for_new_holders(self, role: str) -> None:
        """Let the page wait once more where it went out under holders whom a page that still waits replaces."""
        delegator = "root" if role == "targets" else "targets"
        if delegator not in self._repository.pending():
            return
        held = self.waiting(delegator).signed.get_delegated_role(role)
        published = load(delegator, self._repository.published_page(delegator)).signed.get_delegated_role(
            role
        )
        if (held.keyids, held.threshold) != (published.keyids, published.threshold):
            page = load(role, self._repository.published_page(role))
            page.signed.version += 1
            page.signatures.clear()
            self._repository.put(role, page)

    def _old(self) -> MetadataSet | None:
        try:
            return self._repository.published()
        except NotFoundError:
            return None

    def _choose(self, old: MetadataSet | None) -> tuple[_Choice, str | None]:
        """Return the largest choice that is complete: what waits must not hold the timestamp up."""
        waiting = frozenset(self._repository.pending())
        reason = None
        for without in (frozenset(), frozenset({"root"}), frozenset(TOP), waiting):
            try:
                return self._try(old, waiting - without), reason
            except (CeremonyError, UntrustedError) as error:
                reason = reason or str(error)
        raise NotCompleteError(reason)

    def _try(self, old: MetadataSet | None, roles: frozenset[str]) -> _Choice:
        taken = set(roles & set(TOP))
        roots = self._roots(old, roles)
        root = pages.load_root(roots[-1])
        pages.check_signed(root.signed, "root", root)
        if len(roots) > 1:
            pages.check_signed(pages.load_root(roots[-2]).signed, "root", root)
        targets = (
            self._repository.pending_page("targets") if "targets" in roles else old.targets if old else b""
        )
        if not targets:
            raise CeremonyError("there is no top page yet")
        top = pages.load_targets(targets)
        pages.check_signed(root.signed, "targets", top)
        countries = {}
        for country in delegated(top)[1]:
            countries[country] = self._country(old, country, top.signed, roles)
            if country in roles and countries[country] == self._repository.pending_page(country):
                taken.add(country)
        return _Choice(roots=roots, targets=targets, countries=countries, taken=frozenset(taken))

    def _roots(self, old: MetadataSet | None, roles: frozenset[str]) -> tuple[bytes, ...]:
        chain = old.root_chain if old else ()
        if "root" in roles:
            page = self._repository.pending_page("root")
            # After a publication that was cut short, the waiting root is public already.
            if not chain or chain[-1] != page:
                chain = (*chain, page)
        if not chain:
            raise CeremonyError("there is no root page yet")
        return chain

    def _country(self, old: MetadataSet | None, country: str, top: Targets, roles: frozenset[str]) -> bytes:
        problem: UntrustedError | None = None
        if country in roles:
            data = self._repository.pending_page(country)
            try:
                pages.check_signed(top, country, pages.load_country(data, country))
            except UntrustedError as error:
                problem = error
            else:
                return data
        if old is None or country not in old.roles:
            raise problem or CeremonyError(f"there is no page of {country} yet")
        pages.check_signed(top, country, pages.load_country(old.roles[country], country))
        return old.roles[country]

    def _entries(self, countries: Mapping[str, bytes]) -> dict[NodeId, bytes]:
        found: dict[NodeId, bytes] = {}
        for country, data in countries.items():
            found |= self._repository.entries(pages.load_country(data, country))
        return found

    def _close(self, choice: _Choice, old: MetadataSet | None, online: CryptoSigner, now: int) -> MetadataSet:
        root = pages.load_root(choice.roots[-1]).signed
        if online.public_key.keyid not in root.get_delegated_role("timestamp").keyids:
            raise CeremonyError("this key does not hold the online role")
        snapshot = _snapshot(choice, root, old, online, now)
        version = 1
        if old is not None:
            last = pages.load_timestamp(old.timestamp).signed
            version = last.version + 1
            if int(last.unrecognized_fields["issued"]) > now:
                raise CeremonyError("the clock is behind the last publication")
        named = MetaFile.from_data(pages.load_snapshot(snapshot).signed.version, snapshot, ["sha256"])
        timestamp = Metadata(
            Timestamp(
                version=version,
                spec_version=pages.SPECIFICATION,
                expires=expiry("timestamp", now),
                snapshot_meta=named,
                unrecognized_fields={"issued": now, "root": root.version},
            )
        )
        timestamp.sign(online)
        return MetadataSet(
            root_chain=choice.roots,
            timestamp=timestamp.to_bytes(),
            snapshot=snapshot,
            targets=choice.targets,
            roles=choice.countries,
            entries=self._entries(choice.countries),
        )


def load(role: str, data: bytes) -> Metadata[Root] | Metadata[Targets]:
    """Return a page of the role `root`, `targets` or a country; raises UntrustedError when it is malformed."""
    if role == "root":
        return pages.load_root(data)
    return pages.load_targets(data) if role == "targets" else pages.load_country(data, role)


def _snapshot(choice: _Choice, root: Root, old: MetadataSet | None, online: CryptoSigner, now: int) -> bytes:
    """Return the snapshot to publish: the old one while it names the same pages and stands long enough."""
    meta = {"targets.json": _named(choice.targets, pages.load_targets(choice.targets).signed)}
    for country, data in choice.countries.items():
        meta[f"{country}.json"] = _named(data, pages.load_country(data, country).signed)
    version = 1
    if old is not None:
        last = pages.load_snapshot(old.snapshot)
        if (
            last.signed.meta == meta
            and pages.seconds(last.signed) - now > _RENEW_SNAPSHOT
            and _holds(root, last)
        ):
            return old.snapshot
        version = last.signed.version + 1
    page = Metadata(
        Snapshot(
            version=version, spec_version=pages.SPECIFICATION, expires=expiry("snapshot", now), meta=meta
        )
    )
    page.sign(online)
    return page.to_bytes()


def _named(data: bytes, signed: Targets) -> MetaFile:
    return MetaFile.from_data(signed.version, data, ["sha256"])


def _holds(root: Root, snapshot: Metadata[Snapshot]) -> bool:
    try:
        pages.check_signed(root, "snapshot", snapshot)
    except UntrustedError:
        return False
    return True
