"""Takes in the articles of the blog."""

from pathlib import Path

from sqlalchemy import delete, insert

from examples.systemprompt.tables import content
from rota import JobContext, JobResult, job


@job("content_ingestion", every="15m", description="Takes in the articles of the blog", tags=["blog"])
def content_ingestion(context: JobContext, *, folder: str = "var/content") -> JobResult:
    """Each Markdown file becomes a row by its name; one that was taken in before is replaced."""
    files = sorted(Path(folder).glob("*.md")) if Path(folder).is_dir() else []
    for number, file in enumerate(files, 1):
        title, _, body = file.read_text().partition("\n")
        row = {"slug": file.stem, "title": title.lstrip("# "), "body": body.strip()}
        with context.db.begin() as conn:
            conn.execute(delete(content).where(content.c.slug == file.stem))
            conn.execute(insert(content).values(row))
        context.progress(number, len(files), file.name)
    return JobResult(message=f"{len(files)} articles taken in", items_processed=len(files))
