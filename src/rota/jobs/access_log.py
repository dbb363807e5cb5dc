"""Lines of a web server's access log, in the common and the combined format."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rota.jobs import files

MOST_BYTES = 200_000_000
LINE = re.compile(
    rb'(\S{1,64}) \S+ (\S{1,100}) \[([^\]]{1,40})\] "([A-Z]{1,10}) (\S{1,2000})[^"]{0,20}" (\d{3}) '
)


@dataclass(frozen=True, slots=True)
class Access:
    """One line. who: the user, else the address"""

    at: datetime
    who: str
    address: str
    method: str
    path: str
    status: int


def read(folder: str, name: str) -> Iterator[Access]:
    """The lines of a log below a root of the setting job_roots that can be read; others are passed over."""
    with files.folder(folder) as place:
        for line in (files.read(place, name, MOST_BYTES) or b"").splitlines():
            found = LINE.match(line)
            if found is None:
                continue
            address, user, at, method, path, status = (
                part.decode("utf-8", "replace") for part in found.groups()
            )
            try:
                instant = datetime.strptime(at, "%d/%b/%Y:%H:%M:%S %z")
            except ValueError:
                continue
            who = address if user == "-" else user
            yield Access(instant, who, address, method, path.partition("?")[0], int(status))
