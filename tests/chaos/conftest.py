"""What the clusters have."""

from tests.cluster.conftest import cluster_url

__all__ = ["cluster_url"]
