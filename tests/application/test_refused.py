"""What was refused lately is remembered, the newest of it."""

from handover.application.refused import RefusedLately
from handover.protocol import strict


def test_the_newest_digests_are_remembered() -> None:
    lately = RefusedLately(most=2)
    first, second, third = (strict.digest(bytes([number])) for number in range(3))
    lately.note([first, second])
    assert first in lately
    lately.note([third])
    assert first not in lately
    assert second in lately
    assert third in lately
