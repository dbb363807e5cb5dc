"""Start a program."""

import os
import subprocess
import threading
from typing import Annotated

from pydantic import Field

from rota.domain.errors import Denied, Invalid
from rota.jobs.allowed import allowed, nothing_configured
from rota.sdk import JobContext, JobResult, task

KEPT = ("LANG", "LC_ALL", "TZ", "HOME")
MOST_ARGUMENTS = 100


@task("rota.command", title="Start a program")
def command(
    context: JobContext,
    *,
    argv: list[str] | None = None,
    folder: str = "",
    expected: Annotated[int, Field(ge=-64, le=255)] = 0,
    dry_run: bool = False,
) -> JobResult:
    """Start a program with its arguments, without a shell, and fail when it ends with another code than `expected`.

    argv    the program by its whole path, named in the setting job_commands, and its arguments
    folder  where it starts, below a root of the setting job_roots; default: /
    It sees PATH, LANG, TZ and HOME, and nothing else of the environment. What it prints is in the output.
    """
    if not argv:
        return nothing_configured("set the argument argv")
    _check(argv)
    if dry_run:
        return JobResult(message=f"{argv[0]} would be started", items_processed=0)
    environ = {name: os.environ[name] for name in KEPT if name in os.environ} | {"PATH": os.defpath}
    place = _place(folder)
    try:
        running = subprocess.Popen(
            argv, cwd=place, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            umask=0o077,
        )  # fmt: skip
    except OSError as error:
        raise Invalid(f"{argv[0]} cannot be started: {error.strerror}", fix="check the path") from error
    context.progress(0, 1, "started")
    reader = threading.Thread(target=_print, args=(context, running), daemon=True)
    reader.start()
    try:
        code = running.wait()
    finally:
        if running.poll() is None:
            running.kill()
            running.wait()
    reader.join(10)
    context.progress(1, 1, "ended")
    return JobResult(success=code == expected, message=f"{argv[0]} ended with {code}", items_processed=1)


def _check(argv: list[str]) -> None:
    if argv[0] not in allowed("job_commands"):
        raise Denied(
            f"{argv[0]!r} may not be started", fix="name it, by its whole path, in the setting job_commands"
        )
    if not os.path.isabs(argv[0]) or len(argv) > MOST_ARGUMENTS or any("\0" in part for part in argv):
        raise Invalid("that cannot be started", fix="give a whole path, and at most 100 plain arguments")


def _place(folder: str) -> str:
    if not folder:
        return "/"
    from rota.services import places

    with places.opened(folder, allowed("job_roots")):
        root, parts = places.placed(folder, allowed("job_roots"))
    return str(root.joinpath(*parts))


def _print(context: JobContext, running: "subprocess.Popen[bytes]") -> None:
    assert running.stdout is not None
    with running.stdout as output:
        for line in output:
            context.log.info("%s", line.decode("utf-8", "replace").rstrip("\n"))
