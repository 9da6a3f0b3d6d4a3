"""What is kept in memory to be quick does not outlive the work for which a record was read."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from handover import matching
from handover.matching import caches, rarity
from handover.matching.person import Person
from handover.matching.view import view

TABLES = {"text.script", "text._visible"}  # of letters, not of names


def _kept() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Give each function of the matching that keeps what it was asked."""
    for module in pkgutil.iter_modules(matching.__path__):
        found = importlib.import_module(f"handover.matching.{module.name}")
        for name, value in vars(found).items():
            cached = hasattr(value, "cache_info") and value.__module__ == found.__name__
            if cached and value.__wrapped__.__code__.co_argcount and f"{module.name}.{name}" not in TABLES:
                yield f"{module.name}.{name}", value


def _filled() -> None:
    person = Person(
        given_name="Amina", family_name="Qasemi", birth_place="Kandahar", last_residence="an island, Greece"
    )
    for forms in view(person).given:
        for form in forms:
            rarity.bits(form)


def test_nothing_of_a_person_is_kept_once_it_is_let_go_of() -> None:
    _filled()
    kept = dict(_kept())
    assert len(kept) > 6
    filled = {name for name, each in kept.items() if each.cache_info().currsize}  # type: ignore[attr-defined]
    assert len(filled) > 3
    caches.forget()
    assert {name for name, each in kept.items() if each.cache_info().currsize} - {"sounds.table"} == set()  # type: ignore[attr-defined]


def test_it_is_let_go_of_when_the_work_fails_too() -> None:
    def work() -> None:
        _filled()
        raise ValueError

    with pytest.raises(ValueError):
        caches.letting_go(work)()
    assert not any(each.cache_info().currsize for name, each in _kept() if name != "sounds.table")  # type: ignore[attr-defined]
