"""Tests that need a part of the machine say so where it is absent."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDS_BROWSER = "def test_page(chromium_path): pass"


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A suite of its own with the project's fixtures, on a machine that has nothing."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    monkeypatch.delenv("VEDETTE_REQUIRE_SERVICES", raising=False)
    pytester.makeconftest("from tests.conftest import *")
    pytester.makeini("[pytest]\nmarkers =\n    browser\n    services\n")
    return pytester


def test_a_test_without_its_service_is_skipped_with_the_reason(suite: pytest.Pytester) -> None:
    suite.makepyfile(NEEDS_BROWSER)

    result = suite.runpytest_subprocess("-rs", "-p", "no:randomly")

    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*there is no Chromium on this machine; name one in CHROMIUM_PATH"])


def test_a_test_without_its_service_fails_where_services_are_required(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEDETTE_REQUIRE_SERVICES", "1")
    suite.makepyfile(NEEDS_BROWSER)

    result = suite.runpytest_subprocess("-p", "no:randomly")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is no Chromium on this machine*"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_service_that_is_named_is_used(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CHROMIUM_PATH", str(tmp_path / "chromium"))
    suite.makepyfile(
        f"def test_page(chromium_path): assert str(chromium_path) == {str(tmp_path / 'chromium')!r}"
    )

    suite.runpytest_subprocess("-p", "no:randomly").assert_outcomes(passed=1)


def test_a_test_is_chosen_by_the_marker_that_its_fixture_stands_for(suite: pytest.Pytester) -> None:
    suite.makepyfile(f"{NEEDS_BROWSER}\ndef test_other(): pass")

    suite.runpytest_subprocess("-m", "not browser", "-p", "no:randomly").assert_outcomes(
        passed=1, deselected=1
    )


def test_the_postgres_fixture_gives_a_working_database(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT 1 + 1").fetchone() == (2,)
