"""Telemetry of a made-up site, as SQL: a day of requests, spans and logs with the shape of real ones.

What costs bytes is made as it comes in life: random ids with a time in front, log-normal durations to the microsecond,
addresses, users and user agents with a long tail, paths with numbers in them, messages with variable parts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

USERS = 200_000
_RESOURCES = (
    "tasks",
    "tags",
    "projects",
    "comments",
    "attachments",
    "teams",
    "reports",
    "invoices",
    "members",
)
ROUTES = (
    "/", "/tasks/", "/tasks/graph/", "/accounts/login/", "/accounts/logout/", "/accounts/signup/", "/search/",
    "/api/v1/tasks/", "/api/v1/tasks/<int:pk>/", "/api/v1/sync/", "/feed/", "/settings/", "/settings/keys/",
    *(f"/{resource}/<int:pk>/" for resource in _RESOURCES),
    *(f"/{resource}/<int:pk>/edit/" for resource in _RESOURCES),
    *(f"/{resource}/new/" for resource in _RESOURCES),
)  # fmt: skip
"""40 routes; the first are asked for most."""

# level, logger, share of all lines, message; {} stand for what varies.
_MESSAGES = (
    (9, "apps.tasks.views", 14, "Task {int} of user {user} was saved in {ms} ms"),
    (9, "apps.tasks.views", 9, "Listed {small} tasks for user {user}"),
    (5, "apps.core.cache", 13, "Cache miss for key tasks:{user}:{hex}"),
    (5, "apps.core.cache", 8, "Stored {int} bytes under key tasks:{user}:{hex} for {small} s"),
    (9, "apps.core.mail", 5, "Sent reminder to user{user}@example.com, message id <{hex}@mail.example.com>"),
    (9, "apps.billing.payments", 6, "Payment pi_{hex} over {int} cents authorised in {ms} ms"),
    (9, "apps.billing.payments", 1, "Refund for order {int} declined by the bank, code {small}"),
    (13, "apps.billing.payments", 1, "Webhook {hex} came twice, the second was ignored"),
    (9, "apps.search.index", 7, "Indexed {small} documents of project {int} in {ms} ms"),
    (9, "apps.search.views", 6, "Search for {small} words by user {user} gave {int} results in {ms} ms"),
    (9, "apps.tasks.graph", 4, "Drew a graph of {small} tasks and {small} edges in {ms} ms"),
    (
        5,
        "urllib3.connectionpool",
        8,
        'https://api.example.com:443 "GET /v2/rates/{int}?token={hex} HTTP/1.1" 200 {int}',
    ),
    (9, "celery.worker", 6, "Task apps.tasks.remind[{hex}] succeeded in {ms} ms"),
    (13, "django.request", 3, "Not Found: /files/{hex}/{int}.png"),
    (13, "django.security", 1, "Invalid HTTP_HOST header: 'site-{int}.example.net'"),
    (13, "apps.accounts", 2, "Failed log-in of user{user}@example.com from 10.{small}.{small}.0"),
    (
        13,
        "django.db.backends",
        2,
        "Slow query: {ms} ms on default: SELECT t.* FROM tasks_task t WHERE t.owner_id = %s",
    ),
    (13, "apps.integrations", 2, "Calendar {hex} answered 429, trying again in {small} s"),
    (17, "apps.integrations", 1, "Calendar {hex} could not be read: time-out after {ms} ms"),
    (17, "django.request", 1, "Internal Server Error: /tasks/{int}/edit/"),
)
_TRACEBACK = "\\n".join((
    "Traceback (most recent call last):",
    '  File "/srv/site/.venv/lib/python3.12/site-packages/django/core/handlers/exception.py", line 55, in inner',
    "    response = get_response(request)",
    '  File "/srv/site/.venv/lib/python3.12/site-packages/django/core/handlers/base.py", line 197, in _get_response',
    "    response = wrapped_callback(request, *callback_args, **callback_kwargs)",
    '  File "/srv/site/apps/tasks/views.py", line 83, in edit',
    "    task = form.save(owner=request.user)",
    '  File "/srv/site/apps/tasks/forms.py", line 41, in save',
    "    raise QuotaError(self.instance.pk)",
    "apps.tasks.quota.QuotaError: {int}",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Day:
    """A day, until `end`, with the number of rows that a whole one would have."""

    start: dt.date
    end: dt.datetime
    rows: int
    release: str


def requests(day: Day) -> str:
    """Return the SELECT of the requests of *day*."""
    return f"""
    WITH drawn AS MATERIALIZED (
        SELECT {_time(day)} AS time,
               least({len(ROUTES)}, 1 + floor({len(ROUTES)} * pow(random(), 2.6)))::INTEGER AS route_number,
               floor({USERS} * pow(random(), 2.2))::BIGINT AS visitor,
               random() AS fate, random() AS luck, random() AS span_high, random() AS span_low, random() AS id_high,
               random() AS id_low, {_NORMAL} AS slowness, {_NORMAL} AS size, random() AS queries, {_NORMAL} AS query_cost,
               floor(pow(random(), 3) * 2000000)::BIGINT AS pk
        FROM (SELECT random() AS u FROM range({day.rows}))
    ), known AS (
        SELECT *, hash(visitor) AS who, fate < 0.985 AS is_routed, list_extract({_texts(ROUTES)}, route_number) AS pattern,
               visitor % 20 < 13 AS is_user, floor(pow(queries, 2) * (2 + route_number % 7 * 4))::BIGINT AS queried
        FROM drawn WHERE time < TIMESTAMP '{day.end:%Y-%m-%d %H:%M:%S}'
    )
    SELECT time, 'todo' AS service, 'production' AS environment, '{day.release}' AS release,
           'web-' || (1 + who % 4) AS host, {_trace_id("time", "id_high", "id_low")} AS trace_id,
           {_span_id("span_high", "span_low")} AS span_id,
           NULL::VARCHAR AS request_id, CASE WHEN is_user THEN visitor::VARCHAR ELSE '' END AS user_id,
           CASE WHEN fate BETWEEN 0.5 AND 0.504
                THEN MAP {{'user_agent.original': {_agent("who")}, 'exception.type': 'QuotaError'}}
                ELSE MAP {{'user_agent.original': {_agent("who")}}} END AS attributes,
           CASE WHEN route_number % 3 = 0 AND luck < 0.3 THEN 'POST' ELSE 'GET' END AS method,
           CASE WHEN is_routed THEN pattern ELSE '' END AS route,
           CASE WHEN is_routed THEN replace(pattern, '<int:pk>', pk::VARCHAR) ELSE '/wp-content/' || pk || '.php' END AS path,
           CASE WHEN NOT is_routed THEN 404 WHEN fate BETWEEN 0.5 AND 0.504 THEN 500 WHEN fate < 0.03 THEN 302
                WHEN fate < 0.04 THEN 404 WHEN fate < 0.045 THEN 403 ELSE 200 END AS status,
           round(exp(2.5 + route_number % 9 * 0.35 + 0.7 * slowness), 3) AS duration_ms,
           CAST(exp(8 + 0.9 * size) AS BIGINT) AS response_bytes,
           (10 + who % 200) || '.' || (who >> 8) % 256 || '.' || (who >> 16) % 256 || '.0' AS ip,
           CASE WHEN is_user THEN printf('%016x', hash(visitor + 1)) ELSE '' END AS session_id,
           queried AS query_count,
           CASE WHEN queried = 0 THEN 0 ELSE round(queried * exp(0.6 * query_cost), 3) END AS query_ms,
           CASE WHEN luck < 0.004 THEN 1 ELSE 0 END AS slow_query_count,
           CASE WHEN luck > 0.98 THEN queried ELSE 0 END AS repeated_query_count,
           CASE WHEN fate BETWEEN 0.5 AND 0.504 THEN printf('%016x', hash(route_number % 5)) ELSE '' END AS error_fingerprint
    FROM known"""


SPANS_OF_A_REQUEST = 4


def spans(requests: str, *, per_mille: int = 100) -> str:
    """Return the SELECT of the spans of so many of a thousand *requests*: the request's own and three of SQL."""
    return f"""
    WITH sampled AS MATERIALIZED (
        SELECT *, random() AS high, random() AS low, random() AS share
        FROM {requests}, (SELECT unnest(range({SPANS_OF_A_REQUEST})) AS place) WHERE hash(trace_id) % 1000 < {per_mille}
    )
    SELECT time + to_microseconds(place * 1500) AS time, service, environment, release, host, trace_id,
           CASE WHEN place = 0 THEN span_id ELSE {_span_id("high", "low")} END AS span_id, NULL::VARCHAR AS request_id,
           user_id,
           CASE WHEN place = 0 THEN MAP {{'http.request.method': method, 'http.response.status_code': status::VARCHAR}}
                ELSE MAP {{'db.system': 'postgresql', 'db.alias': 'default'}} END AS attributes,
           CASE WHEN place = 0 THEN '' ELSE span_id END AS parent_span_id,
           CASE WHEN place = 0 THEN 'http.server' ELSE 'db' END AS op,
           CASE WHEN place = 0 THEN method || ' ' || route
                ELSE 'SELECT * FROM tasks_task WHERE owner_id = %s AND kind = ' || hash(route) % 200 END AS name,
           CASE WHEN place = 0 THEN duration_ms ELSE round(duration_ms * share / 4, 3) END AS duration_ms,
           CASE WHEN status >= 500 AND place = 0 THEN 'error' ELSE 'ok' END AS status,
           CASE WHEN place = 0 THEN 'server' ELSE 'client' END AS kind
    FROM sampled"""


def logs(day: Day, requests: str) -> str:
    """Return the SELECT of the log lines of *day*: two per request, nine in ten of them with the request's ids."""
    wanted = day.rows // 2
    return f"""
    WITH made AS MATERIALIZED (
        SELECT {_time(day)} AS time, random() AS high, random() AS low, random() AS up, random() AS down,
               floor({USERS} * pow(random(), 2.2))::BIGINT AS visitor
        FROM (SELECT random() AS u FROM range({wanted}))
    ), work AS MATERIALIZED (
        (SELECT time, trace_id, span_id, user_id, host FROM {requests} ORDER BY hash(trace_id) LIMIT {wanted})
        UNION ALL
        (SELECT time, {_trace_id("time", "high", "low")}, {_span_id("up", "down")},
                CASE WHEN visitor % 20 < 13 THEN visitor::VARCHAR ELSE '' END, 'web-' || (1 + visitor % 4)
         FROM made WHERE time < TIMESTAMP '{day.end:%Y-%m-%d %H:%M:%S}'
         LIMIT greatest(0, {wanted} - (SELECT count(*) FROM {requests})))
    ), drawn AS MATERIALIZED (
        SELECT *, floor({_SHARES} * random())::INTEGER AS kind, random() AS fate, random() AS draw,
               floor(pow(random(), 2) * 4000000)::BIGINT AS number, floor(random() * 60)::BIGINT AS small,
               round(exp(3 + {_NORMAL}), 1) AS ms
        FROM work, (SELECT unnest(range(2)) AS place)
    ), said AS (
        SELECT *, list_extract({_texts(_spread(3))}, kind + 1) AS template,
               list_extract({_texts(_spread(1))}, kind + 1) AS logger_name,
               list_extract({_numbers(_spread(0))}, kind + 1) AS level
        FROM drawn
    )
    SELECT time + to_microseconds((draw * 40000)::BIGINT) AS time, 'todo' AS service, 'production' AS environment,
           '{day.release}' AS release, host, CASE WHEN fate < 0.9 THEN trace_id ELSE '' END AS trace_id,
           CASE WHEN fate < 0.9 THEN span_id ELSE '' END AS span_id, NULL::VARCHAR AS request_id, user_id,
           CASE WHEN number % 4 = 0 THEN MAP {{'task_id': number::VARCHAR, 'took_ms': ms::VARCHAR}}
                ELSE MAP {{}}::MAP(VARCHAR, VARCHAR) END AS attributes,
           level AS severity, list_extract({_texts(_LEVELS)}, level) AS severity_text, logger_name AS logger,
           {_message("template")} AS message, template, split_part(logger_name, '.', -1) AS module,
           20 + kind * 7 AS line,
           CASE WHEN level >= 17 AND fate < 0.5 THEN {_message(_text(_TRACEBACK))} ELSE '' END AS exception
    FROM said"""


_LEVELS = [{5: "DEBUG", 9: "INFO", 13: "WARNING", 17: "ERROR"}.get(level, "") for level in range(1, 18)]
_SHARES = sum(message[2] for message in _MESSAGES)
# Box and Muller's way from two even draws to a normal one.
_NORMAL = "(sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))"


def _time(day: Day) -> str:
    # Evenly drawn times, bent so that the quietest hour has a quarter of the busiest one's.
    return (
        f"TIMESTAMP '{day.start}' + to_microseconds(CAST(86400e6 * "
        "least(0.9999999, u + 0.6 / (2 * pi()) * sin(2 * pi() * u)) AS BIGINT))"
    )


def _trace_id(time: str, high: str, low: str) -> str:
    # As `vedette.record.ids` lays them out: 48 bits of milliseconds, 80 random ones.
    return (
        f"printf('%012x%010x%010x', epoch_ms({time}), CAST(floor({high} * 1099511627776) AS BIGINT), "
        f"CAST(floor({low} * 1099511627776) AS BIGINT))"
    )


def _span_id(high: str, low: str) -> str:
    return f"printf('%08x%08x', CAST(floor({high} * 4294967295) AS BIGINT), CAST(floor({low} * 4294967295) AS BIGINT))"


def _agent(who: str) -> str:
    version = f"(90 + {who} % 11 * ({who} % 7))"
    return (
        f"'Mozilla/5.0 (' || list_extract(['Windows NT 10.0; Win64; x64', 'Macintosh; Intel Mac OS X 10_15_7', "
        f"'X11; Linux x86_64', 'iPhone; CPU iPhone OS 17_4 like Mac OS X'], 1 + ({who} % 4)::INTEGER) || "
        f"') AppleWebKit/537.36 (KHTML, like Gecko) Chrome/' || {version} || '.0.' || ({who} >> 20) % 9 || '.0 Safari/537.36'"
    )


def _message(template: str) -> str:
    hexadecimal = "printf('%016x', hash(draw + place))"
    text = template
    for name, value in (
        ("int", "number::VARCHAR"),
        ("small", "small::VARCHAR"),
        ("ms", "ms::VARCHAR"),
        ("user", "coalesce(nullif(user_id, ''), 'anonymous')"),
        ("hex", hexadecimal),
    ):
        text = f"replace({text}, '{{{name}}}', {value})"
    return text


def _spread(place: int) -> list[str | int]:
    return [message[place] for message in _MESSAGES for _ in range(message[2])]


def _text(text: object) -> str:
    return "'" + str(text).replace("'", "''").replace("\\n", "' || chr(10) || '") + "'"


def _texts(texts: object) -> str:
    assert isinstance(texts, list | tuple)
    return "[" + ", ".join(_text(text) for text in texts) + "]"


def _numbers(numbers: list[str | int]) -> str:
    return "[" + ", ".join(str(number) for number in numbers) + "]"
