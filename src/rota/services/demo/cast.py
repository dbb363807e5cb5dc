"""Who plays in the demo: the jobs of a shop, how long they take, and what goes wrong with them."""

from dataclasses import dataclass

from rota.domain.job import JobSpec
from rota.services.defaults import NEW

TASK = "demo.work"
"""The task that all jobs of the shop run; `rota demo` brings it."""
ZONE = "Europe/Rome"


@dataclass(frozen=True, slots=True)
class Error:
    """One way to fail. place: (file, line, function, source) in the shop's own code"""

    kind: str
    message: str
    place: tuple[str, int, str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """A job and its nature.

    seconds   how long it usually takes
    growth    the share by which it takes longer after three months
    fails     how many of a thousand attempts fail
    error     how it fails; None: it runs into its time limit instead
    items     what it works on, and about how many; "" for nothing
    bad_days  days before now from which on it fails every time, (first, last)
    asked     how often somebody runs it by hand at least
    exact     it works on as many each time, and none of them fails
    """

    spec: JobSpec
    seconds: float
    fails: int = 0
    error: Error | None = None
    items: str = ""
    many: int = 0
    growth: float = 0.0
    bad_days: tuple[float, float] = (0.0, 0.0)
    asked: int = 0
    exact: bool = False


def _job(name: str, title: str, **fields: object) -> JobSpec:
    kwargs = fields.pop("task_kwargs", {})
    given = {
        "name": name,
        "title": title,
        "task_name": TASK,
        "timezone": ZONE,
        "task_kwargs": kwargs,
        **fields,
    }
    return JobSpec.model_validate(given)


CANCELED = Error(
    "psycopg.errors.QueryCanceled", "canceling statement due to statement timeout",
    ("/srv/shop/jobs/analytics.py", 88, "aggregate_usage", "rows = connection.execute(AGGREGATE[table], window)"),
)  # fmt: skip
REFUSED = Error(
    "ConnectionRefusedError", "[Errno 111] Connection refused",
    ("/srv/shop/jobs/servers.py", 31, "probe", "async with connect(server.address) as session:"),
)  # fmt: skip
EXPIRED = Error(
    "httpx.HTTPStatusError", "Client error '401 Unauthorized' for url 'https://api.example.com/v2/licenses'",
    ("/srv/shop/jobs/licenses.py", 54, "fetch", "answer.raise_for_status()"),
)  # fmt: skip
BROKEN = Error(
    "UnicodeDecodeError", "'utf-8' codec can't decode byte 0xe8 in position 4112: invalid continuation byte",
    ("/srv/shop/jobs/imports.py", 120, "read_orders", 'text = path.read_text("utf-8")'),
)  # fmt: skip
FULL = Error(
    "OSError", "[Errno 28] No space left on device: '/backup/shop.dump.part'",
    ("/srv/shop/jobs/backup.py", 47, "dump", "target.write(chunk)"),
)  # fmt: skip

HEALTH, CLEANUP, SESSIONS = NEW

CAST = (
    Part(
        _job("database_backup", "Dump the database to cold storage", schedule_type="cron", task_priority=7,
             schedule_expression="0 2 * * *", timeout=2700, max_retries=2, tags=("backup", "nightly"), critical=True,
             task_kwargs={"target": "s3://cold/shop"}, description="Everything, once a night."),
        720, fails=15, error=FULL, items="tables", many=148, growth=0.2,
    ),
    Part(
        _job("analytics_aggregation", "Aggregate the usage of the day before", schedule_type="daily", max_retries=2,
             schedule_expression="06:00", timeout=600, backoff=60, backoff_cap=300, job_type="analytics_aggregation",
             tags=("nightly",), task_kwargs={"days": 1, "replica": "analytics-replica"}),
        94, error=CANCELED, items="accounts", many=412, bad_days=(2.9, 0.0),
    ),
    Part(
        _job("import_processing", "Import orders from partners", schedule_type="interval", schedule_expression="15m",
             timeout=900, overlap="skip", tags=("shop",), max_retries=1),
        75, fails=14, error=BROKEN, items="orders", many=130,
    ),
    Part(
        _job("mcp_server_health_check", "Probe the tool servers", schedule_type="interval", schedule_expression="15m",
             timeout=60, job_type="mcp_server_health_check", tags=("health",)),
        2.1, fails=12, error=REFUSED, items="servers", many=9,
    ),
    Part(
        _job("cleanup_inactive_sessions", "Close sessions idle for an hour", schedule_type="interval",
             schedule_expression="10m", timezone="UTC", job_type="database_maintenance"),
        0.7, items="sessions", many=40,
    ),
    Part(
        _job("license_sync", "Fetch licences from the vendor", schedule_type="cron", max_retries=3, backoff=30,
             schedule_expression="20 * * * *", backoff_cap=600, timeout=120, tags=("shop",)),
        8, fails=60, error=EXPIRED, items="licences", many=214, bad_days=(41.2, 40.4),
    ),
    Part(
        _job("llm_journal_processing", "Summarise journal entries", schedule_type="cron", timeout=2700,
             schedule_expression="30 * * * *", task_kwargs={"batch": 1000, "model": "journal-small"}, max_retries=1),
        840, fails=4, items="entries", many=1000, growth=0.4,
    ),
    Part(
        _job("feature_extraction", "Extract features for search", schedule_type="cron", timeout=1200,
             schedule_expression="40 * * * *", tags=("search",)),
        330, items="documents", many=620, growth=0.1,
    ),
    Part(
        _job("search_reindex", "Rebuild the search index", schedule_type="cron", schedule_expression="5/20 * * * *",
             timeout=1800, overlap="skip", tags=("search",)),
        1150, fails=10, items="pages", many=9000,
    ),
    Part(
        _job("document_cleanup", "Delete expired documents", schedule_type="daily", schedule_expression="02:00",
             job_type="document_cleanup", timeout=600, tags=("nightly",)),
        73, items="documents", many=380,
    ),
    Part(
        _job("journal_cleanup", "Trim the journal to ninety days", schedule_type="daily", schedule_expression="02:00",
             job_type="database_maintenance", timeout=900, tags=("nightly",)),
        140, items="rows", many=52_000, growth=0.3,
    ),
    Part(
        _job("orphan_cleanup", "Remove files nobody refers to", schedule_type="daily", schedule_expression="02:00",
             timeout=1200, tags=("nightly",)),
        410, items="files", many=2_300,
    ),
    Part(
        _job("invoice_run", "Send the invoices of the day", schedule_type="cron", critical=True, tags=("shop",),
             schedule_expression="0 2 * * MON-FRI", timeout=1800, max_retries=1, misfire="run_all"),
        260, fails=8, error=BROKEN, items="invoices", many=96,
    ),
    Part(
        _job("malicious_ip_blacklist", "Fetch the list of bad addresses", schedule_type="cron",
             schedule_expression="0 */6 * * *", timezone="UTC", timeout=120, max_retries=2),
        17, fails=20, error=REFUSED, items="addresses", many=48_211,
    ),
    Part(
        _job("expiry_notification", "Tell customers what expires soon", schedule_type="daily", tags=("shop",),
             schedule_expression="09:00", job_type="user_activity_digest", timeout=300),
        12, items="messages", many=64,
    ),
    Part(
        _job("behavioral_analysis", "Look for odd orders", schedule_type="daily", schedule_expression="04:30",
             timeout=1800),
        388, items="orders", many=12_400, growth=0.25,
    ),
    Part(
        _job("file_integrity_check", "Compare files with their sums", schedule_type="cron", overlap="queue_one",
             schedule_expression="30 4,10,16,22 * * *", timeout=1800),
        508, items="files", many=88_000,
    ),
    Part(
        _job("database_maintenance", "Vacuum and analyse tables", schedule_type="weekly", timeout=7200,
             schedule_expression="SUN:02:00", job_type="database_maintenance"),
        1260, items="tables", many=148,
    ),
    Part(
        _job("monthly_compliance_report", "Report for the auditors", schedule_type="monthly", timeout=3600,
             schedule_expression="1:07:00", task_kwargs={"format": "pdf"}),
        640, items="pages", many=41,
    ),
    Part(
        _job("legacy_export", "Export for the old shop", schedule_type="daily", schedule_expression="05:15",
             is_enabled=False, tags=("shop",)),
        51, items="rows", many=8_000,
    ),
    Part(
        _job("newsletter", "Send the newsletter", schedule_type="weekly", schedule_expression="THU:09:00",
             timeout=3600, tags=("shop",)),
        930, items="messages", many=18_400,
    ),
    Part(
        _job("price_feed", "Fetch prices from the market", schedule_type="interval", schedule_expression="5m",
             timezone="UTC", timeout=30, grace=120),
        1.4, fails=3, items="prices", many=310,
    ),
    # Those that every new database has, which have run as long as the others.
    Part(HEALTH, 0.3, items="checks", many=5, exact=True),
    Part(CLEANUP, 4.2, items="executions", many=780, growth=0.2),
    Part(SESSIONS, 0.9, items="sessions", many=70, asked=4),
)  # fmt: skip
