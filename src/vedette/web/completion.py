"""What may stand in the logs' query bar where a word is being typed."""

from __future__ import annotations

from vedette.logs.queries import FIELDS, LEVELS, Filters, count_by, list_facets, render
from vedette.store.query import Store, TimeRange

MOST = 12
ATTRIBUTES = "attributes."
NOTES = {
    "level": "that level and above",
    "logger": "a logger and those below it",
    "user": "the user's id",
    "request": "the request's id",
    "trace": "the trace's id",
    "template": "the message before its values went in",
    "release": "what was deployed",
    "host": "the machine",
    "service": "the service",
    "environment": "production, development, …",
}


def choices_for(word: str, store: Store, *, range: TimeRange) -> list[tuple[str, str]]:
    """Return what can stand for *word*, each with a note.

    Raises:
        QueryError: If the store cannot answer.
    """
    sign, bare = ("-", word[1:]) if word.startswith("-") else ("", word)
    name, colon, beginning = bare.partition(":")
    if colon:
        return [(sign + text, note) for text, note in _values(name, beginning.strip('"'), store, range)]
    if bare.startswith(ATTRIBUTES):
        return [
            (sign + text, note) for text, note in _attributes(bare.removeprefix(ATTRIBUTES), store, range)
        ]
    names = [*(each for each in FIELDS if each != "env"), ATTRIBUTES]
    found = [each for each in names if each.startswith(bare.lower())]
    return [
        (f"{sign}{each}" if each == ATTRIBUTES else f"{sign}{each}:", NOTES.get(each, "a field of your own"))
        for each in found
    ]


def _values(name: str, beginning: str, store: Store, range: TimeRange) -> list[tuple[str, str]]:
    if name == "level":
        return [
            (f"level:{level.lower()}", "and above")
            for level in LEVELS
            if level.lower().startswith(beginning.lower())
        ]
    field = FIELDS.get(name, name if name.startswith(ATTRIBUTES) else ATTRIBUTES + name)
    counts = count_by(store, field=field, range=range, prefix=beginning, limit=MOST)
    return [(_written(name, each.value), f"{each.logs:,} lines") for each in counts.values]


def _written(name: str, value: str) -> str:
    if name in FIELDS:
        # Every field's value is quoted in the same way.
        return render(Filters(logger=value)).replace("logger:", f"{name}:", 1)
    return render(Filters(attributes=((name.removeprefix(ATTRIBUTES), value),)))


def _attributes(beginning: str, store: Store, range: TimeRange) -> list[tuple[str, str]]:
    facets = list_facets(store, range=range)
    found = [each for each in facets.attributes if each.key.lower().startswith(beginning.lower())]
    return [(f"{ATTRIBUTES}{each.key}:", f"{each.logs:,} lines") for each in found[:MOST]]
