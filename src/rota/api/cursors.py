"""The header Link, which holds the address of the next page; and what is in that."""

from typing import Any

from fastapi import Request, Response

from rota.http.cursors import order_of, read, write

__all__ = ["link", "order_of", "read", "write"]


def link(request: Request, response: Response, **relations: dict[str, Any] | None) -> None:
    """Set the header Link: for each relation (next, prev, first) what changes in the address of this page.

    The addresses are relative, so that no Host header finds its way into them.
    """
    told = []
    for relation, changes in relations.items():
        if changes is not None:
            address = request.url.remove_query_params(["page", "cursor"]).include_query_params(**changes)
            told.append(f'<{address.path}?{address.query}>; rel="{relation}"')
    if told:
        response.headers["Link"] = ", ".join(told)
