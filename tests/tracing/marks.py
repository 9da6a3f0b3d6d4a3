"""Marked names in six scripts, for tests: sought and held, and every place that must not show them."""

from prometheus_client import CollectorRegistry, generate_latest

from handover.matching.person import Person
from handover.matching.view import view
from handover.node import Node
from handover.web.operate import _Gauges
from tracing.permitted import CHILD, REQUEST
from tracing.rig import Rig
from two_nodes.scene import alarms_of, entries_of
from two_nodes.test_canary import files_of, spellings

MARKS = {
    "Latn": "Quarzulbek",
    "Arab": "قوارزلبك",
    "Cyrl": "Кварзульбек",
    "Grek": "Κουαρζουλμπεκ",
    "Ethi": "ቋርዙልቤክ",
    "Beng": "কুয়ারজুলবেক",
}


def _name(script: str, given: str) -> dict[str, str]:
    return {
        "script": script,
        "order": "given_family",
        "full": f"{given} {given}",
        "given": given,
        "family": given,
    }


def _child(script: str) -> dict[str, object]:
    mother = {"relation": "mother", "names": [_name(script, MARKS[script])]}
    place = {"last_home": {"country": "SY", "locality": MARKS[script]}}
    return CHILD | {
        "identity.names": [_name(script, MARKS[script])], "family.members": [mother], "status.separation": place,
    }  # fmt: skip


def _request(script: str) -> dict[str, object]:
    persons = REQUEST["sought.persons"]
    assert isinstance(persons, list)
    assert isinstance(persons[0], dict)
    person = persons[0] | {
        "names": [_name(script, MARKS[script])],
        "last_place": {"country": "SY", "locality": MARKS[script]},
    }
    return REQUEST | {"sought.persons": [person], "inquirer.names": [_name(script, MARKS[script])]}


def told(made: Rig) -> int:
    """Let a child be in one register in each script, and be sought from another; give how many were met."""
    hamburg, athens, rome = made.nodes
    children = [made.child(athens, _child(script)) for script in MARKS]
    made.settle(3)
    for script in MARKS:
        made.ask(hamburg, made.child(hamburg, _request(script)), athens, rome)
    made.settle(4)
    return sum(len(made.candidates(athens, each)) for each in children)


def skeletons() -> set[str]:
    found = set()
    for mark in MARKS.values():
        seen = view(Person(id="x", given_name=mark, family_name=mark, mother_name=mark))
        found |= {
            form for names in (seen.given, seen.paternal, seen.mother) for forms in names for form in forms
        }
    return {each for each in found if len(each) >= 6}


def looked_for() -> list[bytes]:
    forms = [form.encode(code) for form in skeletons() for code in ("utf-8", "utf-16-le")]
    return [*forms, *(each for mark in MARKS.values() for each in spellings(mark))]


def _published(made: Rig, node: Node) -> bytes:
    text = [repr(entry) for entry in entries_of(node)] + [node.tracing.sums.page().encode().decode()]
    text += [f"{alarm.kind}{alarm.evidence!r}" for alarm in alarms_of(node)]
    metrics = CollectorRegistry()
    metrics.register(_Gauges(node, made.officer(node)))
    return "".join(text).encode() + generate_latest(metrics)


def places(made: Rig, **said: str) -> dict[str, bytes]:
    """Give everything that left a node or lies in its files, and what was *said* meanwhile."""
    wire = made.fed.wire
    found = {f"wire {at}": body for at, (_, _, body) in enumerate(wire.small)}
    found |= {f"posted {at}": body for at, (_, body) in enumerate(wire.posted)}
    found |= {f"published by {node.id}": _published(made, node) for node in made.nodes}
    found |= {
        f"{node.id}: {path.name}": path.read_bytes()
        for node in made.nodes
        for path in files_of(node.settings.data)
    }
    return found | {name: text.encode() for name, text in said.items()}


def marked(found: dict[str, bytes]) -> list[str]:
    """Give the places that show a marked name or its skeleton."""
    marks = looked_for()
    return [place for place, data in found.items() if any(mark in data for mark in marks)]
