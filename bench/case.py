"""The record that is handed over: every field of guardianship/1 that needs no file, 4 KiB of values in all."""

import json
from pathlib import Path
from typing import Any, Final, cast

from handover.domain.record import Value, from_wire

SIZE: Final = 4096  # bytes of JSON, all values together
_EXAMPLE: Final = Path(__file__).parents[1] / "schemas" / "examples" / "guardianship-1.valid.json"
_FILES: Final = ("identity.photo", "documents.files")  # they would need attachments
_FILLED_UP: Final = "plan.needs"


def wire_values() -> dict[str, Any]:
    """Give the values by path as they stand in JSON: the published example, shortened to `SIZE` bytes."""
    sections = json.loads(_EXAMPLE.read_bytes())
    full = {f"{name}.{field}": value for name, fields in sections.items() for field, value in fields.items()}
    full |= {path: {"absent": "not-applicable"} for path in _FILES}
    longest, values = 400, full
    while size_of(values) > SIZE:
        longest -= 1
        values = {path: _shortened(value, longest) for path, value in full.items()}
    return values | {_FILLED_UP: values[_FILLED_UP] + "." * (SIZE - size_of(values))}


def values() -> dict[str, Value]:
    """Give the values as the domain has them."""
    return {path: from_wire(cast("Value", value)) for path, value in wire_values().items()}


def size_of(values: dict[str, Any]) -> int:
    """Give the bytes of JSON of all values."""
    return sum(
        len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
        for value in values.values()
    )


def _shortened(value: Any, longest: int) -> Any:
    """Give free texts cut to *longest* characters, and one item of each list."""
    if isinstance(value, str):
        return value[:longest].strip() if " " in value else value
    if isinstance(value, list):
        return [_shortened(item, longest) for item in value[:1]]
    if isinstance(value, dict):
        return {name: _shortened(item, longest) for name, item in value.items()}
    return value
