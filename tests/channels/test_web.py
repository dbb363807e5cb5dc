"""The web client: it goes only where it may."""

import pytest

from rota.channels.web import request
from rota.domain.address import block, is_public, ordered, parse
from rota.domain.errors import Denied, Invalid, Unavailable
from tests.channels.receivers import web

INSIDE = [
    "127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "::1", "fd00::1",
    "fe80::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "no address",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888"])
def test_an_address_of_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8080/", "http://localhost/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/",
     "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest/meta-data"],
)  # fmt: skip
def test_nothing_inside_is_called_however_it_is_written(url):
    with pytest.raises((Denied, Unavailable)) as refused:
        request("GET", url, timeout=1)
    assert "may not be called" in str(refused.value) or "there is no host" in str(refused.value)


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/", "file:///etc/passwd", "http://user:word@example.com/", "http://exa mple.com/",
     "http://example.com\r\nHost: x/", "http://example.com:99999/", "//example.com", "http://example.com\\@evil/"],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(url):
    with pytest.raises(Invalid):
        parse(url)


def test_a_host_that_the_settings_name_is_called_at_any_port():
    with web() as server:
        answer = request("POST", server.url, hosts=[server.host], headers={"X-One": "1"}, body=b"{}")
        assert (answer.status, answer.text) == (200, "ok")
        (call,) = server.calls
    assert (call[0], call[1], call[2]["X-One"], call[3]) == ("POST", "/hook", "1", b"{}")
    with pytest.raises(Denied, match=r'name "127\.0\.0\.1:1" in the setting job_hosts'):
        request("GET", "http://127.0.0.1:1/", hosts=["127.0.0.1:2"])


def test_a_redirect_is_an_answer_and_not_followed():
    with web() as server:
        server.status, server.headers = 302, {"Location": "http://127.0.0.1:1/"}
        assert request("GET", server.url, hosts=[server.host]).status == 302
        assert len(server.calls) == 1


def test_a_long_answer_and_a_closed_door_are_errors():
    with web() as server:
        server.body = b"x" * 2000
        with pytest.raises(Unavailable, match="longer than 1,000 bytes"):
            request("GET", server.url, hosts=[server.host], most=1000)
        host, url = server.host, server.url
    with pytest.raises(Unavailable, match="did not answer"):
        request("GET", url, hosts=[host])


def test_headers_cannot_smuggle_another_line():
    with pytest.raises(Invalid, match="line break"):
        request("GET", "http://8.8.8.8/", headers={"X-A": "1\r\nX-B: 2"})
    with pytest.raises(Invalid, match="may not be given"):
        request("GET", "http://8.8.8.8/", headers={"Host": "other"})


def test_networks_of_a_feed_are_compared_as_texts():
    found = block("1.2.3.0/24")
    assert found is not None
    assert found.first <= (ordered("1.2.3.77") or "") <= found.last
    assert not found.first <= (ordered("1.2.4.1") or "") <= found.last
    assert [block(text) for text in ("10.0.0.0/8", "0.0.0.0/0", "rubbish", "8.0.0.0/4")] == [None] * 4
