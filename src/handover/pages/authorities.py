"""Finding the competent authority: by country, place and task, as the signed registry names it."""

from starlette.responses import Response

from handover.application.authorities import Authority
from handover.application.permissions import Right
from handover.pages import explanation, names, words
from handover.pages.navigation import N_
from handover.pages.visit import Page, Visit
from handover.protocol.node_entry import Mandate

_INTERNATIONAL = N_("International body")


def find(visit: Visit) -> Response:
    """Show the authorities that fit what was asked."""
    country, place = visit.asked.get("country", ""), visit.asked.get("place", "").strip()
    mandate = next((each for each in Mandate if each.value == visit.asked.get("mandate")), None)
    every = visit.node.authorities.page(actor=visit.actor, limit=explanation.MOST)
    found = [each for each in every if _fits(each, country, place, mandate)]
    countries = sorted({each.entry.country for each in every})
    return visit.page(
        "authorities.html",
        found=found,
        countries=[(each, _country(visit, each)) for each in countries],
        mandates=[(each.value, visit.translate(words.MANDATES[each])) for each in Mandate],
        asked={"country": country, "place": place, "mandate": mandate.value if mandate else ""},
        country_of=lambda code: _country(visit, code),
        language_of=lambda tag: names.language_name(tag, visit.language),
        words=words,
    )


def _country(visit: Visit, code: str) -> str:
    """Give the name of a node's country; international bodies have none."""
    return visit.translate(_INTERNATIONAL) if code == "int" else names.country(code.upper(), visit.language)


def _fits(each: Authority, country: str, place: str, mandate: Mandate | None) -> bool:
    texts = (*each.entry.places, *each.entry.names.values(), each.entry.node)
    return (
        (not country or each.entry.country == country)
        and (not place or any(place.casefold() in text.casefold() for text in texts))
        and (mandate is None or mandate in each.entry.mandates)
    )


PAGES = (Page(path="/authorities", get=find, right=Right.LOOK_UP),)
