"""Passwords that whoever guesses begins with are refused; those that are long enough, or odd enough, are not."""

import time

import pytest

from rota.domain.account import MOST_BYTES
from rota.domain.errors import Invalid
from rota.services.passwords import check


@pytest.mark.parametrize(
    "password",
    [
        "Password1", "p@ssw0rd", "12345678", "qwertyuiop", "zzzzzzzzzzzz", "trustno1", "iloveyou2", "2024-05-06",
        "abcdefghijklmnop", "rotarota", "adalovelace1", "liverpool99", "letmein123", "dragon1990",
    ],
)  # fmt: skip
def test_what_anybody_would_guess_is_refused_and_told_why(password):
    with pytest.raises(Invalid, match="that is no good password: ") as refused:
        check(password, "adalovelace")
    assert (refused.value.field, password in str(refused.value)) == ("password", False)


@pytest.mark.parametrize(
    "password",
    [
        "four or five words",
        "correct horse battery staple",
        "k8#fQ2!xLw",
        "ein Pferd frißt Gurken",
        "鍵をかけてください",
    ],
)
def test_what_is_long_or_odd_enough_is_taken(password):
    check(password, "ada")


def test_the_longest_password_takes_no_time_to_speak_of():
    begun = time.process_time()
    check("a long one, " * (MOST_BYTES // 12), "ada")
    assert time.process_time() - begun < 10
