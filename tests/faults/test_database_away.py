"""The database away for a while. ROTA_SLOW=1 keeps it away for 40 seconds instead of 8."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from rota.store.database import sqlite_module
from tests.faults.conftest import examined
from tests.faults.proxy import Proxy
from tests.faults.site import Site, kill, on_sqlite
from tests.servers import postgres

pytestmark = pytest.mark.timeout(240)

AWAY = 40 if os.environ.get("ROTA_SLOW") else 8
"""Seconds; longer than the lease, that of the tests or, with ROTA_SLOW=1, the real one."""

JOBS = f"""
@job(max_retries=1, backoff=0.1)
def ends_meanwhile(context: JobContext):
    work(context, 1)

@job(max_retries=1, backoff=0.1)
def ends_afterwards(context: JobContext):
    work(context, {AWAY + 3})

@job(every="1s")
def on_time(context: JobContext):
    work(context, 0.01)
"""


@pytest.fixture
def proxy(fresh_postgres_url: str) -> Iterator[Proxy]:
    """The line from the servers of `far_site` to its database."""
    made = Proxy(fresh_postgres_url)
    yield made
    made.close()


@pytest.fixture
def far_site(proxy: Proxy, fresh_postgres_url: str, tmp_path: Path) -> Iterator[Site]:
    """A site that sees its database although its servers may not."""
    yield from examined(fresh_postgres_url, tmp_path)


@pytest.fixture
def own_server(service_processes: set[int]) -> Iterator[str]:
    """URL of a PostgreSQL that this test may maltreat."""
    binaries = postgres.binaries_of_wheel() or postgres.installed_binaries()
    assert binaries is not None
    with postgres.running(binaries, fsync=False) as server:
        service_processes.add(server.guard)
        yield server.url
        service_processes.discard(server.guard)


@pytest.fixture
def frail_site(own_server: str, tmp_path: Path) -> Iterator[Site]:
    """A site on it."""
    yield from examined(own_server, tmp_path)


def begin_both(site: Site) -> None:
    """Both long jobs run."""
    site.ran("ends_meanwhile"), site.ran("ends_afterwards")
    site.begun("ends_meanwhile"), site.begun("ends_afterwards")


def nothing_was_lost(site: Site) -> None:
    """What ran ended, once, and its ending was written afterwards; and the schedule goes on."""
    site.until_story("ends_meanwhile", "succeeded", seconds=60)
    site.until_story("ends_afterwards", "succeeded", seconds=60)
    site.begun("on_time", len(site.effects("on_time")) + 2)


@pytest.mark.parametrize("how", ["refused", "silent"])
def test_what_ends_while_postgres_is_out_of_reach_is_written_afterwards(far_site, proxy, how):
    far_site.serve(JOBS, url=proxy.url, runners=3)
    begin_both(far_site)
    if how == "silent":
        with proxy.silence():
            time.sleep(AWAY)
    else:
        proxy.cut()
        time.sleep(AWAY)
        proxy.mend()
    nothing_was_lost(far_site)


def test_a_crash_of_postgres_loses_nothing(frail_site):
    """A backend that dies takes all others with it; the server recovers as it does after a crash."""
    frail_site.serve(JOBS, runners=3)
    begin_both(frail_site)
    for _ in range(3):
        kill(frail_site.until(lambda: backends(frail_site.url), "somebody is connected")[0])
        time.sleep(1.5)
    nothing_was_lost(frail_site)


def test_what_ends_while_postgres_is_frozen_is_written_afterwards(frail_site):
    frail_site.serve(JOBS, runners=3)
    begin_both(frail_site)
    frozen = list(server_processes(frail_site.url))
    for pid in frozen:
        kill(pid, signal.SIGSTOP)
    time.sleep(AWAY)
    for pid in frozen:
        kill(pid, signal.SIGCONT)
    nothing_was_lost(frail_site)


def backends(url: str) -> list[int]:
    """The processes of that server that serve a client."""
    return [pid for pid in server_processes(url) if "127.0.0.1(" in command_of(pid)]


def command_of(pid: int) -> str:
    """What a process calls itself; nothing when it is gone."""
    with contextlib.suppress(psutil.Error):
        return " ".join(psutil.Process(pid).cmdline())
    return ""


def server_processes(url: str) -> Iterator[int]:
    """The server that listens on the port of `url`, and all below it."""
    port = url.rpartition(":")[2].partition("/")[0]
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.name() == "postgres" and f"-p {port}" in " ".join(process.cmdline()):
                yield process.pid
                yield from (child.pid for child in process.children(recursive=True))


@pytest.mark.parametrize(
    ("transaction", "needle"),
    [("plan", b"INSERT INTO executions"), ("claim", b"UPDATE executions"), ("ending", b"UPDATE executions")],
)
def test_a_commit_whose_answer_never_came_is_neither_lost_nor_done_twice(
    far_site, proxy, transaction, needle
):
    site = far_site
    site.serve(
        """
@job(every="1s", overlap="queue_all")
def each_second(context: JobContext):
    work(context, 0.05)

@job(max_retries=1, backoff=0.1)
def once(context: JobContext):
    work(context, 1)
"""
        if transaction == "plan"
        else """
@job(max_retries=1, backoff=0.1)
def once(context: JobContext):
    work(context, 1)
""",
        url=proxy.url,
    )
    if transaction == "ending":
        site.ran("once")
        site.begun("once")
        proxy.break_at_commit_of(needle)
    else:
        proxy.break_at_commit_of(needle)
        site.ran("once")
    assert proxy.broke.wait(20)
    site.until(lambda: site.story("once") in (["succeeded"], ["lost", "succeeded"]), "it is done")
    assert len(site.effects("once")) == 1


def test_a_server_that_ends_while_the_database_is_away_ends_cleanly_and_is_found_dead_later(far_site, proxy):
    server = far_site.serve(JOBS, url=proxy.url, shutdown_grace=0, kill_after=0.5)
    far_site.ran("ends_afterwards")
    far_site.begun("ends_afterwards")
    proxy.cut()
    assert server.end() == 0
    proxy.mend()
    assert far_site.story("ends_afterwards") == ["running"]
    far_site.serve(JOBS.replace(f"{AWAY + 3}", "0.1"))
    far_site.until_story("ends_afterwards", "lost", "succeeded")


@on_sqlite
def test_what_ends_while_another_process_holds_the_lock_of_sqlite_is_written_afterwards(site):
    site.serve(JOBS, runners=3)
    begin_both(site)
    with contextlib.closing(sqlite_module().connect(site.url[10:], isolation_level=None)) as conn:
        conn.execute("BEGIN IMMEDIATE")
        time.sleep(AWAY)
        conn.execute("ROLLBACK")
    nothing_was_lost(site)
