"""What a question shows to whoever can open it: 240 bytes, no text, the same size whoever is sought. Pure.

A tag of 8 bytes, then 58 slots of 4 bytes, each a hash under the question's salt (`tokens.hashed`). A slot that has
nothing to say holds the hash of its own number, so that without the salt it looks like any other. The layout is in
docs/spec/matching.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from handover.domain.errors import MalformedError
from handover.matching import tokens
from handover.matching.levels import Levels, compared
from handover.matching.tokens import FORMS, GIVEN, HOMES, LANGUAGES, MOTHER, PATERNAL, YEARS, Token, Tokens
from handover.matching.view import View

SIZE: Final = 240
TAG_SIZE: Final = 8
_SLOT: Final = 4
_SLOTS: Final = (SIZE - TAG_SIZE) // _SLOT


def pack(view: View, *, salt: bytes, tag: bytes) -> bytes:
    """Return the evidence of *view* under the question's *salt*, with the asker's *tag* of its request."""
    if len(tag) != TAG_SIZE:
        raise MalformedError("a tag has 8 bytes")
    slots = list(_slots(tokens.of(view, tokens.hashed(salt))))
    return tag + b"".join(
        empty if slot is None else slot for slot, empty in zip(slots, _empty(salt), strict=True)
    )


def tag_of(data: bytes) -> bytes:
    """Return the asker's tag of its request, by which a rejected pair is known again."""
    return _checked(data)[:TAG_SIZE]


def compare(data: bytes, salt: bytes, view: View) -> Levels:
    """Return how far the evidence *data* agrees with *view*, one of the reader's own records.

    Raises:
        MalformedError: *data* is not evidence.
    """
    make = tokens.hashed(salt)
    near: dict[str, frozenset[Token]] = {}

    def neighbour(own: str, theirs: Token) -> bool:
        if own not in near:
            near[own] = frozenset(make("name", each) for each in tokens.neighbours(own) if each != own)
        return theirs in near[own]

    return compared(unpacked(data, salt), view, tokens.of(view, make), make=make, near=neighbour)


def unpacked(data: bytes, salt: bytes) -> Tokens:
    """Return the tokens that *data* holds."""
    body = _checked(data)[TAG_SIZE:]
    cells = (body[start : start + _SLOT] for start in range(0, len(body), _SLOT))
    slots = iter([None if cell == empty else cell for cell, empty in zip(cells, _empty(salt), strict=True)])
    return Tokens(
        given=_names(slots, GIVEN),
        paternal=_names(slots, PATERNAL),
        mother=_names(slots, MOTHER),
        years=_present(slots, YEARS),
        month=next(slots),
        day=next(slots),
        sex=next(slots),
        nationality=next(slots),
        homes=tuple(home for _ in range(HOMES) if any(home := (next(slots), next(slots), next(slots)))),
        languages=_present(slots, LANGUAGES),
        parted_year=next(slots),
        parted_month=next(slots),
    )


def _checked(data: bytes) -> bytes:
    if len(data) != SIZE:
        raise MalformedError("evidence has 240 bytes")
    return data


def _empty(salt: bytes) -> list[bytes]:
    make = tokens.hashed(salt)
    return [make("empty", str(number)) for number in range(_SLOTS)]


def _slots(shown: Tokens) -> Iterator[bytes | None]:
    for bag, most in ((shown.given, GIVEN), (shown.paternal, PATERNAL), (shown.mother, MOTHER)):
        for place in range(most):
            yield from _filled(bag[place] if place < len(bag) else (), FORMS)
    yield from _filled(shown.years, YEARS)
    yield from _filled((shown.month, shown.day, shown.sex, shown.nationality), 4)
    for place in range(HOMES):
        yield from _filled(shown.homes[place] if place < len(shown.homes) else (), 3)
    yield from _filled(shown.languages, LANGUAGES)
    yield from _filled((shown.parted_year, shown.parted_month), 2)


def _filled(found: Sequence[Token | None], most: int) -> Iterable[bytes | None]:
    for place in range(most):
        token = found[place] if place < len(found) else None
        yield token if isinstance(token, bytes) else None


def _names(slots: Iterator[bytes | None], most: int) -> tuple[tuple[bytes, ...], ...]:
    return tuple(name for _ in range(most) if (name := _present(slots, FORMS)))


def _present(slots: Iterator[bytes | None], most: int) -> tuple[bytes, ...]:
    return tuple(token for token in [next(slots) for _ in range(most)] if token is not None)
