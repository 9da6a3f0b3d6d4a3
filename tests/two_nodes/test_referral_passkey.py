"""Where an officer has a passkey, it signs for the release of a referral; the evidence shows that it did."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from confirming import Keyed
from federation import federation
from handover.application import verifier
from handover.application.referring import Wanted
from handover.application.sessions import StepUpError
from handover.domain.continuity import ReferralTask
from handover.domain.courses import EndReason
from handover.domain.handover import State
from handover.protocol.statement import AssertedAct


@pytest.fixture
def keyed(tmp_path: Path) -> Iterator[Keyed]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, nodes):
        yield Keyed(fed, nodes)


def test_a_referral_is_released_with_a_passkey(keyed: Keyed) -> None:
    north, south = keyed.nodes
    first, second = keyed.first(north), keyed.second(north)
    matter = cases.begin(keyed.fed, north, first)
    ground = cases.consent(keyed.fed, north, matter, to=south.id, actor=first)
    wanted = Wanted(
        to=south.id, task=ReferralTask.HEALTH, text="A clinic?", fields=("identity.names",), ground=ground.id
    )
    sent = north.after.referring.prepare(matter.id, wanted, actor=first)
    with pytest.raises(StepUpError):
        north.after.referring.release(sent.id, actor=second)
    actor = keyed.confirmed(north, second, AssertedAct.REFERRAL, sent.id)
    released = north.after.referring.release(sent.id, actor=actor)
    assert released.state is State.REFERRED
    keyed.fed.settle()
    there = keyed.fed.officer(south, "there")
    got = south.after.referrals.page(actor=there)[-1].handover
    south.after.referrals.finish(got.id, reason=EndReason.DONE, text="Done.", actor=there)
    keyed.fed.settle()
    officer = keyed.fed.officer(north, "auditor")
    report = verifier.verify([north.evidence.export(matter.id, actor=officer)], root=north.pinned_root)
    assert report.verdict == "valid"
    assert "released by officer" in str(report.to_json())
