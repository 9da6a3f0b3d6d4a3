"""What officers, guardians and children read for each section, field, part, code and category, by language.

English is taken from the definitions themselves. Another language is one more mapping of the same keys in
`TRANSLATIONS`; what it lacks is shown in English. Keys are ``guardianship/1/identity`` (section),
``guardianship/1/identity.sex`` (field), ``part/place/country``, ``code/sex/female``, ``category/health`` and
``absent/unknown``.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from handover.domain.record import SCHEMAS
from handover.domain.schema import CATEGORIES, Absent
from handover.domain.shapes import Code, Group, ListOf, Shape

ABSENCES: Final[Mapping[Absent, str]] = {
    Absent.UNKNOWN: "Not known",
    Absent.NOT_APPLICABLE: "Does not apply",
}


@cache
def english() -> Mapping[str, str]:
    """Give every key with its English label."""
    labels: dict[str, str] = {f"category/{category}": words for category, words in CATEGORIES.items()}
    labels.update((f"absent/{reason}", words) for reason, words in ABSENCES.items())
    for schema in SCHEMAS.values():
        for section in schema.sections:
            labels[f"{schema.name}/{section.name}"] = section.label
            for field in section.fields:
                labels[f"{schema.name}/{field.path}"] = field.label
                labels.update(_of_shape(field.shape))
    return MappingProxyType(labels)


def label(key: str, language: str = "en") -> str:
    """Give the label for *key* in *language*, in English where that language lacks it.

    Raises:
        KeyError: there is no such key.
    """
    return TRANSLATIONS.get(language, {}).get(key) or english()[key]


def _of_shape(shape: Shape) -> Iterator[tuple[str, str]]:
    match shape:
        case ListOf():
            yield from _of_shape(shape.item)
        case Group():
            for member in shape.members:
                yield f"part/{shape.name}/{member.name}", member.label
                yield from _of_shape(member.shape)
        case Code():
            for code, words in shape.codes.codes.items():
                yield f"code/{shape.codes.name}/{code}", words
        case _:
            return


TRANSLATIONS: Final[Mapping[str, Mapping[str, str]]] = {"en": english()}
