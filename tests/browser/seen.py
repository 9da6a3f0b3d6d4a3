"""A real browser before two offices that run in this process: for pages whose story needs nodes that a test moves."""

from playwright.sync_api import Browser, Page, Route

from browser.people import Person
from pages import office

# What stays with the client that asks for the page.
_OURS = ("set-cookie", "content-length", "content-encoding")


def seen(browser: Browser, officer: office.Browser, language: str, **options: object) -> Person:
    """Give an officer's pages in a real browser, signed in as *officer* is; they are read, and nothing is sent."""
    context = browser.new_context(locale=language, timezone_id="UTC", **options)  # type: ignore[arg-type]
    page: Page = context.new_page()
    base = officer.node.settings.address

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(base)
        found = officer.client.get(path, headers={"accept": route.request.headers.get("accept", "*/*")})
        headers = {name: value for name, value in found.headers.items() if name.lower() not in _OURS}
        route.fulfill(status=found.status_code, headers=headers, body=found.content)

    page.route(f"{base}/**", answer)
    person = Person(page, base, language)
    page.on("pageerror", lambda error: person.troubles.append(str(error)))
    return person
