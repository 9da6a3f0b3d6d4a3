"""An allowance: so much at once, and so much more each second. What time it is comes in."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Level:
    """What was used of an allowance, and when that was."""

    used: float = 0.0
    at: float = 0.0


UNUSED: Final = Level()


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """`burst` at once; `rate` is given back each second."""

    burst: float
    rate: float

    def used(self, level: Level, now: float) -> float:
        """Give what is used at *now*; where the clock was set back, nothing was given back."""
        return max(0.0, level.used - max(0.0, now - level.at) * self.rate)

    def wait(self, level: Level, now: float) -> int:
        """Give the whole seconds until something is left; 0: something is left now."""
        over = self.used(level, now) - self.burst
        return 0 if over < 0 else 1 + int(over / self.rate)

    def after(self, level: Level, amount: float, now: float) -> Level:
        """Give the level once *amount* more is used; what began while something was left may go beyond it."""
        return Level(used=self.used(level, now) + amount, at=now)
