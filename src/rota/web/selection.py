"""Which jobs a list shows, as its address says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rota.app import Rota
from rota.domain.errors import Invalid
from rota.domain.job import JobStatus, Origin
from rota.services.glance import Glances, Show
from rota.store.jobs import Filter

WORDS = ("status", "tag", "queue", "origin", "type", "show")
"""What may be asked for by a field of its own, or as `tag:billing` in the search."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What was asked for.

    typed    the search as it was typed
    search   what of it is to be found in name, title or description
    chosen   the other conditions, by their words in WORDS
    """

    typed: str = ""
    search: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_all(self) -> bool:
        """Whether nothing restricts the list."""
        return not self.search and not self.chosen


def selected(query: Mapping[str, str]) -> Selection:
    """What an address asks for."""
    typed = query.get("q", "")[:200]
    chosen = {word: query[word][:100] for word in WORDS if query.get(word)}
    rest = []
    for part in typed.split():
        word, colon, value = part.partition(":")
        if colon and word in WORDS and value:
            chosen[word] = value[:100]
        else:
            rest.append(part)
    return Selection(typed, " ".join(rest), chosen)


def filter_of(selection: Selection, rota: Rota) -> Filter:
    """The condition for the store. Raises Invalid for a word that is none."""
    chosen = selection.chosen
    base = Filter()
    if "show" in chosen:
        show = Show(_one_of("show", chosen["show"], [one.value for one in Show]))
        with rota.db.read() as conn:
            base = Glances(rota.db, rota.clock).filter(show, conn)
    if "status" in chosen:
        base = replace(
            base, status=JobStatus(_one_of("status", chosen["status"], [one.value for one in JobStatus]))
        )
    if "origin" in chosen:
        base = replace(base, origin=_one_of("origin", chosen["origin"], [one.value for one in Origin]))
    return replace(
        base, tag=chosen.get("tag"), queue=chosen.get("queue"), job_type=chosen.get("type"),
        search=selection.search or None,
    )  # fmt: skip


def _one_of(word: str, value: str, known: list[str]) -> str:
    if value in known:
        return value
    raise Invalid(f'no jobs have the {word} "{value}"', fix=f"use one of {', '.join(known)}", field=word)
