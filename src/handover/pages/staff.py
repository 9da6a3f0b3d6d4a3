"""Officers and their access: the operator adds, invites, changes, ends; secrets are shown once."""

from starlette.responses import Response

from handover.application.facts import OfficerRole
from handover.application.officers import SCOPES
from handover.application.permissions import Right
from handover.domain.errors import NotFoundError
from handover.domain.ids import UUID7
from handover.pages import languages, paths, words
from handover.pages.visit import PREFIX, Page, Visit

_DAY = 86400


def list_(visit: Visit) -> Response:
    """Show all officers."""
    return _list(visit)


def _list(visit: Visit, *, status: int = 200) -> Response:
    roles = [(each.value, visit.translate(words.OFFICER_ROLES[each])) for each in OfficerRole]
    officers = sorted(visit.node.officers.all(), key=lambda each: (each.disabled_at is not None, each.name))
    return visit.page("staff.html", status=status, officers=officers, roles=roles, words=words)


def add(visit: Visit) -> Response:
    """Enter an officer and show the one-time link."""
    form = visit.form
    name = form.text("name", missing="Enter the officer's name.", longest=200)
    roles = form.choices("roles", [each.value for each in OfficerRole], missing="Choose at least one role.")
    until = form.date("until")
    end = languages.end_of(until) if until else None
    made = form.carry_out(
        lambda: visit.node.officers.add(name, [OfficerRole(each) for each in roles], until=end)
    )
    if made is None:
        return _list(visit, status=422)
    return _one(visit, made.id, link=_link(visit, made.id))


def show(visit: Visit) -> Response:
    """Show one officer."""
    return _one(visit, paths.ident(UUID7, visit.args["officer"]))


def _one(visit: Visit, officer: UUID7, *, status: int = 200, **data: object) -> Response:
    found = next((each for each in visit.node.officers.all() if each.id == officer), None)
    if found is None:
        raise NotFoundError
    reception, actor = visit.node.reception, visit.actor
    return visit.page(
        "officer.html",
        status=status,
        officer=found,
        roles=[(each.value, visit.translate(words.OFFICER_ROLES[each])) for each in OfficerRole],
        sessions=reception.sessions.list(officer, actor=actor),
        passkeys=reception.passkeys.all(officer, actor=actor),
        keys=reception.accounts.keys(officer, actor=actor),
        changes=reception.accounts.changes(actor=actor, officer=officer),
        words=words,
        **{"link": None, "secret": None, **data},
    )


def _link(visit: Visit, officer: UUID7) -> str:
    secret = visit.node.reception.accounts.invite(officer, actor=visit.actor)
    return f"{visit.node.settings.address}{PREFIX}/welcome#{secret}"


def act(visit: Visit) -> Response:
    """Carry out one step on an officer's access."""
    id_ = paths.ident(UUID7, visit.args["officer"])
    form, reception, actor = visit.form, visit.node.reception, visit.actor
    match form.value("act"):
        case "invite":
            link = form.carry_out(lambda: _link(visit, id_))
            return _one(visit, id_, status=200 if link else 422, link=link)
        case "key":
            made = form.carry_out(
                lambda: reception.accounts.issue_key(id_, scopes=SCOPES, life=_life(visit), actor=actor)
            )
            return _one(visit, id_, status=200 if made else 422, secret=made[1] if made else None)
        case "roles":
            roles = form.choices(
                "roles", [each.value for each in OfficerRole], missing="Choose at least one role."
            )
            until = form.date("until")
            form.carry_out(
                lambda: reception.accounts.set_roles(
                    id_,
                    [OfficerRole(each) for each in roles],
                    actor=actor,
                    until=languages.end_of(until) if until else None,
                )
            )
        case "end-sessions":
            form.carry_out(lambda: reception.sessions.end_all(id_, actor=actor))
        case "revoke-key":
            key = paths.ident(UUID7, form.value("key"))
            form.carry_out(lambda: reception.accounts.revoke_key(id_, key, actor=actor))
        case "disable":
            form.carry_out(lambda: reception.accounts.disable(id_, actor=actor))
        case _:
            raise NotFoundError
    return visit.go(f"/operate/staff/{id_}", said="saved") if form.valid else _one(visit, id_, status=422)


def _life(visit: Visit) -> int:
    days = visit.form.value("days", "90")
    return int(days) * _DAY if days.isascii() and days.isdigit() and len(days) < 5 else 0


PAGES = (
    Page(path="/operate/staff", get=list_, post=add, right=Right.OPERATE),
    Page(path="/operate/staff/{officer}", get=show, post=act, right=Right.OPERATE),
)
