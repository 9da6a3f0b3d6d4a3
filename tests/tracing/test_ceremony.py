"""The key ceremony at real nodes: five holders make one key that none of them has, and who is wrong is named."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from handover import node
from handover.application.epochs import EpochKnownError
from handover.application.registry import (
    KeyCompromisedError,
    MandateMissingError,
    NodeSuspendedError,
    RegistryStaleError,
)
from handover.application.tracing_keys import HoldersDifferError, NoEpochError
from handover.domain.errors import HandoverError, MalformedError, NotFoundError, UntrustedError
from handover.domain.ids import NodeId
from handover.protocol import epoch as epochs
from handover.protocol import strict
from handover.protocol.contribution import BadContributionError
from handover.protocol.entry import EntryKind
from handover.protocol.epoch import GRACE, EpochUnsignedError
from tracing.holding import DAYS, TABLES, WEIGHTS, Scene, holder_ids, logged, scene


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene(tmp_path_factory.mktemp("five")) as made:
        yield made


def test_five_holders_make_an_epoch_that_everybody_accepts_and_logs(five: Scene) -> None:
    epoch = five.ceremony()
    assert (epoch.tables, epoch.weights) == (TABLES, WEIGHTS)
    for each in five.all:
        assert each.tracing_keys.epochs.current() == epoch
        assert logged(each, EntryKind.EPOCH)[-1] == epoch.digest
    assert logged(five.holders[0], EntryKind.EPOCH)[-2:] == [epoch.digest] * 2  # concluded, accepted
    with pytest.raises(NotFoundError):
        five.asker.vault.share(epoch.digest)
    again, before = five.asker.tracing_keys.epochs, logged(five.asker, EntryKind.EPOCH)
    assert again.accept(again.document(epoch.number)) == epoch
    assert logged(five.asker, EntryKind.EPOCH) == before
    assert again.newest() == again.document(epoch.number)
    assert again.all()[0].number == epoch.number


def test_a_share_outlives_the_process_and_is_seen_by_one_that_runs(five: Scene) -> None:
    before, plan = five.holders[0].vault, five.plan()
    contributions = [each.tracing_keys.ceremonies.contribute(plan) for each in five.holders]
    another = node.open_node(five.holders[0].settings, clock=five.fed.clock, wire=five.fed.wire)
    signed = another.tracing_keys.ceremonies.conclude(plan, contributions)
    another.close()
    digest = strict.digest(epochs.read_signature(signed).payload)
    assert before.share(digest) == another.vault.share(digest)
    assert all(each.use != "share" for each in another.vault.secrets())


def test_a_bad_or_missing_contribution_is_named_and_the_ceremony_begins_anew(five: Scene) -> None:
    plan = five.plan()
    good = [each.tracing_keys.ceremonies.contribute(plan) for each in five.holders]
    concluding = five.holders[0].tracing_keys.ceremonies
    with pytest.raises(BadContributionError, match="de/hamburg"):
        concluding.conclude(plan, [*good[:2], *good[3:]])
    forged = good[2][:-4] + b"AAAA"
    with pytest.raises(BadContributionError, match="de/hamburg"):
        concluding.conclude(plan, [*good[:2], forged, *good[3:]])
    other = five.plan()
    late = five.holders[2].tracing_keys.ceremonies.contribute(other)
    with pytest.raises(BadContributionError, match="de/hamburg"):
        concluding.conclude(plan, [*good[:2], late, *good[3:]])
    assert five.ceremony() == five.asker.tracing_keys.epochs.current()


def test_a_share_sealed_to_a_key_that_is_not_here_names_its_dealer(five: Scene) -> None:
    plan = five.plan()
    good = [each.tracing_keys.ceremonies.contribute(plan) for each in five.holders]
    athens = node.open_node(five.holders[0].settings, clock=five.fed.clock, wire=five.fed.wire)
    athens.vault._ring.openers.clear()  # as if the keys had ended since
    with pytest.raises(BadContributionError, match="gr/athens"):
        athens.tracing_keys.ceremonies.conclude(plan, good)
    athens.close()


def test_a_plan_with_other_holders_than_the_settings_name_is_refused(five: Scene) -> None:
    plan = five.plan().replace(b"int/redcross", b"es/madrid")
    for each in (five.holders[0], five.asker):
        with pytest.raises(HoldersDifferError):
            each.tracing_keys.ceremonies.contribute(plan)


def test_who_is_no_holder_takes_no_part(five: Scene) -> None:
    with pytest.raises(NotFoundError):
        five.asker.tracing_keys.ceremonies.contribute(five.plan())


def test_the_next_ceremony_takes_the_next_number(five: Scene) -> None:
    epoch = five.ceremony()
    with pytest.raises(EpochKnownError):
        five.plan(epoch.number)
    second = five.ceremony(begins=epoch.ends)
    athens = five.holders[0].tracing_keys.epochs
    assert athens.current() == epoch
    assert athens.get(second.number) == second
    assert athens.current(second.begins) == second
    assert athens.for_index(second.begins - 1)[:2] == [second, epoch]
    assert athens.for_index(second.begins - 15 * DAYS)[0] == epoch


def test_another_document_of_the_same_number_is_refused(five: Scene) -> None:
    first = five.holders[0].tracing_keys.ceremonies.join(five.signatures(five.plan()))
    second = five.holders[0].tracing_keys.ceremonies.join(five.signatures(five.plan()))
    five.asker.tracing_keys.epochs.accept(first)
    with pytest.raises(EpochKnownError):
        five.asker.tracing_keys.epochs.accept(second)


def test_signatures_over_different_documents_are_no_epoch(five: Scene) -> None:
    one, two = five.signatures(five.plan()), five.signatures(five.plan())
    for signatures in ([*one[:4], two[4]], one[:4]):
        with pytest.raises(EpochUnsignedError):
            five.asker.tracing_keys.ceremonies.join(signatures)


def test_a_document_in_which_a_holder_signed_twice_is_refused(five: Scene) -> None:
    signatures = five.signatures(five.plan())
    with pytest.raises(HandoverError):
        five.asker.tracing_keys.epochs.accept(epochs.join([*signatures[:4], signatures[0]]))


def test_an_epoch_rests_on_holders_with_mandate_that_are_not_suspended(five: Scene) -> None:
    document = five.holders[0].tracing_keys.ceremonies.join(five.signatures(five.plan()))
    five.fed.ceremony.suspend(NodeId("fr/calais"), now=five.now)
    five.fed.publish()
    with pytest.raises(NodeSuspendedError):
        five.asker.tracing_keys.epochs.accept(document)
    with pytest.raises(NodeSuspendedError):
        five.plan()
    five.fed.ceremony.lift(NodeId("fr/calais"), now=five.now)
    five.fed.publish()


def test_a_signature_of_a_compromised_key_counts_for_nothing(tmp_path: Path) -> None:
    with scene(tmp_path) as five:
        _compromised(five)


def _compromised(five: Scene) -> None:
    for missing in (five.asker.tracing_keys.epochs.current, five.asker.tracing_keys.epochs.newest):
        with pytest.raises(NoEpochError):
            missing()
    document = five.holders[0].tracing_keys.ceremonies.join(five.signatures(five.plan()))
    lost = five.holders[1]
    five.fed.ceremony.mark_compromised(lost.id, lost.vault.signer.kid, since=five.now - 1, now=five.now)
    five.fed.publish()
    with pytest.raises(KeyCompromisedError):
        five.asker.tracing_keys.epochs.accept(document)


def test_a_holder_without_the_mandate_makes_no_epoch(five: Scene) -> None:
    auditor = five.fed.add("it/rome", mandates=("audit",))
    epochs_ = five.asker.tracing_keys.epochs
    epochs_.holders = (auditor.id, *holder_ids()[1:])
    with pytest.raises(MandateMissingError):
        epochs_.require_holders(epochs_.holders, five.now)
    epochs_.holders = holder_ids()


def test_nothing_is_dealt_to_sealing_keys_of_a_stale_registry(five: Scene) -> None:
    plan = five.plan()
    five.fed.clock.pass_(2 * DAYS)
    with pytest.raises(RegistryStaleError):
        five.holders[0].tracing_keys.ceremonies.contribute(plan)
    five.fed.publish()


def test_shares_are_destroyed_a_day_after_the_end(five: Scene) -> None:
    epoch = five.ceremony(days=1)
    athens = five.holders[0]
    five.fed.clock.now = epoch.ends + GRACE
    athens.tracing_keys.epochs.tick()
    assert athens.vault.share(epoch.digest)
    five.fed.clock.pass_(1)
    athens.tracing_keys.epochs.tick()
    with pytest.raises(NotFoundError):
        athens.vault.share(epoch.digest)
    athens.tracing_keys.epochs.tick()
    assert athens.tracing_keys.epochs.document(epoch.number)  # the document stays, for evidence
    five.fed.publish()


def test_an_epoch_that_has_not_begun_is_indexed_for_and_not_asked_in(five: Scene) -> None:
    epochs_ = five.asker.tracing_keys.epochs
    epoch = five.ceremony(begins=five.now + 10 * DAYS)
    assert epochs_.for_index()[0] == epoch
    assert epochs_.current() != epoch
    for missing in (lambda: epochs_.document(99), lambda: epochs_.get(99), lambda: epochs_.current(1)):
        with pytest.raises(NoEpochError):
            missing()


def test_what_is_no_document_is_refused(five: Scene) -> None:
    for data in (b"", b"{}", b"[]", b"null"):
        with pytest.raises((MalformedError, UntrustedError)):
            five.asker.tracing_keys.epochs.accept(data)
