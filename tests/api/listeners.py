"""Clients that follow what changes and lose their connection again and again."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx2
from websockets.sync.client import connect

from rota.domain.permission import Role
from tests.api.server import Served
from tests.api.site import Site

BREAKS = 20
RUNS = 1000


def bearer(site: Site, role: Role = Role.VIEWER) -> dict[str, str]:
    return {"Authorization": f"Bearer {site.tokens[role]}"}


def messages(lines: Iterator[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(event, id, data) of each event; heartbeats have no event."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.strip()
            continue
        if fields:
            yield fields.get("event", ""), fields.get("id", ""), json.loads(fields.get("data", "{}"))
        fields = {}


class Listener:
    """Reads events, and breaks off after every so many; at the end it has all that it was told, by event id."""

    def __init__(self, site: Site, served: Served) -> None:
        self.site, self.served = site, served
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.last = ""
        self.breaks = 0
        self.ready = threading.Event()

    def ended(self) -> int:
        """How many executions it knows to have ended."""
        return sum(len(ids) for ids in self.ids("succeeded").values())

    def ids(self, status: str) -> dict[str, list[int]]:
        """By event id, the executions that came to stand so."""
        found = {}
        for id_, data in self.told:
            if data.get("executions", {}).get(status):
                found[id_] = data["executions"][status]
        return found

    def take(self, event: str, id_: str, data: dict[str, Any]) -> None:
        """Keep what came. Told twice is told once: the id says it is the same."""
        assert event != "reset"
        self.last = id_ or self.last
        if event == "execution" and id_ not in {known for known, _ in self.told}:
            self.told.append((id_, data))
        self.ready.set()

    def is_done(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.ended() >= RUNS and self.breaks >= BREAKS

    def wants_break(self) -> bool:
        """Broken off at even steps through the whole history."""
        return self.breaks < BREAKS and self.ended() >= RUNS * self.breaks // BREAKS


class SseListener(Listener):
    """By GET /events with Last-Event-ID."""

    def listen(self) -> None:
        """Until all has been seen, whatever breaks."""
        with httpx2.Client(base_url=self.served.url, headers=bearer(self.site), timeout=30) as client:
            while not self.is_done():
                self._once(client)

    def _once(self, client: httpx2.Client) -> None:
        headers = {"Last-Event-ID": self.last} if self.last else {}
        with client.stream("GET", "/api/v1/events", headers=headers) as answer:
            for event, id_, data in messages(answer.iter_lines()):
                self.take(event, id_, data)
                if self.wants_break():
                    self.breaks += 1
                    return
                if self.is_done():
                    return


class SocketListener(Listener):
    """By WebSocket, each time with a new ticket."""

    def listen(self) -> None:
        """Until all has been seen, whatever breaks."""
        while not self.is_done():
            ticket = httpx2.post(f"{self.served.url}/api/v1/ws/ticket", headers=bearer(self.site)).json()[
                "ticket"
            ]
            address = f"{self.served.ws}/api/v1/ws?ticket={ticket}&last_event_id={self.last}"
            with connect(address if self.last else address.partition("&")[0]) as socket:
                self._once(socket)

    def _once(self, socket) -> None:
        for text in socket:
            message = json.loads(text)
            self.take(message["event"], message["id"], message["data"])
            if self.wants_break():
                self.breaks += 1
                socket.socket.close()
                return
            if self.is_done():
                return
