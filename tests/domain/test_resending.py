"""When a message counts as lost."""

from datetime import timedelta

import pytest

from rota.domain.resending import PROVEN, UNPROVEN, is_lost
from tests.clock import NOON


@pytest.mark.parametrize(("proven", "patience"), [(True, PROVEN), (False, UNPROVEN)])
def test_patience_doubles_with_each_sending(proven, patience):
    for sends in (1, 2, 3, 4):
        due = NOON + patience * 2 ** (sends - 1)
        assert is_lost(NOON, sends, due, proven=proven)
        assert not is_lost(NOON, sends, due - timedelta(seconds=1), proven=proven)


def test_what_the_broker_never_took_goes_out_at_once():
    assert is_lost(NOON, 0, NOON, proven=False)
