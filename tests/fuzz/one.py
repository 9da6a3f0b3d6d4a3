"""Fuzz one target in this process, which libFuzzer ends: `one.py TARGET OPTIONS-OF-LIBFUZZER CORPUS`."""

import sys

import atheris

with atheris.instrument_imports(include=["handover"]):
    from fuzz.targets import TARGETS


def main(arguments: list[str]) -> None:
    """Run until libFuzzer has had its fill; a defect ends the process with its traceback."""
    target = TARGETS[arguments[1]]
    atheris.Setup([arguments[0], *arguments[2:]], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
