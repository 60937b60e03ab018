"""What a form of the issues' pages asks for, and how it is done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest

from vedette.issues import operations
from vedette.issues.operations import (
    NoIssueError,
    UnableToComment,
    UnableToIgnore,
    UnableToMerge,
    UnableToResolve,
    UnableToSplit,
)
from vedette.issues.queries import Issue, get_issues
from vedette.releases.queries import find_newest_version, find_version_with_commit

MOST_IDS = 500
MOST_NUMBER = operations.MOST_IGNORED
HOURS = {"1": "1 h", "24": "1 day", "168": "1 week"}
"""For how long an issue may be ignored, by the hours that a form names."""


class UnableToDo(ValueError):
    """The form asks for nothing that can be done; the message says why."""


REFUSALS = (
    NoIssueError, UnableToComment, UnableToDo, UnableToIgnore, UnableToMerge, UnableToResolve, UnableToSplit,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form asks for: which issues, by whom, when, and its other fields."""

    ids: Sequence[int]
    actor: str
    now: dt.datetime
    fields: Mapping[str, str]

    def number(self, name: str) -> int:
        """Return the whole number in a field.

        Raises:
            UnableToDo: If it is none.
        """
        text = self.fields.get(name, "").strip()
        if not text.isdecimal() or len(text) > 12 or not 0 < int(text) <= MOST_NUMBER:
            raise UnableToDo(f"“{text[:20]}” is no number of {name}.")
        return int(text)

    def text(self, name: str, *, what: str) -> str:
        """Return what is written in a field.

        Raises:
            UnableToDo: If nothing is.
        """
        text = self.fields.get(name, "").strip()
        if not text:
            raise UnableToDo(f"Name the {what}.")
        return text


def asked(request: HttpRequest, ids: Sequence[str]) -> Asked:
    """Return what the form in *request* asks for, about the issues *ids*."""
    named = [int(each) for each in ids[:MOST_IDS] if each.isdecimal() and len(each) < 19]
    return Asked(named, request.user.get_username(), dt.datetime.now(dt.UTC), request.POST.dict())


def change(asked: Asked) -> str:
    """Do what the form's ``do`` says and return what was done, as a sentence; raise one of `REFUSALS`."""
    do = _DEEDS.get(asked.fields.get("do", ""))
    if do is None:
        raise UnableToDo("The form does not say what to do.")
    if not asked.ids:
        raise UnableToDo("Choose an issue first: with the boxes in front of them, or with x.")
    subject = names(asked.ids)
    done = do(asked)
    return f"{subject} {'was' if len(asked.ids) == 1 else 'were'} {done}."


def names(ids: Sequence[int]) -> str:
    """Return how a sentence speaks of the issues *ids*."""
    found: dict[int, Issue] = get_issues(ids) if len(ids) == 1 else {}
    return found[ids[0]].short_id if ids and ids[0] in found else counted(len(ids))


def counted(count: int) -> str:
    """Return how a sentence speaks of so many issues."""
    return f"{count} issue{'s' * (count != 1)}"


def _resolve(asked: Asked) -> str:
    operations.resolve(asked.ids, actor=asked.actor, now=asked.now)
    return "resolved"


def _resolve_next(asked: Asked) -> str:
    operations.resolve(
        asked.ids, actor=asked.actor, now=asked.now, in_next_release=True, newest_release=find_newest_version
    )
    return "resolved in the next release"


def _resolve_release(asked: Asked) -> str:
    release = asked.text("release", what="release")
    operations.resolve(asked.ids, actor=asked.actor, now=asked.now, in_release=release)
    return f"resolved in {release}"


def _resolve_commit(asked: Asked) -> str:
    commit = asked.text("commit", what="commit")
    operations.resolve(
        asked.ids, actor=asked.actor, now=asked.now, in_commit=commit, release_with=find_version_with_commit
    )
    return f"resolved in commit {commit[:12]}"


def _unresolve(asked: Asked) -> str:
    operations.unresolve(asked.ids, actor=asked.actor, now=asked.now)
    return "opened again"


def _ignore(asked: Asked) -> str:
    operations.ignore(asked.ids, actor=asked.actor, now=asked.now)
    return "ignored for good"


def _ignore_for(hours: str) -> Callable[[Asked], str]:
    def ignore(asked: Asked) -> str:
        until = asked.now + dt.timedelta(hours=int(hours))
        operations.ignore(asked.ids, actor=asked.actor, now=asked.now, until=until)
        return f"ignored for {HOURS[hours]}"

    return ignore


def _ignore_events(asked: Asked) -> str:
    events = asked.number("events")
    operations.ignore(asked.ids, actor=asked.actor, now=asked.now, events=events)
    return f"ignored until there are {events:,} more events"


def _ignore_users(asked: Asked) -> str:
    users = asked.number("users")
    operations.ignore(asked.ids, actor=asked.actor, now=asked.now, users=users)
    return f"ignored until {users:,} more users are affected"


def _assign(asked: Asked) -> str:
    to = asked.text("to", what="user")
    users = get_user_model()._default_manager
    try:
        # Whoever it is must be able to log in: a name with a slip in it would be nobody's.
        name = users.get_by_natural_key(to).get_username()
    except ObjectDoesNotExist:
        raise UnableToDo(f"There is no user called “{to[:60]}”.") from None
    operations.assign(asked.ids, to=name, actor=asked.actor, now=asked.now)
    return f"assigned to {name}"


def _assign_me(asked: Asked) -> str:
    operations.assign(asked.ids, to=asked.actor, actor=asked.actor, now=asked.now)
    return "assigned to you"


def _unassign(asked: Asked) -> str:
    operations.assign(asked.ids, to="", actor=asked.actor, now=asked.now)
    return "assigned to nobody"


def _merge(asked: Asked) -> str:
    if len(set(asked.ids)) < 2:
        raise UnableToDo("Choose two issues or more to make one of them.")
    # The oldest keeps its name: it is the one that links and commits speak of.
    operations.merge(asked.ids, into=min(asked.ids), actor=asked.actor, now=asked.now)
    return f"made one, {names([min(asked.ids)])}"


def numbers(text: str) -> list[int]:
    """Return the numbers of issues in a list such as ``SHOP-12, 17``.

    Raises:
        UnableToDo: If one of them names none.
    """
    found = []
    for word in text.replace(",", " ").split()[:MOST_IDS]:
        number = word.rpartition("-")[2].lstrip("#")
        if not number.isdecimal() or len(number) > 18:
            raise UnableToDo(f"“{word[:40]}” names no issue; write it as SHOP-12 or 12.")
        found.append(int(number))
    return found


_DEEDS: Mapping[str, Callable[[Asked], str]] = {
    "resolve": _resolve,
    "resolve-next": _resolve_next,
    "resolve-release": _resolve_release,
    "resolve-commit": _resolve_commit,
    "unresolve": _unresolve,
    "ignore": _ignore,
    **{f"ignore-{hours}": _ignore_for(hours) for hours in HOURS},
    "ignore-events": _ignore_events,
    "ignore-users": _ignore_users,
    "assign": _assign,
    "assign-me": _assign_me,
    "unassign": _unassign,
    "merge": _merge,
}
"""What the forms' ``do`` can be."""
