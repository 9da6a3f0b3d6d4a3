"""Keys change while a handover goes on: a node is never cut off, needs no restart, and its evidence verifies."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from federation import PASSPHRASE, federation
from handover.adapters.server_pins import CertificateError
from handover.adapters.vault import FileVault
from handover.application.facts import Delivery, Handover
from handover.application.verifier import verify
from handover.application.verifier_report import Verdict
from handover.domain.errors import NotFoundError
from handover.domain.handover import Act, State
from handover.founding import enrolment_request, entry_of
from handover.node import Node
from handover.protocol import checkpoint, enrolment
from handover.protocol import envelope as envelopes
from handover.protocol.node_key import KeyStatus, KeyUse
from processes.strange import Certificate
from two_nodes import rotation
from two_nodes.scene import alarms_of
from two_nodes.stage import TAKEN_UP, Stage

DAY = 86400


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        yield Stage(fed, north, south)


def another_process(node: Node) -> FileVault:
    """Give the node's keys as a command opens them beside the running node."""
    return FileVault.open(node.settings.data / "vault.json", PASSPHRASE)


def made(stage: Stage, node: Node, use: KeyUse, *, in_days: int = 0) -> set[str]:
    stage.fed.clock.pass_(1)
    return set(another_process(node).add_keys(use, begins=stage.fed.clock.now + in_days * DAY))


def signed_with(node: Node, sent: Handover, act: Act) -> set[str]:
    with node.database.reading() as work:
        kept = work.envelopes.of_handover(sent.id)
    return {envelopes.read(each.data).kid for each in kept if each.act is act and not each.incoming}


def log_kids(node: Node) -> set[str]:
    key = node.vault.log_signer.key
    return {each.kid for each in node.vault.node_keys() if each.public in (key.ed25519, key.mldsa44)}


def in_use(node: Node, use: KeyUse) -> set[str]:
    return log_kids(node) if use is KeyUse.LOG else {node.vault.signer.kid}


def finished(stage: Stage, sent: Handover) -> None:
    """Bring the round to its end from wherever it is, and let both sides' evidence be verified."""
    if stage.at_south(sent).state is State.PENDING:
        stage.accept(sent)
        stage.settle()
    if stage.at_north(sent).state is State.ACCEPTED:
        stage.countersign(sent)
    stage.settle()
    assert stage.outcome(sent) == TAKEN_UP
    assert alarms_of(stage.north) == alarms_of(stage.south) == []
    report = verify(bundles(stage, sent), root=stage.fed.repository.pinned())
    assert report.verdict is Verdict.VALID, report.findings


def bundles(stage: Stage, sent: Handover) -> list[bytes]:
    matters = (stage.north, sent.matter), (stage.south, stage.at_south(sent).matter)
    return [node.evidence.export(matter, actor=stage.fed.officer(node, "first")) for node, matter in matters]


@pytest.mark.parametrize("use", [KeyUse.SIG, KeyUse.LOG])
def test_a_new_key_is_used_once_the_registry_lists_it_and_not_before(stage: Stage, use: KeyUse) -> None:
    old, new = in_use(stage.north, use), made(stage, stage.north, use)
    sent = stage.offer()
    stage.settle()
    assert stage.at_south(sent).state is State.PENDING
    assert in_use(stage.north, use) == old
    rotation.republish(stage.fed, stage.north)
    assert in_use(stage.north, use) == new
    finished(stage, sent)


def test_a_listed_key_waits_for_its_time(stage: Stage) -> None:
    old, new = in_use(stage.north, KeyUse.SIG), made(stage, stage.north, KeyUse.SIG, in_days=7)
    rotation.republish(stage.fed, stage.north)
    assert in_use(stage.north, KeyUse.SIG) == old
    stage.fed.clock.pass_(7 * DAY)
    assert in_use(stage.north, KeyUse.SIG) == new


def test_a_reported_key_signs_nothing_more_though_the_next_is_not_listed_yet(stage: Stage) -> None:
    [old], new = in_use(stage.north, KeyUse.SIG), made(stage, stage.north, KeyUse.SIG)
    rotation.compromise(stage.fed, stage.north, old)
    assert in_use(stage.north, KeyUse.SIG) == new


@pytest.mark.parametrize("side", ["north", "south"])
@pytest.mark.parametrize("use", [KeyUse.SIG, KeyUse.LOG, KeyUse.SEAL])
def test_a_handover_goes_on_while_a_key_changes_between_any_two_acts(
    stage: Stage, use: KeyUse, side: str
) -> None:
    node: Node = getattr(stage, side)

    def change() -> None:
        made(stage, node, use)
        stage.fed.settle(1)  # something moves while the registry does not know the key
        rotation.republish(stage.fed, node)

    change()
    sent = stage.offer()
    change()
    stage.settle()
    change()
    stage.accept(sent)
    change()
    stage.settle()
    change()
    stage.countersign(sent)
    change()
    finished(stage, sent)
    assert len([key for key in node.registry.entry(node.id, stage.fed.clock.now).keys if key.use is use]) == 7


def test_a_peer_with_the_older_registry_is_told_again_until_it_has_the_newer(stage: Stage) -> None:
    sent = stage.offer()
    made(stage, stage.north, KeyUse.SIG)
    made(stage, stage.north, KeyUse.LOG)
    south = stage.fed.wire.nodes.pop(stage.south.id)
    rotation.republish(stage.fed, stage.north)
    stage.fed.wire.nodes[south.id] = south
    stage.settle()
    stage.accept(sent)
    stage.settle()
    stage.countersign(sent)
    stage.settle()
    with stage.north.database.reading() as work:
        queued = list(work.queue.of_handover(sent.id).values())
    assert [(each.problem, each.due > 0) for each in queued if each.delivery is Delivery.REFUSED] == [
        ("untrusted", True)
    ]
    assert stage.at_south(sent).state is State.BOUND
    stage.fed.refresh(stage.south)
    stage.fed.clock.pass_(900)
    finished(stage, sent)


def test_running_processes_take_over_what_another_one_changes_in_the_vault(stage: Stage) -> None:
    other = another_process(stage.south)
    [kid] = other.add_keys(KeyUse.SEAL, begins=stage.fed.clock.now)
    assert stage.south.vault.opener(kid)
    [key] = [each for each in stage.south.vault.secrets() if each.kid == kid]
    assert other.destroy_sealing_keys(before=key.expires + 1) == 2
    with pytest.raises(NotFoundError):
        stage.south.vault.opener(kid)


def test_checkpoints_of_every_pair_are_the_nodes_own(stage: Stage) -> None:
    with stage.north.database.begin() as work:
        before = work.log.checkpoint(work.now)
    made(stage, stage.north, KeyUse.LOG)
    rotation.republish(stage.fed, stage.north)
    keys = stage.north.vault.log_keys()
    assert checkpoint.key_of(before, keys) != stage.north.vault.log_signer.key
    listed = stage.south.registry.entry(stage.north.id, stage.fed.clock.now).log_keys()
    assert set(listed) == set(keys)


def test_after_a_loss_of_the_keys_the_old_ones_stay_listed_for_old_evidence(stage: Stage) -> None:
    """The authority makes new keys from nothing; the operators mark the old ones, and take the node's new entry."""
    sent = stage.offer()
    stage.settle()
    finished(stage, sent)
    before, now = entry_of(stage.north.settings, stage.north.vault), stage.fed.clock.now
    for use in (KeyUse.SIG, KeyUse.LOG, KeyUse.SEAL):
        made(stage, stage.north, use)
    kept = {each.kid for each in stage.north.vault.secrets() if each.not_before > before.keys[0].not_before}
    gone = [key for key in before.keys if key.use in (KeyUse.SIG, KeyUse.LOG, KeyUse.LOG_PQ)]
    for key in gone:
        stage.fed.ceremony.mark_compromised(stage.north.id, key.kid, since=now + 1, now=now)
    stage.fed.publish()
    with stage.north.vault._changing() as changing:
        changing.secrets = [each for each in changing.secrets if each.kid in kept or each.use == "pseudonym"]
    request = entry_of(stage.north.settings, stage.north.vault)
    enrolment.require_successor(stage.south.registry.entry(stage.north.id, now), request)
    rotation.republish(stage.fed, stage.north)
    listed = stage.south.registry.entry(stage.north.id, now).keys
    assert {key.status for key in listed if key.kid in {each.kid for each in gone}} == {KeyStatus.COMPROMISED}
    report = verify(bundles(stage, sent), root=stage.fed.repository.pinned())
    assert report.verdict is not Verdict.INVALID
    again = stage.offer()
    stage.settle()
    finished(stage, again)


def test_a_listed_key_that_is_gone_is_proposed_as_retired(stage: Stage) -> None:
    made(stage, stage.north, KeyUse.SIG)
    rotation.republish(stage.fed, stage.north)
    [old] = [each for each in stage.north.vault.secrets() if each.use == "sig"][:1]
    with stage.north.vault._changing() as changing:
        changing.secrets = [each for each in changing.secrets if each.kid != old.kid]
    rotation.republish(stage.fed, stage.north)
    entry = stage.south.registry.entry(stage.north.id, stage.fed.clock.now)
    assert entry.key(old.kid, KeyUse.SIG).status is KeyStatus.RETIRED


def test_a_node_makes_its_next_sealing_key_and_destroys_the_seed_of_the_last_in_every_process(
    stage: Stage,
) -> None:
    """A payload that was under way all the time no longer opens, and its sender seals the same act anew."""
    fed, south = stage.fed, stage.south
    sent = stage.offer()
    stage.settle()
    stage.accept(sent)
    stage.settle()
    stage.countersign(sent)
    beside = another_process(south)
    [old] = [key for key in south.vault.node_keys() if key.use is KeyUse.SEAL]
    south.key_care.tick()
    assert len(south.vault.node_keys()) == 4
    fed.clock.now = old.expires - 10 * DAY + 1
    south.key_care.tick()
    [new] = [key for key in south.vault.node_keys() if key.use is KeyUse.SEAL and key.kid != old.kid]
    request = (south.settings.data / "de-hamburg.enrolment").read_bytes()
    fed.ceremony.replace_entry(request, now=fed.clock.now)
    fed.publish()
    assert stage.north.registry.sealing_key(south.id, fed.clock.now).kid == new.kid
    fed.clock.now = old.expires + 14 * DAY
    south.key_care.tick()
    assert beside.opener(old.kid)
    fed.clock.pass_(1)
    south.key_care.tick()
    for process in (south.vault, beside):
        with pytest.raises(NotFoundError):
            process.opener(old.kid)
        assert process.opener(new.kid)
    assert old.kid.encode() not in (south.settings.data / "vault.json").read_bytes()
    fed.publish()
    stage.settle()
    assert stage.outcome(sent) == TAKEN_UP
    before, after = stage.said(stage.north, sent, Act.DEED)
    assert (after.replaces, after.payload and after.payload.commit) == (
        after.prev,
        before.payload and before.payload.commit,
    )


def test_the_pin_of_the_next_server_key_is_listed_beside_the_present_one(
    stage: Stage, tmp_path: Path
) -> None:
    first, second = Certificate(tmp_path, "first"), Certificate(tmp_path, "second")

    def listed(*certificates: Certificate) -> set[bytes]:
        files = [each.file for each in certificates]
        settings = stage.north.settings.model_copy(update={"pinned_certificates": files})
        request = enrolment_request(settings, stage.north.vault, now=stage.fed.clock.now)
        stage.fed.ceremony.replace_entry(request, now=stage.fed.clock.now)
        stage.fed.publish()
        entry = stage.south.registry.entry(stage.north.id, stage.fed.clock.now)
        return {key.public for key in entry.usable_keys(KeyUse.TLS, stage.fed.clock.now)}

    assert listed(first) == {first.pin}
    assert listed(first, second) == {first.pin, second.pin}
    assert listed() == {first.pin, second.pin}
    assert listed(second) == {second.pin}
    stage.north.key_care.tick()
    with stage.north.database.reading() as work:
        assert [each.evidence[0].split()[::2] for each in work.alarms.all()] == [[b"tls", b"7"]]


def test_a_file_that_holds_no_certificate_is_named(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("nothing")
    for name in ("none.pem", "absent.pem"):
        settings = stage.north.settings.model_copy(update={"pinned_certificates": [tmp_path / name]})
        with pytest.raises(CertificateError, match=name):
            entry_of(settings, stage.north.vault)


def test_two_keys_made_in_one_second_do_not_begin_together(stage: Stage) -> None:
    """An entry with two pairs of a log that begin together is none: the registry could not take it."""
    vault, now = stage.south.vault, stage.fed.clock.now
    for _ in range(2):
        vault.add_keys(KeyUse.LOG, begins=now)
    begins = [each.not_before for each in vault.secrets() if each.use == KeyUse.LOG]
    assert len(set(begins)) == len(begins) == 3
    assert [each.not_before for each in vault.secrets() if each.use == KeyUse.LOG_PQ] == begins
