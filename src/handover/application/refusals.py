"""What a peer has refused, by the name of the problem that it has told."""

from handover.domain.errors import UntrustedError


class PeerRefusedError(UntrustedError):
    """The peer has refused a request, with a problem of that name; `again`: it may take the same later."""

    name = "peer-refused"
    title = "The other node has refused this."
    advice = "Look up the problem that the detail names; docs/spec/problems.md says what it means."

    def __init__(self, problem: str, *, again: bool) -> None:
        super().__init__("%(problem)s", problem=problem)
        self.problem = problem
        self.again = again
