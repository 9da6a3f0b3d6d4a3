"""Fuzz every reader of foreign bytes, guided by coverage, and print how often each was tried (`python3 dev.py fuzz`).

Each target (tests/fuzz/targets.py) runs in a process of its own, from the examples of the vectors, with a fixed seed.
Ends with 1 if a target raised anything but a refusal; the input that did it is kept in `.fuzz/TARGET`, and is to become
a vector.
"""

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from fuzz.targets import TARGETS, Target  # noqa: E402

KEPT: Final = ROOT / ".fuzz"
_DONE: Final = re.compile(r"^Done (\d+) runs", re.MULTILINE)
_COVERED: Final = re.compile(r"\bcov: (\d+)")


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What became of one target. `covered` counts edges of the product's code."""

    name: str
    executions: int
    covered: int
    seconds: float
    output: str

    @property
    def sound(self) -> bool:
        """Whether it came to its end without a defect."""
        return self.executions > 0


def fuzz(name: str, target: Target, *, executions: int, seed: int) -> Ran:
    """Run one target in a process of its own."""
    kept = KEPT / name
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as corpus:
        for example in target.examples():
            Path(corpus, sha256(example).hexdigest()).write_bytes(example)
        options = [
            f"-runs={executions}",
            f"-seed={seed}",
            f"-max_len={target.longest}",
            f"-artifact_prefix={kept}/",
        ]
        begun = time.monotonic()
        done = subprocess.run(
            [
                sys.executable,
                str(Path(__file__).with_name("one.py")),
                name,
                *options,
                "-rss_limit_mb=4096",
                corpus,
            ],
            env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}"},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    output = done.stdout + done.stderr
    runs = _DONE.search(output) if done.returncode == 0 else None
    covered = _COVERED.findall(output)
    return Ran(
        name=name,
        executions=int(runs[1]) if runs else 0,
        covered=int(covered[-1]) if covered else 0,
        seconds=time.monotonic() - begun,
        output=output,
    )


def main(arguments: list[str]) -> int:
    """Fuzz the targets that are named, or all; give the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help=f"one of {', '.join(TARGETS)}; all by default"
    )
    parser.add_argument(
        "--executions", type=int, default=25_000, help="of each target (default: %(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="another one tries other inputs (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.targets) - set(TARGETS))
    if unknown:
        parser.error(f"no such target: {', '.join(unknown)}")
    if importlib.util.find_spec("atheris") is None:
        print("Not run: there is no atheris for this machine (Linux on x86-64 alone).")
        return 1 if os.environ.get("CI") == "true" else 0
    ran = []
    print(f"{'target':20} {'executions':>12} {'edges':>7} {'seconds':>8}")
    for name in options.targets or TARGETS:
        found = fuzz(name, TARGETS[name], executions=options.executions, seed=options.seed)
        ran.append(found)
        what = f"{found.executions:12,} {found.covered:7} {found.seconds:8.1f}" if found.sound else "  DEFECT"
        print(f"{name:20} {what}", flush=True)
        if not found.sound:
            print(found.output[-4000:])
    failed = [each.name for each in ran if not each.sound]
    print(f"\n{len(ran)} readers, {sum(each.executions for each in ran):,} executions, {len(failed)} defects")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
