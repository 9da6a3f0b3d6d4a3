"""After a restore the page of a round in doubt offers no decision, and says why."""

from pathlib import Path

import cases
from handover.application.doubt import Restoration
from handover.application.worklist import Waits
from handover.domain.handover import InDoubtError
from handover.node import Node
from pages.office import Browser, Offices, offices


def restored(node: Node) -> None:
    """Put every matter of a node in doubt, as a restore does."""
    with node.database.begin() as work:
        work.doubts.begin(Restoration(incarnation=1, restored_at=work.now, made_at=work.now - 60, log_size=1))


def sign_in(made: Offices, name: str) -> Browser:
    return made.browser(made.south, name)


def test_the_page_of_a_round_in_doubt_offers_no_decision_and_says_why(tmp_path: Path) -> None:
    with offices(tmp_path) as made:
        north, south = made.north.node, made.south.node
        first, second = made.fed.officer(north, "first"), made.fed.officer(north, "second")
        sent = cases.offer(made.fed, north, south.id, first, second)
        made.fed.settle()
        reader = made.fed.officer(south, "first")
        [row] = south.worklist.unfinished(actor=reader)
        south.handovers.open(row.seen.handover.id, actor=reader)
        at = f"/office/handovers/{row.seen.handover.id}"
        before = sign_in(made, "reader").get(at)
        assert 'id="step-accept"' in before
        assert 'id="in-doubt"' not in before
        assert "accept or decline it before the deadline" in before
        restored(south)
        page = sign_in(made, "comes back").get(at)
        assert InDoubtError.title in page
        assert 'id="step-question"' in page
        assert "before the deadline" not in page
        assert "Accept or decline" not in page
        assert not any(f'id="step-{step}"' in page for step in ("accept", "decline"))
        [row] = south.worklist.unfinished(actor=reader)
        seen = south.worklist.get(row.seen.handover.id, actor=reader)
        assert row.seen.can == seen.can
        assert row.seen.waits_for is seen.waits_for is Waits.OTHER_NODE
        work = sign_in(made, "looks").get("/office/work")
        assert "Nothing waits for this office." in work
        restored(north)
        matter = made.browser(made.north, "asks").get(f"/office/matters/{sent.matter}")
        assert 'id="in-doubt"' in matter
        assert InDoubtError.title in matter
        assert {"accept", "decline"}.isdisjoint(seen.can)
        assert south.worklist.of_matter(row.matter.id, actor=reader)[0].can == seen.can
