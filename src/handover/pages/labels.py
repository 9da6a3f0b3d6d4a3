"""The labels of records in every language of the pages, under the keys of `domain/labels.py`.

Texts of our own are in ``labels/LANGUAGE.json``. Countries and scripts are named by the Unicode CLDR, save those
that stand in the file: there the CLDR's name means something else than the code of the schema.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from handover.domain.codes import SCRIPT
from handover.domain.countries import COUNTRIES
from handover.domain.labels import english, on_the_way
from handover.domain.record import SCHEMAS
from handover.pages.languages import SOURCE, locale


@cache
def texts(language: str) -> Mapping[str, str]:
    """Give every key with its label in *language*; what has no text there stands in English."""
    if language == SOURCE:
        return english()
    return MappingProxyType({**english(), **_of_cldr(language), **own(language)})


def label(key: str, language: str) -> str:
    """Give the label for *key* in *language*, one of the pages' languages.

    Raises:
        KeyError: there is no such key.
    """
    return texts(language)[key]


def way(schema: str, path: str, language: str) -> list[str]:
    """Give the labels of what a path of a record leads through, from the field inwards."""
    return [label(key, language) for key in on_the_way(SCHEMAS[schema], path)]


def own(language: str) -> Mapping[str, str]:
    """Give the texts that are translated here, for a language other than English."""
    source = resources.files("handover.pages") / "labels" / f"{language}.json"
    found: Mapping[str, str] = json.loads(source.read_text(encoding="utf-8"))
    return found


def standing(name: str) -> str:
    """Give a name as it stands alone: the CLDR writes it as it is within a sentence."""
    return name[:1].upper() + name[1:]


def _of_cldr(language: str) -> Mapping[str, str]:
    known = locale(language)
    names = {f"code/country/{code}": known.territories.get(code) for code in COUNTRIES.codes}
    names.update((f"code/script/{code}", known.scripts.get(code)) for code in SCRIPT.codes)
    return {key: standing(name) for key, name in names.items() if name}
