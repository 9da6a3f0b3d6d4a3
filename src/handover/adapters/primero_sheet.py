"""Keeps the books of one import: every value of the document gets exactly one entry in the report."""

import re
from collections.abc import Mapping
from typing import Final

from handover.adapters.primero_file import leaves, pointer
from handover.adapters.primero_rules import Finding, Profile, Rule, Rules, Target
from handover.adapters.primero_values import Codes, Convert, Fate, LossError, is_empty, refused, unmapped
from handover.domain import labels
from handover.domain.schema import Schema, Value
from handover.domain.sentences import Field, Sentence, sentence
from handover.domain.shapes import Group, ListOf, Shape, ShapeError

_SUFFIX: Final = re.compile(r"(.+)_[0-9a-f]{7}")
NO_PLACE: Final = sentence("the record has no field with this meaning")


def _check(shape: Shape, value: Value) -> None:
    try:
        shape.check(value)
    except ShapeError as error:
        raise refused(_broken(shape, error)) from None


def _broken(shape: Shape, error: ShapeError, path: str = "") -> Sentence:
    """Give the rule that is broken, with the innermost part that breaks it: its label, and its path after *path*."""
    rule = Sentence(error.rule)
    part = next(reversed([None, *labels.parts(shape, labels.steps(error.place))]))
    place = f"{path}{error.place}" if path else error.place.lstrip(".")
    return rule if part is None else sentence("%(part)s: %(rule)s", part=Field(part, place), rule=rule)


def _inner(into: dict[str, Value], steps: list[str]) -> dict[str, Value]:
    for step in steps[:-1]:
        inner = into.setdefault(step, {})
        if not isinstance(inner, dict):
            raise TypeError(step)
        into = inner
    return into


def _listed(into: dict[str, Value], steps: list[str]) -> list[Value]:
    found: Value = into
    for step in steps:
        found = found.get(step, {}) if isinstance(found, dict) else {}
    return list(found) if isinstance(found, list) else []


class Sheet:
    """The state of one import. Values go in through `put` alone, which checks them and writes the report."""

    def __init__(self, *, schema: Schema, document: dict[str, object], place: str, profile: Profile) -> None:
        self.schema = schema
        self.document = document
        self.place = place
        self.profile = profile
        self.values: dict[str, Value] = {}
        self.findings: dict[str, Finding] = {}

    @property
    def record(self) -> Target:
        """Where values of the record itself go."""
        return Target(into=self.values, shape=self.schema)

    def note(
        self, place: str, fate: Fate, *, path: str | None = None, reason: Sentence | None = None
    ) -> None:
        """Write what became of every value at and below *place* that has no entry yet."""
        for leaf, value in leaves(self._at(place), place):
            if leaf not in self.findings and not is_empty(value):
                self.findings[leaf] = Finding(place=leaf, fate=fate, path=path, reason=reason)

    def fate(self, place: str) -> Fate | None:
        """Give what became of the value at *place*, None while nothing did."""
        finding = self.findings.get(place)
        return finding.fate if finding else None

    def find(self, source: Mapping[str, object], wanted: str) -> str | None:
        """Give the name under which *source* has the field *wanted*, perhaps with a deployment's suffix."""
        if not is_empty(source.get(wanted)):
            return wanted
        for name, value in source.items():
            if self.base(name) == wanted and not is_empty(value):
                return name
        return None

    def base(self, name: str) -> str:
        """Give the name of a field without what the deployment added to it."""
        if name in self.profile.fields:
            return self.profile.fields[name]
        found = _SUFFIX.fullmatch(name)
        return found.group(1) if found else name

    def apply(self, rules: Rules, source: Mapping[str, object], place: str, target: Target) -> None:
        """Map every field of *source* for which there is a rule."""
        for wanted, rule in rules.items():
            name = self.find(source, wanted)
            if name is None:
                continue
            codes = self.profile.codes.get(wanted, {})
            where = pointer(place, name)
            if rule.many:
                self._put_many(source[name], where, rule, codes, target)
            else:
                self.convert(source[name], where, rule, codes, target)

    def take(self, wanted: str, convert: Convert, shape: Shape) -> tuple[str, Value] | None:
        """Give place and checked value of a field of the document, or None; a loss is written down."""
        name = self.find(self.document, wanted)
        if name is None:
            return None
        place = pointer(self.place, name)
        try:
            value = convert(self.document[name], self.profile.codes.get(wanted, {}))
            _check(shape, value)
        except LossError as loss:
            self.note(place, loss.fate, reason=loss.reason)
            return None
        return place, value

    def give(self, places: list[str], value: Value, to: str) -> None:
        """Put a value that several fields of the document say together."""
        try:
            self.put(value, to, self.record)
        except LossError as loss:
            for place in places:
                self.note(place, loss.fate, reason=loss.reason)
        else:
            for place in places:
                self.note(place, Fate.MAPPED, path=to)

    def rows(self, wanted: str, rules: Rules, to: str, *, only: int | None = None) -> None:
        """Map the rows of a subform into a list of the record; `only` takes one row alone."""
        name = self.find(self.document, wanted)
        if name is None:
            return
        rows, place = self.document[name], pointer(self.place, name)
        if not isinstance(rows, list):
            self.note(place, Fate.REFUSED, reason=sentence("must be a list of rows"))
            return
        for index, row in enumerate(rows):
            if only in (None, index):
                self._row(row, f"{place}/{index}", rules, to)

    def _row(self, row: object, place: str, rules: Rules, to: str) -> None:
        steps = self.record.steps(to)
        shape = self.record.shape_of(steps)
        if not isinstance(shape, ListOf) or not isinstance(shape.item, Group):
            raise TypeError(to)
        if not isinstance(row, dict):
            self.note(place, Fate.REFUSED, reason=sentence("must be an object"))
            return
        index = len(_listed(self.values, steps))
        if index >= shape.longest:
            most = sentence("there are too many rows; the most is %(number)s", number=shape.longest)
            self.note(place, Fate.REFUSED, reason=most)
            return
        target = Target(into={}, shape=shape.item, prefix=f"{to}[{index}].")
        self.apply(rules, row, place, target)
        if not target.into:
            return
        try:
            shape.item.check(target.into)
        except ShapeError as error:
            self._withdraw(place, _broken(shape.item, error, f"{to}"))
        else:
            self._append(target.into, shape, steps, self.record)

    def convert(self, value: object, place: str, rule: Rule, codes: Codes, target: Target) -> None:
        """Map one value by *rule*, and write what became of it."""
        try:
            self.put(rule.convert(value, codes), rule.to, target)
        except LossError as loss:
            self.note(place, loss.fate, reason=loss.reason)
        else:
            self.note(place, Fate.MAPPED, path=target.prefix + rule.to)

    def put(self, value: Value, to: str, target: Target) -> None:
        """Put a checked value at *to*.

        Raises:
            LossError: the value breaks its shape, or something else is there already.
        """
        steps = target.steps(to)
        _check(target.shape_of(steps), value)
        if _inner(target.into, steps).setdefault(steps[-1], value) != value:
            raise unmapped(sentence("another field of the document says something else"))

    def _put_many(self, value: object, place: str, rule: Rule, codes: Codes, target: Target) -> None:
        steps = target.steps(rule.to)
        shape = target.shape_of(steps)
        if not isinstance(shape, ListOf):
            raise TypeError(rule.to)
        items = value if isinstance(value, list) else [value]
        for index, item in enumerate(items):
            where = f"{place}/{index}" if isinstance(value, list) else place
            try:
                one = rule.convert(item, codes)
                if one not in _listed(target.into, steps):
                    self._append(one, shape, steps, target)
            except LossError as loss:
                self.note(where, loss.fate, reason=loss.reason)
            else:
                self.note(where, Fate.MAPPED, path=target.prefix + rule.to)

    def _append(self, value: Value, shape: ListOf, steps: list[str], target: Target) -> None:
        wanted = [*_listed(target.into, steps), value]
        _check(shape, wanted)
        _inner(target.into, steps)[steps[-1]] = wanted

    def _withdraw(self, place: str, reason: Sentence) -> None:
        for leaf, finding in list(self.findings.items()):
            if leaf.startswith(f"{place}/") and finding.fate is Fate.MAPPED:
                self.findings[leaf] = Finding(place=leaf, fate=Fate.REFUSED, reason=reason)

    def _at(self, place: str) -> object:
        value: object = self.document
        for step in place[len(self.place) :].split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(value, list):
                value = value[int(name)]
            elif isinstance(value, dict):
                value = value[name]
        return value

    def finish(self, reasons: Mapping[str, Sentence]) -> tuple[Finding, ...]:
        """Give one finding for every value, in the order of the document; `reasons` are by field name."""
        found: list[Finding] = []
        for leaf, value in leaves(self.document, self.place):
            if leaf in self.findings:
                found.append(self.findings[leaf])
            elif is_empty(value):
                found.append(Finding(place=leaf, fate=Fate.EMPTY))
            else:
                reason = self._reason(leaf, reasons)
                found.append(Finding(place=leaf, fate=Fate.UNMAPPED, reason=reason))
        return tuple(found)

    def _reason(self, leaf: str, reasons: Mapping[str, Sentence]) -> Sentence:
        for step in leaf[len(self.place) :].split("/")[1:]:
            base = self.base(step)
            if base != step and not is_empty(self.document.get(base)):
                return sentence("the document has the field without the deployment's suffix as well")
            reason = reasons.get(base)
            if reason:
                return reason
        return NO_PLACE
