"""Let a language model read rows, one by one, and write down what it says."""

import json
import time
from string import Template
from typing import Annotated, Any

from pydantic import Field

from rota.domain.errors import Unavailable
from rota.domain.words import plural
from rota.jobs.allowed import Most, Seconds, allowed, database, nothing_configured
from rota.jobs.tables import key_of, table_of
from rota.sdk import JobContext, JobResult, Retry, Secret, task

LONGEST = 20_000
"""Characters of a row that are sent, and of an answer that are kept."""


@task("rota.llm_processing", title="Process rows with a language model", timeout=1800)
def llm_processing(
    context: JobContext,
    *,
    url: str = "",
    model: str = "",
    api_key: Annotated[str, Secret] = "",
    table: str = "",
    prompt: str = "",
    into: str = "",
    most: Most = 100,
    per_minute: Annotated[float, Field(gt=0, le=1e6)] = 60,
    timeout_seconds: Seconds = 60,
    dry_run: bool = False,
) -> JobResult:
    """For each row of `table` whose column `into` is null, ask the model, and write the answer there.

    url      of an OpenAI-compatible endpoint, up to /chat/completions; hosts inside are named in job_hosts
    api_key  as "env:NAME"
    prompt   what is asked; $column stands for the row's value
    Each answer is written before the next row is asked about: a run that was interrupted goes on where it was.
    """
    from sqlalchemy import select

    engine = database(context)
    if engine is None or not (url and model and table and prompt and into):
        return nothing_configured(
            "set the arguments url, model, table, prompt and into, and ROTA_APP_DATABASE_URL"
        )
    used = Template(prompt).get_identifiers()
    found = table_of(engine, table, into, *used)
    key, done = key_of(found), 0
    with engine.connect() as conn:
        rows = conn.execute(select(found).where(found.c[into].is_(None)).order_by(*key).limit(most)).all()
    if dry_run:
        return JobResult(message=f"{plural(len(rows), 'row')} would be processed", items_processed=len(rows))
    for row in rows:
        began = time.monotonic()
        values = {name: str(row._mapping[name])[:LONGEST] for name in used}
        said = _ask(url, model, api_key, Template(prompt).safe_substitute(values), timeout_seconds)
        same = [one == row._mapping[one.name] for one in key]
        with engine.begin() as conn:
            conn.execute(found.update().where(*same, found.c[into].is_(None)).values({into: said[:LONGEST]}))
        context.progress(done := done + 1, len(rows), plural(done, "row"))
        if done < len(rows):
            time.sleep(max(0.0, 60 / per_minute - (time.monotonic() - began)))
    return JobResult(message=f"{plural(done, 'row')} processed", items_processed=done)


def _ask(url: str, model: str, api_key: str, question: str, timeout: float) -> str:
    """The model's answer. Raises Retry when it has too much to do, Unavailable when it answers otherwise."""
    from rota.channels.web import request

    asked = {"model": model, "messages": [{"role": "user", "content": question}]}
    headers = {"Content-Type": "application/json"} | (
        {"Authorization": f"Bearer {api_key}"} if api_key else {}
    )
    answer = request("POST", url, hosts=allowed("job_hosts"), headers=headers, body=json.dumps(asked).encode(),
                     timeout=timeout, most=2_000_000)  # fmt: skip
    if answer.status in (429, 503):
        wait = answer.headers.get("retry-after", "")
        raise Retry(
            after=min(float(wait), 3600) if wait.isdigit() else None, message="the model has too much to do"
        )
    if not answer.is_good:
        raise Unavailable(f"the model answered {answer.status}", fix="check url, model and api_key")
    told: Any = json.loads(answer.text)
    return str(told["choices"][0]["message"]["content"])
