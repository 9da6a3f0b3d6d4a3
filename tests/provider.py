"""A real identity provider, a process of its own, with made-up people in groups."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

GROUPS = {
    "case-staff": ["caseworker"],
    "liaison-officers": ["liaison", "caseworker"],
    "inspectors": ["auditor"],
}
_RUNNING = re.compile(r"running on http://\S+:(\d+)")
PEOPLE: dict[str, dict[str, Any]] = {
    "eleni": {"name": "Eleni P.", "groups": ["case-staff", "canteen"]},
    "nikos": {"name": "Nikos K.", "groups": ["liaison-officers"]},
    "inspector": {"name": "Ira I.", "groups": "inspectors"},
    "cook": {"name": "Kostas C.", "groups": ["canteen"]},
    "nobody": {"name": "No Groups"},
}


@contextmanager
def running() -> Iterator[str]:
    """Give the provider's address while it runs."""
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", "0"]
    for sub, claims in PEOPLE.items():
        command += ["--user-claims", json.dumps({"sub": sub, **claims})]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}  # it imports a part of a library that goes away
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        said = next(found for line in process.stderr if (found := _RUNNING.search(line)))
        drain = threading.Thread(target=process.stderr.read)
        drain.start()
        yield f"http://localhost:{said[1]}"
        process.terminate()
        drain.join()
