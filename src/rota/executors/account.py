"""What an agent knows of one runner's work: what it gave it, what runs, what has ended."""

from collections.abc import Iterator
from datetime import UTC, datetime

from rota.executors import endings
from rota.executors.capture import Capture
from rota.executors.endings import Current
from rota.executors.events import Beat, Begun, Called, Died, Ended, Event, Hello, Progress, Recalled
from rota.executors.stream import Stream
from rota.executors.verdict import Verdict
from rota.executors.wire import Message


class Account:
    """Makes events of messages, in their order.

    assigned  ids of what was given and has not ended, the next one first
    parting   an ending that waits until what its body left behind is dead
    """

    def __init__(self) -> None:
        self.ready = False
        self.current: Current | None = None
        self.parting: Ended | None = None
        self.assigned: dict[int, None] = {}

    def event(self, message: Message, capture: Capture | None, monotonic: float) -> Event | None:
        """What a message means; None when it is to wait. `capture`: what the body printed that it ends."""
        match message:
            case ["b", execution_id, at, cpu]:
                began = datetime.fromtimestamp(at, UTC)
                self.current = Current(execution_id, monotonic, began, cpu)
                return Begun(execution_id, began)
            case ["e", *_]:
                return self._end(message, capture)
            case ["p", execution_id, done, total, said]:
                return Progress(execution_id, done, total, said)
            case ["beat", execution_id]:
                return Beat(execution_id)
            case ["call", execution_id, call_id, method, args]:
                return Called(execution_id, call_id, method, args)
            case ["back", ids]:
                for execution_id in ids:
                    self.assigned.pop(execution_id, None)
                return Recalled(ids)
            case ["hello", published]:
                self.ready = True
                return Hello(published)
        raise ValueError(f"a runner said {message[0]!r}, which no agent understands")

    def _end(self, message: Message, capture: Capture | None) -> Ended | None:
        current, self.current = self.current, None
        assert current is not None
        self.assigned.pop(current.execution_id, None)
        event = Ended(endings.ended(message, current.at, capture), message[7], current.asked)
        if not message[8]:
            return event
        self.parting = event
        return None

    def close(
        self, text: str, verdict: Verdict, stream: Stream, *, now: datetime, why: str | None, planned: bool
    ) -> Iterator[Event]:
        """The last events, when nothing of the runner is alive."""
        if self.parting:
            yield self.parting
        running, current = None, self.current
        if current:
            why = why or current.asked
            self.assigned.pop(current.execution_id, None)
            capture = stream.break_off(now)
            running = endings.died(current, text, verdict, now=now, capture=capture)
        yield Died(
            text=text,
            exit_code=verdict.exit,
            signal=verdict.signal,
            running=running,
            why=why,
            not_begun=list(self.assigned),
            left=verdict.left,
            planned=planned,
            output=stream.outside.decode(errors="replace"),
        )
