"""The examples of docs/reference/schedules.md are run as they stand."""

import doctest
import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "schedules.md"


def test_every_example_of_the_page_prints_what_it_says():
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    examples = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, PAGE.name, str(PAGE), 0)
    result = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL).run(examples)
    assert result.failed == 0
    assert result.attempted >= 15
