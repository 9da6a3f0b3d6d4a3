"""What a bundle shows beside an act that discloses."""

from dataclasses import dataclass

from handover.application.verifier_report import Cover
from handover.protocol.consent import ConsentToken


@dataclass(kw_only=True)
class Shown:
    """What a bundle shows beside an offer or a deed: the fields by name, and the ground if it is there and holds."""

    fields: tuple[str, ...] = ()
    token: ConsentToken | None = None

    @property
    def cover(self) -> Cover | None:
        """The ground as the report has it."""
        if self.token is None:
            return None
        ground = self.token.ground
        return Cover(
            basis=ground.basis.value,
            valid_from=ground.valid_from,
            valid_until=ground.valid_until,
            onward=ground.onward.value,
        )
