"""The documentation says what the code does."""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, code_blocks, headings, links
from vedette import conf
from vedette.record.signals import SIGNALS
from vedette.store.engines.embedded.columns import table_columns
from vedette.store.rollups import ROLLUPS

SETTINGS = ROOT / "docs/settings.md"


def test_every_setting_has_a_heading_and_every_heading_is_a_setting() -> None:
    assert headings(SETTINGS)[1:] == list(conf.FIELDS)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, field in conf.FIELDS.items()
        if field.default not in {dataclasses.MISSING, ""} and name != "DIR"
    ],
)
def test_the_default_that_is_documented_is_the_one_that_holds(name: str) -> None:
    section = SETTINGS.read_text().split(f"## {name}\n")[1].split("\n## ")[0]
    documented = re.search(r"Default: `(.+?)`", section)

    assert documented is not None
    assert ast.literal_eval(documented[1]) == conf.FIELDS[name].default


def test_the_retention_that_is_documented_is_the_one_that_holds() -> None:
    section = SETTINGS.read_text().split("## RETENTION_DAYS\n")[1].split("\n## ")[0]

    assert all(f"{table} {days}" in section for table, days in conf.DEFAULT_RETENTION_DAYS.items())


def test_every_table_is_described() -> None:
    text = (ROOT / "docs/store.md").read_text()

    assert [table for table in (*SIGNALS, *ROLLUPS) if f"`{table}`" not in text] == []


def test_every_column_of_requests_is_described() -> None:
    text = (ROOT / "docs/capture.md").read_text()

    assert [column.name for column in table_columns("requests") if f"`{column.name}`" not in text] == []


def test_every_reason_for_a_loss_is_described() -> None:
    text = (ROOT / "docs/capture.md").read_text()
    source = "\n".join(path.read_text() for path in (ROOT / "src/vedette").rglob("*.py"))
    reasons = set(re.findall(r'(?:drops\.count|on_loss)\([^)]*?, "([a-z_]+)"', source))
    reasons |= set(re.findall(r'losses\[[^]]*?, "([a-z_]+)"\]', source))

    assert reasons
    assert [reason for reason in sorted(reasons) if f"`{reason}`" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    assert [link for link in links(page) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_python_example_is_python(page: Path) -> None:
    for block in code_blocks(page, "python"):
        compile(block, str(page), "exec")


def test_the_readme_fits_on_a_few_screens() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120


def test_every_system_check_is_documented() -> None:
    docs = "\n".join(page.read_text() for page in PAGES)
    source = "\n".join(path.read_text() for path in (ROOT / "src/vedette").rglob("*.py"))
    ids = set(re.findall(r'"(vedette\.[EW]\d{3})"', source))

    assert ids
    assert [check for check in sorted(ids) if check not in docs] == []
