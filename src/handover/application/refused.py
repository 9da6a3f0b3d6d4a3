"""What was refused lately: the same bytes are one entry of the log and one alarm, however often they are sent.

Whoever has caught one signed envelope can send it again for ever; without this each time would be an entry, and an
alarm that a person has seen would be raised again.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from handover.domain.ids import Digest

MOST: Final = 10_000  # digests that are remembered; a process that begins anew remembers none


class RefusedLately:
    """Remembers the digests of refused envelopes, the newest of them."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._found: OrderedDict[Digest, None] = OrderedDict()

    def __contains__(self, digest: Digest) -> bool:
        return digest in self._found

    def note(self, digests: Iterable[Digest]) -> None:
        """Remember what was refused in a transaction that is committed."""
        for digest in digests:
            self._found[digest] = None
            if len(self._found) > self._most:
                self._found.popitem(last=False)
