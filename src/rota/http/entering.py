"""Signing in: a new session for somebody who has just shown who he is."""

from fastapi import Request, Response

from rota.app import Rota
from rota.domain.account import User
from rota.http.identity import address, set_cookie
from rota.services.sessions import Begun


def begin(request: Request, response: Response, rota: Rota, user: User) -> Begun:
    """Begin a session of that user, and hand its cookie out with the answer."""
    agent = request.headers.get("user-agent", "")[:200]
    begun = rota.sessions.begin(user, address=address(request), agent=agent)
    seconds = int((begun.expires_at - rota.clock.now()).total_seconds())
    set_cookie(request, response, begun.secret, seconds)
    return begun
