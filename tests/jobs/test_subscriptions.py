"""Tables of the application: licences told of, subscriptions renewed, rows counted by day."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Boolean, Column, DateTime, Integer, String

from rota.domain.errors import Denied
from rota.jobs.analytics_aggregation import analytics_aggregation
from rota.jobs.licence_expiry import licence_expiry
from rota.jobs.subscription_renewal import subscription_renewal
from tests.jobs.told import Told


@pytest.fixture
def told(desk):
    return Told(desk)


def subscriptions(place, n=1):
    now = datetime.now(UTC).replace(tzinfo=None)
    columns = (Column("id", Integer, primary_key=True), Column("name", String), Column("expires_at", DateTime),
               Column("status", String), Column("auto_renew", Boolean))  # fmt: skip
    rows = []
    for i in range(n):
        rows += [
            {
                "name": f"renews {i}",
                "expires_at": now - timedelta(days=40),
                "status": "active",
                "auto_renew": True,
            },
            {
                "name": f"ends {i}",
                "expires_at": now - timedelta(days=1),
                "status": "active",
                "auto_renew": False,
            },
            {
                "name": f"soon {i}",
                "expires_at": now + timedelta(days=3),
                "status": "active",
                "auto_renew": False,
            },
            {
                "name": f"later {i}",
                "expires_at": now + timedelta(days=90),
                "status": "active",
                "auto_renew": False,
            },
        ]
    return place.table("subscriptions", *columns, rows=rows)


def test_licences_that_expire_soon_are_told(told):
    subscriptions(told.desk)
    assert told.desk.run(licence_expiry, table="subscriptions", to=["ops"], dry_run=True).items_processed == 1
    if told.world.db.is_sqlite:
        told.desk.kill(licence_expiry, table="subscriptions", to=["ops"])
    told.desk.run(licence_expiry, table="subscriptions", to=["ops"])
    assert told.arrived() == ["1 of subscriptions expire within 14 days"]
    with pytest.raises(Denied):
        told.desk.run(licence_expiry, table="users")


def test_subscriptions_are_renewed_or_suspended(place):
    table = subscriptions(place)
    how = {"table": "subscriptions"}
    assert place.run(subscription_renewal, **how, dry_run=True).metrics == {"renewed": 1, "suspended": 1}
    assert place.run(subscription_renewal, **how, grace_days=7).metrics == {"renewed": 1, "suspended": 0}
    assert place.run(subscription_renewal, **how).metrics == {"renewed": 0, "suspended": 1}
    assert place.rows(table.c.name, table.c.status) == [
        ("ends 0", "suspended"), ("later 0", "active"), ("renews 0", "active"), ("soon 0", "active")
    ]  # fmt: skip
    with pytest.raises(Denied):
        place.run(subscription_renewal, table="users")


def test_a_renewal_that_was_killed_prolongs_nothing_twice(place):
    table = subscriptions(place, 3)
    place.kill(subscription_renewal, at=2, table="subscriptions")
    place.run(subscription_renewal, table="subscriptions")
    now = datetime.now(UTC).replace(tzinfo=None)
    prolonged = [at for name, at in place.rows(table.c.name, table.c.expires_at) if name.startswith("renews")]
    assert all(now < at < now + timedelta(days=30) for at in prolonged)


def test_rows_are_counted_by_day_and_group(place):
    now = datetime.now(UTC).replace(tzinfo=None)
    columns = (
        Column("id", Integer, primary_key=True),
        Column("created_at", DateTime),
        Column("kind", String),
    )
    rows = [{"created_at": now, "kind": "chat"}] * 3 + [
        {"created_at": now - timedelta(days=1), "kind": "mail"}
    ]
    place.table("events", *columns, rows=rows)
    daily = place.table(
        "daily",
        Column("day", String, primary_key=True),
        Column("name", String, primary_key=True),
        Column("n", Integer),
    )
    how = {"table": "events", "group_by": "kind", "into": "daily"}
    assert place.run(analytics_aggregation, **how, dry_run=True).items_processed == 2
    assert place.count(daily) == 0
    place.kill(analytics_aggregation, at=2, **how)
    for _ in range(2):
        place.run(analytics_aggregation, **how)
    assert [row[1:] for row in place.rows(daily.c.day, daily.c.name, daily.c.n)] == [("mail", 1), ("chat", 3)]
    with pytest.raises(Denied):
        place.run(analytics_aggregation, table="events", into="users")
