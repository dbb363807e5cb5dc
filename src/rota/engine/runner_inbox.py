"""What a runner hears from its agent."""

import select
import socket
from collections import deque
from itertools import count
from typing import Any

from rota.engine.runner_signals import Calm
from rota.executors.wire import Assignment, Decoder, Message, raised_again

_PIECE = 1 << 18


class Inbox:
    """Messages from the agent, read only by the main thread.

    call_ids  for the calls of all bodies: the answer to one that was stopped meets no other
    """

    def __init__(self, control: socket.socket, calm: Calm) -> None:
        self._socket = control
        self._calm = calm
        self._decoder = Decoder()
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._queue: deque[Assignment] = deque()
        self._answers: dict[int, Message] = {}
        self._config: dict[str, Any] | None = None
        self._ended = False
        self.call_ids = count(1)

    def config(self) -> dict[str, Any]:
        """The first message; waits for it. Raises ConnectionError when the agent is gone before it."""
        while self._config is None:
            self._wait()
        return self._config

    def has_next(self) -> bool:
        """Whether there is something to run without waiting."""
        return bool(self._queue)

    def next(self) -> Assignment | None:
        """What to run next; waits for it. None when the agent wants no more of this runner."""
        while True:
            with self._calm:
                if self._queue:
                    return self._queue.popleft()
            if self._ended:
                return None
            self._receive()

    def answer(self, call_id: int) -> Any:
        """The answer to a call; waits for it. Raises what the services of rota raised, or ConnectionError."""
        while call_id not in self._answers:
            self._wait()
        _, _, value, error = self._answers.pop(call_id)
        if error is not None:
            raise raised_again(error)
        return value

    def give_back(self) -> list[int]:
        """The ids of what has not begun; it will not."""
        with self._calm:
            self._take_what_is_there()
            ids = [assignment.execution_id for assignment in self._queue]
            self._queue.clear()
            return ids

    def _wait(self) -> None:
        if self._ended:
            raise ConnectionError("the agent is gone")
        self._receive()

    def _receive(self) -> None:
        """Wait until something arrives; signals are obeyed meanwhile."""
        self._poll.poll()
        with self._calm:
            self._take_what_is_there()

    def _take_what_is_there(self) -> None:
        try:
            data = self._socket.recv(_PIECE, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        self._ended = self._ended or not data
        for message in self._decoder.feed(data):
            self._obey(message)

    def _obey(self, message: Message) -> None:
        kind = message[0]
        if kind == "run":
            self._queue.extend(Assignment(*fields) for fields in message[1:])
        elif kind == "answer":
            self._answers[message[1]] = message
        elif kind == "end":
            self._ended = True
        elif kind == "config":
            self._config = message[1]
