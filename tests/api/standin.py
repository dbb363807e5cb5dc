"""A provider of single sign-on that speaks the protocol: discovery, authorization code with PKCE, signed ID tokens."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from rota.asgi import create
from rota.settings import Settings
from tests.api.site import HOST
from tests.clock import MovableClock
from tests.world import World

START = "/api/v1/session/oidc"
ISSUER = "https://login.example.com/realm"
ID, SECRET = "rota", "the secret of rota at the provider"


class StandIn:
    """Signs everybody in as `user`, at once. `bend` changes what it says before it signs.

    key       what it signs with; keys: what it publishes
    """

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
        self.keys = [self.key]
        self.user: dict[str, Any] = {"sub": "8b1f", "preferred_username": "ada"}
        self.bend: Callable[[dict[str, Any]], object] = lambda claims: None
        self.codes: dict[str, dict[str, str]] = {}
        self.used = 0
        self.app = Starlette(
            routes=[
                Route("/realm/.well-known/openid-configuration", self._about),
                Route("/realm/keys", self._keys),
                Route("/realm/authorize", self._authorize),
                Route("/realm/token", self._token, methods=["POST"]),
            ]
        )

    async def _about(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": ISSUER,
                "authorization_endpoint": f"{ISSUER}/authorize",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
        )

    async def _keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [key.as_dict(private=False) for key in self.keys]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert (asked["client_id"], asked["response_type"]) == (ID, "code")
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked['state']}", 303)

    async def _token(self, request: Request) -> Response:
        given = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        basic = "Basic " + base64.b64encode(f"{ID}:{SECRET}".encode()).decode()
        asked = self.codes.pop(given["code"], None)
        if request.headers.get("authorization") != basic:
            return JSONResponse({"error": "invalid_client"}, 401)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given["code_verifier"].encode()).digest())
        if (
            asked is None
            or asked["code_challenge"] != challenge.decode().rstrip("=")
            or asked["redirect_uri"] != given["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        self.used += 1
        return JSONResponse(
            {"access_token": "a", "token_type": "Bearer", "id_token": self._signed(asked["nonce"])}
        )

    def _signed(self, nonce: str) -> str:
        now = int(self.clock.now().timestamp())
        claims = {"iss": ISSUER, "aud": ID, "iat": now, "exp": now + 300, "nonce": nonce, **self.user}
        self.bend(claims)
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)


class Way:
    """A browser, the provider, and rota between them."""

    def __init__(self, world: World, **settings: object) -> None:
        self.world, self.standin = world, StandIn(world.clock)
        given = {"oidc_issuer": ISSUER, "oidc_client_id": ID, "oidc_client_secret": SECRET, **settings}
        both = {**world.rota.settings.model_dump(), **given}
        self.rota = replace(world.rota, settings=Settings(**both))
        self.app = create(self.rota)
        self.elsewhere = TestClient(self.standin.app, base_url=ISSUER, follow_redirects=False)
        self.app.state.signing_on.provider.http = self.elsewhere

    @contextmanager
    def browser(self) -> Iterator[TestClient]:
        """A browser without cookies."""
        with TestClient(self.app, base_url=HOST, follow_redirects=False) as browser:
            yield browser

    def back(self, browser: TestClient, path: str = "/") -> str:
        """Go to the provider and sign in there. Returns the address that it sends back to."""
        away = browser.get(START, params={"next": path})
        assert away.status_code == 303, away.text
        came = self.elsewhere.get(away.headers["location"])
        return str(came.headers["location"])

    def comes_in(self, browser: TestClient) -> int:
        """The whole way. Returns the status of the last answer."""
        return browser.get(self.back(browser)).status_code

    def reasons(self) -> list[str]:
        """Why somebody was refused, the last first."""
        found = self.rota.auditing.search(size=50)
        return [one.reason or "" for one in found if one.action == "login.refused"]
