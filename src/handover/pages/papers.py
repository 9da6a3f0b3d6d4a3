"""Papers that officers print: explanation and consent, receipt and deed, and the verdict on evidence."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from handover.application import verifier
from handover.application.acts import Logged, ProvedAct
from handover.application.paper import Heading, Lines, Paper, Part, Points, Run, Text
from handover.application.permissions import Right
from handover.application.verifier_report import Report
from handover.domain.consent import Ground
from handover.domain.errors import NotFoundError
from handover.domain.handover import Act
from handover.domain.ids import UUID7, HandoverId, MatterId, NodeId
from handover.domain.record import SCHEMAS, MatterKind
from handover.pages import content, explanation, names, paths, reasons, verdict_paper, words
from handover.pages.labels import label
from handover.pages.navigation import N_
from handover.pages.sheets import Row, Sheet, fixed, runs
from handover.pages.view import named_text
from handover.pages.visit import Page, Visit
from handover.protocol.strict import Json

_SAID: Final = (
    ("relation", N_("Name, and relation to the child")),
    ("capacity", N_("Why may this person consent?")),
    ("explained_by", N_("Who explained it?")),
    ("language", N_("In which language?")),
    ("interpreter", N_("With which interpreter?")),
    ("expressed", N_("How was the consent expressed?")),
    ("child_assent", N_("What does the child itself say?")),
    ("text", N_("The statement, as it was given")),
)
_GIVES: Final[Mapping[MatterKind, str]] = {
    MatterKind.GUARDIANSHIP: N_("%(giver)s gives the responsibility for a child to %(taker)s."),
    MatterKind.TRACING: N_("%(giver)s gives the search for a person to %(taker)s."),
}
SIGN: Final = (N_("Place and day"), N_("Name"), N_("Signature"))


def _sheet(visit: Visit, language: str | None = None) -> Sheet:
    return Sheet(language=language or visit.language, node=visit.node.id, now=visit.now)


def printed(visit: Visit, paper: Paper, name: str) -> Response:
    """Give a paper to be saved, under a name that says nothing of the case."""
    return content.download("application/pdf", visit.node.printer.pdf(paper), name)


def _named(visit: Visit, node: NodeId) -> list[Run]:
    """Give an authority by its name in the registry and by the node's name."""
    known = visit.node.authorities.named(node, actor=visit.actor)
    return [*runs(known and known.name(visit.language)), fixed(node)]


def explain(visit: Visit) -> Response:
    """Print what a child or a guardian is told before a consent, in their language, from what is chosen so far."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    kind = visit.node.cases.matter(id_, actor=visit.actor).kind
    told = explanation.of(visit, next(each for each in SCHEMAS.values() if each.kind is kind))
    parts: list[Part] = []
    for sentence, points in told.sections:
        parts.append(Text(run=Run(text=sentence)))
        if points:
            parts.append(Points(items=runs(*points)))
    return printed(visit, _sheet(visit, told.language).paper(told.title, parts, large=True), "explanation")


def consent(visit: Visit) -> Response:
    """Print a consent as it was recorded, with the statement behind it, for the office's own file."""
    matter, ground = paths.ident(MatterId, visit.args["matter"]), paths.ident(UUID7, visit.args["ground"])
    gate = reasons.gate(visit, matter)
    if gate is not None:
        return gate
    kept, said = visit.node.consents.open(matter, ground, actor=visit.actor)
    sheet, found = _sheet(visit), kept.ground
    say = sheet.say
    rows: list[Row] = [
        (
            say("Matter"),
            runs(visit.node.cases.matter(matter, actor=visit.actor).reference) or [fixed(matter)],
        ),
        (say("To whom"), [each for node in found.recipients for each in _named(visit, node)]),
        (say("For what"), runs(*(say(words.PURPOSES[each]) for each in found.purposes))),
        *_term(sheet, found),
        (say("Withdrawn on"), [sheet.time(found.withdrawn_at)] if found.withdrawn_at else []),
        (say("Recorded on"), [sheet.time(kept.recorded_at)]),
        (say("Who consents"), runs(say(words.GIVERS[said["given_by"]]))),
        *((say(title), runs(_said(visit, name, said[name]))) for name, title in _SAID),
    ]
    parts: list[Part] = [
        sheet.facts(rows),
        Heading(text=say("What it covers")),
        Points(items=runs(*(label(f"{found.schema}/{path}", visit.language) for path in found.fields))),
        Lines(labels=[say(each) for each in SIGN]),
    ]
    return printed(visit, sheet.paper(say(words.BASES[found.basis]), parts), "consent")


def _said(visit: Visit, name: str, text: str) -> str:
    return names.language_name(text, visit.language) if name == "language" else text


def _term(sheet: Sheet, ground: Ground) -> list[Row]:
    say = sheet.say
    return [
        (say("From"), [sheet.time(ground.valid_from)]),
        (say("Until"), [sheet.time(ground.valid_until)]),
        (say("To be reviewed on"), [sheet.time(ground.review_at)] if ground.review_at else []),
        (say("Passed on?"), runs(say(words.ONWARD[ground.onward]))),
    ]


def receipt(visit: Visit) -> Response:
    """Print the proof that an offer is stored at its receiver: who, when, and where in the log."""
    id_ = paths.ident(HandoverId, visit.args["handover"])
    proof = visit.node.acts.of(id_, Act.OFFER, actor=visit.actor)
    if proof.logged is None:
        raise NotFoundError
    sheet = _sheet(visit)
    say = sheet.say
    parts: list[Part] = [
        Text(run=Run(text=say("The offer is stored at the receiving authority, with proof.")), lead=True),
        Text(
            run=Run(
                text=say(
                    "A receipt says that the offer is stored. It says nothing about its being read or accepted."
                )
            )
        ),
        sheet.facts([*_round(visit, sheet, proof), *_officers(sheet, proof), *_log(sheet, proof.logged)]),
        sheet.code(proof.digest),
    ]
    return printed(visit, sheet.paper(say("Receipt of an offer"), parts), "receipt")


def _round(visit: Visit, sheet: Sheet, proof: ProvedAct) -> list[Row]:
    envelope, say = proof.envelope, sheet.say
    return [
        (say("Matter"), runs(proof.matter.reference) or [fixed(proof.matter.id)]),
        (say("From whom"), _named(visit, envelope.iss)),
        (say("To whom"), _named(visit, envelope.aud)),
        (say("For what"), runs(say(words.PURPOSES[envelope.purpose]))),
        (say("Signed on"), [sheet.time(envelope.iat)]),
        (say("Deadline"), [sheet.time(envelope.deadline)] if envelope.deadline else []),
    ]


def _officers(sheet: Sheet, proof: ProvedAct) -> list[Row]:
    """Officers are known by pseudonyms: their names leave a node in no message."""
    by, say = proof.envelope.by, sheet.say
    if by is None:
        return []
    return [
        (say("Prepared by (pseudonym)"), [fixed(by.prepared)]),
        (say("Released by (pseudonym)"), [fixed(by.released)]),
    ]


def _log(sheet: Sheet, logged: Logged) -> list[Row]:
    say = sheet.say
    return [
        (say("Stored on"), [sheet.time(logged.at)]),
        (say("Log"), [fixed(logged.origin)]),
        (say("Number in the log"), [fixed(logged.index)]),
        (say("Checkpoint of the log: number of entries"), [fixed(logged.size)]),
        (say("Checkpoint of the log: root"), [fixed(logged.root)]),
    ]


def deed(visit: Visit) -> Response:
    """Print the deed by which responsibility passed."""
    id_ = paths.ident(HandoverId, visit.args["handover"])
    proof = visit.node.acts.of(id_, Act.DEED, actor=visit.actor)
    gate = reasons.gate(visit, proof.matter.id)
    if gate is not None:
        return gate
    sheet = _sheet(visit)
    say, found = sheet.say, proof.handover
    sides = {
        side: named_text(visit.name_of(node), node)
        for side, node in (("giver", proof.envelope.iss), ("taker", proof.envelope.aud))
    }
    parts: list[Part] = [
        Text(run=Run(text=say(_GIVES[found.kind]) % sides), lead=True),
        sheet.facts(
            [
                *_round(visit, sheet, proof),
                (say("Number in the chain of responsibility"), [fixed(proof.envelope.epoch)]),
                (say("Taken up on"), _taken_up(sheet, proof)),
                *_responsible(sheet, proof.accepted),
                *_officers(sheet, proof),
                (say("Rests on"), runs(say(words.BASES[proof.ground.basis]))),
                *_term(sheet, proof.ground),
            ]
        ),
        Heading(text=say("What was given")),
        Points(items=runs(*(label(f"{found.schema}/{path}", visit.language) for path in found.fields))),
        Heading(text=say("Proof")),
        sheet.facts(
            [
                (say("Fingerprint of the offer"), [fixed(found.offer)] if found.offer else []),
                (say("Fingerprint of the acceptance"), [fixed(found.acceptance)] if found.acceptance else []),
                *(_log(sheet, proof.logged) if proof.logged else []),
            ]
        ),
        sheet.code(proof.digest),
        Lines(labels=[say(each) for each in SIGN]),
    ]
    return printed(visit, sheet.paper(say("Deed of a handover"), parts), "deed")


def _taken_up(sheet: Sheet, proof: ProvedAct) -> list[Run]:
    if proof.taken_up_at is None:
        return runs(sheet.say("The take-up is not confirmed yet: until then the giver acts."))
    return [sheet.time(proof.taken_up_at)]


def _responsible(sheet: Sheet, accepted: Mapping[str, Json]) -> list[Row]:
    responsible, plan = accepted.get("responsible"), accepted.get("plan")
    named = responsible if isinstance(responsible, dict) else {}
    return [
        (sheet.say("Responsible from the take-up on"), runs(*(named.get(each) for each in _NAMED))),
        (sheet.say("Plan for the arrival"), runs(plan)),
    ]


_NAMED: Final = ("name", "organisation", "contact")


def verdict(visit: Visit) -> Response:
    """Print what this node's own evidence of a matter proves by the registry's root that it has pinned."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    bundle = visit.node.evidence.look(id_, actor=visit.actor)
    return of_verdict(visit, verifier.verify([bundle], root=visit.node.pinned_root))


def of_verdict(visit: Visit, report: Report) -> Response:
    """Print a verdict."""
    return printed(visit, verdict_paper.of(report, _sheet(visit)), "verdict")


PAGES = (
    Page(path="/matters/{matter}/consent/explanation.pdf", post=explain, right=Right.WRITE_CASE),
    Page(path="/matters/{matter}/grounds/{ground}/consent.pdf", get=consent, right=Right.READ_CASE),
    Page(path="/handovers/{handover}/receipt.pdf", get=receipt, right=Right.READ_CASE),
    Page(path="/handovers/{handover}/deed.pdf", get=deed, right=Right.READ_CASE),
    Page(path="/audit/matters/{matter}/verdict.pdf", get=verdict, right=Right.AUDIT),
)
