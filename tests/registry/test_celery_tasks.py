"""The tasks of a Celery application are tasks of rota, under their names and as they are."""

import pytest

from rota.domain.errors import Invalid

SHOP = """
from celery import Celery
import rota.celery

app = Celery("shop", broker="memory://", set_as_current=False)
rota.celery.setup(app)

@app.task(name="shop.rebuild")
def rebuild(table: str, *, fast: bool = False):
    "Builds a table anew."
    return f"{table} {fast}"

@app.task(name="shop.count", bind=True)
def count(self, up_to: int):
    return [self.name, up_to]
"""


def test_a_module_with_a_celery_application_offers_its_tasks(author):
    author.writes("shop.py", SHOP, head="")
    found = author.loads("shop")
    assert found.problems == []
    assert sorted(found.tasks) == ["shop.count", "shop.rebuild"]
    rebuild = found.tasks["shop.rebuild"]
    assert rebuild.description == "Builds a table anew."
    assert rebuild.call(**rebuild.bind({"table": "orders", "fast": True})) == "orders True"
    with pytest.raises(Invalid, match="tabel"):
        rebuild.check({"tabel": "orders"})


def test_a_bound_task_has_itself(author):
    # Celery shares tasks between the applications of a process, so this one has other names.
    author.writes("store.py", SHOP.replace("shop", "store"), head="")
    count = author.loads("store").tasks["store.count"]
    assert count.call(**count.bind({"up_to": 3})) == ["store.count", 3]


def test_an_application_that_cannot_be_read_is_a_problem_and_the_rest_goes_on(author):
    broken = SHOP.replace("shop", "third").replace('"memory://"', '"memory://", include=["no.such"]')
    author.writes("third.py", broken, head="")
    author.writes("other.py", "@job\ndef other(): ...\n")
    found = author.loads("third", "other")
    assert "No module named" in found.problems[0].message
    assert list(found.jobs) == ["other"]
