"""Examples of requests and answers, for the OpenAPI document and the page that is made from it."""

from typing import Any

from fastapi import Body

CREATE = Body(
    openapi_examples={
        "nightly cleanup": {
            "summary": "A job that runs every night",
            "value": {
                "name": "system_cleanup",
                "title": "System Cleanup Job",
                "description": "Clean up temporary files and logs",
                "job_type": "document_cleanup",
                "schedule_type": "daily",
                "schedule_expression": "02:00",
                "task_name": "app.tasks.cleanup.system_cleanup",
                "task_queue": "maintenance",
                "task_priority": 5,
                "is_enabled": True,
            },
        }
    }
)
UPDATE = Body(
    openapi_examples={
        "another time": {
            "summary": "Later, and not for now",
            "value": {"schedule_expression": "03:00", "is_enabled": False},
        }
    }
)
EXECUTE = Body(
    openapi_examples={
        "deep": {
            "summary": "With another argument, although it is paused",
            "value": {"force": True, "override_kwargs": {"cleanup_level": "deep"}},
        }
    }
)
VALIDATE = Body(
    openapi_examples={
        "daily": {
            "summary": "Every day at half past nine",
            "value": {"schedule_type": "daily", "schedule_expression": "09:30", "timezone": "UTC"},
        }
    }
)

JOB: dict[str, Any] = {
    "id": 4,
    "name": "system_cleanup",
    "title": "System Cleanup Job",
    "description": "Clean up temporary files and logs",
    "job_type": "document_cleanup",
    "schedule_type": "daily",
    "schedule_expression": "02:00",
    "timezone": "UTC",
    "task_name": "app.tasks.cleanup.system_cleanup",
    "task_kwargs": {},
    "task_queue": "maintenance",
    "task_priority": 5,
    "is_enabled": True,
    "timeout": 120,
    "max_retries": 0,
    "version": 1,
    "status": "active",
    "next_run": "2026-03-02T02:00:00Z",
    "last_run": "2026-03-01T02:00:00Z",
    "last_status": "succeeded",
    "total_runs": 12,
    "successful_runs": 12,
    "failed_runs": 0,
    "success_rate": 1.0,
}
EXECUTION: dict[str, Any] = {
    "id": 17,
    "job_id": 4,
    "job_name": "system_cleanup",
    "task_name": "app.tasks.cleanup.system_cleanup",
    "version": 1,
    "first_id": 17,
    "attempt": 1,
    "status": "succeeded",
    "trigger": "scheduler",
    "triggered_by": "scheduler",
    "scheduled_for": "2026-03-01T02:00:00Z",
    "queued_at": "2026-03-01T02:00:00Z",
    "started_at": "2026-03-01T02:00:00Z",
    "ended_at": "2026-03-01T02:00:41Z",
    "duration_ms": 41000,
    "items_processed": 120,
}
QUEUED = {**EXECUTION, "id": 18, "first_id": 18, "status": "queued", "trigger": "api", "triggered_by": "ana"}
VALIDATED = {
    "valid": True,
    "error": None,
    "fix": None,
    "description": "Every day at 09:30, UTC",
    "notes": [],
    "next_run": "2026-03-02T09:30:00Z",
    "next_runs": [{"at": "2026-03-02T09:30:00Z", "local": "2026-03-02T09:30:00Z", "note": None}],
    "schedule_type": "daily",
    "schedule_expression": "09:30",
    "timezone": "UTC",
}
