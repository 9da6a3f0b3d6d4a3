"""An officer's own account: passkeys, password and codes, language, address for notices, sessions."""

import io

import segno
from starlette.responses import Response

from handover.application.access import PASSKEY
from handover.domain.ids import UUID7
from handover.pages import languages, paths
from handover.pages.visit import Page, Visit


def show(visit: Visit) -> Response:
    """Show the account."""
    return _page(visit)


def _page(visit: Visit, *, status: int = 200) -> Response:
    visitor, reception = visit.signed_in, visit.node.reception
    officer = visitor.actor.officer
    return visit.page(
        "account.html",
        status=status,
        visitor=visitor,
        profile=reception.accounts.mine(visitor),
        passkeys=reception.passkeys.all(officer, actor=visitor.actor),
        sessions=reception.sessions.list(officer, actor=visitor.actor),
        own_languages=list(languages.OWN_NAMES.items()),
    )


def first(visit: Visit) -> Response:
    """Show an officer who came by a one-time link how to get in from now on."""
    return visit.page("first_way.html", visitor=visit.signed_in)


def offer_passkey(visit: Visit) -> Response:
    """Show the page on which the browser makes a passkey."""
    return _passkey(visit)


def _passkey(visit: Visit, *, status: int = 200) -> Response:
    options = visit.node.reception.passkeys.ask_to_register(visit.signed_in)
    return visit.page("passkey.html", status=status, options=options)


def add_passkey(visit: Visit) -> Response:
    """Keep the passkey that the browser made."""
    label, answer = visit.form.text("label", longest=60), visit.form.value("credential")
    made = visit.form.carry_out(
        lambda: visit.node.reception.passkeys.register(visit.signed_in, answer, label=label)
    )
    if made is None:
        return _passkey(visit, status=422)
    visit.renew(made[1])
    return visit.go("/account", said="passkey-added")


def remove_passkey(visit: Visit) -> Response:
    """End a passkey."""
    id_ = paths.ident(UUID7, visit.form.value("passkey"))
    visit.form.carry_out(lambda: visit.node.reception.passkeys.remove(visit.signed_in, id_))
    return visit.go("/account", said="saved") if visit.form.valid else _page(visit, status=422)


def ask_password(visit: Visit) -> Response:
    """Ask for sign-in name and password."""
    return visit.page("password.html", profile=visit.node.reception.accounts.mine(visit.signed_in))


def set_password(visit: Visit) -> Response:
    """Set sign-in name and password, then go on to codes."""
    form, accounts = visit.form, visit.node.reception.accounts
    login = form.text("login", missing="Enter your sign-in name.", longest=200)
    password = form.value("password")
    if password != form.value("again"):
        form.fail("again", "The two passwords differ.")
    form.carry_out(lambda: accounts.set_password(visit.signed_in, login, password), field="password")
    if not form.valid:
        return visit.page("password.html", status=422, profile=accounts.mine(visit.signed_in))
    return visit.go("/account/codes")


def offer_codes(visit: Visit) -> Response:
    """Show the secret that a code app takes, as a picture and as text."""
    return _codes(visit)


def _codes(visit: Visit, *, status: int = 200) -> Response:
    offered = visit.node.reception.accounts.offer_codes(visit.signed_in)
    picture = io.BytesIO()
    segno.make(offered.address, error="m").save(
        picture, kind="svg", scale=5, border=4, xmldecl=False, svgns=True
    )
    return visit.page("codes.html", status=status, offered=offered, picture=picture.getvalue().decode())


def confirm_codes(visit: Visit) -> Response:
    """Take the secret once a code of it was typed in."""
    code = visit.form.text("code", missing="Enter the code that your app shows now.", longest=20)
    cookie = visit.form.carry_out(
        lambda: visit.node.reception.accounts.confirm_codes(visit.signed_in, code), field="code"
    )
    if cookie is None:
        return _codes(visit, status=422)
    visit.renew(cookie)
    return visit.go("/account", said="codes-set")


def save(visit: Visit) -> Response:
    """Keep language and address for notices."""
    form, accounts = visit.form, visit.node.reception.accounts
    language = form.choice("language", languages.LANGUAGES, missing="Choose a language.")
    form.carry_out(lambda: accounts.set_email(visit.signed_in, form.value("email")), field="email")
    form.carry_out(lambda: accounts.set_language(visit.signed_in, language), field="language")
    return visit.go("/account", said="saved") if form.valid else _page(visit, status=422)


def end_session(visit: Visit) -> Response:
    """End one of the officer's sessions."""
    id_ = paths.ident(UUID7, visit.form.value("session"))
    visit.form.carry_out(lambda: visit.node.reception.sessions.revoke(id_, actor=visit.actor))
    return visit.go("/account", said="saved") if visit.form.valid else _page(visit, status=422)


def prove(visit: Visit) -> Response:
    """Ask the officer to prove once more to be there."""
    return visit.step_up_page(to=visit.asked.get("next", ""))


def proved(visit: Visit) -> Response:
    """Take the proof, and go on with what was to be done."""
    visitor, reception, form = visit.signed_in, visit.node.reception, visit.form
    answer = form.value("credential")
    if answer or visitor.actor.auth == PASSKEY:
        done = form.carry_out(lambda: reception.passkeys.step_up(visitor, answer)[1])
    else:
        password, code = form.value("password"), form.value("code")
        done = form.carry_out(lambda: reception.sign_in.step_up(visitor, password, code, visit.caller))
    kept, to = form.value("kept"), form.value("to")
    if done is None:
        return visit.step_up_page(status=401, to=to, kept=kept)
    visit.renew(done)
    resumed = visit.resume(kept) if kept else None
    return resumed if resumed is not None else visit.go_inside(to)


PAGES = (
    Page(path="/account", get=show, post=save),
    Page(path="/account/first", get=first),
    Page(path="/account/passkey", get=offer_passkey, post=add_passkey),
    Page(path="/account/passkey/remove", post=remove_passkey),
    Page(path="/account/password", get=ask_password, post=set_password),
    Page(path="/account/codes", get=offer_codes, post=confirm_codes),
    Page(path="/account/session/end", post=end_session),
    Page(path="/step-up", get=prove, post=proved),
)
