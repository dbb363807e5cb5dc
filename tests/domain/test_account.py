"""Names, passwords, and how long one waits after wrong ones."""

import pytest

from rota.domain.account import (
    FREE_ATTEMPTS,
    LONGEST_WAIT,
    check_name,
    check_password,
    network,
    wait_after,
)
from rota.domain.errors import Invalid


@pytest.mark.parametrize("name", ["ana", "7", "Ana.Lopez-Ruiz", "ana@example.org", "a" * 100, "_x+y"])
def test_names_of_users(name):
    check_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "-ana", "ana lopez", "\u0430na", "a" * 101, "ana\n", "a\0", "system", "ROTA", "code", "anonymous"],
)
def test_what_is_no_name_or_another_s(name):
    with pytest.raises(Invalid) as refused:
        check_name(name)
    assert refused.value.field == "name"


@pytest.mark.parametrize(
    "password", ["eightlet", " leading", "trailing  ", "🔑🗝" * 4, "with\0null", "x1" * 512, "é" * 511 + "ab"]
)
def test_every_character_counts(password):
    check_password(password, "ana")


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("seven77", "at least 8"),
        ("x1" * 512 + "!", "at most 1024 bytes"),
        ("é" * 513, "at most 1024 bytes"),
        ("ana.lopez", "is the name"),
        ("\udcff" * 9, "a character that is none"),
    ],
)
def test_bad_passwords_are_told_why(password, words):
    with pytest.raises(Invalid, match=words) as refused:
        check_password(password, "ana.lopez")
    assert refused.value.field == "password"
    assert password not in str(refused.value)


def test_waiting_doubles_and_has_an_end():
    waits = [wait_after(n, FREE_ATTEMPTS) for n in range(1, 20)]
    assert waits[: FREE_ATTEMPTS + 3] == [0, 0, 0, 0, 1, 2, 4, 8]
    assert waits[-1] == LONGEST_WAIT == wait_after(10**9, FREE_ATTEMPTS)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix", "unix"),
    ],
)
def test_an_address_is_counted_by_its_customer(address, counted):
    assert network(address) == counted
