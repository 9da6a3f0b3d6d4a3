"""A form as it was sent: values are read by kind, faults are kept with what was typed, nothing is lost.

Reading never raises: a fault is noted under the field's name, and the page is shown again with a summary that links
to each field. The texts of faults are gettext messages.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from handover.application.sessions import SignedOutError, StepUpError
from handover.domain.errors import HandoverError
from handover.domain.groups import WORDS

T = TypeVar("T")
Translate = Callable[[str], str]
LONGEST: Final = WORDS.longest
_ONCE: Final = frozenset({"csrf", "credential"})


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file as it was sent. `name` is what the sender called it: shown, never used as a path."""

    name: str
    media_type: str
    data: bytes


@dataclass
class Form:
    """What was sent; `faults` are texts by field, in the order in which they were found ('' is the whole form)."""

    sent: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)
    translate: Translate = str
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def typed(self) -> dict[str, Sequence[str]]:
        """Give what goes along when the form is sent once more: all but what counts for one sending alone."""
        return {name: values for name, values in self.sent.items() if name not in _ONCE}

    @property
    def valid(self) -> bool:
        """Tell whether no fault was found so far."""
        return not self.faults

    def fail(self, name: str, text: str) -> None:
        """Note a fault of the field *name*; the first one of a field counts. *text* is a message in English."""
        self.faults.setdefault(name, self.translate(text))

    def value(self, name: str, default: str = "") -> str:
        """Give what was typed, to be shown again."""
        found = self.sent.get(name)
        return found[0] if found else default

    def values(self, name: str) -> Sequence[str]:
        """Give all that was chosen."""
        return self.sent.get(name, ())

    def text(self, name: str, *, missing: str | None = None, longest: int = LONGEST) -> str:
        """Give a text without the white space around it; *missing* is the fault where it is empty."""
        found = self.value(name).replace("\r\n", "\n").strip()
        if not found and missing is not None:
            self.fail(name, missing)
        if len(found) > longest:
            self.fail(name, "This text is too long.")
        return found

    def choice(self, name: str, allowed: Iterable[str], *, missing: str) -> str:
        """Give the one choice; what is not among *allowed* was not chosen."""
        found = self.value(name)
        if found not in set(allowed):
            self.fail(name, missing)
            return ""
        return found

    def choices(self, name: str, allowed: Iterable[str], *, missing: str | None = None) -> tuple[str, ...]:
        """Give all choices, in the order of *allowed*."""
        chosen = set(self.values(name))
        found = tuple(each for each in allowed if each in chosen)
        if not found and missing is not None:
            self.fail(name, missing)
        return found

    def date(self, name: str, *, missing: str | None = None) -> dt.date | None:
        """Give the date of three fields, NAME-day, NAME-month and NAME-year."""
        parts = [self.value(f"{name}-{part}").strip() for part in ("year", "month", "day")]
        if not any(parts):
            if missing is not None:
                self.fail(name, missing)
            return None
        try:
            return dt.date(*(int(part) for part in parts if part.isascii() and len(part) <= 4))
        except (TypeError, ValueError):
            self.fail(name, "This must be a real date, with day, month and year.")
            return None

    def refuse(self, error: HandoverError) -> None:
        """Let the refusal of the whole form stand in the place of its faults, if it has none of the whole form."""
        if "" not in self.faults:
            self.faults = {"": f"{self.translate(error.title)} {self.translate(error.advice)}"}

    def carry_out(self, act: Callable[[], T], *, field: str = "") -> T | None:
        """Give what *act* gives; what it refuses becomes a fault of *field* (none: of the whole form)."""
        if self.faults:
            return None
        try:
            return act()
        except (SignedOutError, StepUpError):
            raise  # the frame asks for what is missing, and keeps what was typed
        except HandoverError as error:
            self.faults.setdefault(field, f"{self.translate(error.title)} {self.translate(error.advice)}")
            return None
