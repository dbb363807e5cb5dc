"""What the page of one execution tells."""

import pytest

from rota.domain.attempt import Line
from rota.domain.errors import NotFound
from rota.domain.execution import Status
from rota.domain.trace import own
from rota.services.story import LINES, LONGEST, Stories
from tests.clock import NOON
from tests.world import ANA

TRACE = """Traceback (most recent call last):
  File "/srv/app/jobs.py", line 41, in nightly
    return aggregate(context)
  File "/srv/app/usage.py", line 88, in aggregate
    rows = connection.execute(query)
  File "/srv/.venv/lib/python3.12/site-packages/psycopg/connection.py", line 1084, in execute
    raise ex
psycopg.errors.QueryCanceled: canceling statement
"""


@pytest.fixture
def stories(world):
    return Stories(world.db, world.clock, world.executions)


def test_the_place_of_an_error_is_the_innermost_of_ones_own_code():
    found = own(TRACE)
    assert found is not None
    assert (found.file, found.line, found.function) == ("/srv/app/usage.py", 88, "aggregate")
    assert found.source == "rows = connection.execute(query)"
    assert own("no trace at all") is None
    assert own('  File "/usr/lib/python3.12/json/decoder.py", line 3, in f\n    x') is None


def test_a_story_has_all_attempts_and_the_arguments_of_then(world, stories):
    job = world.add_job("a", max_retries=1, backoff=0, task_kwargs={"days": 1, "key": "sealed:xyz"})
    world.executions.execute("a", ANA)
    (first,) = world.run(Status.FAILED, error_type="OSError", error_message="full", stack_trace=TRACE)
    (second,) = world.run()
    story = stories.story(first.execution_id)
    assert [one.attempt for one in story.attempts] == [1, 2]
    assert stories.story(second.execution_id).attempts == story.attempts
    assert story.arguments == {"days": 1, "key": "********"}
    assert story.same is not None
    assert story.frame is not None
    assert story.job is not None
    world.jobs.delete(job.id, ANA)
    assert stories.story(first.execution_id).job is None
    with pytest.raises(NotFound):
        stories.story(999)


def test_of_a_long_output_the_end_is_told_and_the_rest_on_demand(world, stories):
    world.add_job("a")
    world.executions.execute("a", ANA)
    lines = [Line(n, NOON, "warning" if n == 5 else "out", f"line {n}") for n in range(1, LINES + 11)]
    lines.append(Line(LINES + 11, NOON, "error", "100%_Broken " + "x" * 9000))
    (attempt,) = world.run(lines=lines)
    told = stories.told(attempt.execution_id)
    assert (told.lines[0].seq, told.lines[-1].seq, told.earlier) == (12, LINES + 11, True)
    assert len(told.lines[-1].text) == LONGEST + 1
    assert (told.count(), told.count("warnings"), told.count("errors"), told.error) == (
        LINES + 11,
        1,
        1,
        LINES + 11,
    )
    before = stories.told(attempt.execution_id, before=12)
    assert ([line.seq for line in before.lines], before.earlier) == (list(range(1, 12)), False)
    assert [line.seq for line in stories.told(attempt.execution_id, level="warnings").lines] == [5]
    assert [line.seq for line in stories.told(attempt.execution_id, words="%_broken").lines] == [LINES + 11]
    assert stories.told(attempt.execution_id, words="nowhere").lines == []
