"""A web client that goes only where it may: one look-up of the name, every address checked, the checked one called."""

import http.client
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.client import HTTPException

from rota.domain.address import Target, parse, require_callable
from rota.domain.errors import Invalid, Unavailable

MOST_BYTES = 10_000_000
CHUNK = 65_536
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. seconds: until the last byte; body: at most as many bytes as were asked for"""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


def request(
    method: str,
    url: str,
    *,
    hosts: Iterable[str] = (),
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout: float = 10,
    most: int = MOST_BYTES,
) -> Answer:
    """Call a web address; no redirect is followed.

    hosts    hosts (or host:port) that may be called although they are inside
    timeout  seconds for all of it
    most     bytes of the answer; a longer one is an error
    Raises Invalid, Denied, and Unavailable when there was no answer.
    """
    target = parse(url)
    given = _checked(method, headers or {})
    deadline = time.monotonic() + timeout
    address = resolve(target, hosts)
    connection = _Connection(target, address, timeout)
    began = time.monotonic()
    try:
        connection.request(method, target.path, body, {"Host": target.authority} | given)
        response = connection.getresponse()
        read = _read(response, deadline, most)
        told = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, told, read, time.monotonic() - began)
    except (OSError, HTTPException) as error:
        told_error = str(error) or type(error).__name__
        raise Unavailable(
            f"{target.authority} did not answer: {told_error}", fix="try again later"
        ) from error
    finally:
        connection.close()


def resolve(target: Target, hosts: Iterable[str]) -> str:
    """The address to call, after every address of the host was checked. Raises Denied, Unavailable."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unavailable(f'there is no host "{target.host}"', fix="check the address") from error
    addresses = [str(one[4][0]) for one in found]
    require_callable(target, addresses, hosts)
    return addresses[0]


def _checked(method: str, headers: Mapping[str, str]) -> dict[str, str]:
    if method not in _METHODS:
        raise Invalid(f'"{method}" is not a method', fix=f"use one of {', '.join(sorted(_METHODS))}")
    for name, value in headers.items():
        if name.lower() in _OURS or not name.isascii() or not name.replace("-", "").isalnum():
            raise Invalid(f'the header "{name}" may not be given', fix="leave it out", field="headers")
        if not value.isprintable():
            raise Invalid(f'the header "{name}" holds a line break', fix="give one line", field="headers")
    return {"User-Agent": "rota", "Accept": "*/*", **headers}


def _read(response: http.client.HTTPResponse, deadline: float, most: int) -> bytes:
    pieces, size = [], 0
    while piece := response.read1(CHUNK):
        size += len(piece)
        if size > most:
            raise OSError(f"the answer is longer than {most:,} bytes")
        if time.monotonic() > deadline:
            raise TimeoutError("the answer took too long")
        pieces.append(piece)
    return b"".join(pieces)


class _Connection(http.client.HTTPConnection):
    """Calls the address that was checked; the name is only for the certificate and the header."""

    def __init__(self, target: Target, address: str, timeout: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout)
        self._target, self._address = target, address

    def connect(self) -> None:
        """Open it, with TLS for https."""
        self.sock = socket.create_connection((self._address, self._target.port), self.timeout)
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self._target.host)
