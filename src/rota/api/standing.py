"""Whether somebody who has been listening for a while still may."""

from starlette.concurrency import run_in_threadpool

from rota.app import Rota
from rota.domain.actor import Actor
from rota.domain.permission import Action, may
from rota.http.sse import RECHECK


class Standing:
    """Looks, at most once a second, whether the session or token still holds and still allows the action."""

    def __init__(self, rota: Rota, actor: Actor, action: Action) -> None:
        self.rota, self.actor, self.action = rota, actor, action
        self._looked = rota.clock.monotonic()

    async def holds(self) -> bool:
        """Whether to go on."""
        now = self.rota.clock.monotonic()
        if now - self._looked < RECHECK:
            return True
        self._looked = now
        found = await run_in_threadpool(self.rota.rights.renew, self.actor)
        return found is not None and may(found.role, found.scopes, self.action)
