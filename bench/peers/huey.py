"""Huey on SQLite: two worker processes for throughput, threads where its scheduler is what is measured."""

import threading
import time

from huey import SqliteHuey

from bench.peers import line

# Durable, as rota is, and with a result for each task, or no end would be recorded.
app = SqliteHuey(filename=line.given("DATABASE"), fsync=True, store_none=True)
CONSUMER = ["-m", "huey.bin.huey_consumer", "bench.peers.huey.app", "-w", "2", "-k", "process", "-q"]


@app.task()
def nothing() -> None:
    """What is measured."""


@app.task()
def again(due: float) -> None:
    """Every second: a periodic task can only be due every minute, so it queues the next one itself."""
    line.stamp(due)
    again.schedule(args=(due + 1,), delay=max(due + 1 - time.time(), 0))


def throughput() -> None:
    """See line.rate."""

    def enqueue(count: int) -> None:
        for _ in range(count):
            nothing()

    line.tell(
        "huey", rate=line.rate([*CONSUMER, "-n", "-d", "0.01", "-m", "0.05"], enqueue, app.result_count)
    )


def herd() -> None:
    """COUNT periodic tasks that are due at the first look of the scheduler, which looks once a minute."""
    first: list[float] = []

    def is_due(_: object) -> bool:
        if not first:
            first.append(time.time())
        return True

    for n in range(line.count()):
        app.periodic_task(is_due, name=f"job_{n}")(lambda: line.stamp(first[0]))
    _consume(lambda: bool(first) and line.begun() >= line.count(), 4)
    line.tell("huey", **line.herd(first[0]))


def lag() -> None:
    """COUNT tasks, each every second."""
    due = float(int(time.time()) + 3)
    for _ in range(line.count()):
        again.schedule(args=(due,), delay=due - time.time())
    seconds, before = float(line.given("SECONDS")), line.cpu_seconds()
    _consume(lambda: time.time() > due + seconds, 4)
    line.tell("huey", stamps=line.read_stamps(), cpu=line.cpu_seconds() - before, first=due)


def _consume(done: "object", workers: int) -> None:
    consumer = app.create_consumer(workers=workers, worker_type="thread", scheduler_interval=1, max_delay=0.1)
    thread = threading.Thread(target=consumer.run, daemon=True)
    consumer._set_signal_handlers = lambda: None
    thread.start()
    deadline = time.time() + line.limit()
    while not done() and time.time() < deadline:  # type: ignore[operator]
        time.sleep(0.02)
