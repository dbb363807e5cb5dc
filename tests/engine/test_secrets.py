"""No secret is stored with an ending, and what is not secret stays what it was."""

import json

from rota.domain.attempt import Ending, Line
from rota.domain.execution import Status
from rota.domain.secret import MASK
from rota.engine.outcome import discreet
from tests.clock import NOON


def test_secrets_are_masked_in_the_texts_of_an_ending_and_its_numbers_stay_whole():
    ending = Ending(
        1,
        Status.SUCCEEDED,
        NOON,
        message="used 1234",
        result=json.dumps({"order": 91234, "said": 'a "1234"'}),
        metrics={"count": 123456, "1234": "key 1234"},
        lines=[Line(1, NOON, "out", "key 1234")],
    )
    kept = discreet(ending, ("1234",))
    assert kept.message == f"used {MASK}"
    assert json.loads(kept.result or "") == {"order": 91234, "said": f'a "{MASK}"'}
    assert kept.metrics == {"count": 123456, MASK: f"key {MASK}"}
    assert [line.text for line in kept.lines] == [f"key {MASK}"]
