"""The authority's identity provider: OpenID Connect, code with PKCE and nonce, tokens signed by a key of the provider.

The provider is the operator's choice, so that its address may be a private one; everything else is as strict as with
peers: HTTPS (but on loopback), no redirects, no proxies from the environment, one limit of time and of size.
"""

import ipaddress
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore2
from authlib.integrations.base_client.sync_openid import OpenIDMixin  # type: ignore[import-untyped]
from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.parameters import (  # type: ignore[import-untyped]
    prepare_grant_uri,
    prepare_token_request,
)
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]

from handover.adapters import connections
from handover.application.access import Person
from handover.application.provided import ProviderRefusedError
from handover.domain.errors import UnreachableError, UntrustedError
from handover.protocol import strict

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
LEEWAY: Final = 60  # seconds
MOST_GROUPS: Final = 2000
AT_ONCE: Final = 4
"""Exchanges with the provider at once: each holds a thread for as long as it takes, and anybody may begin one."""
_LIMIT: Final = 512 * 1024  # bytes of an answer
_TOTAL: Final = 15.0  # seconds for one exchange
_TIMEOUTS: Final = {"connect": 5.0, "read": 10.0, "write": 10.0, "pool": 5.0}
_FIELDS: Final = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "handover"}
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class ProviderError(UnreachableError):
    """The identity provider does not answer, or its answer is not one."""

    name = "provider"
    title = "Your authority's identity provider does not answer as it must."
    advice = (
        "Try again in a while, or sign in with a passkey; the operator looks at the settings under [oidc]."
    )


@dataclass(frozen=True, kw_only=True)
class ProviderTerms:
    """Who the provider is, as whom this node speaks to it, and where it sends the browser back."""

    issuer: str
    client_id: str
    client_secret: str
    redirect: str
    scope: str = "openid profile"
    name_claim: str = "name"
    groups_claim: str = "groups"


class OIDCProvider:
    """Speaks with one provider; its description and keys are read anew at each sign-in, which are few."""

    def __init__(self, terms: ProviderTerms) -> None:
        self._terms = terms
        self._exchanges = connections.Exchanges()
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def address(self, *, state: str, nonce: str, verifier: str, anew: bool = False) -> str:
        """Give where the browser is sent; *anew*: whoever is signed in there has to prove it again.

        Raises:
            ProviderError: the provider does not answer, or its description is not that of the issuer.
        """
        found = prepare_grant_uri(
            self._endpoint(self._metadata(), "authorization_endpoint"),
            client_id=self._terms.client_id,
            response_type="code",
            redirect_uri=self._terms.redirect,
            scope=self._terms.scope,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            **({"prompt": "login", "max_age": "0"} if anew else {}),
        )
        return str(found)

    def person(self, *, code: str, nonce: str, verifier: str) -> Person:
        """Give who signed in there.

        Raises:
            ProviderRefusedError: the code does not count, or the token is not one for this node and this request.
            ProviderError: the provider does not answer, or not as it must.
        """
        metadata = self._metadata()
        token = self._token(metadata, code, verifier)
        claims = self._claims(metadata, token, nonce)
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise ProviderRefusedError
        if self._terms.groups_claim not in claims and "userinfo_endpoint" in metadata:
            claims = {**claims, **self._further(metadata, token, subject)}
        name = claims.get(self._terms.name_claim)
        return Person(
            subject=f"{self._terms.issuer} {subject}",
            name=_line(name) if isinstance(name, str) and _line(name) else subject,
            groups=_groups(claims.get(self._terms.groups_claim, [])),
            waited=_waited(claims),
        )

    def _token(self, metadata: Mapping[str, Any], code: str, verifier: str) -> dict[str, Any]:
        body = prepare_token_request(
            "authorization_code", code=code, redirect_uri=self._terms.redirect, code_verifier=verifier
        )
        secret = self._terms.client_secret
        how = "client_secret_basic" if secret else "none"
        url = self._endpoint(metadata, "token_endpoint")
        url, fields, body = ClientAuth(self._terms.client_id, secret, how).prepare(
            "POST", url, dict(_FORM), body
        )
        found = self._exchange("POST", url, fields, body.encode())
        if not isinstance(found.get("access_token"), str) or not isinstance(found.get("id_token"), str):
            raise ProviderRefusedError
        return found

    def _claims(self, metadata: Mapping[str, Any], token: dict[str, Any], nonce: str) -> dict[str, Any]:
        keys = self._exchange("GET", self._endpoint(metadata, "jwks_uri"))
        reader = _Reader(self._terms, metadata, keys)
        try:
            found = reader.parse_id_token(token, nonce, reader.expected(), leeway=LEEWAY)
        except Exception as error:  # whatever is wrong with a token, nobody comes in by it
            raise ProviderRefusedError from error
        return dict(found)

    def _further(self, metadata: Mapping[str, Any], token: dict[str, Any], subject: str) -> dict[str, Any]:
        fields = {"Authorization": f"Bearer {token['access_token']}"}
        found = self._exchange("GET", self._endpoint(metadata, "userinfo_endpoint"), fields)
        if found.get("sub") != subject:
            raise ProviderRefusedError
        return found

    def _metadata(self) -> dict[str, Any]:
        found = self._exchange("GET", f"{self._terms.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self._terms.issuer:
            raise ProviderError
        return found

    def _endpoint(self, metadata: Mapping[str, Any], name: str) -> str:
        found = metadata.get(name)
        if not isinstance(found, str):
            raise ProviderError
        _is_clear(found)
        return found

    def _exchange(
        self, method: str, url: str, fields: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> dict[str, Any]:
        if not self._places.acquire(blocking=False):
            raise ProviderError
        try:
            return self._exchanged(method, url, [*_FIELDS.items(), *(fields or {}).items()], body)
        finally:
            self._places.release()

    def _exchanged(
        self, method: str, url: str, headers: Sequence[tuple[str, str]], body: bytes | None
    ) -> dict[str, Any]:
        backend = connections.Backend(self._exchanges, private=True)
        try:
            with (
                self._exchanges.within(_TOTAL, clear=_is_clear(url)),
                httpcore2.ConnectionPool(
                    ssl_context=connections.context(frozenset()), network_backend=backend
                ) as pool,
                pool.stream(
                    method, url, headers=headers, content=body, extensions={"timeout": _TIMEOUTS}
                ) as answer,
            ):
                return _read(answer)
        except (
            httpcore2.NetworkError,
            httpcore2.ProtocolError,
            httpcore2.TimeoutException,
            OSError,
            UnreachableError,
            UntrustedError,
        ) as error:
            raise ProviderError from error


def _waited(claims: Mapping[str, Any]) -> int | None:
    """Give how long before the token the person had signed in there, by the provider's own clock."""
    proved, issued = claims.get("auth_time"), claims["iat"]
    return int(issued) - proved if isinstance(proved, int) else None


class _Reader(OpenIDMixin):  # type: ignore[misc]
    """Authlib's reading of an ID token, with this node's narrower list of algorithms and the keys at hand."""

    def __init__(self, terms: ProviderTerms, metadata: Mapping[str, Any], keys: dict[str, Any]) -> None:
        self.client_id = terms.client_id
        self._issuer = terms.issuer
        self._keys = keys
        offered = metadata.get("id_token_signing_alg_values_supported", ["RS256"])
        taken = [each for each in ALGORITHMS if each in offered]
        if not taken:  # to the library, none would mean any
            raise ProviderError
        self._metadata = {"issuer": terms.issuer, "id_token_signing_alg_values_supported": taken}

    def load_server_metadata(self) -> dict[str, Any]:
        """Give what the token is read with."""
        return self._metadata

    def fetch_jwk_set(self, force: bool = False) -> dict[str, Any]:
        """Give the provider's keys, which have just been read."""
        del force
        return self._keys

    def expected(self) -> dict[str, Any]:
        """Give what the claims have to be."""
        return {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self.client_id},
            "sub": {"essential": True},
            "nonce": {"essential": True},
        }


def _is_clear(url: str) -> bool:
    """Tell whether the address is one of this machine's own, without TLS.

    Raises:
        ProviderError: it is not HTTPS and not that either.
    """
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname and not parts.username:
        return False
    if parts.scheme != "http" or parts.username or not _is_loopback(parts.hostname or ""):
        raise ProviderError
    return True


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read(answer: httpcore2.Response) -> dict[str, Any]:
    if answer.status == 400:  # the code does not count
        raise ProviderRefusedError
    if answer.status != 200:
        raise ProviderError
    body = bytearray()
    for chunk in answer.iter_stream():
        body += chunk
        if len(body) > _LIMIT:
            raise ProviderError
    found = strict.loads(bytes(body), limit=_LIMIT)
    if not isinstance(found, dict):
        raise ProviderError
    return dict(found)


def _groups(claim: object) -> tuple[str, ...]:
    listed: Sequence[object] = [claim] if isinstance(claim, str) else claim if isinstance(claim, list) else []
    return tuple(each for each in listed[:MOST_GROUPS] if isinstance(each, str))


def _line(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable()).strip()
