"""The templates: what they may call, and nothing in them that is not escaped."""

import re
from json import dumps
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from rota.domain.words import count, milliseconds, plural, rough, shown, span
from rota.web.draw.marks import table

KEPT = "\n\t"
"""Control characters that mean something in a text; all others are written out."""
LONGEST_WORD = 16
"""Letters of a name that are kept together."""
BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:ms|s|min|h|d)\b)")


def visible(value: object) -> str:
    """Text of others, as it may stand in a page: what would move, turn or hide it is written out."""
    return shown(str(value), KEPT)


def unbroken(text: str) -> str:
    """A length of time, or a sentence of ours with some, in which no line ends between a number and its unit."""
    return BEFORE_UNIT.sub("\u00a0", text)


def breakable(name: str) -> Markup:
    """A long name that may be broken after each of its words, and within one that no narrow page has room for."""
    words = re.findall(rf"[^_./-]{{1,{LONGEST_WORD}}}[_./-]?|[_./-]", visible(name), re.DOTALL)
    return Markup("<wbr>").join(words)


def prose(text: str) -> Markup:
    """A message as a sentence: a capital, a full stop, and `commands` set as such. One that is a command stays one."""
    told = unbroken(visible(text))
    is_command = re.fullmatch(r"`[^`]*`", told) is not None
    told = told[:1].upper() + told[1:] + ("" if told[-1:] in ".?!…" or is_command else ".")
    parts = [escape(part) for part in told.split("`")]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 and number < len(parts) - 1 else part
        for number, part in enumerate(parts)
    )


def environment() -> Environment:
    """Reads templates/*.html. What is named in them and is not there is an error."""
    made = Environment(
        loader=PackageLoader("rota.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_finalize,
    )  # fmt: skip
    made.filters.update(
        as_table=table,
        json=lambda value: dumps(value, ensure_ascii=False),
        breakable=breakable,
        count=count,
        ms=lambda ms: unbroken(milliseconds(ms)),
        plural=plural,
        prose=prose,
        rough=lambda seconds: unbroken(rough(seconds)),
        span=lambda seconds: unbroken(span(seconds)),
        unbroken=unbroken,
        visible=visible,
    )
    return made


def _finalize(value: Any) -> Any:
    """Every text that is put into a page comes through here: None is nothing, hidden characters are shown."""
    if value is None:
        return ""
    return visible(value) if type(value) is str else value
