"""Keeps track of which images are optimized, and by how much."""

import re
from pathlib import Path

from sqlalchemy import select, update

from examples.systemprompt.tables import images
from rota import JobContext, JobResult, job


@job("image_optimization", every="1h", description="Optimizes images and keeps track of it")
def image_optimization(context: JobContext, *, most: int = 100) -> JobResult:
    """Take the blanks between the tags of each SVG that is not optimized, and note what that saved."""
    saved = failed = 0
    with context.db.connect() as conn:
        waiting = conn.execute(select(images).where(images.c.optimized_bytes.is_(None)).limit(most)).all()
    for number, image in enumerate(waiting, 1):
        file = Path(image.path)
        if not file.is_file():
            failed += 1
            continue
        before = file.read_text()
        file.write_text(after := re.sub(r">\s+<", "><", before))
        values = {"bytes": len(before), "optimized_bytes": len(after)}
        with context.db.begin() as conn:
            conn.execute(update(images).where(images.c.id == image.id).values(values))
        saved += len(before) - len(after)
        context.progress(number, len(waiting), image.path)
    return JobResult(
        message=f"{saved} bytes saved", items_processed=len(waiting) - failed, items_failed=failed,
        metrics={"bytes": saved},
    )  # fmt: skip
