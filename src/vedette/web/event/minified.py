"""What is said of a frame of a minified script for which no source map told what was written."""

from __future__ import annotations

from vedette.wire.values import Mapping, dict_of, integer_of, text_of

_LOOKS_MINIFIED_FROM = 300
"""A column as far to the right as nobody writes."""
_ID_CHARS = 64
_NOTES = {
    "unknown_id": "No source map for {script}: debug id {id} was not uploaded.",
    "no_map": "No source map for {script} was uploaded for this release.",
    "no_column": "The browser told no column, without which the source map of {script} tells nothing.",
    "no_position": "The source map of {script} tells nothing of this place.",
    "damaged": "The source map of {script} cannot be read: it is damaged, too large, or none of version 3.",
    "unreadable": "The source map of {script} could not be read from the disk.",
    "busy": "The source map of {script} was not looked into: too many were at once.",
}
_NONE = "This looks minified, and there was no source map for it when it came: `sentry-cli sourcemaps upload` brings one."


def note_of(frame: Mapping) -> str:
    """Return why *frame* is still minified; ``""`` where it is not, or nothing is known of it."""
    data = dict_of(frame.get("data"))
    path = text_of(frame.get("abs_path") or frame.get("filename"))
    note = _NOTES.get(text_of(data.get("sourcemap_error")))
    if note is not None:
        script = path.partition("?")[0].rpartition("/")[2] or "the script"
        return note.format(script=script, id=text_of(data.get("debug_id"))[:_ID_CHARS])
    is_far = (integer_of(frame.get("colno")) or 0) >= _LOOKS_MINIFIED_FROM
    is_script = path.startswith(("http://", "https://", "app:")) and "sourcemap" not in data
    return _NONE if is_far and is_script else ""
