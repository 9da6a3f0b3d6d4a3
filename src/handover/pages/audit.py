"""The auditor's pages: the log, one matter with who did and who read what, both nodes side by side; never a value."""

from starlette.responses import Response

from handover.application import verifier
from handover.application.facts import Actor
from handover.application.permissions import Right
from handover.application.verifier_report import Report
from handover.domain.ids import UUID7, MatterId
from handover.pages import alarm_words, confirming, content, papers, paths, reasons, reconciling_words, words
from handover.pages.visit import Page, Visit
from handover.protocol.log_origin import LogOrigin
from handover.protocol.statement import AssertedAct

AT_ONCE = 100
MEDIA_TYPE = "application/vnd.handover.evidence"


def log(visit: Visit) -> Response:
    """Show the log, newest first."""
    return _log(visit)


def _log(visit: Visit, *, status: int = 200, **data: object) -> Response:
    asked = visit.asked.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None
    page = visit.node.audits.log(actor=visit.actor, before=before, limit=AT_ONCE)
    former = visit.node.audits.former(actor=visit.actor)
    shown = {"page": page, "former": former, "found": None, "words": words}
    return visit.page("audit.html", status=status, **{**shown, **data})


def find(visit: Visit) -> Response:
    """Show the matters under a number, which is sent in the body, for it may not stand in an address."""
    reference = visit.form.text("reference", missing="Enter the number of the case.", longest=100)
    if not visit.form.valid:
        return _log(visit, status=422)
    return _log(visit, found=visit.node.audits.find(reference, actor=visit.actor))


def show(visit: Visit) -> Response:
    """Show one matter."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    dossier = visit.node.audits.dossier(id_, actor=visit.actor)
    return visit.page("audit_matter.html", dossier=dossier, reasons=reasons.REASONS, words=words)


def changes(visit: Visit) -> Response:
    """Show who was given, changed or lost access."""
    found, names = visit.node.audits.changes(actor=visit.actor)
    return visit.page("audit_access.html", changes=found, names=names, words=words)


def reconciled(visit: Visit) -> Response:
    """Show with each peer whether both have all that was said, and what one of them lacks."""
    found, matters = visit.node.audits.reconciled(actor=visit.actor)
    findings = reconciling_words.FINDINGS
    return visit.page(
        "audit_reconciliation.html", found=found, matters=matters, findings=findings, words=words
    )


def witnesses(visit: Visit) -> Response:
    """Show who vouches for this node's log, for whose logs it vouches, and which contradict themselves."""
    return visit.page(
        "audit_witnesses.html",
        vouching=visit.node.log_proofs.vouching(actor=visit.actor),
        kinds=alarm_words.ALARMS,
        node_of=lambda each: LogOrigin.parse(each.checkpoint.origin).node,
    )


def prove(visit: Visit) -> Response:
    """Give the proof that a log contradicts itself as a file."""
    id_ = paths.ident(UUID7, visit.args["alarm"])
    return content.download(MEDIA_TYPE, visit.node.log_proofs.export(id_, actor=visit.actor), str(id_))


def ask_export(visit: Visit) -> Response:
    """Show what a bundle is, with the button that takes it out."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    return visit.page("export.html", matter=visit.node.audits.dossier(id_, actor=visit.actor).matter.id)


def export(visit: Visit) -> Response:
    """Give the evidence of a matter as a file."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    actor = confirming.actor(visit, AssertedAct.EXPORT, id_)
    if isinstance(actor, Response):
        return actor
    return content.download(MEDIA_TYPE, visit.node.evidence.export(id_, actor=actor), str(id_))


def ask_compare(visit: Visit) -> Response:
    """Ask for the other node's bundle."""
    return _compare(visit, None)


def compare(visit: Visit) -> Response:
    """Verify this node's evidence together with the file of the other node, and show both side by side."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    upload = visit.form.files.get("file")
    if upload is None or not upload.data:
        visit.form.fail("file", "Choose a file.")
        return _compare(visit, None, status=422)
    actor = confirming.actor(visit, AssertedAct.EXPORT, id_)
    if isinstance(actor, Response):
        visit.form.fail("file", "Confirm first that it is you, then choose the file once more.")
        return _compare(visit, None, status=422)
    report = _verified(visit, id_, upload.data, actor)
    return papers.of_verdict(visit, report) if visit.form.value("as") == "pdf" else _compare(visit, report)


def _verified(visit: Visit, matter: MatterId, other: bytes, actor: Actor) -> Report:
    own = visit.node.evidence.export(matter, actor=actor)
    return verifier.verify([own, other], root=visit.node.pinned_root)


def _compare(visit: Visit, report: Report | None, *, status: int = 200) -> Response:
    matter = visit.node.audits.dossier(paths.ident(MatterId, visit.args["matter"]), actor=visit.actor).matter
    return visit.page("compare.html", status=status, matter=matter.id, report=report, words=words)


_AT = "/audit/matters/{matter}"
PAGES = (
    Page(path="/audit", get=log, post=find, right=Right.AUDIT),
    Page(path="/audit/access", get=changes, right=Right.AUDIT),
    Page(path="/audit/reconciliation", get=reconciled, right=Right.AUDIT),
    Page(path="/audit/witnesses", get=witnesses, right=Right.AUDIT),
    Page(path="/audit/witnesses/{alarm}/evidence", post=prove, right=Right.AUDIT),
    Page(path=_AT, get=show, right=Right.AUDIT),
    Page(path=f"{_AT}/evidence", get=ask_export, post=export, right=Right.AUDIT),
    Page(path=f"{_AT}/compare/files", get=ask_compare, post=compare, right=Right.AUDIT),
)
