"""The node one would otherwise write: FastAPI, pydantic, JWS in JWE by joserfc, an ORM commit for each step, httpx.

It keeps what any such node must keep: the sealed message and the record, durably, before it answers with a signed
receipt. `python -m bench.subjects.naive_node serve FOLDER PORT` receives; `... send FOLDER PORT` hands over, told by
lines on standard input.
"""

import asyncio
import json
import sys
import time
import uuid
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import httpx2
import uvicorn
from fastapi import FastAPI
from joserfc import jwe, jws
from joserfc.jwk import OKPKey
from pydantic import BaseModel
from sqlalchemy import Engine, LargeBinary, String, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from bench import case as cases

IN_FLIGHT: Final = 16
_SIGNING: Final = ["Ed25519"]
_SEALING: Final = ["ECDH-ES+A256KW", "A256GCM"]


class Base(DeclarativeBase):
    """All tables."""


class Sent(Base):
    """What was sent, and its receipt."""

    __tablename__ = "sent"
    id: Mapped[str] = mapped_column(String, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    receipt: Mapped[str | None] = mapped_column(String)


class Got(Base):
    """What came, opened, and the receipt that was given."""

    __tablename__ = "got"
    id: Mapped[str] = mapped_column(String, primary_key=True)
    message: Mapped[bytes] = mapped_column(LargeBinary)
    record: Mapped[str] = mapped_column(String)
    receipt: Mapped[str] = mapped_column(String)


class Message(BaseModel):
    """The body of a request."""

    message: str


class Offer(BaseModel):
    """What is inside."""

    id: str
    sender: str
    recipient: str
    time: int
    record: dict[str, Any]


class Keys:
    """Both nodes' keys; a measurement may hold them in one place."""

    def __init__(self, folder: Path) -> None:
        kept = json.loads((folder / "keys.json").read_text())
        self.sender, self.receiver, self.sealing = (OKPKey.import_key(kept[name]) for name in _KEYS)


_KEYS: Final = ("sender", "receiver", "sealing")


def make_keys(folder: Path) -> None:
    """Write fresh keys."""
    kept = {
        name: OKPKey.generate_key("X25519" if name == "sealing" else "Ed25519").as_dict(private=True)
        for name in _KEYS
    }
    (folder / "keys.json").write_text(json.dumps(kept))


def engine_of(path: Path) -> Engine:
    """Give a durable SQLite database."""
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("PRAGMA synchronous = FULL")

    Base.metadata.create_all(engine)
    return engine


def application(folder: Path) -> FastAPI:
    """Give the receiving node."""
    keys, engine, app = Keys(folder), engine_of(folder / "receiver.db"), FastAPI()

    @app.post("/inbox")
    def inbox(body: Message) -> dict[str, str]:
        opened = jwe.decrypt_compact(body.message, keys.sealing, algorithms=_SEALING)
        signed = jws.deserialize_compact(opened.plaintext or b"", keys.sender, algorithms=_SIGNING)
        offer = Offer.model_validate_json(signed.payload)
        digest = sha256(body.message.encode()).hexdigest()
        claims = json.dumps({"id": offer.id, "digest": digest, "time": int(time.time())})
        receipt = jws.serialize_compact({"alg": "Ed25519"}, claims, keys.receiver, algorithms=_SIGNING)
        with Session(engine) as session:
            record = json.dumps(offer.record)
            session.add(Got(id=offer.id, message=body.message.encode(), record=record, receipt=receipt))
            session.commit()
        return {"receipt": receipt}

    @app.get("/healthz")
    def healthz() -> dict[str, bool]:
        return {"ok": True}

    return app


class Taken(BaseModel):
    """What a case system sends to the sending node."""

    record: dict[str, Any]


def sending_application(folder: Path, port: int) -> FastAPI:
    """Give the sending node with its API."""
    sender, app = Sender(folder, port), FastAPI()

    @app.post("/offers")
    async def offers(body: Taken) -> dict[str, int]:
        return {"wire": await sender.exchange(body.record)}

    @app.get("/healthz")
    def healthz() -> dict[str, bool]:
        return {"ok": True}

    return app


class Load:
    """A case system: it puts records in at a node's API."""

    def __init__(self, _folder: Path, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/offers"
        self._client = httpx2.AsyncClient(trust_env=False, timeout=60)
        self.wire = 0

    async def hand_over(self, record: dict[str, Any]) -> float:
        """Have one record handed over; give the seconds."""
        began = time.monotonic()
        answer = await self._client.post(self._url, json={"record": record})
        answer.raise_for_status()
        self.wire += answer.json()["wire"]
        return time.monotonic() - began


class Sender:
    """The sending node's work."""

    def __init__(self, folder: Path, port: int) -> None:
        self._keys, self._engine = Keys(folder), engine_of(folder / "sender.db")
        self._url = f"http://127.0.0.1:{port}/inbox"
        self._client = httpx2.AsyncClient(trust_env=False, timeout=60)
        self.wire = 0

    async def hand_over(self, record: dict[str, Any]) -> float:
        """Hand one record over; give the seconds."""
        began = time.monotonic()
        size = await self.exchange(record)
        self.wire += size
        return time.monotonic() - began

    async def exchange(self, record: dict[str, Any]) -> int:
        """Hand one record over and keep its receipt; give the bytes of both bodies."""
        id_ = str(uuid.uuid4())
        offer = Offer(
            id=id_, sender="gr/athens", recipient="de/hamburg", time=int(time.time()), record=record
        )
        signed = jws.serialize_compact(
            {"alg": "Ed25519"}, offer.model_dump_json(), self._keys.sender, algorithms=_SIGNING
        )
        header = {"alg": _SEALING[0], "enc": _SEALING[1]}
        sealed = jwe.encrypt_compact(header, signed, self._keys.sealing, algorithms=_SEALING)
        with Session(self._engine) as session:
            session.add(Sent(id=id_, sealed=sealed.encode()))
            session.commit()
        answer = await self._client.post(self._url, json={"message": sealed})
        answer.raise_for_status()
        receipt = answer.json()["receipt"]
        said = json.loads(jws.deserialize_compact(receipt, self._keys.receiver, algorithms=_SIGNING).payload)
        if said["id"] != id_ or said["digest"] != sha256(sealed.encode()).hexdigest():
            raise RuntimeError("not the receipt for this message")
        with Session(self._engine) as session:
            session.get_one(Sent, id_).receipt = receipt
            session.commit()
        return len(sealed) + len(answer.content)


async def many(worker: "Sender | Load", count: int, in_flight: int) -> list[float]:
    """Hand *count* records over, *in_flight* at a time; give the seconds of each."""
    turns, record = asyncio.Semaphore(in_flight), cases.wire_values()

    async def one() -> float:
        async with turns:
            return await worker.hand_over(record)

    return await asyncio.gather(*(one() for _ in range(count)))


def obey(worker: "Sender | Load") -> None:
    """Hand over what standard input asks for, until it ends."""
    with asyncio.Runner() as runner:
        print(json.dumps({"ready": True}), flush=True)
        for line in sys.stdin:
            order, number = line.split()
            worker.wire = 0
            began = time.monotonic()
            latencies = runner.run(many(worker, int(number), IN_FLIGHT if order == "batched" else 1))
            seconds = time.monotonic() - began
            done = {"count": len(latencies), "seconds": seconds, "latencies": latencies, "wire": worker.wire}
            print(json.dumps(done), flush=True)


def main(what: str, folder: str, port: str, own: str = "") -> None:
    """Be one of the processes."""
    match what:
        case "send":
            obey(Sender(Path(folder), int(port)))
        case "load":
            obey(Load(Path(folder), int(port)))
        case "offers":
            _serve(sending_application(Path(folder), int(port)), own)
        case _:
            _serve(application(Path(folder)), port)


def _serve(app: FastAPI, port: str) -> None:
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(port),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
