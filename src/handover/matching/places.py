"""Free text about a place to a country, a region and a locality, as far as they are told."""

from dataclasses import dataclass

from handover.domain.countries import COUNTRIES
from handover.matching import names


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place by its levels: what is not told is empty."""

    country: str = ""
    region: str = ""
    locality: str = ""


NOWHERE = Place()


def country(text: str) -> str:
    """Return the code of a country that *text* is."""
    code = text.strip().upper()
    return code if code in COUNTRIES.codes else ""


def read(text: str) -> Place:
    """Return the place that *text* names, by the skeletons of its words."""
    whole = " ".join(forms[0] for forms in names.read(text))
    return Place(locality=whole)
