"""The numbers of the whole, as Prometheus names them."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from rota.api.answers import Overview
from rota.app import Rota
from rota.services.tending import Tending


class Figures(Collector):
    """Collects once."""

    def __init__(self, rota: Rota, overview: Overview) -> None:
        self.rota, self.overview = rota, overview

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        of, health = self.overview, Tending(self.rota.db, self.rota.clock).health()
        yield _by("rota_jobs", "Jobs by how they stand", "status", of.jobs_by_status)
        yield _one("rota_jobs_enabled", "Jobs that are enabled", of.enabled_jobs)
        yield _one("rota_jobs_overdue", "Jobs whose time has passed without a run", of.overdue_jobs)
        yield _one("rota_executions_queued", "Executions that wait", of.queued)
        yield _one("rota_executions_running", "Executions that run", of.running)
        yield _by(
            "rota_executions_last_24h", "Executions that ended in 24 hours", "status", of.executions_last_24h
        )
        yield _one("rota_runs", "Attempts of all jobs that there are", of.total_runs)
        yield _one("rota_runs_successful", "Those of them that succeeded", of.successful_runs)
        yield _one("rota_runs_failed", "Those of them that did not", of.failed_runs)
        if of.average_duration_ms is not None:
            yield _one("rota_run_seconds_average", "How long they took", of.average_duration_ms / 1000)
        yield _one("rota_scheduler_lag_seconds", "How late the next fire is", health["scheduler_lag_seconds"])
        yield _one(
            "rota_database_seconds", "How long the database took to answer", health["database_ms"] / 1000
        )
        yield _by("rota_nodes", "Nodes that live", "role",
                  {"scheduler": health["schedulers"], "agent": health["agents"]})  # fmt: skip


def _one(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _by(name: str, text: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
