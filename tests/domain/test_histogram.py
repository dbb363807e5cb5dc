"""Durations in logarithmic buckets: the one source of percentiles."""

from collections import Counter
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.domain.histogram import bucket, percentile


@given(st.lists(st.floats(1, 1e9), min_size=1, max_size=200), st.sampled_from([0.5, 0.95, 1.0]))
def test_a_percentile_is_right_to_a_bucket(durations, share):
    counts = Counter(map(bucket, durations))
    exact = sorted(durations)[ceil(share * len(durations)) - 1]
    found = percentile(counts, share)
    assert found is not None
    assert exact / 1.0001 <= found <= exact * 2 ** (1 / 8) * 1.0001


@pytest.mark.parametrize("milliseconds", [0, 0.2, 1])
def test_what_takes_up_to_a_millisecond_is_in_the_first_bucket(milliseconds):
    assert bucket(milliseconds) == 0


def test_nothing_counted_has_no_percentile():
    assert percentile({}, 0.5) is None
