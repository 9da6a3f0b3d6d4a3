"""How an officer writes down sounds: eight Latin habits, and Greek, Arabic and Russian letters.

For each sound the possible spellings,
the likelier ones said more often; "·" writes nothing. A key with "+" holds before
e and i, one with "-" at the beginning of a word, one with "s" between vowels.
"""

from functools import cache
from typing import Final

from handover.evaluation.dice import Dice
from handover.evaluation.sounds import FRONT, VOWELS

Spellings = dict[str, str]
_ANY: Final[Spellings] = {
    **{each: each for each in "aeioupbtdkgfvszmnrl "},
    "ä": "e e a", "ə": "e", "ɨ": "y", "ɔ": "o a a", "ā": "a", "ī": "i", "ū": "u", "ē": "e", "ō": "o",
    "q": "k k q", "w": "w", "x": "kh", "ɣ": "gh gh g", "h": "h", "ħ": "h", "ʕ": "· · · a", "ʔ": "·",
    "ṭ": "t", "ḍ": "d",
    "ṣ": "s", "ẓ": "z", "θ": "th", "ð": "d th", "ɲ": "ny", "j": "y", "ʃ": "sh", "ʒ": "zh", "č": "ch",
    "ǰ": "j", "ʦ": "ts",
    "ʰ": "· · h",
}  # fmt: skip
_OWN: Final[dict[str, Spellings]] = {
    "english": {"ī": "ee i i", "ū": "oo u u", "ʒ": "zh j", "θ": "th th t", "x": "kh kh h k", "ɨ": "y i",
    "ā": "a a a aa", "k": "k k k c"},
    "french": {
        "u": "ou", "ū": "ou", "w": "ou w", "ʃ": "ch", "č": "tch", "ǰ": "dj", "ʒ": "j", "x": "kh k",
        "h": "h h ·", "ħ": "h h ·",
        "j": "y i", "g+": "gu", "k": "k c", "k+": "k qu", "ɲ": "gn", "ss": "ss", "e": "e e é",
        "θ": "t s th", "ð": "d z", "ɨ": "i y",
        "ɣ": "gh r",
    },
    "german": {
        "ʃ": "sch", "č": "tsch", "ǰ": "dsch j", "ʒ": "sch j", "x": "ch", "z": "s", "v": "w", "w": "w u",
        "j": "j", "ʦ": "z", "ss": "ss s",
        "θ": "t th s", "ð": "d s", "ɣ": "g r gh", "ɲ": "nj", "ī": "i i ie", "ē": "e eh", "ɨ": "y i",
    },
    "spanish": {
        "h": "j h", "ħ": "j h", "x": "j", "ʃ": "sh ch s", "č": "ch", "ǰ": "y ll", "ʒ": "y", "z": "s z",
        "w": "u gu hu", "v": "v b",
        "j": "y i", "k": "c k", "k+": "qu k", "g+": "gu", "θ": "z t", "ð": "d", "ɲ": "ñ", "ʦ": "ts s",
        "q": "k c", "q+": "qu k",
        "ɣ": "g", "ɨ": "i",
    },
    "italian": {
        "k": "c k", "k+": "ch", "q": "c k", "q+": "ch", "g+": "gh", "ʃ": "sci sh", "ʃ+": "sc sh",
        "č": "ci", "č+": "c", "ǰ": "gi", "ǰ+": "g",
        "j": "i", "w": "u", "x": "c kh", "x+": "ch", "h": "h h ·", "ħ": "h ·", "ʒ": "gi", "z": "s z",
        "θ": "t", "ð": "d", "ɲ": "gn", "ʦ": "z",
        "ɣ": "g", "ɨ": "i",
    },
    "turkish": {
        "ʃ": "ş ş s", "č": "ç ç c", "ǰ": "c", "ʒ": "j", "x": "h", "ɣ": "ğ g", "w": "v", "v": "v", "j": "y",
        "θ": "s t", "ð": "z d", "q": "k",
        "ɨ": "ı i", "a": "a a a e", "u": "u u ü", "ä": "e",
    },
    "polish": {
        "ʃ": "sz", "č": "cz", "ǰ": "dż dz", "ʒ": "ż z", "x": "ch", "h": "h h ch", "w": "ł w", "v": "w",
        "j": "j", "ɲ": "ń n", "ɣ": "g",
        "q": "k", "θ": "t s", "ð": "d z", "ʦ": "c",
    },
    "nordic": {
        "ʃ": "sj sh", "č": "tj tsj", "ǰ": "dj j", "ʒ": "sj", "x": "kh k", "w": "v", "z": "s", "j": "j",
        "u": "u u o", "q": "k", "θ": "t", "ð": "d",
        "ɲ": "nj", "ē": "e ä", "ō": "o å", "ɣ": "g",
    },
}  # fmt: skip
_SOUNDS: Final = "aeiouäəɨɔāīūēōpbtdkgfvszmnrlqwxɣhħʕṭḍṣẓθðɲjʃʒčǰʦʰ"


def _letters(spellings: str) -> Spellings:
    return dict(zip(_SOUNDS, spellings.split(" "), strict=True))


_GREEK: Final[Spellings] = (
    _ANY
    | _letters(
        "α ε ι ο ου ε ε ι ο α ι ου ε ο π μπ τ ντ κ γκ φ β σ ζ μ "
        "ν ρ λ κ ου χ γ χ χ · τ ντ σ ζ θ δ νι γι σ ζ τσ τζ τσ ·"
    )
    | {"i": "ι ι ι η", "ī": "ι η", "o": "ο ο ω", "j": "γι ι"}
)
_RUSSIAN: Final[Spellings] = (
    _ANY
    | _letters(
        "а е и о у е е ы о а и у е о п б т д к г ф в с з м н р л к в х г х х · т д с з т з нь й ш ж ч дж ц ·"
    )
    | {"e-": "э е", "h": "х х г", "w": "в у", "θ": "т с", "ð": "д з"}
)
_ARABIC: Final[Spellings] = _ANY | _letters(
    "ا ي ي و و · · ي · ا ي و ي و ب ب ت د ك غ ف ف س ز م "
    "ن ر ل ق و خ غ ه ح ع ط ض ص ظ ث ذ ني ي ش ج تش ج تس ·"
) | {
    "a": "ا ا ·", "e": "ي ي ·", "i": "ي ي ·", "o": "و و ·", "g": "غ ج ك ق", "a-": "أ", "e-": "إ إي",
    "i-": "إ إي", "o-": "أو", "u-": "أو",
    "ä-": "أ", "ā-": "آ", "h": "ه ح", "v": "ف ف و",
}  # fmt: skip

LATIN: Final = tuple(_OWN)
OTHER: Final = ("greek letters", "arabic letters", "russian letters")
_TABLES: Final[dict[str, Spellings]] = {name: _ANY | own for name, own in _OWN.items()} | dict(
    zip(OTHER, (_GREEK, _ARABIC, _RUSSIAN), strict=True)
)


@cache
def _choices(habit: str, sound: str, place: str) -> tuple[str, ...]:
    table = _TABLES[habit]
    written = table.get(sound + place, table[sound])
    return tuple(written.replace("·", "").split(" ") if written != " " else [" "])


def _place(sounds: str, at: int) -> str:
    before = sounds[at - 1] if at else " "
    after = sounds[at + 1] if at + 1 < len(sounds) else " "
    if before == " ":
        return "-" if sounds[at] in VOWELS else "+" if after in FRONT else ""
    if sounds[at] == "s" and before in VOWELS and after in VOWELS:
        return "s"
    return "+" if after in FRONT else ""


def written(sounds: str, habit: str, dice: Dice) -> str:
    """Write *sounds* as somebody of that habit does."""
    out = []
    for at, sound in enumerate(sounds):
        choices = _choices(habit, sound, _place(sounds, at))
        out.append(choices[0] if len(choices) == 1 else dice.pick(choices))
    text = "".join(out)
    if habit == "greek letters":
        text = " ".join(word[:-1] + "ς" if word.endswith("σ") else word for word in text.split(" "))
    if habit == "russian letters":
        text = text.replace("йа", "я").replace("йу", "ю").replace("йо", "ё").replace("йе", "е")
    return " ".join(word[:1].upper() + word[1:] for word in text.split(" "))
