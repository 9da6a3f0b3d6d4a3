"""From the notation of a culture to the letters a city office writes: its own script, or a passport's Latin."""

import re
from collections.abc import Callable
from functools import cache
from typing import Final

_ARABIC: Final = str.maketrans(
    dict(zip("btθjHxdðrzs$SDTZcGfqklmnhwyAIU@Y'", "بتثجحخدذرزسشصضطظعغفقكلمنهويايوةىء", strict=True))
    | dict(zip("pCgvEOea", ["پ", "چ", "گ", "و", "ی", "و", "", ""], strict=True))
    | {"i": "", "u": "", "o": "", "_": " "}
)
_GEEZ: Final = dict(zip("hlHmvr$sqbtCnN'kxwcZyzdjgTXSfp", "ሀለሐመቨረሸሰቀበተቸነኘአከኸወዐዠየዘደጀገጠጨጸፈፐ", strict=True))
_GEEZ_VOWELS: Final = {"e": 0, "u": 1, "i": 2, "a": 3, "E": 4, "o": 6}
_BENGALI: Final = {
    "k": "ক", "kh": "খ", "g": "গ", "gh": "ঘ", "c": "চ", "ch": "ছ", "j": "জ", "jh": "ঝ", "T": "ট", "D": "ড",
    "Dh": "ঢ", "t": "ত",
    "th": "থ", "d": "দ", "dh": "ধ", "n": "ন", "p": "প", "ph": "ফ", "f": "ফ", "b": "ব", "bh": "ভ", "m": "ম",
    "r": "র", "l": "ল",
    "S": "শ", "s": "স", "h": "হ", "y": "য়", "w": "ওয়", "N": "ং",
}  # fmt: skip
_BENGALI_SIGNS: Final = dict(zip("ôaiIuUeO", ["", "া", "ি", "ী", "ু", "ূ", "ে", "ো"], strict=True)) | {"o": "ো"}
_BENGALI_JOINED: Final = frozenset(
    [
        "nd",
        "nt",
        "st",
        "ST",
        "mm",
        "ll",
        "kk",
        "dd",
        "nn",
        "bb",
        "tt",
        "pp",
        "ss",
        "jj",
        "pr",
        "kr",
        "tr",
        "br",
        "ndh",
        "nj",
        "sth",
        "mr",
        "mb",
    ]
)
_BENGALI_VOWELS: Final = dict(zip("ôaiIuUeO", "অআইঈউঊএও", strict=True)) | {"o": "ও"}

_OFFICIAL_ARABIC: Final = str.maketrans(
    dict(zip("θjHx$SDTZcGAIUY@'CyEO", ["th", "j", "h", "kh", "sh", "s", "d", "t", "z", "", "gh", "a", "i",
    "u", "a", "a", "", "ch", "y", "e", "o"], strict=True))
    | {"ð": "dh", "_": " "}
)  # fmt: skip
_OFFICIAL_GEEZ: Final = str.maketrans(
    dict(zip("EH$CNcSTXZ_'", ["e", "h", "sh", "ch", "gn", "", "ts", "t", "ch", "zh", " ", ""], strict=True))
)
_OFFICIAL_BENGALI: Final = str.maketrans(
    dict(zip("ôOISTDcN_", ["a", "o", "i", "sh", "t", "d", "ch", "ng", " "], strict=True)) | {".": ""}
)
_OFFICIAL_SOMALI: Final = (
    ("kh", "K"), ("x", "h"), ("c", ""), ("dh", "d"), ("K", "kh"), ("aa", "a"), ("ee", "e"), ("ii", "i"),
    ("oo", "o"), ("uu", "u"), ("q", "q"),
)  # fmt: skip
_UKRAINIAN: Final = dict(
    zip(
        "абвгґдежзиіїйклмнопрстуфхцчшщюяєь'’",
        ["a", "b", "v", "h", "g", "d", "e", "zh", "z", "y", "i", "i", "i", "k", "l", "m", "n", "o", "p",
        "r", "s", "t", "u", "f",
         "kh", "ts", "ch", "sh", "shch", "iu", "ia", "ie", "", "", ""],
        strict=True,
    )
)  # fmt: skip
_UKRAINIAN_FIRST: Final = {"ї": "yi", "й": "y", "ю": "yu", "я": "ya", "є": "ye"}
_RUSSIAN: Final = _UKRAINIAN | {"г": "g", "и": "i", "ы": "y", "э": "e", "ё": "e", "ъ": ""}
_GREEK_OFFICIAL: Final = (
    ("[άὰ]", "α"), ("[έ]", "ε"), ("[ήί]", "ι"), ("[όώ]", "ο"), ("ύ", "υ"), ("[ϊΐ]", "i"), ("ου", "ou"),
    ("αυ(?=[θκξπσςτφχψ])", "af"),
    ("αυ", "av"), ("ευ(?=[θκξπσςτφχψ])", "ef"), ("ευ", "ev"), ("^μπ", "b"), ("μπ", "mp"), ("γγ", "ng"),
    ("γκ", "gk"), ("γξ", "nx"),
    ("θ", "th"), ("χ", "ch"), ("ψ", "ps"),
)  # fmt: skip
_GREEK: Final = str.maketrans("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo")


def _arabic(text: str) -> str:
    text = text.replace("al-lAh", "al-lh").replace("ul-lAh", "-al-lh").replace("al-raHmAn", "al-raHman")
    words = re.split(r"(?=_)|(?<=-)|(?=al-)", text)
    return "".join(_arabic_word(word) for word in words).replace("-", "")


def _arabic_word(word: str) -> str:
    body = word.lstrip("_")
    lead = "_" * (len(word) - len(body))
    if body == "al-":
        return (lead + "Al").translate(_ARABIC)
    for start, letter in (
        ("a", "أ"),
        ("i", "إ"),
        ("u", "أ"),
        ("A", "آ"),
        ("I", "إي"),
        ("o", "أ"),
        ("e", "إ"),
    ):
        if body.startswith(start):
            return lead.translate(_ARABIC) + letter + _joined(body[1:])
    return lead.translate(_ARABIC) + _joined(body)


def _joined(body: str) -> str:
    body = re.sub(r"(?<=.)[aiu]$", lambda end: {"a": "A", "i": "I", "u": "U"}[end[0]], body)
    body = re.sub(r"'(?=i)|(?<=[iI])'(?=.)", "ئ", body)
    body = re.sub(r"'(?=u)|(?<=u)'(?=.)", "ؤ", body)
    body = re.sub(r"(?<=a)'", "أ", body)
    return re.sub(r"([^aiuAIU])\1", r"\1", body).translate(_ARABIC)


def _afghan(text: str) -> str:
    text = re.sub(r"a(?=$|_)", "@", text)
    return _arabic(text).translate(str.maketrans("يكىأإة", "یکیااه"))


def _ethiopic(text: str) -> str:
    out = []
    for first, consonant, vowel in re.findall(
        r"(^|_)?([a-zA-Z$'])([euiaEo]?)", re.sub(r"(?<![^_euiaEo])(?=[euiaEo])", "'", text)
    ):
        out.append(" " if first == "_" else "")
        order = _GEEZ_VOWELS[vowel] if vowel else 5
        if consonant in "'hHc" and vowel == "a":
            order = 0 if consonant in "'c" else 3
        out.append(chr(ord(_GEEZ[consonant]) + order))
    return "".join(out)


def _bengali(text: str) -> str:
    return " ".join(_bengali_word(word) for word in text.split("_"))


def _bengali_word(word: str) -> str:
    out, before = "", ""
    for consonant, mark, vowel in re.findall(
        r"(?:([kgcjdtpb]h|Dh|[a-zA-Z])(\.?))??([ôaiIuUeOo]|(?=[^ôaiIuUeOo])|$)", word
    ):
        if consonant:
            out += ("্" if before + consonant in _BENGALI_JOINED else "") + _BENGALI[consonant]
            before = "" if vowel or mark else consonant
        if vowel:
            out += _BENGALI_SIGNS[vowel] if consonant else _BENGALI_VOWELS[vowel]
            before = ""
    return out


def _title(text: str) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in text.split(" "))


def _official_arabic(text: str) -> str:
    text = text.replace("al-lAh", "allah").replace("ul-lAh", "ullah").replace("$$", "$")
    text = text.replace("_al-", "_al_").replace("a@", "a")
    text = text.translate(_OFFICIAL_ARABIC)
    return _title("Al-" + _title(text[3:]) if text.startswith("al-") else text)


def _official_greek(text: str) -> str:
    text = text.lower().replace("_", " ")
    for pattern, letters in _GREEK_OFFICIAL:
        text = re.sub(pattern, letters, text)
    return _title(text.translate(_GREEK))


def _official_cyrillic(text: str, letters: dict[str, str]) -> str:
    words = []
    for word in text.lower().replace("зг", "zgh").split("_"):
        first = _UKRAINIAN_FIRST.get(word[:1], letters.get(word[:1], word[:1]))
        words.append(first + "".join(letters.get(each, each) for each in word[1:]))
    return _title(" ".join(words))


def _official_somali(text: str) -> str:
    text = text.lower().replace("_", " ")
    for own, letters in _OFFICIAL_SOMALI:
        text = text.replace(own, letters)
    return _title(text)


def _plain(text: str) -> str:
    return text.partition("/")[0].replace("_", " ")


_NATIVE: Final[dict[str, Callable[[str], str]]] = {
    "arabic": _arabic, "afghan": _afghan, "ethiopic": _ethiopic, "bengali": _bengali,
}  # fmt: skip
_OFFICIAL: Final[dict[str, Callable[[str], str]]] = {
    "arabic": _official_arabic,
    "afghan": _official_arabic,
    "ethiopic": lambda text: _title(text.translate(_OFFICIAL_GEEZ)),
    "ukrainian": lambda text: _official_cyrillic(text, _UKRAINIAN),
    "russian": lambda text: _official_cyrillic(text, _RUSSIAN),
    "somali": _official_somali,
    "bengali": lambda text: _title(text.replace("ph", "f").translate(_OFFICIAL_BENGALI)),
    "greek": _official_greek,
}


@cache
def native(culture: str, name: str) -> str:
    """Give *name*, written in the notation of *culture*, in that culture's own script."""
    notation, _, given = name.partition("=")
    return given or _NATIVE.get(culture, _plain)(notation)


@cache
def official(culture: str, name: str) -> str:
    """Give *name* as a passport of its country writes it in Latin letters."""
    return _OFFICIAL.get(culture, _plain)(name.partition("=")[0])
