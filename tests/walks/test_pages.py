"""The page of each example, followed by somebody who is new to it."""

import re

import pytest

from examples.admin_server.program import EXAMPLE as ADMIN_SERVER
from examples.chatbot_platform.program import EXAMPLE as CHATBOT_PLATFORM
from examples.systemprompt.program import EXAMPLE as SYSTEMPROMPT
from examples.totallator.program import EXAMPLE as TOTALLATOR
from tests.docs.pages import snippets
from tests.walks.walking import ROOT, Walk

EXAMPLES = {
    "manage": CHATBOT_PLATFORM, "systemprompt": SYSTEMPROMPT, "totallator": TOTALLATOR, "admin-server": ADMIN_SERVER,
}  # fmt: skip
FAILS = "jobs run fetch-rates"


def lines(example, program):
    """The command lines of its page, without the program and what is remarked beside them."""
    page = ROOT / "examples" / example.name / "README.md"
    text = "\n".join(one.text for one in snippets(page) if one.language == "sh").replace("\\\n", " ")
    found = re.findall(rf"^examples/{example.name}/{program} (.*?)(?:  +#.*)?$", text, re.MULTILINE)
    assert found[:2] == ["setup", "serve"]
    return [line for line in found if line.split()[0] not in ("setup", "serve", "worker")]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("program", EXAMPLES)
def test_what_the_page_of_an_example_says_can_be_done(program, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPS_HOOK", "https://hooks.example.com/ops")
    walk = Walk(EXAMPLES[program], program, monkeypatch, capfd)
    assert f"{program} serve" in walk.shown
    followed = lines(EXAMPLES[program], program)
    assert len(followed) >= 5
    with walk.serving():
        for line in followed:
            done = walk(line)
            # A slot of the job may have come at this very moment; one asks again when that has ended.
            while "may not overlap" in done.err:
                done = walk(line)
            assert done.code == (5 if line == FAILS else 0), (line, done.out, done.err)
    assert walk.start("setup").returncode == 0
