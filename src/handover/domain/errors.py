"""Every deliberate error, of four kinds; `name` is the stable end of the type (docs/spec/problems.md).

No message may hold a personal value: it is what the other side reads and what the log keeps.
"""

from typing import ClassVar

from handover.domain.sentences import Part, Sentence


class HandoverError(Exception):
    """Something was refused on purpose.

    `name` is stable; `title` is what happened, `advice` what a person should do, `retry` whether the same
    request can succeed later without being changed.
    """

    name: ClassVar[str] = "error"
    title: ClassVar[str] = "The request could not be carried out."
    advice: ClassVar[str] = "Tell the operator of this node."
    retry: ClassVar[bool] = False

    def __init__(self, detail: str | None = None, /, **values: Part) -> None:
        """Take a *detail* with *values* in its places `%(name)s`."""
        said = Sentence(detail or self.title, values)
        super().__init__(str(said))
        self.detail = None if detail is None else str(said)
        self.sentence = said


class RefusedError(HandoverError):
    """A rule of ours forbids it."""

    name = "refused"
    title = "A rule forbids this."
    advice = "Read the detail; nothing was changed."


class OutOfOrderError(RefusedError):
    """The state in which the handover is does not admit this step."""

    name = "out-of-order"
    title = "The handover is not in a state that allows this step."
    advice = "Load the handover again and look at what can be done now."


class UntrustedError(HandoverError):
    """Bytes from outside are not what they claim to be. To a stranger all of these look alike."""

    name = "untrusted"
    title = "The input was refused."
    advice = "Check the sender's software; nothing was stored."


class MalformedError(UntrustedError):
    """The bytes do not have the one accepted shape."""

    name = "malformed"
    title = "The input is malformed."
    advice = "Send exactly the shape that the specification describes."


class NotFoundError(HandoverError):
    """There is nothing of that name for the one who asks."""

    name = "not-found"
    title = "There is nothing here by that name."
    advice = "Check the identifier, and that your role may see it."


class UnreachableError(HandoverError):
    """Something outside does not answer now."""

    name = "unreachable"
    title = "Something needed for this cannot be reached now."
    advice = "Nothing is lost; it is tried again by itself."
    retry = True
