"""The whole way on real nodes: five authorities hold the key, one of them is silent, and a mother finds her child."""

from pathlib import Path

from handover.application.askings import Wanted
from handover.domain.searching import QuestionState
from handover.matching import scoring
from handover.matching.view import TABLES
from handover.protocol import committed_index, question_receipt, receipt, strict
from handover.protocol.committed_index import Opening, Statement
from handover.protocol.entry import EntryKind
from tracing.holding import DAYS, Scene, logged, scene
from tracing.permitted import CHILD, REQUEST, matter, permit
from tracing.rig import paths


def agreed(made: Scene) -> None:
    """Carry out the ceremony with the tables and the weights that nodes really have."""
    ceremonies = made.holders[0].tracing_keys.ceremonies
    start = made.now
    plan = ceremonies.plan(
        number=1, begins=start, ends=start + 90 * DAYS, tables=TABLES, weights=scoring.WEIGHTS
    )
    document = ceremonies.join(made.signatures(plan))
    for each in made.all:
        each.tracing_keys.epochs.accept(document)


def settle(made: Scene) -> None:
    for _ in range(6):
        for each in made.all:
            each.tracing.tick()
            each.clockwork.tick()
        made.fed.clock.pass_(61)


def test_a_mother_finds_her_child_across_scripts_and_nobody_else_learns_whom_she_seeks(
    tmp_path: Path,
) -> None:
    with scene(tmp_path) as made:
        made.fed.wire.paths |= paths()
        agreed(made)
        athens, madrid = made.holders[0], made.asker
        made.fed.wire.down.add(made.holders[4].id)
        child = matter(made.fed, athens, CHILD)
        permit(made.fed, athens, child)
        settle(made)
        request = matter(made.fed, madrid, REQUEST)
        permit(made.fed, madrid, request)
        officer = made.fed.officer(madrid, "first")
        wanted = Wanted(nodes=(athens.id, made.holders[1].id))
        asking = madrid.tracing.askings.ask(request.id, wanted, actor=officer)
        settle(made)
        asked = madrid.tracing.askings.questions(asking.id, actor=officer)
        assert [each.state for each in asked] == [QuestionState.RECEIVED] * 2
        assert {len(each.receipt or b"") for each in asked} == {question_receipt.SIZE}
        [found] = athens.tracing.candidates.of_matter(child.id, actor=made.fed.officer(athens, "first"))
        assert found.question == asked[0].digest

        with athens.database.begin() as work:
            shown = athens.tracing.candidates.opening(work, found)
        statement = Statement.decode(str(shown["statement"]).encode())
        opening = Opening.decode(strict.unb64(str(shown["opening"])))
        committed_index.verify(opening, statement)
        key = made.asker.registry.entry(athens.id, made.now).log_key()
        entry = receipt.verify_entry(receipt.from_proof(str(shown["logged"]).encode()), key=key)
        assert (entry.kind, entry.object) == (EntryKind.INDEXED, statement.digest)
        stored = question_receipt.read(asked[0].receipt or b"").claimed.stored_at
        assert statement.made_at <= stored
        assert statement.digest in logged(athens, EntryKind.INDEXED)
