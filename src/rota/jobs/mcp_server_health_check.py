"""Whether MCP servers answer: a real session with each, over its own input and output or over HTTP."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from rota.domain.address import parse
from rota.domain.errors import Denied, Invalid
from rota.domain.words import plural
from rota.jobs.allowed import Seconds, allowed, nothing_configured
from rota.sdk import JobContext, JobResult, task


class McpServer(BaseModel):
    """A server to ask. Either its web address, or the program with its arguments.

    url      of its streamable HTTP endpoint
    command  the program by its whole path, named in the setting job_commands, and its arguments
    tools    that it has to offer
    """

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    url: str | None = None
    command: list[str] | None = None
    tools: list[str] = []


@task("rota.mcp_server_health_check", title="MCP server health check")
async def mcp_server_health_check(
    context: JobContext, *, servers: list[McpServer] | None = None, timeout_seconds: Seconds = 10
) -> JobResult:
    """Begin a session with each server, list its tools, and fail when one does not answer or lacks a tool."""
    if not servers:
        return nothing_configured("set the argument servers")
    problems: list[str] = []
    metrics: dict[str, float] = {}
    for number, server in enumerate(servers, 1):
        began = time.monotonic()
        try:
            found = await _tools(server, timeout_seconds)
        except Exception as error:
            problems.append(f"{server.name}: {_told(error)}")
        else:
            metrics[server.name] = round(time.monotonic() - began, 3)
            if lacking := sorted(set(server.tools) - set(found)):
                problems.append(f"{server.name}: lacks the tools {', '.join(lacking)}")
            context.log.info("%s offers %d tools", server.name, len(found))
        context.progress(number, len(servers), server.name)
    told = "; ".join(problems) or f"{plural(len(servers), 'MCP server')} answered"
    return JobResult(
        success=not problems,
        message=told,
        items_processed=len(servers),
        items_failed=len(problems),
        metrics=metrics,
    )


async def _tools(server: McpServer, timeout: float) -> list[str]:
    """The names of the tools that a server offers. Raises Denied, Invalid for one that may not be asked."""
    import anyio
    from mcp import Client

    if (server.url is None) is (server.command is None):
        raise Invalid("a server has either a url or a command", fix="give one of them")
    with anyio.fail_after(timeout):
        async with _way(server) as way, Client(way, read_timeout_seconds=timeout) as client:
            return [tool.name for tool in (await client.list_tools()).tools]


@asynccontextmanager
async def _way(server: McpServer) -> AsyncIterator[Any]:
    """What the client speaks by: the program that it starts, or a web client that goes only where it may."""
    from mcp import StdioServerParameters
    from mcp.client.streamable_http import streamable_http_client

    if server.url is None:
        program, *arguments = server.command or [""]
        if program not in allowed("job_commands"):
            fix = "name it, by its whole path, in the setting job_commands"
            raise Denied(f"{program!r} may not be started", fix=fix)
        yield StdioServerParameters(command=program, args=arguments, env={"PATH": "/usr/bin:/bin"})
        return
    import httpx2

    from rota.channels.pinned import Pinned
    from rota.channels.web import resolve

    resolve(parse(server.url), allowed("job_hosts"))
    async with httpx2.AsyncClient(transport=Pinned(allowed("job_hosts")), timeout=30) as web:
        yield streamable_http_client(server.url, http_client=web)


def _told(error: BaseException) -> str:
    """The words of an error; of the first one where several came together."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, TimeoutError):
        return "did not answer in time"
    return (str(error) or type(error).__name__).splitlines()[0][:300]
