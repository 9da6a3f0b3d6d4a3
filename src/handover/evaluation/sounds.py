"""From the notation of a culture to its sounds: one character a sound, long vowels with a macron, spaces between words.

Only what an ear can hear is kept apart; the letters that write it are in `letters` and `habits`.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

FRONT: Final = frozenset("eiäēīɨ")
VOWELS: Final = frozenset("aeiouäəɨɔāēīōū")

_ARABIC: Final = str.maketrans(
    dict(zip("jHx$SDTZcGyAIUYEO@'C", "ǰħxʃṣḍṭẓʕɣjāīūāēōaʔč", strict=True)) | {"-": "", "_": " "}
)
_PERSIAN: Final = str.maketrans(
    dict(zip("θðħṣḍṭẓʕ", "szhsztzʔ", strict=True))
)  # what Dari hears of the letters of Arabic
_ETHIOPIC: Final = str.maketrans(dict(zip("eEH$CNcyjSTXZ_", "äeħʃčɲʕjǰʦṭčʒ ", strict=True)))
_BENGALI: Final = str.maketrans(dict(zip("ôOIUSTDcjy_", "ɔoiuʃtdčǰj ", strict=True)) | {".": "", "N": "ng"})

Rules = Sequence[tuple[str, str]]
_FRONT_LATIN: Final = "(?=[eiéèêíy])"
_SPANISH: Final = (
    ("sh", "ʃ"), ("jh", "ǰ"), ("ch", "č"), ("h", ""), ("ll", "Y"), ("ñ", "ɲ"), ("qu", "k"), ("gü", "gw"),
    (f"gu{_FRONT_LATIN}", "g"),
    (f"g{_FRONT_LATIN}", "H"), ("j", "H"), (f"c{_FRONT_LATIN}", "s"), ("c", "k"), ("z", "s"), ("v", "b"),
    ("y$", "i"), ("y", "Y"),
    ("^x", "H"), ("x", "ks"), ("rr", "r"), ("[áà]", "a"), ("é", "e"), ("í", "i"), ("ó", "o"),
    ("[úü]", "u"), ("Y", "j"), ("H", "h"),
)  # fmt: skip
_FRENCH: Final = (
    ("aye$", "aj"), ("tch", "č"), ("tsh", "č"), ("ch", "ʃ"), ("gn", "ɲ"), ("^di(?=[aeéo])", "ǰ"),
    ("dj", "ǰ"), ("ts", "ʦ"), ("th", "t"), ("ph", "f"),
    ("aï", "ai"), ("ou(?=[aeéi])", "w"), ("ou", "u"), ("eau", "o"), ("au", "o"), ("ay", "ai"), ("ai", "e"),
    (f"gu{_FRONT_LATIN}", "g"), (f"c{_FRONT_LATIN}", "s"), ("ç", "s"), ("qu", "k"), ("c", "k"),
    ("(?<=[^aeiouéèêrl])e$", ""),
    ("[éèê]", "e"), ("ï", "i"), ("ô", "o"), ("h$", ""), ("x", "ks"), ("j", "ʒ"), ("y(?=[aeou])", "j"),
    ("y", "i"),
)  # fmt: skip
_SOMALI: Final = (
    ("sh", "ʃ"), ("kh", "K"), ("dh", "d"), ("x", "ħ"), ("c", "ʕ"), ("K", "x"), ("y", "j"),
    ("aa", "ā"), ("ee", "ē"), ("ii", "ī"), ("oo", "ō"), ("uu", "ū"),
)  # fmt: skip
_GREEK: Final = (
    ("[άὰ]", "α"), ("[έ]", "ε"), ("[ήί]", "ι"), ("[όώ]", "ο"), ("ύ", "υ"), ("αϊ", "aι"), ("[ϊΐ]", "i"),
    ("ου", "u"), ("αι", "e"),
    ("[εοη]ι", "i"), ("υι", "i"), ("αυ(?=[θκξπσςτφχψ])", "af"), ("αυ", "av"), ("ευ(?=[θκξπσςτφχψ])", "ef"),
    ("ευ", "ev"),
    ("^μπ", "b"), ("μπ", "b"), ("^ντ", "d"), ("ντ", "nd"), ("γκ", "g"), ("γγ", "ng"), ("τσ", "ʦ"),
    ("τζ", "ǰ"),
    ("γι(?=[αο])", "j"), ("γ(?=[ειηυi])", "j"), ("γ", "ɣ"), ("ξ", "ks"), ("ψ", "ps"),
)  # fmt: skip
_GREEK_LETTERS: Final = str.maketrans("αβδεζηθικλμνοπρσςτυφχω", "avðeziθiklmnoprsstifxo")
_CYRILLIC: Final = (
    ("щ", "ʃč"), ("ьо", "jo"), ("ї", "ji"), ("є", "je"), ("ю", "ju"), ("я", "ja"), ("ё", "jo"),
    ("[ьъ'’]", ""),
)  # fmt: skip
_UKRAINIAN_LETTERS: Final = str.maketrans("абвгґдежзиійклмнопрстуфхцчш", "abvhgdeʒzɨijklmnoprstufxʦčʃ")
_RUSSIAN_LETTERS: Final = str.maketrans("абвгґдежзиійклмнопрстуфхцчшыэ", "abvggdeʒziijklmnoprstufxʦčʃɨe")


def _with(text: str, rules: Rules) -> str:
    for pattern, sound in rules:
        text = re.sub(pattern, sound, text)
    return text


def _arabic(text: str) -> str:
    text = text.replace("al-lAh", "allAh").replace("a@", "@")
    return re.sub(r"al-", "al", text).translate(_ARABIC).replace("ʔ", "", int(text.startswith("'")))


def _persian(text: str) -> str:
    return _arabic(text).translate(_PERSIAN)


def _somali(text: str) -> str:
    return _with(text.lower().replace("_", " ").replace("j", "ǰ"), _SOMALI)


def _spanish(text: str) -> str:
    return " ".join(_with(word, _SPANISH) for word in text.lower().replace("_", " ").split())


def _african(text: str) -> str:
    spelled, _, heard = text.partition("/")
    return heard or " ".join(_with(word, _FRENCH) for word in spelled.lower().replace("-", " ").split())


def _greek(text: str) -> str:
    return _with(text.lower().replace("_", " "), _GREEK).translate(_GREEK_LETTERS)


def _ukrainian(text: str) -> str:
    return _with(text.lower().replace("_", " "), _CYRILLIC).translate(_UKRAINIAN_LETTERS)


def _russian(text: str) -> str:
    return _with(re.sub("^е", "je", text.lower().replace("_", " ")), _CYRILLIC).translate(_RUSSIAN_LETTERS)


def _bengali(text: str) -> str:
    return re.sub(r"(?<=[kgčǰtdb])h", "ʰ", text.replace("ph", "f").translate(_BENGALI))


_HEARD: Final[dict[str, Callable[[str], str]]] = {
    "arabic": _arabic,
    "afghan": _persian,
    "ethiopic": lambda text: text.translate(_ETHIOPIC),
    "ukrainian": _ukrainian,
    "russian": _russian,
    "somali": _somali,
    "african": _african,
    "latin": _spanish,
    "bengali": _bengali,
    "greek": _greek,
}


@cache
def heard(culture: str, name: str) -> str:
    """Give the sounds of *name*, written in the notation of *culture*."""
    if culture != "african":
        name = name.partition("=")[0]
    return _HEARD[culture](name)
