"""The tables. A rule that the database can keep is a constraint here, not an `if` elsewhere."""

from rota.store.schema.accounts import login_failures, one_time_links, sessions, tokens, users
from rota.store.schema.alerts import (
    alert_mutes,
    alert_open,
    alert_rules,
    blocked_addresses,
    causes,
    channels,
    deliveries,
    reports,
)
from rota.store.schema.audit import audit, events
from rota.store.schema.columns import EPOCH, Id, Instant, Json, metadata, to_micros
from rota.store.schema.executions import activity, executions, log_lines, rollups
from rota.store.schema.jobs import job_state, job_versions, job_words, jobs
from rota.store.schema.nodes import declarations, generations, nodes, settings, tasks
from rota.store.schema.requests import requests

__all__ = [
    "EPOCH",
    "Id",
    "Instant",
    "Json",
    "activity",
    "alert_mutes",
    "alert_open",
    "alert_rules",
    "audit",
    "blocked_addresses",
    "causes",
    "channels",
    "declarations",
    "deliveries",
    "events",
    "executions",
    "generations",
    "job_state",
    "job_versions",
    "job_words",
    "jobs",
    "log_lines",
    "login_failures",
    "metadata",
    "nodes",
    "one_time_links",
    "reports",
    "requests",
    "rollups",
    "sessions",
    "settings",
    "tasks",
    "to_micros",
    "tokens",
    "users",
]
