"""The first page, which leads to where a role's work begins, and help."""

from starlette.responses import Response

from handover.pages import navigation
from handover.pages.visit import Page, Visit


def first(visit: Visit) -> Response:
    """Lead to the first page of the visitor's role, or to the sign-in."""
    if visit.visitor is None:
        return visit.go("/sign-in")
    return visit.go(navigation.home(visit.visitor))


def help_(visit: Visit) -> Response:
    """Say in plain words what this is and where more is said."""
    return visit.page("help.html")


PAGES = (
    Page(path="", get=first, open=True),
    Page(path="/help", get=help_, open=True),
)
