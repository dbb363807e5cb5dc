"""A real server on a free port of this machine, in a thread, for what a client in this process cannot show."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI


@dataclass(frozen=True)
class Served:
    """Where it answers."""

    port: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        """Its address for WebSockets."""
        return f"ws://127.0.0.1:{self.port}"


@contextmanager
def serving(app: FastAPI, port: int = 0) -> Iterator[Served]:
    """Serve an application for the length of the block. port: the one it had before; 0: any that is free"""
    listening = socket.create_server(("127.0.0.1", port))
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", ws="websockets-sansio", timeout_graceful_shutdown=5)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield Served(listening.getsockname()[1])
    finally:
        app.state.hub.close()
        server.should_exit = True
        thread.join()
        listening.close()
