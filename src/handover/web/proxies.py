"""A reverse proxy speaks for everybody: what comes from its address comes from nobody that can be told apart.

Unless it says for whom it speaks: then uvicorn has put that address in the place of the proxy's already.
"""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_MOST: Final = 1024


class Proxies:
    """Wraps the application: a request of a proxy's own address has no address at all."""

    def __init__(self, app: ASGIApp, *, proxies: Sequence[str]) -> None:
        self._app = app
        self._proxies = tuple(proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http" and scope["client"] and is_proxy(scope["client"][0], self._proxies):
            scope["client"] = None
        await self._app(scope, receive, send)


@lru_cache(_MOST)
def is_proxy(host: str, proxies: tuple[str, ...]) -> bool:
    """Tell whether *host* is one of the addresses, or in one of the networks, from which proxies speak."""
    address = plain(host)
    return address is not None and any(address in ipaddress.ip_network(each) for each in proxies)


def plain(host: str) -> Address | None:
    """Give an address as it is counted, or nothing where *host* is none: an IPv4 address may be written as IPv6."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address
