"""The demonstration's side of /api/v1: one officer with an API key, as a case system would act for one."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import httpx2

from handover.demo.output import DemoError

_SECONDS: Final = 20.0


class Shown:
    """An answer of the API, read by name and type."""

    def __init__(self, value: object) -> None:
        self._value = value

    def at(self, *path: str) -> "Shown":
        """Give a part of it."""
        found = self._value
        for name in path:
            if not isinstance(found, dict) or name not in found:
                raise DemoError(f"An answer of the API has no member {'.'.join(path)}.")
            found = found[name]
        return Shown(found)

    def text(self, *path: str) -> str:
        """Give a text in it."""
        found = self.at(*path).value
        if not isinstance(found, str):
            raise DemoError(f"{'.'.join(path)} is not a text in an answer of the API.")
        return found

    def number(self, *path: str) -> int:
        """Give a number in it."""
        found = self.at(*path).value
        if not isinstance(found, int):
            raise DemoError(f"{'.'.join(path)} is not a number in an answer of the API.")
        return found

    def all(self, *path: str) -> "list[Shown]":
        """Give the items of a list in it."""
        found = self.at(*path).value
        if not isinstance(found, list):
            raise DemoError(f"{'.'.join(path)} is not a list in an answer of the API.")
        return [Shown(each) for each in found]

    def names(self, *path: str) -> dict[str, object]:
        """Give the members of an object in it."""
        found = self.at(*path).value
        if not isinstance(found, dict):
            raise DemoError(f"{'.'.join(path)} is not an object in an answer of the API.")
        return found

    @property
    def value(self) -> object:
        """The bare value."""
        return self._value


class RefusalError(Exception):
    """The API refused; *problem* is its problem document."""

    def __init__(self, node: str, line: str, problem: Mapping[str, object]) -> None:
        said = " ".join(str(problem.get(name)) for name in ("status", "title", "detail"))
        super().__init__(f"{node}, {line}: {said}")
        self.node = node
        self.problem = problem

    @property
    def name(self) -> str:
        """The stable name of the refusal."""
        return str(self.problem.get("type", "")).rpartition("/")[2]


def http() -> httpx2.Client:
    """Give the connections that all officers share."""
    return httpx2.Client(timeout=_SECONDS, trust_env=False, follow_redirects=False)


@dataclass(frozen=True, kw_only=True)
class Officer:
    """One officer at one node."""

    node: str
    address: str
    name: str
    role: str
    id: str
    secret: str = field(repr=False)
    connections: httpx2.Client = field(repr=False)

    def get(self, path: str, **asked: str | int) -> Shown:
        """Read something."""
        return Shown(self._call("GET", path, params=asked).json())

    def download(self, path: str) -> bytes:
        """Read a file."""
        return self._call("GET", path).content

    def post(self, path: str, body: Mapping[str, object] | None = None) -> Shown:
        """Do something; a repeat under the same key would do nothing more."""
        return Shown(self._call("POST", path, body=body or {}).json())

    def put(self, path: str, body: Mapping[str, object]) -> Shown:
        """Write something."""
        return Shown(self._call("PUT", path, body=body).json())

    def send(self, path: str, data: bytes, media_type: str, *, method: str = "POST") -> Shown:
        """Send a document or a file as it is."""
        return Shown(self._call(method, path, content=data, media_type=media_type).json())

    def missing(self, path: str) -> str:
        """Try to read what must be gone, and give the name of the refusal.

        Raises:
            DemoError: it is there.
        """
        try:
            self.get(path)
        except RefusalError as refusal:
            return refusal.name
        raise DemoError(f"{path} should be gone.")

    def refused(
        self, path: str, body: Mapping[str, object] | None = None, *, names: Sequence[str]
    ) -> Mapping[str, object]:
        """Try what must be refused, and give the problem.

        Raises:
            DemoError: it was not refused, or for another reason.
        """
        try:
            self.post(path, body)
        except RefusalError as refusal:
            if refusal.name in names:
                return refusal.problem
            raise
        raise DemoError(f"POST {path} should have been refused ({', '.join(names)}) and was not.")

    def _call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, object] | None = None,
        params: Mapping[str, str | int] | None = None,
        content: bytes | None = None,
        media_type: str = "application/json",
    ) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.secret}"}
        if method != "GET":
            headers |= {"Idempotency-Key": secrets.token_hex(16), "Content-Type": media_type}
        url = f"{self.address}/api/v1{path}"
        try:
            answer = self.connections.request(
                method, url, headers=headers, params=params, json=body, content=content
            )
        except httpx2.HTTPError as error:
            raise DemoError(
                f"{self.node} does not answer {method} {path} ({type(error).__name__}).", node=self.node
            ) from error
        if answer.is_success:
            return answer
        raise RefusalError(self.node, f"{method} {path}", _problem(answer))


def _problem(answer: httpx2.Response) -> Mapping[str, object]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    return (
        found if isinstance(found, dict) else {"status": answer.status_code, "title": "no problem document"}
    )
