"""Papers about persons' requests: the letter with the case code, the merged answer, and what a supervisor gets."""

from collections.abc import Callable
from typing import Final

from starlette.responses import Response

from handover.application.paper import Facts, Heading, Paper, Part, Points, Run, Text
from handover.application.petition import KeptPetition
from handover.application.petitions import Holder, Seen
from handover.domain.consent import Basis, Purpose
from handover.domain.ids import UUID7
from handover.domain.record import SCHEMAS
from handover.pages import content, languages, later_words, paths, reasons, words
from handover.pages.labels import label
from handover.pages.navigation import N_
from handover.pages.sheets import Sheet, fixed, runs
from handover.pages.visit import Visit

Act = Callable[[UUID7], KeptPetition]
PAGE: Final = "/request"
_ABOUT: Final = N_("Answer to your request")
_LETTER: Final = N_("Your case code")


def field(path: str, language: str) -> str:
    """Give the name of a field that was told, in a language; one that no schema here has stands as it is."""
    for name in sorted(SCHEMAS):
        if path in {each.path for each in SCHEMAS[name].fields}:
            return label(f"{name}/{path}", language)
    return path


def letter(visit: Visit, language: str, code: str) -> Response:
    """Print the letter."""
    sheet = Sheet(language=languages.chosen([language]), node=visit.node.id, now=visit.now)
    say = sheet.say
    parts: list[Part] = [
        Text(run=Run(text=say("With this code you can complain, or ask who received what about you."))),
        Text(run=fixed(code), lead=True),
        Text(run=Run(text=say("Write it on this page, at any time, from any telephone:"))),
        Text(run=fixed(f"{visit.node.settings.address}{PAGE}"), lead=True),
        Text(run=Run(text=say("You can also go to any authority that has cared for you."))),
        Text(run=Run(text=say("Keep this letter safe. Ask for a new code if somebody else has seen it."))),
    ]
    return _printed(visit, sheet.paper(say(_LETTER), parts, large=True), "letter")


def answer(visit: Visit) -> Response:
    """Print all answers in the language of the one who asked."""
    seen = _seen(visit)
    if isinstance(seen, Response):
        return seen
    sheet = Sheet(language=languages.chosen([seen.petition.language]), node=visit.node.id, now=visit.now)
    parts: list[Part] = []
    for holder in seen.holders:
        parts += [Heading(text=_name(visit, sheet, holder)), *_said(sheet, holder)]
    return _printed(visit, sheet.paper(sheet.say(_ABOUT), parts), "answer")


def supervision(visit: Visit) -> Response:
    """Print what a supervisory authority gets with the bundle of evidence, when an answer is late."""
    seen = _seen(visit)
    if isinstance(seen, Response):
        return seen
    sheet = Sheet(language=visit.language, node=visit.node.id, now=visit.now)
    say, petition = sheet.say, seen.petition
    parts: list[Part] = [
        Text(run=Run(text=say("A person's request was not answered in time. We ask you to look at it."))),
        sheet.facts(
            [
                (say("Number of the request"), [fixed(petition.id)]),
                (say("Filed on"), [sheet.time(petition.filed_at)]),
                (say("Not answered by"), [fixed(each) for each in seen.late(visit.now)]),
                (say("Due"), [sheet.time(petition.due)]),
            ]
        ),
        Text(
            run=Run(
                text=say(
                    "The bundle of evidence goes with this letter. It proves who was asked when, and names nobody."
                )
            )
        ),
    ]
    return _printed(visit, sheet.paper(say("To the supervisory authority"), parts), "supervision")


def _seen(visit: Visit) -> Seen | Response:
    id_, desk = paths.ident(UUID7, visit.args["petition"]), visit.node.after.petitions
    gate = reasons.gate(visit, desk.get(id_, actor=visit.actor).matter)
    return desk.look(id_, actor=visit.actor) if gate is None else gate


def _name(visit: Visit, sheet: Sheet, holder: Holder) -> str:
    known = visit.node.authorities.named(holder.node, actor=visit.actor)
    return known.name(sheet.language) if known else holder.node


def _said(sheet: Sheet, holder: Holder) -> list[Part]:
    say, found = sheet.say, holder.answer
    if found is None:
        return [Text(run=Run(text=say("No answer yet.")))]
    parts: list[Part] = []
    if found.outcome is not None:
        parts.append(Text(run=Run(text=say(later_words.OUTCOMES[found.outcome]))))
    if found.text:
        parts.append(Text(run=Run(text=found.text)))
    for told in found.told:
        parts += [
            _told(sheet, told.to, told.at, told.purpose, told.basis, erased=told.erased),
            Points(items=runs(*(field(path, sheet.language) for path in told.fields))),
        ]
    return parts or [Text(run=Run(text=say("It has shown nothing to anybody.")))]


def _told(sheet: Sheet, to: str, at: int, purpose: str, basis: str, *, erased: bool) -> Facts:
    say = sheet.say
    return sheet.facts(
        [
            (say("To whom"), [fixed(to)]),
            (say("When"), [sheet.time(at)]),
            (say("For what"), runs(say(words.PURPOSES[Purpose(purpose)]))),
            (say("Rests on"), runs(say(words.BASES[Basis(basis)]))),
            (say("State"), runs(say("Erased") if erased else say("Known there"))),
        ]
    )


def _printed(visit: Visit, paper: Paper, name: str) -> Response:
    return content.download("application/pdf", visit.node.printer.pdf(paper), name)
