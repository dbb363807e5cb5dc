"""A browser without a screen: it keeps cookies, follows links, and sends the forms of the page that it is on."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from rota.domain.permission import Role
from rota.web.site import PATH
from tests.api.site import HOST, Site
from tests.world import ANA

PASSWORD = "vier worte sind genug"
TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')


class Visitor:
    """Somebody with a session."""

    def __init__(self, client: TestClient) -> None:
        self.client, self.token = client, ""

    @classmethod
    @contextmanager
    def of(cls, site: Site, role: Role = Role.ADMIN) -> Iterator["Visitor"]:
        """Somebody of that role who has just signed in."""
        site.rota.accounts.set_password(f"a_{role.value}", PASSWORD, ANA)
        with TestClient(site.app, base_url=HOST, raise_server_exceptions=False) as client:
            client.headers["Origin"] = HOST
            visitor = cls(client)
            answer = visitor.post("/-/login", name=f"a_{role.value}", password=PASSWORD)
            assert answer.status_code == 303, answer.text
            visitor.get("/-/help")
            yield visitor

    def get(self, path: str) -> Response:
        """A page."""
        answer = self.client.get(PATH + path, follow_redirects=False)
        if found := TOKEN.search(answer.text):
            self.token = found[1]
        return answer

    def post(self, path: str, **fields: Any) -> Response:
        """Send a form, as a page of ours would. A field may be a list."""
        given = {name.replace("__", "."): value for name, value in fields.items()}
        return self.client.post(PATH + path, data={"csrf_token": self.token} | given, follow_redirects=False)


def text_of(answer: Response) -> str:
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))
