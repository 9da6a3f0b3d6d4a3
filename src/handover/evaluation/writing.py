"""One office writes: by ear in a habit, in the script of the family, or in its official transliteration."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from handover.evaluation import habits, hearing, letters, lists, sounds
from handover.evaluation.dice import Dice
from handover.evaluation.families import Name
from handover.evaluation.profiles import Side

_SUN: Final = re.compile(r"(?<![^ ])al([tdðrzsʃṣḍṭẓθln])")
_SCRIPTS: Final = {
    "arabic letters": ("arabic", "afghan"), "greek letters": ("greek",), "russian letters": ("ukrainian",),
}  # fmt: skip


class Office:
    """Writes all names of one record in one manner."""

    def __init__(self, culture: str, side: Side, dice: Dice, *, russian: bool) -> None:
        self.culture, self.side, self.dice = culture, side, dice
        self.spoken = "russian" if russian else culture
        self.habit = ""
        self.manner = self._manner()
        self.capitals = side.native == 0 and dice.chance(0.15)

    def _manner(self) -> Callable[[str], str]:
        draw = self.dice.draw()
        if draw < self.side.native:
            return self._native
        if draw < self.side.native + self.side.official:
            return self._official
        other = self.dice.chance(self.side.other_letters)
        self.habit = self.dice.pick(habits.OTHER if other else habits.LATIN)
        return (
            self._native
            if self.culture in _SCRIPTS.get(self.habit, ()) and self.culture != "ukrainian"
            else self._heard
        )

    @property
    def native(self) -> bool:
        """Tell whether the culture's own script is written."""
        return self.manner == self._native

    def name(self, name: Name, *, called: bool = False) -> list[str]:
        """Write a name in its parts; a child may be *called* by a nickname."""
        parts = list(name)
        if called and self.dice.chance(self.side.nickname):
            parts[0] = lists.of(self.culture).nicknames.get(lists.first_form(parts[0]), parts[0])
        return [self._part(each) for each in parts]

    def _part(self, part: str) -> str:
        text = self.manner(self._form(part))
        if self.culture in ("arabic", "afghan"):
            text = self._compound(text)
        if self.dice.chance(self.side.typo):
            text = typo(text, self.dice)
        return text.upper() if self.capitals else text

    def _form(self, part: str) -> str:
        """Choose between two forms of one name, where the list has two."""
        if self.culture not in ("ukrainian", "greek"):
            return part
        first, _, second = part.partition("/")
        if self.culture == "greek":
            return second if second and self.dice.chance(0.5) else first
        return second if second and self.spoken == "russian" else first

    def place(self, own: str, english: str) -> str:
        """Write a place; officers know many by their English names."""
        known = not self.native and self.dice.chance(0.55)
        text = english if known and self.habit not in habits.OTHER else self.manner(own)
        if self.dice.chance(self.side.typo):
            text = typo(text, self.dice)
        return text.upper() if self.capitals else text

    def _heard(self, part: str) -> str:
        spoken = self.spoken if re.search("[а-яё]", part) else self.culture
        heard = sounds.heard(spoken, part)
        if self.culture in ("arabic", "afghan") and self.dice.chance(0.35):
            heard = _SUN.sub(r"a\1\1", heard)
        return habits.written(hearing.misheard(heard, self.side.slur, self.dice), self.habit, self.dice)

    def _official(self, part: str) -> str:
        return letters.official(self.spoken if self.culture == "ukrainian" else self.culture, part)

    def _native(self, part: str) -> str:
        return variant(self.culture, letters.native(self.culture, part), self.dice)

    def _compound(self, text: str) -> str:
        """Keep, drop, join or change the article and what it stands between."""
        draw = self.dice.draw()
        if text.startswith("ال") and self.side.slur > 0:
            return text[2:] if draw < 0.1 * self.side.slur else text
        text = re.sub(
            r"^Al-?(?=[A-Z])", lambda _: self.dice.pick(("Al-", "Al-", "Al ", "El ", "el-", "Al", "")), text
        )
        if " " in text and draw < 0.5:
            return text.replace(" ", "") if draw < 0.35 else text.replace(" ", "-")
        return text


def typo(text: str, dice: Dice) -> str:
    """Give *text* with one slip of the pen."""
    if len(text) < 3:
        return text
    at = dice.whole(1, len(text) - 2)
    kind = dice.pick(["lost", "twice", "swapped", "other"])
    if kind == "lost":
        return text[:at] + text[at + 1 :]
    if kind == "twice":
        return text[:at] + text[at] + text[at:]
    if kind == "swapped":
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + dice.pick(text.replace(" ", "")) + text[at + 1 :]


_VARIANTS: Final[dict[str, Sequence[tuple[str, str, float]]]] = {
    "arabic": (("أ", "ا", 0.4), ("إ", "ا", 0.4), ("آ", "ا", 0.3), ("ة$", "ه", 0.15), ("ى$", "ي", 0.12),
    ("ي$", "ى", 0.05), ("عبد ", "عبد", 0.4), ("ؤ", "و", 0.1)),
    "afghan": (("ی", "ي", 0.12), ("ک", "ك", 0.12), ("\u200c", " ", 0.4), ("\u200c", "", 0.5),
    ("ؤ", "و", 0.2)),
    "ethiopic": (("ሀ", "ሃ", 0.3), ("ሃ", "ሐ", 0.1), ("ሐ", "ሀ", 0.2), ("ሰ", "ሠ", 0.08), ("ጸ", "ፀ", 0.3),
    ("ዐ", "አ", 0.3), ("አ", "ኣ", 0.25), (" ", "", 0.2)),
    "ukrainian": (("'", "’", 0.5), ("'", "", 0.1)),
    "greek": (("ϊ", "ι", 0.2),),
    "bengali": (("ি$", "ী", 0.3), ("ু", "ূ", 0.12), ("শ", "স", 0.15), ("স", "ছ", 0.05), ("ো", "", 0.06),
    ("মোহাম্মদ", "মোঃ", 0.3), ("মোহাম্মদ", "মুহাম্মদ", 0.2)),
    "somali": (("aa", "a", 0.15), ("y$", "i", 0.05), ("ow", "aw", 0.3), ("i", "iy", 0.0)),
    "african": (("[éè]", "e", 0.35), ("ï", "i", 0.5), ("ou", "u", 0.06)),
    "latin": (("á", "a", 0.35), ("é", "e", 0.35), ("í", "i", 0.35), ("ó", "o", 0.35), ("ñ", "n", 0.15),
    ("z$", "s", 0.06), ("^V", "B", 0.04), ("^J(?=e)", "G", 0.1)),
}  # fmt: skip
_ACCENTS: Final = str.maketrans("άέήίόύώ", "αεηιουω")


def variant(culture: str, text: str, dice: Dice) -> str:
    """Give *text* as a clerk of the same language may spell it."""
    for own, other, share in _VARIANTS[culture]:
        if dice.chance(share):
            text = re.sub(own, other, text)
    return text.translate(_ACCENTS) if culture == "greek" and dice.chance(0.3) else text
