"""Single sign-on: sent to the provider, back with a code, and in as a user of ours."""

import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from rota.domain.account import NAME, User, check_name
from rota.domain.actor import Actor
from rota.domain.clock import Clock
from rota.domain.errors import Denied, Invalid, NotFound, RotaError
from rota.domain.permission import Role
from rota.services.sessions import Sessions
from rota.settings import Settings
from rota.store import accounts as table
from rota.store import audit
from rota.store.accounts import Credentials
from rota.store.database import Database

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

    from rota.services.provider import Provider

VALID = 600
"""Seconds in which somebody has to come back from the provider."""

ANYBODY = "anonymous"
NOBODY = "none"


@dataclass(frozen=True, slots=True)
class Sent:
    """Somebody on the way. url: of the provider; pending: what his browser keeps meanwhile, sealed."""

    url: str
    pending: str


class SigningOn:
    """The verbs of coming in by way of a provider. Whoever is not set up for it gets NotFound.

    sessions  holds the key of this installation
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        settings: Settings,
        sessions: Sessions,
        provider: "Provider | None" = None,
    ) -> None:
        self.db, self.clock, self.settings, self.sessions = db, clock, settings, sessions
        if provider is not None:
            self.provider = provider

    @cached_property
    def provider(self) -> "Provider":
        """Who knows the users. What it takes to speak to one is loaded by the first who signs on: 15 MB."""
        from rota.services.provider import Client, Provider

        of = self.settings
        return Provider(
            Client(of.oidc_issuer, of.oidc_client_id, of.oidc_client_secret, of.oidc_scopes), self.clock
        )

    @property
    def is_set_up(self) -> bool:
        """Whether there is a provider."""
        return bool(self.settings.oidc_issuer)

    def begin(self, callback: str, back: str) -> Sent:
        """Send somebody to the provider. Writes nothing: what has to be known later travels with the browser, sealed.

        callback  our address, which the provider sends him back to
        back      the path that he wants to see then
        """
        self._require()
        state, nonce, verifier = (secrets.token_urlsafe(size) for size in (24, 24, 48))
        told = {"state": state, "nonce": nonce, "verifier": verifier, "callback": callback, "back": back}
        url = self.provider.address(callback=callback, state=state, nonce=nonce, verifier=verifier)
        return Sent(url, self._seal.encrypt_at_time(json.dumps(told).encode(), self._now).decode())

    def finish(
        self,
        pending: str | None,
        answer: Mapping[str, str],
        *,
        address: str | None = None,
        request_id: str | None = None,
    ) -> tuple[User, str]:
        """Let in who comes back: the user, and the path that he wanted to see.

        pending  what his browser kept
        answer   what the provider has sent along: code and state, or error
        Raises Denied, in the same words whatever is wrong (the audit log says what); Unavailable.
        """
        self._require()
        by = Actor(ANYBODY, "web", Role.VIEWER, address=address, request_id=request_id)
        try:
            told = self._own(pending, answer)
            claims = self.provider.claims(
                code=answer["code"], callback=told["callback"], nonce=told["nonce"], verifier=told["verifier"]
            )
            subject = f"{self.settings.oidc_issuer} {claims['sub']}"
            return self._enter(
                subject, str(claims.get(self.settings.oidc_name_claim) or ""), claims, by
            ), told["back"]
        except (Denied, Invalid) as refusal:
            self._refuse(by, refusal)

    def _require(self) -> None:
        if not self.is_set_up:
            fix = "set oidc_issuer, oidc_client_id and oidc_client_secret, or sign in with a password"
            raise NotFound("single sign-on is not set up here", fix=fix)

    def _own(self, pending: str | None, answer: Mapping[str, str]) -> dict[str, str]:
        """What was noted when this very browser was sent away."""
        from cryptography.fernet import InvalidToken

        if "error" in answer:
            raise Denied(f"the provider refused: {answer['error'][:100]}")
        try:
            opened = self._seal.decrypt_at_time((pending or "").encode(), VALID, self._now)
        except InvalidToken:
            raise Denied("this browser was not sent to the provider, or too long ago") from None
        told: dict[str, str] = json.loads(opened)
        if not hmac.compare_digest(told["state"].encode(), answer.get("state", "").encode()):
            raise Denied("the state is not the one that was sent along")
        if not answer.get("code"):
            raise Denied("the provider has sent no code")
        return told

    @property
    def _seal(self) -> "Fernet":
        from cryptography.fernet import Fernet

        return Fernet(base64.urlsafe_b64encode(self.sessions.key_for("single sign-on")))

    @property
    def _now(self) -> int:
        return int(self.clock.now().timestamp())

    def _enter(self, subject: str, name: str, claims: Mapping[str, Any], by: Actor) -> User:
        role = self._role(claims)
        try:
            with self.db.write() as conn:
                found = self._known(conn, subject, name) or self._welcome(conn, subject, name, role, by)
                return self._let_in(conn, found, role, by)
        except IntegrityError as error:
            raise Denied("somebody else came first; try again") from error

    def _known(self, conn: Connection, subject: str, name: str) -> Credentials | None:
        """The user who is that one there; or whom an admin has made for him: of that name, and without a password."""
        found = table.by_subject(conn, subject, lock=True)
        if found is not None:
            return found
        same = table.by_name(conn, name) if name else None
        if same is None:
            return None
        if same.subject is not None or same.user.has_password:
            raise Denied(
                f'"{same.user.name}" is an account of its own here, and not that of the provider\'s user'
            )
        table.change(conn, same.user.id, subject=subject)
        return same

    def _welcome(
        self, conn: Connection, subject: str, name: str, role: Role | None, by: Actor
    ) -> Credentials:
        """A new user, with what he may by his claims, or the least."""
        least = role or (
            None if self.settings.oidc_default_role == NOBODY else Role(self.settings.oidc_default_role)
        )
        if least is None:
            raise Denied("nothing that the provider says gives that user a role here")
        if not NAME.fullmatch(name):
            raise Denied(f"the claim {self.settings.oidc_name_claim} cannot be the name of a user")
        check_name(name)
        now = self.clock.now()
        user_id = table.add(conn, name, least, None, by="single sign-on", at=now)
        table.change(conn, user_id, subject=subject)
        audit.record(
            conn, by, "user.create", f"user:{name}", at=now, after={"role": least.value, "subject": subject}
        )
        made = table.find(conn, user_id, lock=True)
        assert made is not None
        return made

    def _let_in(self, conn: Connection, found: Credentials, role: Role | None, by: Actor) -> User:
        """Unless it is disabled. Where claims say the role, they say it anew each time."""
        user, now = found.user, self.clock.now()
        if not user.is_enabled:
            raise Denied(f"the account {user.name} is disabled")
        wanted = self._wanted(conn, user, role)
        by = replace(by, name=user.name, role=wanted, user_id=user.id)
        if wanted is not user.role:
            told = {"before": {"role": user.role.value}, "after": {"role": wanted.value}}
            audit.record(
                conn, by, "user.set_role", f"user:{user.name}", at=now, reason="by its claims", **told
            )
        table.change(conn, user.id, last_login_at=now, role=wanted.value)
        audit.record(conn, by, "login", f"user:{user.name}", at=now, after={"by": "single sign-on"})
        after = table.find(conn, user.id)
        assert after is not None
        return after.user

    def _wanted(self, conn: Connection, user: User, role: Role | None) -> Role:
        settings = self.settings
        if not settings.oidc_role_claim:
            return user.role
        if role is None and settings.oidc_default_role == NOBODY:
            raise Denied("nothing that the provider says gives that user a role here")
        wanted = role or Role(settings.oidc_default_role)
        if wanted is not Role.ADMIN and table.lock_admins(conn) == [user.id]:
            return user.role
        return wanted

    def _role(self, claims: Mapping[str, Any]) -> Role | None:
        """The highest role that the claim gives, None for none of those that are known."""
        found: Any = claims
        for part in self.settings.oidc_role_claim.split(".") if self.settings.oidc_role_claim else ():
            found = found.get(part) if isinstance(found, Mapping) else None
        values = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        given = {
            self.settings.oidc_roles[one]
            for one in values
            if isinstance(one, str) and one in self.settings.oidc_roles
        }
        return next((role for role in reversed(Role) if role.value in given), None)

    def _refuse(self, by: Actor, refusal: RotaError) -> NoReturn:
        with self.db.write() as conn:
            audit.record(
                conn, by, "login.refused", "user:", at=self.clock.now(), reason=refusal.message[:500]
            )
        raise Denied(
            "the single sign-on did not work out",
            fix="try again; the audit log says why",
            code="sign_on_refused",
        ) from refusal
