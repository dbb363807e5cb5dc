"""One request as its page sees it: who asks, how times are shown, where links lead, and the answer."""

from collections.abc import Mapping
from functools import cached_property
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from fastapi import Request
from jinja2 import Environment
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from rota.app import Rota
from rota.domain.actor import Actor
from rota.domain.permission import LEAST, Action, may
from rota.http.identity import Visitor, is_secure
from rota.http.problem import Problem
from rota.web import times
from rota.web.frame import BELOW, NAVIGATION, Entry
from rota.web.times import Times

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# With no referrer at all, browsers send the forms of our own pages as from nowhere ("Origin: null").
HEADERS = {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}

ZONE, MINE, THEME, KEYS, TOLD = "rota_zone", "rota_mine", "rota_theme", "rota_keys", "rota_told"
"""Cookies: how this browser wants pages shown, and what the page before has to say."""

YEAR = 31_536_000
THEMES = ("light", "dark")


class View:
    """What a page is made with. The visitor is None on pages that anybody may see."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.visitor: Visitor | None = None
        self.rota: Rota = request.app.state.rota
        self._cookies: dict[str, tuple[str, int]] = {}
        self._lacks: dict[str, str | None] = {}
        self._icons: dict[tuple[str, str], Markup] = {}
        asked = request.query_params.get("zone")
        if asked is not None and (asked == times.JOB or times.is_zone(asked)):
            self.keep(ZONE, quote(asked, safe=""))

    # who

    @property
    def actor(self) -> Actor:
        """Who asks. Only on pages that need somebody."""
        assert self.visitor is not None
        return self.visitor.actor

    @cached_property
    def csrf(self) -> str:
        """What every form has to send; nothing for who came by the login of another application."""
        secret = self.visitor.secret if self.visitor else None
        return self.rota.sessions.csrf(secret) if secret else ""

    def may(self, action: str) -> bool:
        """Whether who asks may do that, by its name in the table of rights: "job.execute"."""
        return self.visitor is not None and may(self.actor.role, self.actor.scopes, Action(action))

    def lacks(self, action: str) -> str | None:
        """Why a control is disabled for who asks; None when it is not."""
        if action not in self._lacks:
            self._lacks[action] = self._why_not(action)
        return self._lacks[action]

    def _why_not(self, action: str) -> str | None:
        if self.may(action):
            return None
        return f"This needs the role {LEAST[Action(action)].value}; yours is {self.actor.role.value}."

    # where

    @property
    def place(self) -> str:
        """What this environment is called, as "prod"; empty when it has no name."""
        return self.rota.settings.environment

    @cached_property
    def base(self) -> str:
        """Below which all pages are, without a slash at the end."""
        root: str = self.request.scope.get("root_path", "")
        return root

    @property
    def api(self) -> str:
        """Below which the API is."""
        return self.base.removesuffix("/admin/cron") + "/api/v1"

    @property
    def path(self) -> str:
        """Where this page is, below the base, with its query."""
        query = self.request.url.query
        return (self.request.url.path.removeprefix(self.base) or "/") + (f"?{query}" if query else "")

    def url(self, path: str = "", **query: Any) -> str:
        """The address of a page: url("/-/nodes"), url(job=name) and the like are made by `job_url`."""
        given = {name: value for name, value in query.items() if value not in (None, "")}
        return self.base + path + (f"?{urlencode(given, doseq=True)}" if given else "")

    def job_url(self, name: str, rest: str = "", **query: Any) -> str:
        """The address of a job's page, or of one below it: job_url(name, "/executions/7")."""
        return self.url(f"/{quote(name, safe='')}{rest}", **query)

    def sign_on_url(self, back: str) -> str:
        """Where somebody signs in at the provider of the single sign-on. back: the page to come back to"""
        outer = self.api.removesuffix("/api/v1")
        inside = self.base.removeprefix(outer) + back
        return f"{self.api}/session/oidc?{urlencode({'next': inside})}"

    @property
    def navigation(self) -> list[Entry]:
        """The lines of the navigation that lead somewhere for who asks."""
        return [entry for entry in NAVIGATION if self.may(entry.action)]

    def is_at(self, path: str) -> bool:
        """Whether this page belongs to that line of the navigation: jobs are all that is not below /-/."""
        here = self.path.partition("?")[0]
        if path == "":
            return not here.startswith("/-/") or here.startswith(("/-/new", "/-/bulk"))
        return here.startswith((path, *BELOW.get(path, ())))

    def here(self, **changes: Any) -> str:
        """This very page with some of its query changed; None takes a parameter away."""
        kept = [(name, value) for name, value in parse_qsl(self.request.url.query) if name not in changes]
        fresh = [(name, value) for name, value in changes.items() if value is not None]
        query = urlencode([*kept, *fresh])
        return self.request.url.path + (f"?{query}" if query else "")

    def asset(self, name: str) -> str:
        """The address of a style, script or icon, which changes with what is in it."""
        return f"{self.base}/-/static/{name}?{self.request.app.state.assets.by_name[name].tag}"

    def icon(self, name: str, css: str = "") -> Markup:
        """An icon of static/sprite.svg; a page shows hundreds of a few."""
        found = self._icons.get((name, css))
        if found is None:
            found = Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(
                f"icon {css}".rstrip(), self.asset("sprite.svg"), name
            )
            self._icons[name, css] = found
        return found

    # how

    @property
    def is_partial(self) -> bool:
        """Whether a script asks for a part of a page."""
        return self.request.headers.get("hx-request") == "true"

    @cached_property
    def times(self) -> Times:
        """How times are shown to this reader."""
        return Times(self.rota.clock.now(), self._mine, self._shown)

    @property
    def _mine(self) -> str:
        name = self._cookie(MINE) or "UTC"
        return name if times.is_zone(name) else "UTC"

    @property
    def _shown(self) -> str:
        name = self._cookie(ZONE) or times.JOB
        return name if name == times.JOB or times.is_zone(name) else times.JOB

    @property
    def theme(self) -> str | None:
        """The theme that was chosen; None: as the browser has it."""
        found = self._cookie(THEME)
        return found if found in THEMES else None

    @property
    def version(self) -> str:
        """Of rota."""
        return version("rota")

    @property
    def has_keys(self) -> bool:
        """Whether single keys are shortcuts."""
        return self._cookie(KEYS) != "off"

    # the answer

    def keep(self, name: str, value: str, seconds: int = YEAR) -> None:
        """Set a cookie with the answer; seconds 0 takes it away."""
        self._cookies[name] = (value, seconds)

    def _cookie(self, name: str) -> str | None:
        fresh = self._cookies.get(name)
        given = fresh[0] if fresh else self.request.cookies.get(name)
        return None if given is None else unquote(given)

    def tell(self, text: str) -> None:
        """Say something on the next page that is shown."""
        self.keep(TOLD, quote(text[:500]), 60)

    def render(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """The page of that template, in the frame of all pages."""
        told = self.request.cookies.get(TOLD)
        if told:
            self.keep(TOLD, "", 0)
        state = self.request.app.state
        templates: Environment = state.templates
        frame = {
            "view": self, "times": self.times, "told": unquote(told) if told else None,
            "system": state.system() if self.visitor else None,
        }  # fmt: skip
        text = templates.get_template(template).render(frame | values)
        return HTMLResponse(text, status, HEADERS)

    def go(self, path: str, told: str | None = None) -> Response:
        """Send the browser to another of these pages, which says what was done."""
        if told:
            self.tell(told)
        return Response(status_code=303, headers={"Location": self.base + path})

    def refuse(self, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
        """The page that says what went wrong, and what to do."""
        answer = self.render("problem.html", status=problem.status, problem=problem)
        answer.headers.update(
            {name: value for name, value in (headers or {}).items() if name != "WWW-Authenticate"}
        )
        return self.finish(answer)

    def finish(self, answer: Response) -> Response:
        """The answer with the cookies that were set meanwhile."""
        for name, (value, seconds) in self._cookies.items():
            answer.set_cookie(
                name, value, max_age=seconds, path="/", secure=is_secure(self.request), samesite="lax",
                httponly=name in (TOLD, ZONE),
            )  # fmt: skip
        return answer
