"""Clients that speak by httpx go only where they may, however they are sent there."""

import asyncio

import httpx2
import pytest

from rota.channels.pinned import Pinned
from rota.domain.errors import Denied
from tests.channels.receivers import web


def get(url, hosts, **how):
    async def ask():
        async with httpx2.AsyncClient(transport=Pinned(hosts), **how) as client:
            return await client.get(url)

    return asyncio.run(ask())


def test_a_host_that_the_settings_name_is_called_and_no_other():
    with web() as server:
        assert get(server.url, [server.host]).text == "ok"
        assert server.calls[0][2]["Host"] == server.host
        with pytest.raises(Denied):
            get(server.url, [])


def test_a_redirect_leads_nowhere_else():
    with web() as server:
        server.status, server.headers = 302, {"Location": "http://127.0.0.1:1/"}
        with pytest.raises(Denied, match="may not be called"):
            get(server.url, [server.host], follow_redirects=True)
