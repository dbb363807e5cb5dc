"""Requests that nobody thought of: whatever is sent, the answer is one that the OpenAPI document tells of."""

import os
from collections.abc import Hashable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import booleans
from schemathesis import checks
from schemathesis.config import (
    ChecksConfig,
    CoveragePhaseConfig,
    ExamplesPhaseConfig,
    FuzzingPhaseConfig,
    GenerationConfig,
    PhasesConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
    StatefulPhaseConfig,
)
from schemathesis.engine import from_schema
from schemathesis.engine.events import NonFatalError, ScenarioFinished
from schemathesis.schemas import BaseSchema

from rota.asgi import create
from rota.domain.alert import ChannelKind, ChannelSpec, RuleSpec
from rota.domain.permission import Role
from rota.http.hub import Closed, Hub, Reader
from rota.services import throttle, watching
from rota.services.surveying import Surveying
from tests.api.site import Site
from tests.world import ANA

EXAMPLES = int(os.environ.get("ROTA_EXAMPLES", "3"))
"""How many requests each operation gets; more take longer and find more. Told, each time others are tried."""

UNHURRIED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize="ROTA_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
    stateful_step_count=6,
)
ALLOWED = ["2xx", "304", "400", "401", "403", "404", "409", "412", "415", "422", "429"]
"""Much depends on what is stored, and a schedule has rules that no JSON Schema can tell."""


class Impatient(Hub):
    """Lets nobody wait, as when the server is about to end; only whether the database answers is still told."""

    async def ask(self, reader: Reader, want: Hashable, seconds: float) -> Any | None:
        """An answer at once, or none."""
        if reader is watching.pulse:
            return await super().ask(reader, want, seconds)
        raise Closed


@pytest.fixture
def schema(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[BaseSchema]:
    """The description of an API whose streams end at once: nobody may wait. Each operation is tried with a token that
    is none, from one address; how many there may be is another test's affair.
    """
    monkeypatch.setattr(throttle, "FREE_OF_ADDRESS", 10**6)
    for name in ("backup", "report"):
        site.world.add_job(name, daily="02:00", overlap="queue_all")
    app = create(site.rota, hosts=("*",))
    app.state.hub = Impatient(site.rota.db)
    accepts = ChecksConfig(positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=ALLOWED))
    generation = GenerationConfig(allow_x00=True, max_examples=EXAMPLES)
    headers = bearer(site)
    project = ProjectConfig(checks=accepts, generation=generation, headers=headers)
    seed = None if "ROTA_EXAMPLES" in os.environ else 1
    config = SchemathesisConfig(seed=seed, projects=ProjectsConfig(default=project))
    yield schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, config=config, headers=headers)
    app.state.hub.close()


@pytest.mark.timeout(400)
def test_no_request_is_answered_by_an_accident_or_by_what_is_not_described(site, schema):
    checks.load_all_checks()
    wrong: list[str] = []
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in schemathesis.GenerationMode:
            try:
                _try(operation, mode, bearer(site), there(site) if mode.is_positive else {})
            except Unsatisfiable:
                continue  # Nothing that is sent to it can be wrong.
            except Exception as problem:
                wrong.append(f"{operation.label} ({mode.value}): {problem}")
    assert not wrong, "\n\n".join(wrong)


def bearer(site: Site) -> dict[str, str]:
    """Who may do everything; a token of its own each time, as one of them may be revoked."""
    return {"Authorization": f"Bearer {site.token(Role.ADMIN)}"}


def there(site: Site) -> dict[str, Any]:
    """What the names in paths may stand for: new things each time, as requests change and delete them."""
    name = f"new_{site.world.count()}"
    site.world.add_job(name, daily="02:00", overlap="queue_all")
    site.rota.accounts.create(name, Role.VIEWER, ANA)
    execution = site.world.executions.execute(name, ANA)
    token = site.rota.tokens.create("to be revoked", name, ANA).token.id
    found = {"job": name, "execution": execution, "task": "work", "user": name, "token": token, "version": 1}
    site.world.add_node(name)
    return found | told(site, name) | {"node": name}


def told(site: Site, name: str) -> dict[str, Any]:
    """A channel, an alert that is muted, and a report."""
    alerts, until = site.rota.alerts, site.world.clock.now() + timedelta(hours=1)
    alerts.channels.create(ChannelSpec(name=f"free_{name}", kind=ChannelKind.WEBHOOK, url="env:NONE"), ANA)
    alerts.channels.create(ChannelSpec(name=name, kind=ChannelKind.WEBHOOK, url="env:NONE"), ANA)
    alerts.create(RuleSpec(name=name, channels=(name,)), ANA)
    alerts.mute(f"rule:{name}", until, ANA)
    begins = site.world.clock.now().isoformat()
    report = Surveying(site.world.db, site.world.clock, {}).keep_report(
        kind=name, begins=begins, ends=begins, title="t", html="", text=""
    )
    return {"alert": name, "channel": f"free_{name}", "target": f"rule:{name}", "report": report}


def _try(
    operation: Any, mode: schemathesis.GenerationMode, headers: dict[str, str], there: dict[str, Any]
) -> None:
    """Requests of one operation, every other one to something that is there."""

    @UNHURRIED
    @given(case=operation.as_strategy(generation_mode=mode), is_there=booleans())
    def any_request(case: schemathesis.Case[Any], is_there: bool) -> None:
        if is_there and there:
            case.path_parameters.update({name: there[name] for name in case.path_parameters or {}})
        every: Any = list(checks.CHECKS.get_all())
        case.call_and_validate(headers=headers, checks=every)

    any_request()


def test_no_chain_of_requests_is_answered_by_an_accident(schema):
    """What one answer tells is used in the next request: made, changed, run, deleted, asked for again."""
    schema.config.phases = PhasesConfig(
        examples=ExamplesPhaseConfig(enabled=False),
        coverage=CoveragePhaseConfig(enabled=False),
        fuzzing=FuzzingPhaseConfig(enabled=False),
        stateful=StatefulPhaseConfig(max_steps=6),
    )
    wrong, ran = [], 0
    for event in from_schema(schema).execute():
        if isinstance(event, NonFatalError):
            wrong.append(f"{event.label}: {event.value}")
        if isinstance(event, ScenarioFinished):
            ran += 1
            nodes = [node for found in event.recorder.checks.values() for node in found]
            wrong += [str(node.failure_info.failure) for node in nodes if node.failure_info is not None]
    assert not wrong, "\n\n".join(wrong)
    assert ran
