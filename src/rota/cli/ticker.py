"""What `serve` prints: a line when an execution starts to wait or run, a line when it ends. Quiet when idle."""

import contextlib
import json
import os
import sys
import threading
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rota.cli.colour import paint
from rota.cli.screen import Screen
from rota.cli.show_executions import MARKS, outcome
from rota.cli.words import milliseconds, plural, relative, shown
from rota.domain.errors import Unavailable
from rota.domain.execution import Execution
from rota.engine.reaper import Reaped
from rota.engine.scheduler import Fired
from rota.store.history import Filter

if TYPE_CHECKING:
    from rota.app import Rota

BUSY, IDLE = 0.25, 2.0
"""Seconds between looks: while something is underway, and while nothing is."""

MOST = 50
"""How many executions are followed at a time, a screenful; of a flood the rest is only counted."""

READY = 60.0
"""Seconds that the agent may take to say what it knows before the greeting goes without."""


class Ticker:
    """Tells what happens, on a thread of its own."""

    def __init__(self, rota: "Rota", screen: Screen) -> None:
        self.rota, self.screen = rota, screen
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._open: set[int] = set()
        self._started: set[int] = set()
        self._last = 0
        self._thread = threading.Thread(target=self._run, name="rota-ticker", daemon=True)

    def saw(self, what: Fired | Reaped) -> None:
        """Something was planned, or nodes and executions were given up."""
        if isinstance(what, Reaped):
            for node in what.nodes:
                self._say("node_gone", f"node {node.name} (pid {node.pid}) is gone", {"node": node.name})
            if what.executions:
                lost = plural(what.executions, "execution")
                self._say("lost", f"{lost} lost with their node", {"executions": what.executions})
        self._wake.set()

    def start(self, node_id: int, *, is_new: bool) -> None:
        """Greet, and begin to tell."""
        from rota.store import history

        self._last = history.newest(self.rota.db.look)
        self._greet(is_new=is_new)
        self._node_id = node_id
        self._thread.start()

    def stop(self) -> None:
        """Tell what is left to tell, and end."""
        self._stopped.set()
        self._wake.set()
        self._thread.join(10)
        with contextlib.suppress(Unavailable):
            self._look()

    def _greet(self, *, is_new: bool) -> None:
        settings = self.rota.settings
        where = self.rota.db.url.render_as_string(hide_password=True)
        if self.screen.is_json:
            self._line(
                {"event": "started", "database": where, "pid": os.getpid(), "modules": list(settings.modules)}
            )
            return
        made = " (new)" if is_new else ""
        print(f"rota runs: {where}{made}, {plural(settings.runners, 'runner')}. Ctrl-C ends it.")
        print(f"In a second shell: {second_shell(where)}")
        sys.stdout.flush()

    def _run(self) -> None:
        self._tell_ready()
        while not self._stopped.is_set():
            try:
                self._look()
                pause = BUSY if self._open else IDLE
            except Unavailable:
                pause = IDLE
            self._wake.wait(pause)
            self._wake.clear()

    def _tell_ready(self) -> None:
        """Once the agent has said what it knows: how many jobs there are, what could not be imported."""
        for _ in range(int(READY / BUSY)):
            with contextlib.suppress(Unavailable):
                if self._agent_is_there():
                    self._say_ready()
                    return
                self._look()
            if self._stopped.wait(BUSY):
                return

    def _agent_is_there(self) -> bool:
        """Whether it has settled what its code declares: its first heartbeat comes after that."""
        from rota.store import nodes

        with self.rota.db.read() as conn:
            found = nodes.live(conn)
        return any(node.role == "agent" and node.id > self._node_id and node.beat > 0 for node in found)

    def _say_ready(self) -> None:
        from rota.store import definitions, state

        with self.rota.db.read() as conn:
            problems = definitions.problems(conn)
            next_run = state.next_due(conn)
        count = self.rota.jobs.count()
        now = self.rota.clock.now()
        following = f"; the next is due {relative(next_run, now)}" if next_run else ""
        data = {"jobs": count, "next_run": next_run.isoformat() if next_run else None, "problems": problems}
        self._say("ready", f"{plural(count, 'job')}{following}", data, style="dim")
        for problem in problems:
            place = f"{problem['file']}:{problem['line']}: " if problem.get("file") else ""
            self._say("problem", f"✗ {place}{problem['message']}", problem, style="red")

    def _look(self) -> None:
        from rota.store import history

        if not self._open and history.newest(self.rota.db.look) <= self._last:
            return
        found = self.rota.executions.search(Filter(after_id=self._last), size=MOST + 1)
        told = found[: max(0, MOST - len(self._open))]
        if len(told) < len(found):
            self._skip(told[-1].id if told else found[0].id + 1)
        for one in reversed(told):
            self._tell_new(one)
        if self._open:
            for one in self.rota.executions.search(Filter(ids=sorted(self._open)), size=len(self._open)):
                self._tell_change(one)
        sys.stdout.flush()

    def _skip(self, until: int) -> None:
        """A flood, or more underway than anybody follows: what is older than an id is told as a number."""
        unseen = until - self._last - 1
        if unseen > 0:
            self._last = until - 1
            self._say(
                "more",
                f"{plural(unseen, 'more execution')}; see `rota jobs history`",
                {"executions": unseen},
                style="dim",
            )

    def _tell_new(self, one: Execution) -> None:
        self._last = max(self._last, one.id)
        if one.is_final:
            self._tell_end(one)
        else:
            self._open.add(one.id)

    def _tell_change(self, one: Execution) -> None:
        if one.started_at is not None and one.id not in self._started and not one.is_final:
            self._started.add(one.id)
            self._tell_start(one)
        if one.is_final:
            self._open.discard(one.id)
            self._started.discard(one.id)
            self._tell_end(one)

    def _tell_start(self, one: Execution) -> None:
        attempt = f", attempt {one.attempt}" if one.attempt > 1 else ""
        why = "" if one.trigger == "scheduler" else f" ({one.trigger.value} by {one.triggered_by}{attempt})"
        self._execution("begun", one, f"started{why}", at=one.started_at)

    def _tell_end(self, one: Execution) -> None:
        took = f" in {milliseconds(one.duration_ms)}" if one.duration_ms is not None else ""
        counted = f", {_items(one)}" if one.items_processed is not None else ""
        said = f": {outcome(one)}" if outcome(one) else ""
        status = one.status.value.replace("_", " ")
        self._execution("ended", one, f"{status}{took}{counted}{said}", at=one.ended_at)

    def _execution(self, event: str, one: Execution, told: str, *, at: datetime | None) -> None:
        if self.screen.is_json:
            from rota.cli.show_executions import execution_json

            self._line({"event": event, "execution": execution_json(one)})
            return
        mark, style = MARKS[one.status]
        self._print(at, f"{mark} {one.job_name} #{one.id} {told}", style)

    def _say(self, event: str, told: str, data: dict[str, Any], style: str = "yellow") -> None:
        if self.screen.is_json:
            self._line({"event": event, **data})
        else:
            self._print(None, told, style)

    def _print(self, at: datetime | None, text: str, style: str) -> None:
        local = (at or self.rota.clock.now()).astimezone().strftime("%H:%M:%S")
        safe = shown(text)
        print(
            f"{paint(local, 'dim')} {paint(safe, style)}" if self.screen.colour else f"{local} {safe}",
            flush=True,
        )

    def _line(self, data: dict[str, Any]) -> None:
        print(json.dumps(data, ensure_ascii=False), flush=True)


def _items(one: Execution) -> str:
    failed = f", {one.items_failed:,} failed" if one.items_failed else ""
    return f"{plural(one.items_processed or 0, 'item')}{failed}"


def second_shell(where: str) -> str:
    """The command for a second shell, with what it must know to find this database."""
    default = "sqlite:///var/rota.db"
    folder = (
        f"cd {os.getcwd()} && "
        if where.startswith("sqlite:///") and not where.startswith("sqlite:////")
        else ""
    )
    setting = "" if where == default else f"ROTA_DATABASE_URL='{where}' "
    return f"{folder}{setting}{_program()} jobs list"


def _program() -> str:
    """How this program is called: an application may have given it a name of its own."""
    name = os.path.basename(sys.argv[0])
    if name not in ("rota", "__main__.py"):
        return sys.argv[0]
    return "rota" if os.environ.get("VIRTUAL_ENV") else os.path.join(os.path.dirname(sys.executable), "rota")
