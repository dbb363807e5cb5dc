"""Sets of jobs to begin with: what applications of some kinds always come to need. All are runtime jobs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from rota.domain.job import JobSpec

USUAL = "chatbot_platform"
"""The set that is made unless another one is named."""


def _job(name: str, title: str, description: str, schedule: str, task: str, **fields: Any) -> JobSpec:
    """A job; schedule: kind and expression, parted by a space."""
    kind, _, expression = schedule.partition(" ")
    return JobSpec(
        name=name,
        title=title,
        description=description,
        schedule_type=kind,
        schedule_expression=expression,
        task_name=f"rota.{task}",
        **({"job_type": task} | fields),
    )


_HEALTH = _job(
    "system_health_check", "System Health Check", "Monitor system components and send alerts", "interval 15",
    "system_health_check",
)  # fmt: skip

_CHATBOT_PLATFORM = (
    _HEALTH,
    _job("document_cleanup", "Document Cleanup", "Clean up old documents and temporary files", "daily 02:00",
         "document_cleanup", timeout=3600),
    _job("analytics_aggregation", "Analytics Aggregation", "Aggregate usage statistics and generate reports",
         "daily 01:00", "analytics_aggregation", timeout=1800),
    _job("database_maintenance", "Database Maintenance", "Perform database optimization and maintenance",
         "weekly 0:03:00", "database_maintenance", timeout=7200, is_enabled=False),
    _job("mcp_server_health_check", "MCP Server Health Check", "Monitor MCP server connectivity and performance",
         "interval 30", "mcp_server_health_check"),
)  # fmt: skip

_SYSTEMPROMPT = (
    _job("database_cleanup", "Database Cleanup", "Clean up old database records", "cron 0 3 * * *",
         "database_cleanup", job_type="database_maintenance", timeout=3600),
    _job("cleanup_inactive_sessions", "Cleanup Inactive Sessions", "Closes sessions inactive for 1 hour",
         "cron */10 * * * *", "session_cleanup", task_kwargs={"hours": 1}),
    _job("cleanup_empty_contexts", "Cleanup Empty Contexts", "Removes conversation contexts with no messages",
         "cron 0 */2 * * *", "cleanup_empty_contexts"),
    _job("feature_extraction", "Feature Extraction", "Extract features from data", "cron 15 * * * *",
         "feature_extraction"),
    _job("malicious_ip_blacklist", "Malicious IP Blacklist", "Update IP blacklist", "cron 30 */6 * * *",
         "malicious_ip_blacklist"),
    _job("behavioral_analysis", "Behavioral Analysis", "Run behavioral analysis", "cron 45 4 * * *",
         "behavioral_analysis", timeout=1800),
)  # fmt: skip

_TOTALLATOR = (
    _job("database_backup", "Database backup", "Backs the databases up and checks the copies", "daily 02:00",
         "database_backup", timeout=7200),
    _job("journal_cleanup", "Journal cleanup", "Deletes old journals", "weekly 6:03:00", "journal_cleanup",
         timeout=1800),
    _job("filter_processing", "Automatic filter processing", "Sorts new rows by the rules", "interval 15",
         "filter_processing"),
    _job("session_cleanup", "Session Cleanup", "Close inactive sessions of the application", "interval 60",
         "session_cleanup"),
    _job("import_processing", "Import processing", "Takes in the files of the watched folder", "interval 5",
         "import_processing", timeout=600),
    _job("llm_journal_processing", "LLM journal processing", "Lets a language model read new journals",
         "interval 10", "llm_processing", timeout=1800),
    _job("file_integrity", "File integrity check", "Compares files with the list of their hashes", "daily 04:00",
         "file_integrity", timeout=3600),
)  # fmt: skip

_ADMIN_SERVER = (
    _job("session_cleanup", "Session Cleanup", "Remove expired sessions", "cron 0 */6 * * *", "session_cleanup"),
    _job("token_cleanup", "Token Cleanup", "Remove expired tokens", "daily 03:00", "token_cleanup"),
    _job("audit_log_cleanup", "Audit Log Cleanup", "Archive old audit logs", "monthly 1:04:00", "audit_archive",
         timeout=3600),
    _job("daily_report", "Daily Report", "Generate daily activity summary", "daily 01:00", "daily_report",
         timeout=600),
    _job("weekly_report", "Weekly Report", "Generate weekly analytics", "weekly 6:02:00", "weekly_report",
         timeout=600),
    _job("monthly_report", "Monthly Report", "Generate monthly compliance report", "monthly 1:05:00",
         "monthly_report", timeout=600),
    _job("expiry_notification", "Expiry Notifications", "Notify admins of expiring credentials", "daily 09:00",
         "expiry_notification"),
    _job("security_alert", "Security Alerts", "Send security incident notifications", "interval 15",
         "security_alert", critical=True),
    _job("health_check", "Health Check", "System health monitoring", "interval 5", "system_health_check",
         critical=True),
    _job("performance_monitor", "Performance Monitor", "Track system performance", "interval 10",
         "performance_monitor"),
    _job("licence_expiry", "Licence expiry", "Tell of licences that expire soon", "daily 09:30", "licence_expiry"),
    _job("subscription_renewal", "Subscription renewal", "Renew and suspend subscriptions", "daily 00:30",
         "subscription_renewal", timeout=600),
    _job("database_backup", "Automated backup", "Backs the databases up and checks the copies", "daily 04:30",
         "database_backup", timeout=7200, critical=True),
)  # fmt: skip

SETS: Mapping[str, tuple[JobSpec, ...]] = MappingProxyType({
    USUAL: _CHATBOT_PLATFORM,
    "systemprompt": _SYSTEMPROMPT,
    "totallator": _TOTALLATOR,
    "admin_server": _ADMIN_SERVER,
})  # fmt: skip
"""The sets by name."""
