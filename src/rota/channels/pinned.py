"""For clients that speak by httpx: every request goes to an address that was checked, also after a redirect."""

import asyncio
from collections.abc import Sequence

import httpx2

from rota.channels.web import resolve
from rota.domain.address import parse


class Pinned(httpx2.AsyncHTTPTransport):
    """Looks a name up once, checks every address, and calls the checked one.

    hosts  hosts (or host:port) that may be called although they are inside
    """

    def __init__(self, hosts: Sequence[str]) -> None:
        super().__init__(trust_env=False)
        self._hosts = tuple(hosts)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it. Raises Denied, Unavailable."""
        target = parse(str(request.url))
        address = await asyncio.to_thread(resolve, target, self._hosts)
        # The name is for the certificate and the header Host, which is set already.
        request.extensions = {**request.extensions, "sni_hostname": target.host}
        request.url = request.url.copy_with(host=address)
        return await super().handle_async_request(request)
