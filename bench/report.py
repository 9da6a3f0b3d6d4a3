"""Results as JSON, as a Markdown table and as a chart of bars."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from bench.meter import Row

RESULTS: Final = Path(__file__).parent / "results"
_ROW_HEIGHT, _LEFT, _WIDTH = 26, 210, 420


Units = Mapping[str, float]
"""What all are compared with: name, and CPU milliseconds per handover."""


def table(rows: Sequence[Row], units: Units) -> str:
    """Give the Markdown table, with each row's share of each of *units*."""
    heads = "".join(f" of {name} |" for name in units)
    lines = [
        f"| subject | mode | CPU ms per handover |{heads} per second | p50 ms | p99 ms | wire KiB |",
        f"|---|---|---:|{'---:|' * len(units)}---:|---:|---:|---:|",
    ]
    for row in rows:
        shares = "".join(f" {row.cpu_ms / unit:.2f} |" for unit in units.values())
        lines.append(
            f"| {row.subject} | {row.mode} | {row.cpu_ms:.2f} |{shares} {row.rate:.0f} "
            f"| {row.latency_ms(0.5):.0f} | {row.latency_ms(0.99):.0f} | {row.wire / 1024:.1f} |"
        )
    return "\n".join(lines)


def facts(rows: Sequence[Row], more: dict[str, Any]) -> dict[str, Any]:
    """Give everything as one document."""
    return {
        **more,
        "rows": [
            {
                "subject": row.subject,
                "mode": row.mode,
                "cpu_ms": round(row.cpu_ms, 3),
                "per_second": round(row.rate, 1),
                "p50_ms": round(row.latency_ms(0.5), 2),
                "p99_ms": round(row.latency_ms(0.99), 2),
                "wire_bytes": round(row.wire),
                "rounds": [
                    {"count": each.count, "seconds": round(each.seconds, 4), "cpu": round(each.cpu, 3)}
                    for each in row.rounds
                ],
            }
            for row in rows
        ],
    }


def chart(rows: Sequence[Row]) -> str:
    """Give an SVG chart: CPU milliseconds per handover, on a logarithmic scale."""
    top = max(row.cpu_ms for row in rows) * 1.5
    low = min(row.cpu_ms for row in rows) / 2
    height = _ROW_HEIGHT * len(rows) + 50
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + 90}" height="{height}" '
        'font-family="sans-serif" font-size="13">',
        '<text x="10" y="22" font-weight="bold">CPU milliseconds per handover, both nodes (logarithmic)</text>',
    ]
    for number, row in enumerate(rows):
        y = 40 + number * _ROW_HEIGHT
        length = _WIDTH * math.log(row.cpu_ms / low) / math.log(top / low)
        colour = "#1d70b8" if row.subject.startswith("handover") else "#b1b4b6"
        parts.append(f'<text x="10" y="{y + 14}">{escape(row.subject)}, {escape(row.mode)}</text>')
        parts.append(f'<rect x="{_LEFT}" y="{y}" width="{length:.0f}" height="18" fill="{colour}"/>')
        parts.append(f'<text x="{_LEFT + length + 6:.0f}" y="{y + 14}">{row.cpu_ms:.2f}</text>')
    return "\n".join([*parts, "</svg>", ""])


def write(name: str, rows: Sequence[Row], units: Units, more: dict[str, Any]) -> None:
    """Write the three files of one run."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(facts(rows, more), indent=1) + "\n")
    (RESULTS / f"{name}.md").write_text(table(rows, units) + "\n")
    (RESULTS / f"{name}.svg").write_text(chart(rows))


def compared(old: Path, rows: Sequence[Row], unit: float) -> str:
    """Say how the shares of the naive node's CPU have changed since *old* was written."""
    before = json.loads(old.read_text())
    was = before["naive_cpu_ms"]
    shares = {(row["subject"], row["mode"]): row["cpu_ms"] / was for row in before["rows"]}
    lines = []
    for row in rows:
        share = shares.get((row.subject, row.mode))
        if share:
            lines.append(f"{row.subject}, {row.mode}: {share:.3f} -> {row.cpu_ms / unit:.3f} of naive")
    return "\n".join(lines)
