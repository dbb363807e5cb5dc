"""A test that leaves a process or a thread behind fails, however well the process hides."""

import subprocess
import sys
import threading

import psutil

from tests.servers import leftovers

ORPHAN = """
import os, time
if child := os.fork():
    print(child)
else:
    os.setsid()
    os.close(1)
    time.sleep(600)
"""


def test_a_child_is_found():
    with subprocess.Popen(["sleep", "600"]) as child:
        found = list(leftovers.descendants(psutil.Process(), set()))
        assert child.pid in [process.pid for process in found]
        child.kill()


def test_a_service_of_the_session_is_not_a_leftover():
    with subprocess.Popen(["sleep", "600"]) as child:
        found = list(leftovers.descendants(psutil.Process(), {child.pid}))
        assert child.pid not in [process.pid for process in found]
        child.kill()


def test_an_orphan_in_a_session_of_its_own_is_found_by_its_mark(mark):
    known = set(psutil.pids())
    orphan = int(subprocess.check_output([sys.executable, "-c", ORPHAN]))
    found = list(leftovers.strays(mark, known))
    assert [process.pid for process in found] == [orphan]
    (described,) = leftovers.ended(found, grace=0.01)
    assert described.startswith(f"process {orphan} (")


def test_a_thread_that_goes_on_is_named():
    stop = threading.Event()
    before = set(threading.enumerate())
    thread = threading.Thread(target=stop.wait, name="endless")
    thread.start()
    assert leftovers.threads_left(before, grace=0.01) == ["thread endless"]
    stop.set()
    thread.join()
    assert leftovers.threads_left(before, grace=0.01) == []
