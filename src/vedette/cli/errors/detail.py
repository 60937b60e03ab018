"""One issue, with its latest event."""

from __future__ import annotations

import argparse
import dataclasses

from vedette.cli import words
from vedette.cli.errors.stack import lines_of
from vedette.cli.options import range_of
from vedette.cli.output import Output
from vedette.cli.site import site_of
from vedette.cli.text import visible
from vedette.issues import queries
from vedette.issues.queries import IGNORED, Event, Issue

MOST_ACTIVITY = 10
_WAITS = (
    ("resolved_in", "in {}"),
    ("resolved_after", "in the release after {}"),
    ("resolved_commit", "in commit {}"),
    ("ignored_until_events", "until it has {} events"),
    ("ignored_until_users", "until {} more users"),
)


def write(issue: Issue, options: argparse.Namespace, output: Output) -> None:
    """Write *issue*: what it is, its figures, why its events are together, what was done, the latest stack trace."""
    store, range = site_of(options).store(), range_of(options)
    series = queries.get_figures(store, issue, range=range)
    event = queries.get_event(store, issue)
    hashes = queries.list_hashes(issue.id)
    activity = queries.get_activity(issue.id)
    if output.is_json:
        shown = None if event is None else {**_fields(event), "issue": issue.short_id}
        output.document(
            {
                "issue": issue,
                "events": series.events,
                "users": series.users,
                "hashes": hashes,
                "activity": activity,
                "event": shown,
            }
        )
        return
    now = site_of(options).now()
    output.line(output.styled(visible(f"{issue.short_id}  {issue.title}"), "bold"))
    facts = [
        ("where", issue.culprit),
        ("state", _state(issue, output)),
        ("assigned to", issue.assignee),
        ("level", issue.level if issue.is_handled else f"{issue.level}, unhandled"),
        ("in this time", _counted(series.events, series.users)),
        ("ever", f"{words.count(issue.events)} events"),
        (
            "first seen",
            _seen(words.ago(issue.first_at, now=now), output.time(issue.first_at), issue.first_release),
        ),
        (
            "last seen",
            _seen(words.ago(issue.last_at, now=now), output.time(issue.last_at), issue.last_release),
        ),
        *(("together", each.reason) for each in hashes if each.events),
        *((each.kind, f"{output.time(each.at)}  {_told(each)}") for each in activity[:MOST_ACTIVITY]),
    ]
    for name, value in facts:
        if value:
            output.line(f"{output.styled(name.ljust(12), 'dim')} {visible(value)}")
    output.line()
    if event is None:
        output.line("None of its events is stored any more.")
        return
    output.line(output.styled(f"latest event {event.event_id}, {output.time(event.time)}", "dim"))
    for line in lines_of(event.payload):
        output.line(line)


def _fields(event: Event) -> dict[str, object]:
    return {each.name: getattr(event, each.name) for each in dataclasses.fields(event)}


def _counted(events: int, users: int) -> str:
    # Where no event names a user, the people affected are not known, rather than none.
    people = f", {words.count(users)} user{'s' * (users != 1)}" if users else ""
    return f"{words.count(events)} event{'s' * (events != 1)}{people}"


def _state(issue: Issue, output: Output) -> str:
    waits = [words_.format(value) for name, words_ in _WAITS if (value := getattr(issue, name))]
    if issue.ignored_until is not None:
        waits.append(f"until {output.time(issue.ignored_until)}")
    state = "unresolved, regressed" if issue.is_regressed else issue.status
    # What is resolved by a commit in a release waits for one thing; what is ignored may wake by several.
    told = " or ".join(waits) if issue.status == IGNORED else "".join(waits[:1])
    return f"{state} {told}".rstrip()


def _seen(ago: str, time: str, release: str) -> str:
    return f"{ago} ({time}){f' in {release}' if release else ''}"


def _told(activity: queries.Activity) -> str:
    return f"{activity.actor}: {activity.text}" if activity.actor else activity.text
