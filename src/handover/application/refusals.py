"""What a peer has refused, by the name of the problem that it has told."""

from typing import Final

from handover.domain.errors import UnreachableError, UntrustedError

LONGEST: Final = 900  # seconds; a peer that names a longer wait is asked again all the same


class PeerSpentError(UnreachableError):
    """A peer says that this node has had enough for now: no fault of either."""

    name = "peer-spent"
    title = "The other node gives this node no more for now."
    advice = "It is tried again by itself, later. If it goes on, ask the other node's operator."

    def __init__(self, seconds: int = 60) -> None:
        super().__init__()
        self.seconds = max(1, min(LONGEST, seconds))


class PeerRefusedError(UntrustedError):
    """The peer has refused a request, with a problem of that name; `again`: it may take the same later."""

    name = "peer-refused"
    title = "The other node has refused this."
    advice = "Look up the problem that the detail names; docs/spec/problems.md says what it means."

    def __init__(self, problem: str, *, again: bool) -> None:
        super().__init__("%(problem)s", problem=problem)
        self.problem = problem
        self.again = again
