"""Signing in and out: by passkey, by password and code, at the authority's identity provider, by a one-time link.

What an officer had typed when the session ended comes along, sealed, and is shown again to that officer alone.
"""

from collections.abc import Callable
from typing import Final

from starlette.responses import RedirectResponse, Response

from handover.application.access import LINK, SignedIn
from handover.application.provided import Departure
from handover.domain.errors import HandoverError, NotFoundError
from handover.pages import navigation
from handover.pages.visit import PREFIX, Page, Visit, inside

PROVIDER_COOKIE: Final = "handover-provider"
_WAIT: Final = 600  # seconds for signing in elsewhere


def ask(visit: Visit) -> Response:
    """Show the ways to sign in."""
    if visit.visitor is not None:
        return visit.go(navigation.home(visit.visitor))
    return visit.sign_in_page(to=visit.asked.get("next", ""))


def with_passkey(visit: Visit) -> Response:
    """Sign in with a passkey."""
    answer = visit.form.value("credential")
    return _enter(visit, lambda: visit.node.reception.passkeys.sign_in(answer, visit.caller))


def with_password(visit: Visit) -> Response:
    """Sign in with password and code."""
    form = visit.form
    login = form.text("login", missing="Enter your sign-in name.", longest=200)
    password = form.value("password")
    if not password:
        form.fail("password", "Enter your password.")
    code = form.text("code", missing="Enter the code that your app shows now.", longest=20)
    return _enter(
        visit, lambda: visit.node.reception.sign_in.with_password(login, password, code, visit.caller)
    )


def _enter(visit: Visit, way: Callable[[], SignedIn]) -> Response:
    signed_in = visit.form.carry_out(way)
    if signed_in is None:
        return visit.sign_in_page(status=401, to=visit.form.value("to"), kept=visit.form.value("kept"))
    return _entered(visit, signed_in, to=visit.form.value("to"), kept=visit.form.value("kept"))


def _entered(visit: Visit, signed_in: SignedIn, *, to: str = "", kept: str = "") -> Response:
    visit.enter(signed_in)
    resumed = visit.resume(kept) if kept else None
    if resumed is not None:
        return resumed
    if visit.visitor is not None and visit.visitor.actor.auth == LINK:
        return visit.go("/account/first")
    wanted = inside(to) if to else PREFIX
    return visit.go(wanted.removeprefix(PREFIX))


def depart(visit: Visit) -> Response:
    """Send the browser to the authority's identity provider."""
    departure = _departure(visit)
    return _unreachable(visit) if departure is None else RedirectResponse(departure.address, 303)


def depart_with(visit: Visit) -> Response:
    """Send the browser there with what was typed waiting here.

    No form of these pages may lead to another site, not even by a redirect; so a page that goes on by itself does.
    """
    form = visit.form
    kept = form.value("kept") if visit.keeper.is_ours(form.value("kept"), now=visit.now) else ""
    to = inside(form.value("to")) if form.value("to") else ""
    departure = _departure(visit, f"{to} {kept}", anew=form.value("anew") == "1")
    if departure is None:
        return _unreachable(visit)
    return visit.page("departing.html", address=departure.address)


def _departure(visit: Visit, carried: str = " ", *, anew: bool = False) -> Departure | None:
    provided = visit.node.reception.provided
    if provided is None:
        raise NotFoundError
    departure = visit.form.carry_out(lambda: provided.depart(carried, anew=anew))
    if departure is not None:
        visit.cookies[PROVIDER_COOKIE] = (departure.state, _WAIT)
    return departure


def _unreachable(visit: Visit) -> Response:
    return visit.sign_in_page(status=503, to=visit.form.value("to"), kept=visit.form.value("kept"))


def arrive(visit: Visit) -> Response:
    """Take the answer of the identity provider."""
    provided = visit.node.reception.provided
    if provided is None:
        raise NotFoundError
    state, code = visit.asked.get("state", ""), visit.asked.get("code", "")
    cookie = visit.sent_cookies.get(PROVIDER_COOKIE, "")
    to, kept = "", ""
    try:
        returned = provided.returned(state=state, kept=cookie)
        to, kept = returned.carried.split(" ")
        signed_in = provided.enter(returned, code=code, caller=visit.caller)
    except HandoverError as error:
        visit.form.faults[""] = f"{visit.translate(error.title)} {visit.translate(error.advice)}"
        return visit.sign_in_page(status=401, to=to, kept=kept)
    return _entered(visit, signed_in, to=to, kept=kept)


def welcome(visit: Visit) -> Response:
    """Ask for the secret of a one-time link; a browser with scripts takes it from the link itself."""
    return visit.page("welcome.html")


def with_link(visit: Visit) -> Response:
    """Begin a session in which the officer makes the first way to sign in."""
    secret = visit.form.text("secret", missing="Enter what stands behind # in the link.", longest=100)
    signed_in = visit.form.carry_out(lambda: visit.node.reception.sign_in.with_link(secret, visit.caller))
    return visit.page("welcome.html", status=401) if signed_in is None else _entered(visit, signed_in)


def leave(visit: Visit) -> Response:
    """Ask whether to sign out."""
    return visit.page("sign_out.html")


def left(visit: Visit) -> Response:
    """Sign out."""
    visit.leave()
    return visit.go("/sign-in", said="signed-out")


PAGES = (
    Page(path="/sign-in", get=ask, open=True),
    Page(path="/sign-in/passkey", post=with_passkey, open=True),
    Page(path="/sign-in/password", post=with_password, open=True),
    Page(path="/sign-in/provider", get=depart, post=depart_with, open=True),
    Page(path="/sign-in/back", get=arrive, open=True),
    Page(path="/welcome", get=welcome, post=with_link, open=True),
    Page(path="/sign-out", get=leave, post=left),
)
