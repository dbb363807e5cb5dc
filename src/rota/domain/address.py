"""Which addresses of the network may be called: the rules against being sent to where nobody from outside may go."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from rota.domain.errors import Denied, Invalid

PORTS = frozenset({80, 443, 8080, 8443})
"""The ports that may be called at any public address; others only at hosts that the settings name."""

MOST_URL = 2000


@dataclass(frozen=True, slots=True)
class Target:
    """A web address, taken apart. path: with its query"""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as the header Host gives them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


def parse(url: str) -> Target:
    """Take a web address apart. Raises Invalid for what is none, or bears a name and password."""
    fix = "write it as https://host/path"
    if len(url) > MOST_URL or not url.isascii() or any(ch <= " " or ch == "\x7f" for ch in url):
        raise Invalid("that is not a web address", fix=fix, field="url")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid(f'"{url}" is not a web address', fix=fix, field="url") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Invalid(f'"{url}" is not a web address of http or https', fix=fix, field="url")
    if parts.username is not None or parts.password is not None or "\\" in url:
        raise Invalid("a web address may not hold a name or a backslash", fix="send a header", field="url")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    usual = {"http": 80, "https": 443}[parts.scheme]
    return Target(parts.scheme, parts.hostname, port if port is not None else usual, path)


def is_named(target: Target, hosts: Iterable[str]) -> bool:
    """Whether the settings name that host (any port) or that host and port: then it may be inside."""
    given = {host.strip().lower() for host in hosts}
    return target.host in given or f"{target.host}:{target.port}" in given


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, and so are those that it carries inside."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    carried = []
    if isinstance(found, ipaddress.IPv6Address):
        carried = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
        if found in _NAT64:
            carried.append(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
    inside = [one for one in carried if one is not None]
    return all(one.is_global and not one.is_multicast for one in inside or [found])


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def require_callable(target: Target, addresses: Iterable[str], hosts: Iterable[str]) -> None:
    """Raises Denied unless every address that the host stands for may be called at that port.

    hosts  what the setting job_hosts names
    """
    if is_named(target, hosts):
        return
    fix = f'name "{target.host}:{target.port}" in the setting job_hosts if it is meant'
    if target.port not in PORTS:
        raise Denied(f"{target.host}:{target.port} may not be called: port {target.port}", fix=fix)
    for address in addresses:
        if not is_public(address):
            raise Denied(f"{target.host} may not be called: {address} is not a public address", fix=fix)


@dataclass(frozen=True, slots=True)
class Block:
    """A network whose log-ins are refused. first, last: its ends as `ordered` writes them"""

    network: str
    first: str
    last: str


def ordered(address: str) -> str | None:
    """An address as 32 hexadecimal digits, so that texts compare as addresses do; None when it is none."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return f"{int(_wide(found)):032x}"


def _wide(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv6Address:
    if isinstance(address, ipaddress.IPv4Address):
        return ipaddress.IPv6Address(0xFFFF00000000 | int(address))
    return address


def block(text: str) -> Block | None:
    """The network that a line of a feed names (an address, or one with /n); None for what is none or too wide."""
    try:
        found = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None
    least = 8 if found.version == 4 else 16
    if found.prefixlen < least or not found.network_address.is_global:
        return None
    first, last = _wide(found.network_address), _wide(found.broadcast_address)
    return Block(str(found), f"{int(first):032x}", f"{int(last):032x}")
