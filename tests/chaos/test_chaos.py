"""A short run of `make chaos`."""

import random

from tests.chaos.company import Company
from tests.chaos.misfortunes import Misfortunes
from tests.chaos.monkey import Monkey


def test_whatever_breaks_every_slot_is_accounted_for(cluster_url, tmp_path, valkey):
    company = Company(cluster_url, tmp_path, valkey)
    try:
        company.open()
        Monkey(Misfortunes(company, random.Random(6))).work(6)
        assert company.end() == []
    finally:
        company.close()
