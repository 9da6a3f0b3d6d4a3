"""The record of a matter: read, written section by section, imported; photographs and documents."""

from collections.abc import Mapping

from starlette.responses import Response

from handover.application import documents
from handover.application.attachments import MEDIA_TYPES
from handover.application.facts import Actor, Matter
from handover.application.imports import Imported
from handover.application.permissions import Right
from handover.domain.codes_of_care import DOCUMENT_KIND
from handover.domain.errors import MalformedError, NotFoundError
from handover.domain.ids import Digest, MatterId
from handover.domain.record import SCHEMAS, Absent, Schema, Section, Value
from handover.pages import content, inputs, names, paths, reasons, typed, values, words
from handover.pages.forms import Form
from handover.pages.navigation import N_
from handover.pages.visit import Page, Visit
from handover.protocol.attachment import LONGEST_FILE

PHOTO = "photo"


def show(visit: Visit) -> Response:
    """Show the record's values to an officer who has said why; the reading is logged."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    gate = reasons.gate(visit, id_)
    if gate is not None:
        return gate
    kept, record = visit.node.cases.read(id_, actor=visit.actor)
    withheld = documents.withheld(kept.document, record.schema)
    return visit.page(
        "record.html",
        matter=visit.node.cases.matter(id_, actor=visit.actor),
        kept=kept,
        of=record.schema,
        sections=values.parts(record.schema, record.values, visit.language),
        withheld=withheld,
        file_at=f"/office/matters/{id_}/files",
    )


def edit(visit: Visit) -> Response:
    """Show one section as a form."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    gate = reasons.gate(visit, id_)
    return gate if gate is not None else _form(visit, id_)


def _form(
    visit: Visit, matter: MatterId, *, status: int = 200, more: str = "", anew: bool = False
) -> Response:
    found = visit.node.cases.matter(matter, actor=visit.actor)
    of, version, known = _current(visit, found)
    section = _section(of, visit.args["section"])
    return visit.page(
        "section.html",
        status=status,
        matter=found,
        of=of,
        section=section,
        version=version if anew else visit.form.value("version", str(version)),
        fields=inputs.asked(of, section.name, known, visit.form, more=more),
        language_tags=names.language_tags(visit.language),
        following=_following(of, section.name),
    )


def save(visit: Visit) -> Response:
    """Write the section as the next version of the record, or give a list one row more."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    gate = reasons.gate(visit, id_)
    if gate is not None:
        return gate
    more = visit.form.value("more")
    if more:
        return _form(visit, id_, more=more)
    found = visit.node.cases.matter(id_, actor=visit.actor)
    of, version, known = _current(visit, found)
    section = _section(of, visit.args["section"]).name
    written = typed.read(of, section, visit.form, visit.language)
    if _version(visit.form) != version and visit.form.valid:
        _tell_changed(visit, known, written)
        return _form(visit, id_, status=422, anew=True)
    values = {**known, **written}
    visit.form.carry_out(
        lambda: visit.node.cases.write(id_, of, values, source="page", actor=visit.actor, after=version)
    )
    if not visit.form.valid:
        return _form(visit, id_, status=422)
    following = _following(of, section)
    if visit.form.value("go") == "next" and following:
        return visit.go(f"/matters/{id_}/record/{following}", said="saved")
    return visit.go(f"/matters/{id_}", said="saved")


def _version(form: Form) -> int | None:
    """Give the version that was changed; None where the form does not name one."""
    based = form.value("version")
    return int(based) if based.isascii() and based.isdigit() and len(based) < 10 else None


def _tell_changed(visit: Visit, known: Mapping[str, Value], written: Mapping[str, Value]) -> None:
    """Say that another officer has written meanwhile, and where the record says something else than what was typed.

    The form then stands on the record as it is now: whoever sends it again does so knowingly.
    """
    form = visit.form
    form.fail(
        "",
        N_(
            "Another officer has changed the record since you opened it. Nothing was saved. Read the record as it is"
            " now, then correct what you typed, or send it again to replace what is there."
        ),
    )
    for path, value in written.items():
        if value != known.get(path, Absent.UNKNOWN):
            form.fail(path, N_("The record says something else here now."))


def _current(visit: Visit, matter: Matter) -> tuple[Schema, int, dict[str, Value]]:
    """Give schema, version and values of the record as it is; a new one is empty."""
    try:
        kept, record = visit.node.cases.read(matter.id, actor=visit.actor)
    except NotFoundError:
        return next(each for each in SCHEMAS.values() if each.kind is matter.kind), 0, {}
    return record.schema, kept.version, dict(record.values)


def _section(of: Schema, name: str) -> Section:
    found = next((each for each in of.sections if each.name == name), None)
    if found is None:
        raise NotFoundError
    return found


def _following(of: Schema, section: str) -> str | None:
    names = [each.name for each in of.sections]
    place = names.index(section) + 1
    return names[place] if place < len(names) else None


def files(visit: Visit) -> Response:
    """Ask for a photograph or a document."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    gate = reasons.gate(visit, id_)
    return gate if gate is not None else _files(visit, id_)


def _files(visit: Visit, matter: MatterId, *, status: int = 200) -> Response:
    found = visit.node.cases.matter(matter, actor=visit.actor)
    kinds = [(PHOTO, visit.translate(N_("Photograph of the child")))]
    kinds += [(code, visit.label(f"code/document_kind/{code}")) for code in DOCUMENT_KIND.codes]
    return visit.page("files.html", status=status, matter=found, kinds=kinds)


def keep(visit: Visit) -> Response:
    """Keep a file that was sent, and name it in the record."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    gate = reasons.gate(visit, id_)
    if gate is not None:
        return gate
    form, upload = visit.form, visit.form.files.get("file")
    kind = form.choice("kind", [PHOTO, *DOCUMENT_KIND.codes], missing="Choose what the file is.")
    title = (
        form.text("title", longest=200)
        if kind == PHOTO
        else form.text("title", missing="Enter a title.", longest=200)
    )
    media_type = content.media_type(upload.data) if upload else None
    if upload is None or not upload.data:
        form.fail("file", "Choose a file.")
    elif len(upload.data) > LONGEST_FILE:
        form.fail("file", "The file has more than 20 MiB.")
    elif media_type not in MEDIA_TYPES or (kind == PHOTO and not str(media_type).startswith("image/")):
        form.fail(
            "file",
            "This kind of file cannot be taken: photographs are JPEG or PNG; documents may be PDF, text or sound, too.",
        )
    if form.valid and upload is not None and media_type is not None:
        data = upload.data
        form.carry_out(lambda: _keep(visit, id_, kind, title, media_type, data))
    return visit.go(f"/matters/{id_}", said="saved") if form.valid else _files(visit, id_, status=422)


def _keep(visit: Visit, matter: MatterId, kind: str, title: str, media_type: str, data: bytes) -> None:
    actor, found = visit.actor, visit.node.cases.matter(matter, actor=visit.actor)
    of, version, known = _current(visit, found)
    digest = visit.node.attachments.add(matter, media_type, data, actor=actor)
    about: dict[str, Value] = {"media_type": media_type, "size": len(data), "digest": str(digest)}
    if kind == PHOTO:
        path = next(each.path for each in of.fields if each.name == PHOTO)
        known[path] = about
    else:
        before = known.get("documents.files")
        listed = before if isinstance(before, list) else []
        known["documents.files"] = [*listed, {"title": title, "kind": kind, **about}]
    visit.node.cases.write(matter, of, known, source="page", actor=actor, after=version)


def file(visit: Visit) -> Response:
    """Give a file of the matter to be saved; the reading is logged."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    gate = reasons.gate(visit, id_)
    if gate is not None:
        return gate
    media_type, data = visit.node.attachments.read(
        id_, paths.ident(Digest, visit.args["file"]), actor=visit.actor
    )
    return content.download(media_type, data)


def choose(visit: Visit) -> Response:
    """Ask for a document of Primero."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    return visit.page("import.html", matter=visit.node.cases.matter(id_, actor=visit.actor), done=None)


def import_(visit: Visit) -> Response:
    """Write the record that a Primero document holds, and show what became of each of its values."""
    id_ = paths.ident(MatterId, visit.args["matter"])
    upload, which = visit.form.files.get("file"), visit.form.text("case", longest=100) or None
    if upload is None or not upload.data:
        visit.form.fail("file", "Choose a file.")
    done = visit.form.carry_out(
        lambda: _import(visit, id_, upload.data if upload else b"", which, visit.actor)
    )
    matter = visit.node.cases.matter(id_, actor=visit.actor)
    status = 200 if done is not None else 422
    return visit.page("import.html", status=status, matter=matter, done=done, words=words)


def _import(visit: Visit, matter: MatterId, data: bytes, which: str | None, actor: Actor) -> Imported:
    if not data:
        raise MalformedError
    return visit.node.imports.into(matter, data, source="primero", which=which, actor=actor)


_AT = "/matters/{matter}"
PAGES = (
    Page(path=f"{_AT}/record", get=show, right=Right.READ_CASE),
    Page(path=f"{_AT}/record/{{section}}", get=edit, post=save, right=Right.WRITE_CASE),
    Page(path=f"{_AT}/files", get=files, post=keep, right=Right.WRITE_CASE),
    Page(path=f"{_AT}/files/{{file}}", get=file, right=Right.READ_CASE),
    Page(path=f"{_AT}/import", get=choose, post=import_, right=Right.WRITE_CASE),
)
