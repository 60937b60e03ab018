"""The todo site's SQL, as Vedette normalises it, so that the made-up past and the present fall together."""

# ruff: noqa: S608 - these statements are never executed
from __future__ import annotations

_USER_COLUMNS = ", ".join(
    f'"auth_user"."{name}"'
    for name in (
        "id", "password", "last_login", "is_superuser", "username", "first_name",
        "last_name", "email", "is_staff", "is_active", "date_joined",
    )
)  # fmt: skip
_TASK_COLUMNS = ", ".join(
    f'"tasks_task"."{name}"'
    for name in ("id", "owner_id", "title", "notes", "due_on", "done_at", "created_at", "updated_at")
)
_TAG_COLUMNS = '"tasks_tag"."id", "tasks_tag"."owner_id", "tasks_tag"."name"'
_URGENT_FIRST = 'ORDER BY "tasks_task"."done_at" DESC NULLS FIRST, "tasks_task"."due_on" ASC NULLS LAST, "tasks_task"."id" ASC'

SESSION = (
    'SELECT "django_session"."session_key", "django_session"."session_data", "django_session"."expire_date" FROM "django_session"'
    ' WHERE ("django_session"."expire_date" > ? AND "django_session"."session_key" = ?) LIMIT ?'
)
USER = f'SELECT {_USER_COLUMNS} FROM "auth_user" WHERE "auth_user"."id" = ? LIMIT ?'
USER_BY_NAME = f'SELECT {_USER_COLUMNS} FROM "auth_user" WHERE "auth_user"."username" = ? LIMIT ?'
TASKS = f'SELECT {_TASK_COLUMNS} FROM "tasks_task" WHERE "tasks_task"."owner_id" = ? {_URGENT_FIRST}'
OPEN_TASKS = f'SELECT {_TASK_COLUMNS} FROM "tasks_task" WHERE ("tasks_task"."done_at" IS NULL AND "tasks_task"."owner_id" = ?) {_URGENT_FIRST}'
TASK = (
    f'SELECT {_TASK_COLUMNS}, {_USER_COLUMNS} FROM "tasks_task" INNER JOIN "auth_user" ON ("tasks_task"."owner_id" = "auth_user"."id")'
    ' WHERE ("tasks_task"."owner_id" = ? AND "tasks_task"."id" = ?) LIMIT ?'
)
TAGS_OF_TASK = (
    f'SELECT {_TAG_COLUMNS} FROM "tasks_tag" INNER JOIN "tasks_task_tags" ON ("tasks_tag"."id" = "tasks_task_tags"."tag_id")'
    ' WHERE "tasks_task_tags"."task_id" = ? ORDER BY "tasks_tag"."name" ASC'
)
TAGS_OF_TASKS = (
    f'SELECT ("tasks_task_tags"."task_id") AS "_prefetch_related_val_task_id", {_TAG_COLUMNS} FROM "tasks_tag" INNER JOIN "tasks_task_tags"'
    ' ON ("tasks_tag"."id" = "tasks_task_tags"."tag_id") WHERE "tasks_task_tags"."task_id" IN (?) ORDER BY "tasks_tag"."name" ASC'
)
EDGES = (
    'SELECT "tasks_task_after"."to_task_id" AS "to_task_id", "tasks_task_after"."from_task_id" AS "from_task_id" FROM "tasks_task_after"'
    ' INNER JOIN "tasks_task" ON ("tasks_task_after"."from_task_id" = "tasks_task"."id") WHERE "tasks_task"."owner_id" = ?'
)
INSERT_TASK = 'INSERT INTO "tasks_task" ("owner_id", "title", "notes", "due_on", "done_at", "created_at", "updated_at") VALUES (?) RETURNING "tasks_task"."id"'
FINISH_TASK = 'UPDATE "tasks_task" SET "done_at" = ?, "updated_at" = ? WHERE "tasks_task"."id" = ?'
COMPARE = (
    f'SELECT {_TASK_COLUMNS}, django_datetime_trunc(?, "tasks_task"."done_at", ?, ?) AS "month", (SELECT COUNT(U0."id") AS "total" FROM "tasks_task" U0'
    ' WHERE (django_datetime_trunc(?, U0."done_at", ?, ?)) = (django_datetime_trunc(?, "tasks_task"."done_at", ?, ?))'
    ' GROUP BY django_datetime_trunc(?, U0."done_at", ?, ?)) AS "in_month" FROM "tasks_task" WHERE "tasks_task"."done_at" BETWEEN ? AND ?'
    ' ORDER BY "tasks_task"."done_at" DESC LIMIT ?'
)
