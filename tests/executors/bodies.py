"""Bodies for the tests of runners, the bad ones above all."""

import asyncio
import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

from rota import DoNotRetry, JobContext, JobResult, Retry, Stopped, task

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


@task("nothing")
def nothing() -> None:
    """Does nothing."""


@task("greet")
def greet(context: JobContext, name: str = "you") -> dict[str, str]:
    """Speaks in every way there is."""
    print("hello", name)
    context.log.warning("careful\nnow")
    os.write(2, b"raw \xff\x00 bytes\n")
    logging.getLogger("library").info("from a library")
    subprocess.run(["echo", "from a child"], check=True)
    print("no newline", end="")
    return {"name": name}


@task("stubborn")
def stubborn(path: str) -> None:
    """Ignores SIGTERM, forks, and has a child in a session of its own that ignores it too."""
    child = subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 600 & wait"], start_new_session=True)
    forked = os.fork()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if forked:
        Path(path).write_text(f"{os.getpid()} {child.pid} {forked}")
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(600)


@task("leave_behind")
def leave_behind(path: str) -> str:
    """Ends, but a child and an orphan in a session of its own go on and keep printing."""
    loud = "import time\nwhile True: print('still here', flush=True); time.sleep(0.01)"
    child = subprocess.Popen([sys.executable, "-c", loud], start_new_session=True)
    orphan = subprocess.run(
        ["sh", "-c", "setsid sleep 600 >/dev/null 2>&1 & echo $!"], capture_output=True, text=True, check=True
    )
    Path(path).write_text(f"{child.pid} {orphan.stdout}")
    return "done"


@task("end_process")
def end_process(code: int) -> NoReturn:
    """Ends its process at once."""
    print("last words", flush=True)
    os._exit(code)


@task("fork_and_return")
def fork_and_return() -> int:
    """Parent and child both return."""
    if os.fork() == 0:
        print("from the child")
        return 1
    return os.waitstatus_to_exitcode(os.wait()[1])


@task("segfault")
def segfault() -> None:
    """Reads where nothing is."""
    ctypes.string_at(0)


@task("kill_own_process")
def kill_own_process(number: int) -> None:
    """Sends its own process a signal."""
    os.kill(os.getpid(), number)
    time.sleep(5)


@task("raise_error")
def raise_error(kind: str) -> NoReturn:
    """Raises what is asked for."""
    errors: dict[str, BaseException] = {
        "value": ValueError("bad value"),
        "exit": SystemExit(3),
        "interrupt": KeyboardInterrupt(),
        "generator": GeneratorExit(),
        "retry": Retry(after=7, message="later"),
        "no_retry": DoNotRetry("useless"),
        "stopped": Stopped("by itself"),
    }
    raise errors[kind]


@task("raise_error_async")
async def raise_error_async(kind: str) -> NoReturn:
    """The same on an event loop, with a task left on it."""
    asyncio.get_running_loop().create_task(asyncio.sleep(600))
    raise_error(kind)


@task("print_much")
def print_much(megabytes: int) -> None:
    """Prints through a child, as fast as a pipe takes it."""
    print("the beginning")
    sys.stdout.flush()
    subprocess.run(f"yes 0123456789abcde | head -c {megabytes * 2**20}", shell=True, check=True)
    print("the end")


RESULTS: dict[str, Any] = {
    "object": object(),
    "nan": float("nan"),
    "bytes": b"\x00",
    "large": "x" * 70_000,
    "list": [1, "zwei", None],
    "failed": JobResult(success=False, message="nothing to do", items_processed=3, items_failed=2),
    "full": JobResult(message="fine", items_processed=4, metrics={"rate": 1.5}, data={"k": 1}),
}


@task("give_back")
def give_back(kind: str) -> Any:
    """Returns what is asked for."""
    if kind == "recursive":
        itself: list[Any] = []
        itself.append(itself)
        return itself
    return RESULTS[kind]


@task("take_memory")
def take_memory(megabytes: int) -> int:
    """Takes that much memory and gives it up again."""
    return len(b"x" * (megabytes * 2**20))


@task("take_memory_in_child")
def take_memory_in_child(megabytes: int) -> None:
    """A child takes it."""
    subprocess.run([sys.executable, "-c", f"x = b'x' * ({megabytes} << 20)"], check=True)


@task("burn")
def burn(seconds: float) -> None:
    """Uses that much CPU, half of it in a child."""
    code = f"import time\nwhile time.process_time() < {seconds / 2}: pass"
    subprocess.run([sys.executable, "-c", code], check=True)
    until = time.process_time() + seconds / 2
    while time.process_time() < until:
        pass


@task("vandalise")
def vandalise() -> None:
    """Breaks what the next body needs."""
    sys.stdout.close()
    sys.stderr = None
    os.close(1)
    os.close(2)
    os.chdir("/")
    for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    signal.alarm(1)
    logging.basicConfig(force=True)


@task("look_around")
def look_around() -> dict[str, Any]:
    """What a body finds."""
    print("out")
    print("err", file=sys.stderr)
    logging.getLogger().info("logged")
    return {"folder": os.getcwd(), "environment": dict(os.environ)}


@task("report")
def report(context: JobContext) -> None:
    """Tells its progress a thousand times, from a thread too."""

    def count() -> None:
        for done in range(500):
            context.progress(done)

    thread = threading.Thread(target=count)
    thread.start()
    for done in range(1, 501):
        context.progress(done, 500, "x" * done)
        context.heartbeat()
    thread.join()
    context.progress(500, 500, "all")


@task("log_much")
def log_much(context: JobContext) -> None:
    """Long log entries, while a child prints into the same pipe."""
    child = subprocess.Popen(["sh", "-c", "for i in $(seq 500); do echo child; done"])
    for number in range(50):
        context.log.info(f"{number} " + "l" * 10_000)
    child.wait()


@task("ask")
def ask(context: JobContext) -> Any:
    """Asks the services as a ready-made task does."""
    return context._link.call("count", of="jobs")
