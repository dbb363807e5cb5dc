"""A body that logs by structlog, as applications do."""

import structlog

from rota import task


@task("tell")
def tell() -> None:
    """Say one thing."""
    structlog.get_logger().warning("something is odd")
