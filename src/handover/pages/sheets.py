"""Pieces of which papers are made: texts in the reader's language, references that are never turned round."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from handover.application.paper import Code, Facts, Paper, Part, Run
from handover.domain.ids import Digest
from handover.pages import languages
from handover.pages.navigation import N_
from handover.pages.view import isolated

Say = Callable[[str], str]
Row = tuple[str, Sequence[Run]]
MISSING: Final = N_(
    "This paper has letters for which there is no type here. The number of each in Unicode stands in its place."
)
PRINTED: Final = N_("Printed by %(node)s on %(time)s")
_CODE: Final = N_("Square code with the fingerprint that stands beside it")
_COMPARE: Final = N_("Compare this fingerprint, letter by letter, with the one that the other side has.")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The frame of every paper: its language, and who prints it when. `node` is empty where no node does."""

    language: str
    node: str
    now: int

    def say(self, text: str) -> str:
        """Give *text*, a message in English, in the language of the paper."""
        return languages.catalogue(self.language).gettext(text)

    def time(self, at: int) -> Run:
        """Give a time in words."""
        return Run(text=languages.time(at, self.language))

    def paper(self, title: str, parts: Sequence[Part], *, large: bool = False) -> Paper:
        """Give the whole paper."""
        time = languages.time(self.now, self.language)
        return Paper(
            language=self.language,
            direction=languages.direction(self.language),
            title=title,
            author=self.node or "Handover",
            foot=self.say(PRINTED) % {"node": isolated(self.node), "time": time} if self.node else time,
            parts=parts,
            missing=self.say(MISSING),
            large=large,
        )

    def facts(self, rows: Sequence[Row]) -> Facts:
        """Give terms with their values; what has no value is left out."""
        return Facts(head=(self.say("What"), self.say("Value")), rows=[row for row in rows if row[1]])

    def code(self, digest: Digest) -> Code:
        """Give a digest as a square code and in letters: it can be compared by telephone, by machine and by eye."""
        return Code(
            content=f"handover:sha-256:{digest}",
            alternative=self.say(_CODE),
            runs=[Run(text=digest, fixed=True), Run(text=self.say(_COMPARE))],
        )


def fixed(value: object) -> Run:
    """Give a reference that is never turned round."""
    return Run(text=str(value), fixed=True)


def runs(*texts: object) -> list[Run]:
    """Give those of *texts* that say something."""
    return [Run(text=str(each)) for each in texts if each]
