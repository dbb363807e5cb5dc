"""Numbers that say how each user and address behaves, from the audit log and an access log."""

import json
from datetime import timedelta
from itertools import chain

from rota.domain.words import plural
from rota.jobs import files
from rota.jobs.allowed import Span, allowed, now
from rota.jobs.features import accessed, audited, gather
from rota.sdk import JobContext, JobResult, task

MOST = 500


@task("rota.feature_extraction", title="Feature extraction")
def feature_extraction(
    context: JobContext,
    *,
    days: Span = 1,
    folder: str = "",
    access_log: str = "",
    output: str = "features.json",
    dry_run: bool = False,
) -> JobResult:
    """Count, for each actor of the last `days` days: actions, kinds, addresses, refused and nightly shares.

    folder, access_log  where a web server's log is (common or combined format), below a root of job_roots
    output              the file in `folder` that all of it is written to; the result holds the busiest
    """
    end = now()
    begins = end - timedelta(days=days)
    is_placed = bool(folder and allowed("job_roots"))
    lines = accessed(folder, access_log, begins, end) if is_placed and access_log else iter(())
    found = gather(chain(audited(context, begins, end), lines))
    numbers = {who: doings.numbers() for who, doings in found.items()}
    if is_placed and not dry_run:
        told = {"from": begins.isoformat(), "to": end.isoformat(), "features": numbers}
        with files.folder(folder) as place:
            files.write(place, output, json.dumps(told, sort_keys=True).encode())
        context.progress(len(numbers), len(numbers), "written")
    busiest = dict(sorted(numbers.items(), key=lambda item: -item[1]["actions"])[:MOST])
    return JobResult(
        message=f"features of {plural(len(numbers), 'actor')}", items_processed=len(numbers), data=busiest
    )
