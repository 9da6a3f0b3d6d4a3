"""The floor: the same bytes and the same cryptography, one transaction a batch, raw HTTP, and no application at all.

It checks the signatures and the sealing, and nothing else; it is an instrument, not a node.
`python -m bench.subjects.floor_node receive PORT FOLDER` and `... send PORT FOLDER`.
"""

import http.client
import http.server
import json
import secrets
import sqlite3
import sys
import time
from binascii import a2b_base64, b2a_base64
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from nacl.signing import SigningKey, VerifyKey

from bench.case import SIZE
from handover.protocol import jwe

RECORD: Final = 6144  # bytes of claims with 60 digests
DISCLOSED: Final = 5600  # bytes of 60 values and salts
TOKEN: Final = 900
ENVELOPE: Final = 1200
PLAINTEXT: Final = 16384
FIELDS: Final = 60
_PARTS: Final = (RECORD, TOKEN, ENVELOPE)
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS kept (id INTEGER PRIMARY KEY, name BLOB UNIQUE, data BLOB, receipt BLOB)"
)
_SEED: Final = b"f" * 32


def database(path: Path) -> sqlite3.Connection:
    """Give a durable SQLite database."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode = wal", "synchronous = FULL", "wal_autocheckpoint = 4000"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(_TABLE)
    return connection


def sealed_item(key: SigningKey, sealing: jwe.SealingKey) -> tuple[dict[str, str], bytes, bytes]:
    """Give one item for the body, its name, and what the sender keeps."""
    for salt in range(FIELDS):  # one digest for each field
        sha256(b"%d" % salt * (SIZE // FIELDS // 2)).digest()
    signed = [bytes(key.sign(secrets.token_bytes(16) * (size // 16))) for size in _PARTS]
    inside = b" ".join((b64(signed[0]), b64(signed[1]), b64(bytes(DISCLOSED))))
    plaintext = inside.ljust(PLAINTEXT)
    payload = jwe.seal(plaintext, public=sealing.public, kid=sealing.kid, context=_SEED)
    name = sha256(signed[2] + sha256(payload).digest() + sha256(plaintext).digest()).digest()
    return {"envelope": b64(signed[2]).decode(), "payload": payload.decode()}, name, payload


def opened_item(item: dict[str, str], key: VerifyKey, sealing: jwe.SealingKey) -> tuple[bytes, bytes]:
    """Give name and plaintext of an item, signatures verified."""
    envelope = a2b_base64(item["envelope"])
    key.verify(envelope)
    payload = item["payload"].encode()
    plaintext = jwe.open_sealed(payload, opener=sealing, context=_SEED)
    for part in plaintext.split()[:2]:
        key.verify(a2b_base64(part))
    for salt in range(FIELDS):
        sha256(b"%d" % salt * (SIZE // FIELDS // 2)).digest()
    return sha256(envelope + sha256(payload).digest() + sha256(plaintext).digest()).digest(), plaintext


def b64(data: bytes) -> bytes:
    """Give base64 on one line."""
    return b2a_base64(data, newline=False)


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes one body, stores it in one transaction, and signs one answer for all of it."""

    protocol_version = "HTTP/1.1"
    kept: sqlite3.Connection
    key = SigningKey(_SEED)
    log = MLDSA44PrivateKey.from_seed_bytes(_SEED)
    sealing = jwe.SealingKey(_SEED)

    def do_POST(self) -> None:
        """Answer with both signatures over all names."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        rows = [opened_item(item, self.key.verify_key, self.sealing) for item in body]
        head = sha256(b"".join(name for name, _ in rows)).digest()
        answer = bytes(self.key.sign(head)) + self.log.sign(head)
        self.kept.execute("BEGIN IMMEDIATE")
        self.kept.executemany("INSERT INTO kept (name, data) VALUES (?, ?)", rows)
        self.kept.execute("COMMIT")
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def receive(port: int, folder: Path) -> None:
    """Serve one sender."""
    Receiver.kept = database(folder / "receiver.db")
    http.server.HTTPServer(("127.0.0.1", port), Receiver).serve_forever()


def send(port: int, folder: Path) -> None:
    """Hand over what standard input asks for, until it ends."""
    kept, connection = database(folder / "sender.db"), http.client.HTTPConnection("127.0.0.1", port)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        order, number = line.split()
        size, left = 64 if order == "batched" else 1, int(number)
        began, wire, latencies = time.monotonic(), 0, []
        while left > 0:
            start, count = time.monotonic(), min(size, left)
            wire += _hand_over(kept, connection, count)
            latencies += [time.monotonic() - start] * count
            left -= count
        seconds = time.monotonic() - began
        done = {"count": int(number), "seconds": seconds, "latencies": latencies, "wire": wire}
        print(json.dumps(done), flush=True)


def _hand_over(kept: sqlite3.Connection, connection: http.client.HTTPConnection, count: int) -> int:
    made = [sealed_item(Receiver.key, Receiver.sealing) for _ in range(count)]
    kept.execute("BEGIN IMMEDIATE")
    kept.executemany("INSERT INTO kept (name, data) VALUES (?, ?)", [each[1:] for each in made])
    kept.execute("COMMIT")
    body = json.dumps([item for item, _, _ in made]).encode()
    connection.request("POST", "/", body)
    answer = connection.getresponse().read()
    head = sha256(b"".join(name for _, name, _ in made)).digest()
    if Receiver.key.verify_key.verify(answer[:96]) != head:
        raise RuntimeError("not the receipt for this batch")
    Receiver.log.public_key().verify(answer[96:], head)
    kept.execute("BEGIN IMMEDIATE")
    kept.executemany("UPDATE kept SET receipt = ? WHERE name = ?", [(answer, name) for _, name, _ in made])
    kept.execute("COMMIT")
    return len(body) + len(answer)


if __name__ == "__main__":
    {"send": send, "receive": receive}[sys.argv[1]](int(sys.argv[2]), Path(sys.argv[3]))
