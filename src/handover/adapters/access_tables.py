"""The tables of accounts, sessions, assertions and readings. Values of persons stand only in columns named `sealed`.

A login name, a person's name at an identity provider and an address are looked up by a keyed digest, under a secret
that is not in the database.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from handover.adapters.metadata import metadata

account: Final = Table(
    "account",
    metadata,
    Column("officer", String, primary_key=True),
    Column("login", LargeBinary, unique=True),
    Column("subject", LargeBinary, unique=True),
    Column("language", String),
    Column("totp_step", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
passkey: Final = Table(
    "passkey",
    metadata,
    Column("id", String, primary_key=True),
    Column("officer", String, nullable=False, index=True),
    Column("credential", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
    Column("revoked_at", BigInteger),
)
access_change: Final = Table(
    "access_change",
    metadata,
    Column("id", String, primary_key=True),
    Column("officer", String, nullable=False, index=True),
    Column("by", String, nullable=False),
    Column("what", String, nullable=False),
    Column("roles", String, nullable=False),
    Column("at", BigInteger, nullable=False),
)
session: Final = Table(
    "session",
    metadata,
    Column("id", String, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("officer", String, nullable=False, index=True),
    Column("auth", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("fresh_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False, index=True),
    Column("revoked_at", BigInteger),
)
invitation: Final = Table(
    "invitation",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("officer", String, nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)
challenge: Final = Table(
    "challenge",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("kind", String, nullable=False),
    Column("officer", String),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
attempt: Final = Table(
    "attempt",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", BigInteger, nullable=False),
    Column("good_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False, index=True),
)
reading: Final = Table(
    "reading",
    metadata,
    Column("id", String, primary_key=True),
    Column("officer", String, nullable=False),
    Column("matter", String, nullable=False),
    Column("day", Integer, nullable=False),
    Column("reason", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("sealed", LargeBinary),
    Index(None, "matter", "officer", "day", unique=True),
)
assertion: Final = Table(
    "assertion",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("document", LargeBinary, nullable=False),
)
attestation: Final = Table(
    "attestation",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("stream", String, nullable=False),
    Column("passkey", String, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index(None, "stream", "passkey"),
)
