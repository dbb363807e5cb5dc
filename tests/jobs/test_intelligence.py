"""Reading logs, files and rows, and drawing conclusions."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Boolean, Column, Date, Integer, String

from rota.domain.actor import Actor
from rota.domain.address import ordered
from rota.domain.errors import Denied, Invalid, NotFound, Unavailable
from rota.jobs.behavioral_analysis import behavioral_analysis
from rota.jobs.feature_extraction import feature_extraction
from rota.jobs.filter_processing import FilterRule, filter_processing
from rota.jobs.import_processing import import_processing
from rota.jobs.llm_processing import llm_processing
from rota.jobs.malicious_ip_blacklist import malicious_ip_blacklist
from rota.sdk import Retry
from rota.store import blocks
from tests.channels.receivers import web
from tests.world import ANA

LINE = '{address} - {user} [{at}] "GET /admin?x=1 HTTP/1.1" {status} 12 "-" "curl"\n'


def act(world, n, action="job.pause", who="ana", ago=timedelta(hours=1)):
    now, world.clock.wall = world.clock.wall, datetime.now(UTC) - ago
    for _ in range(n):
        world.rota.auditing.record(Actor(who, "api", address="9.9.9.9"), action, "job:x")
    world.clock.wall = now


def test_features_come_from_the_audit_log_and_the_access_log(desk):
    act(desk.world, 3)
    act(desk.world, 1, "denied")
    at = (datetime.now(UTC) - timedelta(hours=1)).strftime("%d/%b/%Y:%H:%M:%S +0000")
    lines = [LINE.format(address="8.8.8.8", user="-", at=at, status=s) for s in (200, 403)]
    desk.file("logs/access.log", "".join(lines) + "rubbish\n" + '"' * 5000 + "\n")
    how = {"folder": "logs", "access_log": "access.log"}
    assert desk.run(feature_extraction, **how, dry_run=True).items_processed == 2
    assert desk.files("*.json") == []
    if desk.world.db.is_sqlite:
        desk.kill(feature_extraction, **how)
    done = desk.run(feature_extraction, **how)
    assert done.data["ana"]["refused_share"] == 0.25
    assert done.data["8.8.8.8"]["actions"] == 2
    kept = json.loads((desk.root / "logs" / "features.json").read_text())
    assert kept["features"] == done.data
    with pytest.raises(Denied):
        desk.run(feature_extraction, folder="../", access_log="x")


def test_who_behaves_otherwise_than_before_is_named(desk):
    for day in range(1, 15):
        # At the same time of the day as today's: what is done by night is remarkable by itself.
        act(desk.world, 3, ago=timedelta(days=day, hours=1))
    act(desk.world, 2)
    assert desk.run(behavioral_analysis).data == []
    act(desk.world, 60)
    if desk.world.db.is_sqlite:
        desk.kill(behavioral_analysis)
    (odd,) = desk.run(behavioral_analysis).data
    assert odd[:3] == ["ana", "actions", "62"]
    with pytest.raises(NotFound):
        desk.run(behavioral_analysis, to=["nobody"])


FEED = (
    "# bad ones\n8.8.8.0/24 ; scanner\n\n2001:db8:1::/48\n9.9.9.9 # again\n10.0.0.0/8\n0.0.0.0/0\nrubbish\n"
)


def is_blocked(world, address):
    with world.db.read() as conn:
        return blocks.is_blocked(conn, address, world.clock.now())


def test_a_feed_is_blocked_at_the_door_and_what_it_drops_is_let_in_again(desk):
    desk.file("feeds/bad.txt", FEED)
    how = {"folder": "feeds", "file": "bad.txt"}
    assert desk.run(malicious_ip_blacklist, **how, dry_run=True).items_processed == 6
    assert not is_blocked(desk.world, "8.8.8.8")
    if desk.world.db.is_sqlite:
        desk.kill(malicious_ip_blacklist, **how)
    done = desk.run(malicious_ip_blacklist, **how)
    assert (done.items_processed, done.items_failed) == (2, 4)
    assert is_blocked(desk.world, "8.8.8.8")
    assert not is_blocked(desk.world, "10.1.1.1")
    desk.world.rota.accounts.create("bo", "admin", ANA, password="four words and more")
    entrance = desk.world.rota.entrance
    with pytest.raises(Denied, match="log-ins from this address are refused"):
        entrance.authenticate("bo", "four words and more", address="::ffff:8.8.8.8")
    assert entrance.authenticate("bo", "four words and more", address="8.8.4.4").name == "bo"
    desk.file("feeds/bad.txt", "9.9.9.9\n")
    desk.run(malicious_ip_blacklist, **how)
    assert not is_blocked(desk.world, "8.8.8.8")
    assert ordered("rubbish") is None


def test_a_feed_from_the_web_and_addresses_that_guess_are_blocked(desk):
    act(desk.world, 4, "login.refused")
    with web() as server:
        server.body = b"8.8.4.4\n"
        desk.allow(job_hosts=server.host)
        desk.run(malicious_ip_blacklist, url=server.url, refused_logins=3)
        assert is_blocked(desk.world, "8.8.4.4")
        assert is_blocked(desk.world, "9.9.9.9")
        server.status = 500
        with pytest.raises(Unavailable, match="what was blocked stays blocked"):
            desk.run(malicious_ip_blacklist, url=server.url)
    with pytest.raises(Denied):
        desk.run(malicious_ip_blacklist, url="http://169.254.169.254/")
    assert is_blocked(desk.world, "8.8.4.4")


CSV = "id,name,age,born,member\n1,Ada,36,1815-12-10,true\n2,Bo,x,1990-01-01,true\n3,Cy\n4,Di,20,,0\n"


def people(place):
    columns = (Column("id", Integer, primary_key=True), Column("name", String, nullable=False), Column("age", Integer),
               Column("born", Date), Column("member", Boolean))  # fmt: skip
    return place.table("people", *columns)


def test_files_of_a_watched_folder_become_rows_and_bad_ones_are_set_aside(place):
    table = people(place)
    place.file("in/people.csv", CSV)
    place.file(
        "in/more.json", json.dumps([{"id": 5, "name": "Ed"}, {"id": 6}, {"id": 7, "name": "Fi", "evil": 1}])
    )
    place.file("in/lines.jsonl", '{"id": 8, "name": "Gus"}\nnot json\n')
    how = {"folder": "in", "table": "people"}
    assert place.run(import_processing, **how, dry_run=True).items_failed == 4
    assert place.count(table) == 0
    done = place.run(import_processing, **how)
    assert (done.items_processed, done.items_failed) == (4, 5)
    assert place.rows(table.c.id, table.c.name) == [(1, "Ada"), (4, "Di"), (5, "Ed"), (8, "Gus")]
    bad = [
        json.loads(line) for line in (place.root / "in/people.csv.rejected.jsonl").read_text().splitlines()
    ]
    assert [one["line"] for one in bad] == [3, 4]
    assert bad[0]["problem"] == "age is not of its type: 'x'"
    assert place.run(import_processing, **how).items_processed == 0


def test_an_import_that_was_killed_takes_nothing_in_twice(place):
    table = people(place)
    rows = [{"id": n, "name": f"n{n}"} for n in range(1200)]
    place.file("in/many.json", json.dumps(rows))
    place.kill(import_processing, at=2, folder="in", table="people")
    assert place.count(table) == 1000
    place.run(import_processing, folder="in", table="people")
    assert place.count(table) == 1200
    assert place.files() == ["in/many.json.done"]


@pytest.mark.parametrize(
    "hostile", [{"folder": "../"}, {"table": "users"}, {"table": "people;--"}, {"key": "1=1"}]
)
def test_an_import_goes_nowhere_else(place, hostile):
    people(place)
    place.file("in/a.csv", CSV)
    with pytest.raises((Denied, Invalid)):
        place.run(import_processing, **({"folder": "in", "table": "people"} | hostile))


def journals(place, n=1, **more):
    columns = (Column("id", Integer, primary_key=True), Column("text", String), Column("amount", Integer),
               Column("category", String), Column("summary", String))  # fmt: skip
    rows = [{"text": t, "amount": a} for t, a in (("Coffee 100%", 3), ("RENT may", 900), ("other", 5))] * n
    return place.table("journals", *columns, rows=rows, **more)


RULES = [
    FilterRule(column="text", op="contains", value="100%", then={"category": "full"}),
    FilterRule(column="text", op="begins_with", value="rent", then={"category": "housing"}),
    FilterRule(column="amount", op="greater", value=2, then={"category": "rest"}),
]


def test_rows_are_sorted_by_the_first_rule_that_fits(place):
    table = journals(place)
    how = {"table": "journals", "rules": RULES, "only_null": "category"}
    assert place.run(filter_processing, **how, dry_run=True).items_processed == 3
    place.kill(filter_processing, **how)
    assert place.run(filter_processing, **how).items_processed == 2
    assert [row[1] for row in place.rows(table.c.id, table.c.category)] == ["full", "housing", "rest"]
    assert place.run(filter_processing, **how).items_processed == 0


def test_rules_reach_only_allowed_tables_and_columns(place):
    journals(place)
    for rule in (
        {"column": "text) OR (1=1", "then": {"category": "x"}},
        {"column": "text", "then": {"id); --": 1}},
    ):
        with pytest.raises(Invalid):
            place.run(filter_processing, table="journals", rules=[FilterRule(**rule)])
    with pytest.raises(Denied):
        place.run(filter_processing, table="users", rules=RULES)


def model(calls):
    """A stand-in that speaks the protocol."""

    def answer(method, path, headers, body):
        asked = json.loads(body)
        calls.append((headers.get("Authorization"), asked))
        if asked["messages"][0]["content"].endswith("busy"):
            return 429, b"{}"
        said = {"choices": [{"message": {"content": f"about {asked['messages'][0]['content']}"}}]}
        return 200, json.dumps(said).encode()

    return answer


def test_a_model_reads_rows_one_by_one_and_goes_on_where_it_was(place):
    table = journals(place)
    calls: list[tuple[str | None, dict[str, object]]] = []
    with web(model(calls)) as server:
        place.allow(job_hosts=server.host)
        how = {"url": f"http://{server.host}/v1/chat/completions", "model": "m", "api_key": "k", "table": "journals",
               "prompt": "Sum up: $text", "into": "summary", "per_minute": 100_000}  # fmt: skip
        assert place.run(llm_processing, **how, dry_run=True).items_processed == 3
        assert calls == []
        place.kill(llm_processing, at=2, **how)
        assert place.run(llm_processing, **how).items_processed == 1
        assert len(calls) == 3
        assert calls[0][0] == "Bearer k"
        assert place.rows(table.c.summary)[0][0] == "about Sum up: Coffee 100%"
        with place.engine.begin() as conn:
            conn.execute(table.insert().values(text="{0.__class__} ${secret} busy"))
        with pytest.raises(Retry):
            place.run(llm_processing, **how)
        for hostile in ({"table": "users"}, {"prompt": "$id_ $text $nothing"}):
            with pytest.raises((Denied, Invalid)):
                place.run(llm_processing, **(how | hostile))
    with pytest.raises(Denied):
        place.run(llm_processing, **(how | {"url": "http://127.0.0.1:1/v1"}))
