"""What a node writes to its log file: an allow-list of fields, one JSON object a line; never a value of a request.

What is not on the list is left out and only its name is noted. Of an exception only the kind and the place in our
code are written, because its text may hold what somebody sent.
"""

import logging
import sys
import threading
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, Final, TextIO, cast

import structlog

FIELDS: Final = frozenset(
    {
        *("event", "level", "timestamp", "dropped"),
        *("method", "route", "status", "milliseconds", "bytes", "request"),
        *("part", "error", "place", "node", "version", "address", "fingerprint", "logger"),
    }
)

EventDict = MutableMapping[str, Any]


def allow(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Leave out every field that is not on the list, and note its name."""
    foreign = sorted(event.keys() - FIELDS)
    kept = {name: value for name, value in event.items() if name in FIELDS}
    return kept | {"dropped": foreign} if foreign else kept


def set_up() -> None:
    """Write log lines to standard error; route the libraries' own logging through the same list."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            allow,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _Lossy(sys.stderr))),
    )
    root = logging.getLogger()
    root.handlers[:] = [_Bridge()]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    threading.excepthook = _of_thread
    sys.unraisablehook = _of_nobody


def _of_thread(lost: threading.ExceptHookArgs) -> None:
    """Write that a thread ended by an error: Python itself would write the error's text."""
    if lost.exc_value is not None:
        fault("thread", lost.exc_value)


def _of_nobody(lost: "sys.UnraisableHookArgs") -> None:
    """Write that an error came where nobody can be told, as when something is thrown away."""
    if lost.exc_value is not None:
        fault("python", lost.exc_value)


class _Lossy:
    """A file whose failing is nobody's concern: a full disk under the log must stop neither answers nor delivery."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Write, if it can be."""
        with suppress(OSError, ValueError):
            self._file.write(text)

    def flush(self) -> None:
        """Flush, if it can be."""
        with suppress(OSError, ValueError):
            self._file.flush()


class _Bridge(logging.Handler):
    """Takes a library's log record: its text without the values put into it, and the kind of its exception.

    A text that came without values may have them in it already, as asyncio's has what a lost task has failed of: it is
    written only if the server has said it, whose own texts are fixed. Of another the place is written that said it.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record."""
        error = record.exc_info[1] if record.exc_info else None
        fields: dict[str, str] = {"logger": record.name}
        if error is not None:
            fields |= {"error": type(error).__name__, "place": place_of(error)}
        text = str(record.msg).strip()
        if not (record.args and text != "%s") and not record.name.startswith("uvicorn"):
            text = "said by a library"
            fields.setdefault("place", f"{record.module}:{record.lineno}")
        structlog.get_logger().log(record.levelno, text, **fields)


def note(event: str, **fields: str) -> None:
    """Write what the process begins or ends."""
    structlog.get_logger().info(event, **fields)


def fault(part: str, error: BaseException, **fields: str) -> None:
    """Write that *part* of the node failed in a way nobody foresaw."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    structlog.get_logger().error("fault", part=part, error=kind, place=place_of(error), **fields)


def place_of(error: BaseException) -> str:
    """Give module and line of the innermost frame of ours that *error* went through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "handover" in frame.filename]
    if not frames:
        return ""
    last = (ours or frames)[-1]
    return f"{last.filename.rpartition('handover/')[2]}:{last.lineno}"
