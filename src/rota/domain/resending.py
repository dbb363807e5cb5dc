"""When a message that a broker was given counts as lost, so that its execution is sent again."""

from datetime import datetime, timedelta

PROVEN = timedelta(seconds=5)
UNPROVEN = timedelta(minutes=10)
"""How long a message is given when the queue proves empty or overtaken, and when nothing is known."""

MOST_DOUBLINGS = 8


def is_lost(submitted_at: datetime, sends: int, now: datetime, *, proven: bool) -> bool:
    """Whether an execution that was sent and has not begun is to be sent again.

    sends   how often it was sent; 0: the broker never took it. With each the patience doubles, as a message may
            wait in a worker that is busy
    proven  its queue is empty, or a later message of no higher rank has been taken before it
    A message that turns up after all does no harm: the claim sits in the worker.
    """
    if sends == 0:
        return True
    patience = PROVEN if proven else UNPROVEN
    return now - submitted_at >= patience * int(2 ** min(sends - 1, MOST_DOUBLINGS))
