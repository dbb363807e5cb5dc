"""Channels, with real servers behind them."""

import hashlib
import hmac

import pytest

from rota.channels import sending
from rota.channels.message import Message, Undelivered
from rota.domain.alert import ChannelKind
from rota.domain.errors import Invalid
from tests.channels.receivers import end_threads_of_apprise, mail, web
from tests.clock import NOON

# A library that is older than it says reads pictures with a module that Python will drop.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")

MESSAGE = Message("m-1", NOON, "backup failed", "backup failed: disk full", None, ({"kind": "failed"},))


@pytest.fixture(autouse=True)
def _no_threads_left():
    yield
    end_threads_of_apprise()


def test_a_webhook_is_signed_so_that_only_who_knows_the_secret_can_make_it():
    with web() as server:
        sending.send(ChannelKind.WEBHOOK, server.url, "word", MESSAGE, [server.host])
        ((_, _, headers, body),) = server.calls
    signed = f"m-1.{headers['X-Rota-Timestamp']}.".encode() + body
    assert headers["X-Rota-Signature"] == "v1=" + hmac.new(b"word", signed, hashlib.sha256).hexdigest()
    assert headers["X-Rota-Id"] == "m-1"
    assert server.json[0]["title"] == "backup failed"


def test_a_webhook_that_refuses_or_lies_inside_is_undelivered():
    with web() as server:
        server.status = 500
        with pytest.raises(Undelivered, match="answered 500"):
            sending.send(ChannelKind.WEBHOOK, server.url, None, MESSAGE, [server.host])
        with pytest.raises(Undelivered, match="may not be called"):
            sending.send(ChannelKind.WEBHOOK, server.url, None, MESSAGE, [])


def test_a_mail_arrives_with_title_text_and_id():
    hostile = Message("m-2", NOON, "failed\r\nBcc: evil@example.com", "text", "<p>text</p>")
    with mail() as (port, mails):
        url = f"mailto://127.0.0.1:{port}/?smtp=127.0.0.1&from=rota@example.com&to=ops@example.com&mode=insecure"
        sending.send(ChannelKind.APPRISE, url, None, MESSAGE, [])
        sending.send(ChannelKind.APPRISE, url, None, hostile, [])
        first, second = mails
    assert first["Subject"] == "backup failed"
    assert first["X-Rota-Id"] == "m-1"
    assert "disk full" in str(first.get_payload(decode=False))
    assert second["Bcc"] is None
    assert "Bcc" in second["Subject"]


def test_a_mail_server_that_is_not_there_is_undelivered():
    url = "mailto://127.0.0.1:1/?smtp=127.0.0.1&from=rota@example.com&to=ops@example.com&mode=insecure"
    with pytest.raises(Undelivered):
        sending.send(ChannelKind.APPRISE, url, None, MESSAGE, [])


@pytest.mark.parametrize(
    "url", ["json://127.0.0.1/", "http://example.com/", "syslog://", "rubbish", "form://x/"]
)
def test_services_that_call_any_address_are_refused(url):
    with pytest.raises(Invalid):
        sending.check(ChannelKind.APPRISE, url)
