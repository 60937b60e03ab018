"""Many rows are written at once as the ORM would write them one by one."""

from __future__ import annotations

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from vedette.catalogue import rows
from vedette.catalogue.database import ALIAS
from vedette.changes.models import ChangeRow
from vedette.issues.models import IssueRow

pytestmark = pytest.mark.usefixtures("state")

NUMBER = 500
TOLD = {"culprit": "", "type": "E", "value": "%s and 'x'", "level": "error", "platform": "python"}


def issues(number: int = NUMBER) -> list[IssueRow]:
    return [
        IssueRow(
            service="shop", title=f"fault {each} ✓", first_us=each, last_us=each, grouping_version="v", **TOLD
        )
        for each in range(number)
    ]


def change(number: int) -> ChangeRow:
    told = {"subject": "issue", "title": "t", "before": "", "after": "new", "reason": "", "actor": ""}
    return ChangeRow(
        at_us=number, service="shop", subject_id=str(number), details={"n": [number, "é"]}, **told
    )


def test_each_row_gets_its_own_id() -> None:
    made = issues()
    rows.insert_and_name(made)
    stored = {issue.id: issue.title for issue in IssueRow.objects.using(ALIAS).all()}
    assert stored == {issue.id: issue.title for issue in made}
    assert len(stored) == NUMBER


def test_rows_get_their_ids_where_one_statement_cannot_return_them_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    features = type(connections[ALIAS].features)
    monkeypatch.setattr(features, "can_return_rows_from_bulk_insert", False)
    made = issues(3)
    rows.insert_and_name(made)
    stored = {issue.id: issue.title for issue in IssueRow.objects.using(ALIAS).all()}
    assert stored == {issue.id: issue.title for issue in made}


def test_what_is_read_back_is_what_was_written() -> None:
    made = issues(3)
    rows.insert_and_name(made)
    names = [field.attname for field in IssueRow._meta.concrete_fields]
    for issue in made:
        stored = IssueRow.objects.using(ALIAS).get(id=issue.id)
        assert [getattr(stored, name) for name in names] == [getattr(issue, name) for name in names]


def test_documents_are_written_as_json() -> None:
    rows.insert([change(number) for number in range(3)])
    stored = ChangeRow.objects.using(ALIAS).order_by("at_us")
    assert [row.details for row in stored] == [{"n": [number, "é"]} for number in range(3)]


def test_fields_of_many_rows_change_and_others_stay() -> None:
    made = issues(3)
    rows.insert_and_name(made)
    for issue in made:
        issue.events, issue.title = issue.first_us + 10, "not written"
    rows.update(made, ["events"])
    stored = IssueRow.objects.using(ALIAS).order_by("id")
    assert [(row.events, row.title) for row in stored] == [(n + 10, f"fault {n} ✓") for n in range(3)]


def test_the_number_of_statements_grows_by_the_lot() -> None:
    connection = connections[ALIAS]
    with CaptureQueriesContext(connection) as queries:
        rows.insert_and_name(issues())
    fields = len(IssueRow._meta.concrete_fields) - 1
    assert len(queries) == -(-NUMBER // (rows.MOST_PARAMETERS // fields))


def test_no_rows_are_no_statement() -> None:
    with CaptureQueriesContext(connections[ALIAS]) as queries:
        rows.insert([])
        rows.insert_and_name([])
        rows.update([], ["events"])
    assert not queries
