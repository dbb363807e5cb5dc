"""Alerts on their whole way: from the execution that failed to a mail server, and to a webhook that checks."""

import hashlib
import hmac
from datetime import timedelta

import pytest

from rota.domain.alert import ChannelKind, ChannelSpec, RuleSpec
from rota.domain.attempt import Ending
from rota.domain.execution import Status
from rota.engine.alerter import Alerter
from rota.engine.ending import end
from rota.services.alerts import Alerts
from rota.services.channels import Post
from rota.services.vault import Vault
from tests.channels.receivers import end_threads_of_apprise, mail, web
from tests.servers.postgres import free_port
from tests.world import ANA

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
MAIL = "mailto://127.0.0.1:{}/?smtp=127.0.0.1&from=rota@example.com&to=ops@example.com&mode=insecure"
SECRET = "four words and more"
EACH_SECOND = {"every": "1s", "overlap": "allow", "misfire": "run_all", "catch_up_limit": 2000}


@pytest.fixture(autouse=True)
def _no_threads_left():
    yield
    end_threads_of_apprise()


@pytest.fixture
def hook():
    with web() as server:
        yield server


class Wired:
    """A world with a mailbox at a port and a signed webhook, both told of everything."""

    def __init__(self, world, hook) -> None:
        self.world, self.hook, self.port = world, hook, free_port()
        post = Post(Vault("a key"), {}, (hook.host,))
        self.alerts, self.alerter = Alerts(world.db, world.clock, post), Alerter(world.db, world.clock, post)
        mailbox = ChannelSpec(name="mail", kind=ChannelKind.APPRISE, url=MAIL.format(self.port))
        signed = ChannelSpec(name="hook", kind=ChannelKind.WEBHOOK, url=hook.url, secret=SECRET)
        for channel in (mailbox, signed):
            self.alerts.channels.create(channel, ANA)
        self.alerts.create(RuleSpec(name="all", channels=("mail", "hook")), ANA)

    def fail(self, attempts):
        now = self.world.clock.now()
        pairs = [(one, Ending(one.execution_id, Status.FAILED, now)) for one in attempts]
        with self.world.db.write() as conn:
            end(self.world.db, conn, self.world.node, pairs, now)

    def run(self, job, status):
        self.world.executions.execute(job, ANA)
        self.world.run(status)

    def after(self, seconds):
        self.world.clock.advance(seconds)
        self.alerter.tick()

    def titles(self):
        """What the webhook was told; each signature is checked as its receiver would."""
        for _, _, heads, body in self.hook.calls:
            signed = f"{heads['X-Rota-Id']}.{heads['X-Rota-Timestamp']}.".encode() + body
            made = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
            assert hmac.compare_digest(heads["X-Rota-Signature"], f"v1={made}")
        return [one["title"] for one in self.hook.json]


@pytest.fixture
def wired(world, hook):
    world.add_job("noisy", **EACH_SECOND)
    world.add_job("quiet")
    return Wired(world, hook)


def test_a_thousand_failures_in_a_minute_are_two_mails_and_two_calls(wired):
    wired.world.after(1000)
    attempts = wired.world.claim(2000)
    assert len(attempts) == 1000
    with mail(wired.port) as (_, mails):
        for start in range(0, 1000, 50):
            wired.fail(attempts[start : start + 50])
            wired.after(3)
        wired.after(60)
        wired.after(60)
    expected = ["50 alerts: noisy failed (50)", "950 alerts: noisy failed (950)"]
    assert [str(one["Subject"]) for one in mails] == wired.titles() == expected
    assert "and 930 more" in str(mails[1].get_payload(decode=False))


def test_a_mail_server_that_is_away_for_five_minutes_gets_each_message_once_when_it_is_back(wired):
    for _ in range(5):
        wired.run("quiet", Status.FAILED)
        wired.after(60)
    assert wired.alerts.channels.get("mail").waiting == 5
    assert len(wired.titles()) == 5
    with mail(wired.port) as (_, mails):
        for _ in range(10):
            wired.after(60)
    told = [
        line for one in mails for line in str(one.get_payload(decode=False)).splitlines() if "quiet" in line
    ]
    assert len(told) == len(set(told)) == 5
    assert len({str(one["X-Rota-Id"]) for one in mails}) == len(mails)
    assert wired.alerts.channels.get("mail").waiting == 0
    assert len(wired.titles()) == 5


def test_recovery_is_told_and_what_is_muted_is_not(wired):
    with mail(wired.port) as (_, mails):
        wired.alerts.mute("job:noisy", wired.world.clock.now() + timedelta(hours=1), ANA, "known")
        for job in ("noisy", "quiet"):
            for status in (Status.FAILED, Status.SUCCEEDED):
                wired.run(job, status)
                wired.after(61)
    assert [str(one["Subject"]) for one in mails] == wired.titles() == ["quiet failed", "quiet has recovered"]
