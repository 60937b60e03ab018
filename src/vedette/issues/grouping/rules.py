"""Rules of the site: which events get which fingerprint, and which title."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple

from vedette.issues.grouping.exceptions import exceptions_of
from vedette.issues.grouping.families import family_of
from vedette.issues.grouping.fingerprints import tags_of
from vedette.issues.grouping.globs import glob, path_glob
from vedette.issues.grouping.ownership import judged
from vedette.issues.grouping.places import frames_of
from vedette.issues.grouping.strategies import crashed_thread, messages_of
from vedette.wire.values import Mapping, dict_of, text_of

Subject = Literal["message", "log", "exception", "frame", "tag", "sdk", "family", "release"]
_Row = dict[str, Any]


class Matcher(NamedTuple):
    """One condition of a rule: what of an event must fit *pattern*, or must not where it `is_negated`."""

    key: str
    pattern: str
    is_negated: bool = False

    @property
    def subject(self) -> Subject:
        """Return what the condition is about: conditions with the same subject must hold for the same frame."""
        return "tag" if self.key.startswith("tags.") else SUBJECTS[self.key]

    def holds(self, row: _Row) -> bool:
        """Return whether the condition holds for *row*: one frame, exception or other subject."""
        return _TESTS.get(self.key, _test_text)(self, row) is not self.is_negated


class Rule(NamedTuple):
    """What events must be like, and the fingerprint and title that those get; `text` is the rule as it was written."""

    matchers: tuple[Matcher, ...]
    fingerprint: tuple[str, ...]
    title: str = ""
    text: str = ""


def rule_for(event: Mapping, *, rules: Sequence[Rule], platform: str) -> Rule | None:
    """Return the first of *rules* that *event* fits; None where it fits none."""
    if not rules:
        return None
    seen: dict[Subject, list[_Row]] = {}
    for rule in rules:
        if all(
            _holds(group, subject, event, platform, seen) for subject, group in _by_subject(rule.matchers)
        ):
            return rule
    return None


def _by_subject(matchers: Iterable[Matcher]) -> list[tuple[Subject, list[Matcher]]]:
    groups: dict[Subject, list[Matcher]] = {}
    for matcher in matchers:
        groups.setdefault(matcher.subject, []).append(matcher)
    return list(groups.items())


def _holds(
    group: list[Matcher], subject: Subject, event: Mapping, platform: str, seen: dict[Subject, list[_Row]]
) -> bool:
    if subject not in seen:
        seen[subject] = _ROWS[subject](event, platform)
    return any(all(matcher.holds(row) for matcher in group) for row in seen[subject])


def _exceptions(event: Mapping, platform: str) -> list[_Row]:
    return [
        {"type": _or_none(thrown.get("type")), "value": _or_none(thrown.get("value"))}
        for thrown in exceptions_of(event)
    ]


def _messages(event: Mapping, platform: str) -> list[_Row]:
    told: list[_Row] = [{"message": message.strip()} for message in messages_of(event)]
    return told + [{"message": row["value"]} for row in _exceptions(event, platform)]


def _log(event: Mapping, platform: str) -> list[_Row]:
    return [{"logger": _or_none(event.get("logger")), "level": _or_none(event.get("level"))}]


def _frames(event: Mapping, platform: str) -> list[_Row]:
    traces = [thrown.get("stacktrace") for thrown in exceptions_of(event)]
    rows: list[_Row] = []
    for trace in (*traces, event.get("stacktrace"), crashed_thread(event).get("stacktrace")):
        frames = frames_of(trace)
        for frame, judgement in zip(frames, judged(frames, platform=platform), strict=True):
            row: _Row = {
                key: _or_none(frame.get(key))
                for key in ("module", "function", "package", "abs_path", "filename")
            }
            rows.append(row | {"function": row["function"] or "<unknown>", "app": judgement.is_own})
    return rows


def _tags(event: Mapping, platform: str) -> list[_Row]:
    return [{f"tags.{key}": _or_none(value) for key, value in tags_of(event).items()}]


def _sdk(event: Mapping, platform: str) -> list[_Row]:
    return [{"sdk": _or_none(dict_of(event.get("sdk")).get("name"))}]


def _family(event: Mapping, platform: str) -> list[_Row]:
    return [{"family": family_of(platform)}]


def _release(event: Mapping, platform: str) -> list[_Row]:
    return [{"release": _or_none(event.get("release"))}]


def _or_none(value: object) -> str | None:
    return text_of(value).strip() or None


_ROWS: dict[Subject, Callable[[Mapping, str], list[_Row]]] = {
    "exception": _exceptions,
    "message": _messages,
    "log": _log,
    "frame": _frames,
    "tag": _tags,
    "sdk": _sdk,
    "family": _family,
    "release": _release,
}
SUBJECTS: dict[str, Subject] = {
    "type": "exception",
    "value": "exception",
    "message": "message",
    "logger": "log",
    "level": "log",
    "module": "frame",
    "path": "frame",
    "package": "frame",
    "function": "frame",
    "app": "frame",
    "family": "family",
    "sdk": "sdk",
    "release": "release",
}
"""What each key of a condition is about; ``tags.`` and a name is a key as well."""


def _test_text(matcher: Matcher, row: _Row) -> bool:
    value = row.get(matcher.key)
    return value is not None and glob(matcher.pattern)(value)


def _test_any_case(matcher: Matcher, row: _Row) -> bool:
    value = row.get(matcher.key)
    return value is not None and glob(matcher.pattern, ignores_case=True)(value)


def _test_path(matcher: Matcher, row: _Row) -> bool:
    keys = ("abs_path", "filename") if matcher.key == "path" else (matcher.key,)
    test = path_glob(matcher.pattern)
    return any(test(row[key]) for key in keys if row.get(key) is not None)


def _test_choice(matcher: Matcher, row: _Row) -> bool:
    choices = [choice.strip() for choice in matcher.pattern.split(",")]
    return row.get(matcher.key) is not None and ("all" in choices or row[matcher.key] in choices)


def _test_flag(matcher: Matcher, row: _Row) -> bool:
    return row.get(matcher.key) is (matcher.pattern.lower() in YES)


YES = frozenset({"1", "yes", "true"})
NO = frozenset({"0", "no", "false"})
_TESTS: dict[str, Callable[[Matcher, _Row], bool]] = {
    "value": _test_any_case,
    "message": _test_any_case,
    "level": _test_any_case,
    "path": _test_path,
    "package": _test_path,
    "release": _test_path,
    "family": _test_choice,
    "sdk": _test_choice,
    "app": _test_flag,
}
