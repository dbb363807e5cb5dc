"""What goes on beside scheduling, each in a loop of its own: alerts, and the sign of life."""

import threading

from rota.domain.clock import Clock
from rota.engine.alerter import Alerter
from rota.engine.loop import Loop
from rota.engine.pulse import EVERY, Pulse
from rota.services.channels import Post
from rota.store.database import Database

LOOK = 2.0
"""Seconds between looks for causes and for messages to send."""


class Beside:
    """Begins and ends with the process that schedules; whatever hangs here holds up nothing there."""

    def __init__(self, db: Database, clock: Clock, post: Post, heartbeat_url: str | None) -> None:
        self.alerter, self.pulse = Alerter(db, clock, post), Pulse(db, clock, heartbeat_url, post.hosts)
        self._resting = threading.Event()
        self._loops = [Loop("alerter", self._alert, self._resting.wait)]
        if heartbeat_url is not None:
            self._loops.append(Loop("pulse", self._beat, self._resting.wait))

    def start(self) -> None:
        """Begin."""
        for loop in self._loops:
            loop.start()

    def stop(self) -> None:
        """End; what was not sent is sent by whoever schedules next."""
        for loop in self._loops:
            loop.stop(self._resting.set, 2)

    def _alert(self) -> float:
        self.alerter.tick()
        return LOOK

    def _beat(self) -> float:
        self.pulse.tick()
        return EVERY
