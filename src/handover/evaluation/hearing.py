"""What an ear makes of the sounds of a language it does not speak."""

from typing import Final

from handover.evaluation.dice import Dice
from handover.evaluation.sounds import VOWELS

_OTHERS: Final[dict[str, tuple[tuple[str, float], ...]]] = {
    "a": (("e", 0.09), ("o", 0.01)), "e": (("i", 0.07), ("a", 0.05)), "i": (("e", 0.12),),
    "o": (("u", 0.08), ("a", 0.03)),
    "u": (("o", 0.15),), "ä": (("a", 0.2),), "ā": (("e", 0.03), ("o", 0.01)), "ī": (("e", 0.05),),
    "ū": (("o", 0.08),), "ē": (("i", 0.12), ("aj", 0.06)),
    "ō": (("u", 0.12), ("aw", 0.05)), "ɔ": (("a", 0.25),), "ɨ": (("i", 0.5),), "q": (("g", 0.12),),
    "ǰ": (("ʒ", 0.12), ("g", 0.03)), "ʒ": (("ǰ", 0.2),),
    "p": (("b", 0.04),), "b": (("p", 0.02), ("v", 0.03)), "d": (("t", 0.03),), "t": (("d", 0.02),),
    "g": (("k", 0.03),), "k": (("g", 0.02),),
    "v": (("b", 0.05), ("f", 0.03)), "f": (("v", 0.01),), "z": (("s", 0.06),), "s": (("z", 0.01),),
    "ʃ": (("s", 0.05),), "č": (("ʃ", 0.06), ("ʦ", 0.02)),
    "h": (("", 0.07),), "ħ": (("", 0.06), ("x", 0.04)), "ʕ": (("", 0.7),), "r": (("l", 0.008),),
    "l": (("r", 0.006),), "n": (("m", 0.01),),
    "m": (("n", 0.012),), "w": (("v", 0.06), ("u", 0.05)), "x": (("h", 0.12), ("k", 0.08)),
    "ɣ": (("g", 0.2), ("r", 0.03)), "θ": (("t", 0.2), ("s", 0.15)),
    "ð": (("d", 0.2), ("z", 0.2)), "ʦ": (("s", 0.08),), "j": (("i", 0.08),), "ɲ": (("n", 0.2),),
    "ḍ": (("d", 0.9), ("z", 0.08)), "ẓ": (("z", 0.8), ("d", 0.1)),
}  # fmt: skip
_ENDS: Final[dict[str, float]] = {
    "h": 0.5,
    "ħ": 0.25,
    "a": 0.02,
    "o": 0.02,
    "i": 0.015,
    "d": 0.02,
    "t": 0.03,
    "n": 0.015,
    "k": 0.015,
    "r": 0.01,
}


def misheard(sounds: str, slur: float, dice: Dice) -> str:
    """Give what is heard of *sounds*; a *slur* of 0 hears all, one of 1 is a hurried stranger at a border."""
    out: list[str] = []
    for at, sound in enumerate(sounds):
        if at and sound == sounds[at - 1] and sound not in VOWELS and dice.chance(0.45):
            continue  # one hears no doubled consonant
        draw = dice.draw()
        if sound in VOWELS and 0 < at < len(sounds) - 1 and draw > 1 - 0.02 * slur:
            continue
        for other, share in _OTHERS.get(sound, ()):
            draw -= share * slur
            if draw < 0:
                sound = other  # the loop goes on with the next sound
                break
        out.append(sound)
        if sound not in VOWELS and _cluster(sounds, at) and dice.chance(0.06 * slur):
            out.append(dice.pick("iea"))
    if sounds[-1:] in _ENDS and len(out) > 2 and dice.chance(_ENDS[sounds[-1]] * slur):
        out.pop()
    return "".join(out)


def _cluster(sounds: str, at: int) -> bool:
    after = sounds[at + 1 : at + 2]
    return (
        bool(after)
        and after not in VOWELS
        and after not in " jʰ"
        and after != sounds[at]
        and sounds[at] != " "
    )
