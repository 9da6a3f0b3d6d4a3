"""Writes the published JSON Schemas anew: `python tests/published_schemas.py`. A test compares them."""

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "src")]

from handover.protocol import part_schemas, schema  # noqa: E402

FOLDER: Final = ROOT / "schemas"


def main() -> None:
    """Write every schema whose file is not what the code makes."""
    for name, content in (*schema.documents().items(), *part_schemas.documents().items()):
        path = FOLDER / name
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
            print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
