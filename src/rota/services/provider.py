"""The provider of the single sign-on, spoken to by OpenID Connect: where it is, what it signs with, who somebody is."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

import httpx2
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from rota.domain.clock import Clock
from rota.domain.errors import Denied, Unavailable

ALGORITHMS = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
]
"""Signatures that only the provider can make: none that a shared secret, or nobody, could."""

FRESH = 3600.0
"""Seconds for which what the provider says of itself is believed."""

AGAIN = 60.0
"""Seconds after which its keys are asked for anew, when one of them is not known."""

LEEWAY = 60
"""Seconds by which the clocks of two machines may differ."""

PATIENCE = 10.0
"""Seconds that it may take to answer."""


@dataclass(frozen=True, slots=True)
class Client:
    """What rota is at the provider. secret None: a public client, whose only proof is the code verifier."""

    issuer: str
    id: str
    secret: str | None = field(default=None, repr=False)
    scopes: str = "openid"


class Provider:
    """Asks one provider."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self.client, self.clock = client, clock
        self._lock = threading.Lock()
        self._told: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    @cached_property
    def http(self) -> httpx2.Client:
        """How requests travel: over the network, certificates checked, nowhere else than asked."""
        return httpx2.Client(timeout=PATIENCE, follow_redirects=False)

    def address(self, *, callback: str, state: str, nonce: str, verifier: str) -> str:
        """Where somebody is sent to sign in. Raises Unavailable."""
        url: str = prepare_grant_uri(
            self._about()["authorization_endpoint"],
            client_id=self.client.id,
            response_type="code",
            redirect_uri=callback,
            scope=self.client.scopes,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return url

    def claims(self, *, code: str, callback: str, nonce: str, verifier: str) -> Mapping[str, Any]:
        """Who has signed in, for the code that he came back with. Raises Denied, Unavailable."""
        given = self._exchange(code, callback, verifier)
        token = given.get("id_token")
        if not isinstance(token, str):
            raise Denied("the provider has not said who that is")
        return self._read(token, nonce, given.get("access_token"))

    def _exchange(self, code: str, callback: str, verifier: str) -> dict[str, Any]:
        """What the provider gives for a code: once, and only to who knows the verifier."""
        about = self._about()
        method = "none" if self.client.secret is None else _method(about)
        body = prepare_token_request(
            "authorization_code", code=code, redirect_uri=callback, code_verifier=verifier
        )
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        auth = ClientAuth(self.client.id, self.client.secret, method)
        url, headers, body = auth.prepare("POST", about["token_endpoint"], headers, body)
        answer = self._request("POST", url, headers=headers, content=body)
        if 400 <= answer.status_code < 500:
            raise Denied("the provider does not take the code: it was used, is too old, or is not for us")
        return self._object(answer)

    def _read(self, token: str, nonce: str, access_token: object) -> Mapping[str, Any]:
        """What an ID token says, once everything about it is as it has to be."""
        try:
            try:
                found = jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
            except (JoseError, ValueError):
                # Perhaps it signs with a new key by now.
                found = jwt.decode(token, self._key_set(anew=True), algorithms=ALGORITHMS)
            options = {
                "iss": {"essential": True, "value": self.client.issuer},
                "aud": {"essential": True, "value": self.client.id},
                "sub": {"essential": True},
            }
            params = {"nonce": nonce, "client_id": self.client.id, "access_token": access_token}
            claims = CodeIDToken(found.claims, found.header, options, params)
            claims.validate(now=int(self.clock.now().timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError) as error:
            raise Denied(f"the provider's word cannot be trusted: {error}") from error
        return cast(Mapping[str, Any], claims)

    def _about(self) -> dict[str, Any]:
        """Its addresses, as it tells them itself."""
        now = self.clock.monotonic()
        with self._lock:
            if self._told is None or now - self._told[0] >= FRESH:
                url = f"{self.client.issuer.rstrip('/')}/.well-known/openid-configuration"
                told = self._object(self._request("GET", url))
                if told.get("issuer") != self.client.issuer:
                    raise self._away(f'it calls itself "{told.get("issuer")}"')
                if missing := {"authorization_endpoint", "token_endpoint", "jwks_uri"} - told.keys():
                    raise self._away(f"it does not tell its {', '.join(sorted(missing))}")
                self._told = (now, told)
            return self._told[1]

    def _key_set(self, *, anew: bool = False) -> KeySet:
        """The keys that it signs with. anew: ask again, unless that was done just now"""
        url, now = self._about()["jwks_uri"], self.clock.monotonic()
        with self._lock:
            longest = AGAIN if anew else FRESH
            if self._keys is None or now - self._keys[0] >= longest:
                told = self._object(self._request("GET", url))
                self._keys = (now, KeySet.import_key_set(cast(Any, told)))
            return self._keys[1]

    def _request(self, method: str, url: str, **more: Any) -> httpx2.Response:
        try:
            return self.http.request(method, url, **more)
        except httpx2.HTTPError as error:
            raise self._away(str(error)) from error

    def _object(self, answer: httpx2.Response) -> dict[str, Any]:
        try:
            found = answer.json()
        except ValueError:
            found = None
        if answer.status_code != 200 or not isinstance(found, dict):
            raise self._away(f"it answered {answer.status_code} to {answer.request.url.path}")
        return found

    def _away(self, why: str) -> Unavailable:
        fix = "see the setting oidc_issuer, and whether that provider runs"
        return Unavailable(f"the provider of the single sign-on cannot be asked: {why}", fix=fix)


def _method(about: Mapping[str, Any]) -> str:
    """How the secret is shown: in the header, unless the provider takes it in the body only."""
    known = about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"
