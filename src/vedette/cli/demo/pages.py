"""The todo site as its past is made up: pages, what each costs, and what people do with them."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.cli.demo.statements import (
    COMPARE,
    EDGES,
    FINISH_TASK,
    INSERT_TASK,
    OPEN_TASKS,
    SESSION,
    TAGS_OF_TASK,
    TAGS_OF_TASKS,
    TASK,
    TASKS,
    USER,
    USER_BY_NAME,
)

_LOGGED_IN = (SESSION, USER)


@dataclass(frozen=True, slots=True)
class Call:
    """A call on the way to what was raised: file below the project, line, function, and the source there.

    `variables` are the local ones that tell most, as their `repr`.
    """

    file: str
    line: int
    function: str
    code: str
    variables: tuple[tuple[str, str], ...] = ()

    @property
    def module(self) -> str:
        """Return the file as a module's name."""
        return self.file.removesuffix(".py").replace("/", ".")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A bug: how often a page runs into it, since which release, and what it raises after which calls."""

    chance: float
    since_release: int = 0
    type: str
    value: str
    calls: tuple[Call, ...]

    @property
    def traceback(self) -> str:
        """Return what Python writes of it."""
        calls = [
            f'  File "{call.file}", line {call.line}, in {call.function}\n    {call.code}'
            for call in self.calls
        ]
        return "\n".join(["Traceback (most recent call last):", *calls, f"{self.type}: {self.value}"])


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that is recorded by itself, with the view and the line that issue it."""

    text: str
    view: str
    line: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a page logs about the task that it changed."""

    message: str
    line: int
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A route and what it costs: `ms` is the median, `per_card` what an N+1 page issues again and again."""

    method: str = "GET"
    route: str
    path: str = ""
    status: int = 200
    ms: float
    spread: float = 0.35
    size: int = 0
    statements: tuple[str, ...] = ()
    per_card: tuple[Statement, ...] = ()
    slow: Statement | None = None
    in_release_2: float = 1.0
    log: Change | None = None
    failure: Failure | None = None
    is_anonymous: bool = False


CALENDAR_BUG = Failure(
    chance=0.12,
    type="ValueError",
    value="day is out of range for month",
    calls=(
        Call("apps/tasks/views/export.py", 27, "calendar", "lines.extend(_entry(task, now))"),
        Call(
            "apps/tasks/views/export.py",
            45,
            "_entry",
            'yield f"TRIGGER;VALUE=DATE-TIME:{_day_before(task.due_on):%Y%m%d}T080000Z"',
            (("task", "<Task: Pay the rent>"),),
        ),
        Call(
            "apps/tasks/views/export.py",
            53,
            "_day_before",
            "return day.replace(day=day.day - 1)",
            (("day", "datetime.date(2026, 11, 1)"),),
        ),
    ),
)
PRAISE_BUG = Failure(
    chance=0.22,
    since_release=1,
    type="TypeError",
    value="unsupported operand type(s) for -: 'NoneType' and 'datetime.date'",
    calls=(
        Call(
            "apps/tasks/views/edit.py",
            42,
            "finish",
            "messages.success(request, _praise(own, timezone.localdate()))",
            (("own", "<Task: Water the plants>"),),
        ),
        Call(
            "apps/tasks/views/edit.py",
            89,
            "_praise",
            "days = (own.due_on - today).days  # type: ignore[operator]",
            (("own", "<Task: Water the plants>"), ("today", "datetime.date(2026, 11, 25)")),
        ),
    ),
)
LOCKED = Failure(
    chance=0.08,
    type="django.db.utils.OperationalError",
    value="database is locked",
    calls=(Call("apps/tasks/operations.py", 30, "save_task", "task.save()"),),
)

HOME = Page(route="/", path="/", ms=14, size=4400, statements=(*_LOGGED_IN, OPEN_TASKS, TAGS_OF_TASKS))
LIST = Page(
    route="/tasks/",
    ms=19,
    size=18_000,
    statements=(*_LOGGED_IN, OPEN_TASKS, TAGS_OF_TASKS),
    in_release_2=0.85,
)
ADD_FORM = Page(route="/tasks/add/", ms=12, size=6100, statements=(*_LOGGED_IN, OPEN_TASKS, OPEN_TASKS))
ADD = Page(
    method="POST",
    route="/tasks/add/",
    status=302,
    ms=24,
    statements=(*_LOGGED_IN, INSERT_TASK, TAGS_OF_TASK, TASKS, EDGES),
    log=Change("Task created", 40, "created"),
)
ADD_REFUSED = Page(
    method="POST", route="/tasks/add/", status=422, ms=13, size=6300, statements=(*_LOGGED_IN, OPEN_TASKS)
)
EDIT_FORM = Page(
    route="/tasks/<int:pk>/", ms=13, size=6300, statements=(*_LOGGED_IN, TASK, TAGS_OF_TASK, OPEN_TASKS)
)
EDIT = Page(
    method="POST",
    route="/tasks/<int:pk>/",
    status=302,
    ms=27,
    statements=(*_LOGGED_IN, TASK, TAGS_OF_TASK, TASKS, EDGES),
    log=Change("Task changed", 40, "changed"),
)
FINISH = Page(
    method="POST",
    route="/tasks/<int:pk>/finish/",
    status=302,
    ms=11,
    statements=(*_LOGGED_IN, TASK, FINISH_TASK),
    log=Change("Task finished", 70, "finished"),
    failure=PRAISE_BUG,
)
BOARD = Page(
    route="/tasks/board/",
    ms=48,
    spread=0.45,
    size=7700,
    statements=(*_LOGGED_IN, OPEN_TASKS),
    per_card=(Statement(USER, "board", 40), Statement(TAGS_OF_TASK, "board", 40)),
    in_release_2=1.7,
)
GRAPH = Page(route="/tasks/graph/", ms=17, size=22_000, statements=(*_LOGGED_IN, TASKS, EDGES))
REPORT = Page(
    route="/tasks/report/",
    ms=780,
    spread=0.5,
    size=5800,
    statements=_LOGGED_IN,
    slow=Statement(COMPARE, "report", 43),
)
CALENDAR = Page(
    route="/tasks/calendar.ics", ms=9, size=3900, statements=(*_LOGGED_IN, OPEN_TASKS), failure=CALENDAR_BUG
)
API_LIST = Page(route="/api/v1/tasks/", ms=15, size=5200, statements=(*_LOGGED_IN, OPEN_TASKS, TAGS_OF_TASKS))
API_ADD = Page(
    method="POST",
    route="/api/v1/tasks/",
    status=201,
    ms=21,
    size=210,
    statements=(*_LOGGED_IN, INSERT_TASK, TAGS_OF_TASK),
    log=Change("Task created", 40, "created"),
)
API_REFUSED = Page(method="POST", route="/api/v1/tasks/", status=422, ms=5, size=150, statements=_LOGGED_IN)
API_CHANGE = Page(
    method="PATCH",
    route="/api/v1/tasks/<int:pk>/",
    ms=20,
    size=200,
    statements=(*_LOGGED_IN, TASK, FINISH_TASK),
    log=Change("Task changed", 40, "changed"),
)
LOST_TASK = Page(route="/tasks/<int:pk>/", status=404, ms=6, size=750, statements=(*_LOGGED_IN, TASK))
LOST = Page(route="", status=404, ms=2, size=750, is_anonymous=True)
LOG_IN_FORM = Page(route="/accounts/login/", ms=4, size=2300, is_anonymous=True)
LOG_IN = Page(
    method="POST",
    route="/accounts/login/",
    status=302,
    ms=310,
    spread=0.15,
    statements=(USER_BY_NAME,),
)
LOG_IN_FAILED = Page(
    method="POST",
    route="/accounts/login/",
    ms=305,
    spread=0.15,
    size=2500,
    statements=(USER_BY_NAME,),
    is_anonymous=True,
)

ACTS: tuple[tuple[tuple[Page, ...], float], ...] = (
    ((LIST,), 22),
    ((ADD_FORM, ADD, LIST), 15),
    ((ADD_FORM, ADD_REFUSED), 0.7),
    ((LIST, FINISH, LIST), 14),
    ((API_LIST, API_ADD), 5),
    ((API_LIST, API_CHANGE), 5),
    ((API_REFUSED,), 0.6),
    ((HOME,), 8),
    ((BOARD,), 8),
    ((LIST, EDIT_FORM, EDIT, LIST), 7),
    ((GRAPH,), 6),
    ((REPORT,), 2),
    ((CALENDAR,), 2),
    ((LOST_TASK,), 1),
)
"""What people do in a visit, and how often."""
