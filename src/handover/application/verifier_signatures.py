"""Whether what is signed was signed by whom it names, with a key that was theirs then."""

from typing import Protocol

from handover.application.verifier_case import Case, Said, Source
from handover.application.verifier_report import Findings, Rule, Severity
from handover.application.verifier_trust import Trust
from handover.domain.errors import HandoverError
from handover.domain.ids import NodeId
from handover.domain.sentences import sentence
from handover.protocol.node_key import KeyStatus, NodeKey
from handover.protocol.registry_set import SKEW, Registry


class Signed(Protocol):
    """What has a signature that can be verified with a public key."""

    def verify(self, public: bytes) -> object:
        """Raise UntrustedError where the signature does not fit."""
        ...


def check(case: Case, trust: Trust, findings: Findings) -> None:
    """Verify the manifest and every envelope; what is believed is marked so."""
    for source in case.sources:
        _manifest(source, trust, findings)
    for said in (*case.said.values(), *case.refused.values()):
        said.believed = _said(said, trust, findings)
    for said in case.deeds.values():
        said.believed = _foreign(said, trust, findings)


def believe(
    signed: Signed,
    *,
    node: NodeId,
    kid: str,
    registries: list[Registry],
    place: str,
    findings: Findings,
    trust: Trust,
) -> NodeKey | None:
    """Give the key with which *node* signed, or None where the registry or the signature says otherwise."""
    key = trust.key(node, kid, registries) or trust.key(node, kid, trust.sets)
    if key is None:
        if trust.sets:
            findings.invalid(
                Rule.KEY, place, sentence("the registry names no such signing key of %(node)s", node=node)
            )
        return None
    try:
        signed.verify(key.public)
    except HandoverError as error:
        findings.invalid(Rule.SIGNATURE, place, error.sentence)
        return None
    return key


def _manifest(source: Source, trust: Trust, findings: Findings) -> None:
    bundle, manifest = source.bundle, source.bundle.manifest
    place = f"{source.node} line 2: manifest"
    newest = [trust.newest] if trust.newest else []
    key = believe(
        bundle.signed,
        node=source.node,
        kid=bundle.kid,
        registries=newest,
        place=place,
        findings=findings,
        trust=trust,
    )
    for fault in bundle.faults:
        where = f"{source.node} line {fault.line}" if fault.line else place
        findings.invalid(Rule.MANIFEST, where, fault.sentence)
    if key is None:
        return
    if not _in_term(key, manifest.exported):
        findings.invalid(Rule.KEY, place, sentence("the key was not in use when the bundle was made"))
    latest = trust.latest_key(source.node, bundle.kid) or key
    if latest.compromised_since is not None:
        text = sentence("the exporter's key was reported compromised: anyone may have put this file together")
        findings.incomplete(Rule.KEY_COMPROMISED, place, text)


def _said(said: Said, trust: Trust, findings: Findings) -> bool:
    envelope, kid = said.envelope, said.unverified.kid
    registries = trust.window(min(envelope.iat, said.at), said.at)
    if not registries and trust.sets:
        text = sentence("the bundle holds no state of the registry from the time of this act")
        findings.incomplete(Rule.REGISTRY_TIME, said.place, text)
    key = believe(
        said.unverified,
        node=envelope.iss,
        kid=kid,
        registries=registries,
        place=said.place,
        findings=findings,
        trust=trust,
    )
    if key is None:
        return False
    if not _in_term(key, said.at):
        again = said.dated_again and _in_term(key, envelope.iat)
        severity = Severity.INCOMPLETE if again else Severity.INVALID
        findings.add(Rule.KEY, said.place, severity, sentence("the key was not in use at that time"))
    listed = [trust.key(envelope.iss, kid, [each]) for each in registries]
    if listed and all(each is None or each.status is KeyStatus.RETIRED for each in listed):
        findings.note(Rule.KEY, said.place, sentence("the key had been retired by then"))
    return not compromised(said, kid, said.place, trust, findings)


def _in_term(key: NodeKey, at: int) -> bool:
    return key.not_before - SKEW <= at < key.expires + SKEW


def compromised(said: Said, kid: str, place: str, trust: Trust, findings: Findings) -> bool:
    """Tell whether what the key of an envelope, or of what it names, has signed does not count any more.

    Decided by the time that somebody else has logged for the envelope; the sender's own clock proves nothing here, so
    what nobody has logged does not count. What was signed anew since need not.
    """
    latest = trust.latest_key(said.envelope.iss, kid)
    if latest is None:
        findings.incomplete(Rule.KEY, place, sentence("the newest registry does not list the key any more"))
        return False
    if latest.compromised_since is None:
        return False
    if said.dated_by is None:
        text = sentence("the key was reported compromised, and nobody else shows that this was signed before")
        (findings.note if said.replaced else findings.incomplete)(Rule.KEY_COMPROMISED, place, text)
        return True
    if not latest.sound(said.at):
        findings.invalid(
            Rule.KEY_COMPROMISED, place, sentence("signed when the key may have been in other hands")
        )
        return True
    text = sentence(
        "the key was reported compromised later; %(node)s had logged this before", node=said.dated_by
    )
    findings.note(Rule.KEY_COMPROMISED, place, text)
    return False


def _foreign(said: Said, trust: Trust, findings: Findings) -> bool:
    """A deed between others, from before: the key may be old; its taker's receipt, where it is here, gives its time."""
    key = believe(
        said.unverified,
        node=said.envelope.iss,
        kid=said.unverified.kid,
        registries=list(reversed(trust.sets)),
        place=said.place,
        findings=findings,
        trust=trust,
    )
    return key is not None and not compromised(said, said.unverified.kid, said.place, trust, findings)
