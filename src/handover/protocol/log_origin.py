"""The origin line of a node's log: each incarnation has a log of its own (docs/spec/log.md, section 4)."""

import re
from dataclasses import dataclass
from typing import Final, Self

from handover.domain.errors import MalformedError
from handover.domain.ids import NodeId
from handover.protocol import note

FIRST: Final = 1
_MOST: Final = 2**31 - 1  # as in envelopes
_FORM: Final = re.compile(r"([^/]+/[^/]+)/log(?:/([1-9][0-9]{0,9}))?")


@dataclass(frozen=True, kw_only=True)
class LogOrigin:
    """Whose log it is, and of which generation of the node's database."""

    node: NodeId
    incarnation: int = FIRST

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return what an origin line names.

        Raises:
            MalformedError: it is not the one spelling of a node's log.
        """
        found = _FORM.fullmatch(text)
        if found is None:
            raise MalformedError("not the log of a node")
        incarnation = FIRST if found[2] is None else int(found[2])
        if found[2] is not None and not FIRST < incarnation <= _MOST:
            raise MalformedError("not the log of a node")
        return cls(node=NodeId(found[1]), incarnation=incarnation)

    @classmethod
    def claimed(cls, checkpoint: bytes) -> Self:
        """Return the log whose checkpoint a note says to be; unverified.

        Raises:
            MalformedError: it is no note of a node's log.
        """
        return cls.parse(note.read(checkpoint).text.partition("\n")[0])

    def __str__(self) -> str:
        """Return the origin line: the first incarnation is not named."""
        return f"{self.node}/log" if self.incarnation == FIRST else f"{self.node}/log/{self.incarnation}"
