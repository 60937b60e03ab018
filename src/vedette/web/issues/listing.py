"""The list of issues: search, tabs by state, figures of the range, and what can be done to many at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse

from vedette.issues.queries import (
    IGNORED,
    RESOLVED,
    UNRESOLVED,
    Issue,
    IssueFigures,
    IssueFilters,
    Sort,
    list_issues,
    parse_search,
    render_search,
)
from vedette.issues.search import TAG
from vedette.issues.values import list_values
from vedette.releases.queries import short
from vedette.store.paging import Cursor
from vedette.store.query import QueryError
from vedette.web import access, frame, unscripted
from vedette.web.fragments import Look, Values, card
from vedette.web.issues import undoing
from vedette.web.issues.completion import ME, choices_for
from vedette.web.issues.states import Mark, marks_of
from vedette.web.issues.undoing import Undo
from vedette.web.page import Page
from vedette.web.parts import Parts

ON_A_PAGE = 25
SORTS: tuple[tuple[Sort, str], ...] = (
    ("last", "Last seen"),
    ("first", "First seen"),
    ("events", "Events"),
    ("users", "Users"),
)
COLUMNS: tuple[tuple[Sort, str], ...] = (
    ("events", "Events"),
    ("users", "Users"),
    ("last", "Last seen"),
    ("first", "First seen"),
)
"""The columns by which the list can be ordered, as they stand in it."""
_KINDS: dict[Sort, str] = {
    "events": "number",
    "users": "number is-narrow-hidden",
    "first": "is-narrow-hidden is-second",
}
TABS = ((UNRESOLVED, "Unresolved"), (RESOLVED, "Resolved"), (IGNORED, "Ignored"), ("", "All"))


@dataclass(frozen=True, slots=True)
class Row:
    """An issue in a list; `type` and `message` are its title in two, `since` the release it was first seen in."""

    issue: Issue
    figures: IssueFigures
    type: str
    message: str
    marks: tuple[Mark, ...]
    since: str
    door: str


@dataclass(frozen=True, slots=True)
class Tab:
    """The issues in one state; `count` is of those that meet the other filters."""

    name: str
    count: int
    door: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A column by which the list can be ordered; `kind` is its class."""

    name: str
    kind: str
    door: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that a filter may have, and the address that turns it on or off."""

    value: str
    door: str
    is_on: bool


@access.page
def issues(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
    """Answer with the frame and the search bar; the list is a card."""
    cards = {"list": list_card, "filters": filters_card}
    placed = unscripted.put(request, cards, parts=parts)
    shown = frame.look(request, name="issues", parts=parts)
    response = show(shown, placed=placed, undo=undoing.find(request))
    undoing.forget(request, response)
    return response


def show(
    shown: Page,
    *,
    problem: str = "",
    status: int = 200,
    placed: Mapping[str, str] | None = None,
    undo: Undo | None = None,
) -> HttpResponse:
    """Return the list's page, with what was wrong with a form on it, and the cards that are *placed* in it."""
    values = {"problem": problem, "sorts": list(_sorts(shown)), "placed": placed or {}, "undo": undo}
    return frame.show(shown, "issues.html", values, status=status)


def of_list(request: HttpRequest, parts: Parts) -> Page:
    """Return the list's page as a form on it names it, whose address has the page's query."""
    return frame.look(request, name="issues", parts=parts, path=reverse("vedette:issues"))


@card("cards/issues_list.html", on="issues")
def list_card(look: Look) -> Values:
    """Return a page of issues with their figures, by key."""
    shown = look.page
    filters = filters_of(shown)
    after = Cursor.parse(shown.params["after"]) if shown.params.get("after") else None
    found = list_issues(
        look.store,
        range=shown.period.range,
        filters=filters,
        sort=sort_of(shown),
        after=after,
        limit=ON_A_PAGE,
    )
    return {
        "rows": [row_of(shown, figures, filters) for figures in found.rows],
        "tabs": list(_tabs(shown, filters, found.by_status)),
        "total": found.total,
        "is_cut": found.is_cut,
        "next": shown.here(after=str(found.next)) if found.next else "",
        "first": shown.here() if after else "",
        "columns": list(_columns(shown)),
        "is_narrowed": filters != IssueFilters(status=filters.status),
        "status": filters.status,
        "total_of_all": sum(found.by_status.values()),
        "everywhere": _searched(shown, IssueFilters(status="")),
    }


@card("cards/issues_filters.html", on="issues")
def filters_card(look: Look) -> Values:
    """Return the services and the environments that errors came from in this time."""
    filters = filters_of(look.page)
    try:
        menus = [
            (label, getattr(filters, name), list(_choices(look, filters, name)))
            for name, label in (("service", "Service"), ("environment", "Environment"))
        ]
    except QueryError:
        menus = []  # as with completion: the list itself will say what is wrong with the store
    return {"menus": menus}


@access.page
def complete(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
    """Answer with what may stand in the search bar where ``word`` is being typed, as JSON."""
    shown = frame.look(request, name="issues", parts=parts)
    word = request.GET.get("word", "")[:200]
    try:
        choices = choices_for(word, parts.store(), range=shown.period.range, name=shown.viewer.name)
    except QueryError:
        choices = []  # completion is a help: the list itself will say what is wrong with the store
    return JsonResponse({"choices": [{"text": text, "note": note} for text, note in choices]})


def filters_of(shown: Page) -> IssueFilters:
    """Return what the search bar says; ``assigned:me`` is whoever reads.

    Raises:
        SearchError: If it makes no sense.
    """
    filters = parse_search(shown.params.get("q", ""))
    return replace(filters, assignee=shown.viewer.name) if filters.assignee == ME else filters


def sort_of(shown: Page) -> Sort:
    """Return the order that the link names, by default the last seen first."""
    named = shown.params.get("sort", "")
    return next((name for name, _ in SORTS if name == named), "last")


def row_of(shown: Page, figures: IssueFigures, filters: IssueFilters) -> Row:
    """Return the row of an issue; its door keeps what *filters* ask of events."""
    issue = figures.issue
    kind, _, message = (
        issue.title.partition(": ") if issue.title.startswith(f"{issue.type}: ") else ("", "", "")
    )
    own = {"environment": filters.environment, "release": filters.release, "user": filters.user}
    own |= {TAG + name: value for name, value in filters.attributes}
    return Row(
        issue=issue,
        figures=figures,
        type=kind or issue.title,
        message=message,
        marks=marks_of(issue, now=shown.now),
        since=short(issue.first_release),
        door=shown.go("issue", str(issue.id), **own),
    )


def _sorts(shown: Page) -> Iterator[tuple[str, str, bool]]:
    for name, label in SORTS:
        yield label, shown.here(sort="" if name == "last" else name), name == sort_of(shown)


def _columns(shown: Page) -> Iterator[Column]:
    for name, label in COLUMNS:
        kind = _KINDS.get(name, "is-narrow-hidden")
        yield Column(
            label, kind, shown.here(sort="" if name == "last" else name), is_on=name == sort_of(shown)
        )


def _tabs(shown: Page, filters: IssueFilters, counts: Mapping[str, int]) -> Iterator[Tab]:
    for status, name in TABS:
        count = counts.get(status, 0) if status else sum(counts.values())
        yield Tab(name, count, _searched(shown, replace(filters, status=status)), filters.status == status)


def _choices(look: Look, filters: IssueFilters, name: str) -> Iterator[Choice]:
    chosen = getattr(filters, name)
    values = [each.value for each in list_values(look.store, field=name, range=look.page.period.range)]
    for value in values if not chosen or chosen in values else [chosen, *values]:
        wanted = "" if value == chosen else value
        changed = (
            replace(filters, service=wanted) if name == "service" else replace(filters, environment=wanted)
        )
        yield Choice(value, _searched(look.page, changed), value == chosen)


def _searched(shown: Page, filters: IssueFilters) -> str:
    """Return the address of the list with *filters*; what is so by default is not named."""
    text = render_search(filters)
    return shown.here(
        q=text.removeprefix(f"is:{UNRESOLVED}").strip() if filters.status == UNRESOLVED else text
    )
