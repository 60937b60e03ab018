"""The drain interrupted around its commit: afterwards each event is in one issue, once."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ground import Ground
from tests.issues.ground import an_error
from vedette.catalogue.catalogue import StateCatalogue
from vedette.changes.models import ChangeRow
from vedette.issues.digest import IssueDigest
from vedette.issues.models import IssueRow
from vedette.pipeline.lines import Batch
from vedette.store.catalogue import Commit

pytestmark = pytest.mark.usefixtures("state")


class Crash(BaseException):
    """The process ends here: nobody may catch this and tidy up."""


@dataclass
class Steps:
    """Counts the steps that something takes, and crashes at one of them."""

    crash_at: int = -1
    taken: int = 0

    def step(self) -> None:
        """Take a step."""
        self.taken += 1
        if self.taken == self.crash_at:
            raise Crash


class CrashingCatalogue(StateCatalogue):
    """A catalogue that may crash before its commit, at its end and after it."""

    steps: Steps

    def apply(self, commit: Commit, *, at: dt.datetime, also: Callable[[], None] | None = None) -> None:
        """Make the commit, perhaps."""
        self.steps.step()

        def inside() -> None:
            assert also is not None
            also()
            self.steps.step()

        super().apply(commit, at=at, also=inside)
        self.steps.step()


class CrashingDigest(IssueDigest):
    """A digest that may crash after each of its two halves."""

    steps: Steps

    def prepare(self, batches: Mapping[str, Batch]) -> None:
        """Group the errors, perhaps."""
        super().prepare(batches)
        self.steps.step()

    def digest(self, batches: Mapping[str, Batch]) -> None:
        """Count the errors, perhaps."""
        super().digest(batches)
        self.steps.step()


@pytest.mark.parametrize("crash_at", range(1, 6))
def test_a_crash_loses_and_doubles_no_event(tmp_path: Path, crash_at: int) -> None:
    steps = Steps()
    catalogue, digest = CrashingCatalogue(fence=lambda: None), CrashingDigest()
    catalogue.steps = digest.steps = steps
    ground = Ground(tmp_path, catalogue=catalogue, sinks=[digest])
    ground.record([an_error(number, f"Error{number % 2}") for number in range(10)])
    steps.crash_at = crash_at
    with contextlib.suppress(Crash):
        ground.drain_all()
    assert steps.taken == crash_at
    steps.crash_at = -1
    ground.record([an_error(10, "Error0")])
    ground.drain_all()

    issues = IssueRow.objects.using("vedette")
    assert dict(issues.values_list("type", "events")) == {"Error0": 6, "Error1": 5}
    assert ground.ask(
        "SELECT count(*), count(DISTINCT event_id), count(DISTINCT fingerprint) FROM errors"
    ) == [(11, 11, 2)]
    assert ChangeRow.objects.using("vedette").count() == 2
    ground.recorder.journal.close()
