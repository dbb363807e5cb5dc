"""Clusters on PostgreSQL; when a test is over, everything is ended and every rule is checked."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster.cluster import Cluster
from tests.servers import databases


@pytest.fixture
def cluster_url(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """URL of a fresh PostgreSQL database that has its tables."""
    with databases.fresh(postgres_url, postgres_template) as url:
        yield url


@pytest.fixture
def cluster_of(cluster_url: str, tmp_path: Path) -> Iterator[Callable[..., Cluster]]:
    """Makes the cluster that runs the jobs of a module; afterwards nothing may be broken and nothing left."""
    made: list[Cluster] = []

    def make(code: str, **environ: str) -> Cluster:
        made.append(Cluster(cluster_url, tmp_path, code, **environ))
        return made[-1]

    try:
        yield make
        assert [problem for cluster in made for problem in cluster.end()] == []
    finally:
        for cluster in made:
            cluster.close()
