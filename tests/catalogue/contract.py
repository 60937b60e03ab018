"""What every catalogue must do."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod

import pytest

from tests.ground import NOON
from vedette.store.catalogue import Catalogue, Commit, LeaseLostError, Part, Progress
from vedette.store.query import TimeRange

HOUR = dt.timedelta(hours=1)


def a_part(name: str, *, table: str = "logs", hours: float = 0, microseconds: int = 0) -> Part:
    at = NOON + hours * HOUR + dt.timedelta(microseconds=microseconds)
    return Part(table, f"{table}/{name}", 0, at, at + HOUR / 2, 5, 2**40, 2**32 - 1)


class CatalogueContract(ABC):
    """Subclasses give the catalogue."""

    @abstractmethod
    def make(self, *, is_leader: bool = True) -> Catalogue:
        """Return an empty catalogue; without the lease, one that refuses every change."""

    def test_it_is_empty_at_first(self) -> None:
        snapshot = self.make().snapshot()
        assert (list(snapshot.parts), dict(snapshot.progress)) == ([], {})

    def test_what_is_added_is_there_to_the_microsecond(self) -> None:
        catalogue = self.make()
        part = a_part("a", microseconds=123_457)
        catalogue.apply(Commit(added=[part]), at=NOON)
        assert list(catalogue.snapshot().parts) == [part]

    def test_parts_come_in_the_order_of_time(self) -> None:
        catalogue = self.make()
        parts = [a_part(str(hours), hours=hours) for hours in (3, 1, 2)]
        catalogue.apply(Commit(added=parts), at=NOON)
        assert [part.path for part in catalogue.snapshot().parts] == ["logs/1", "logs/2", "logs/3"]

    def test_a_snapshot_holds_the_parts_of_the_tables_and_the_time_that_are_asked_for(self) -> None:
        catalogue = self.make()
        parts = [a_part("early"), a_part("late", hours=5), a_part("other", table="requests")]
        catalogue.apply(Commit(added=parts, progress={"s": Progress(1, 1)}), at=NOON)
        five = TimeRange(NOON + 5 * HOUR, NOON + 6 * HOUR)
        assert [part.path for part in catalogue.snapshot(["logs"]).parts] == ["logs/early", "logs/late"]
        assert [part.path for part in catalogue.snapshot(range=five).parts] == ["logs/late"]
        assert catalogue.snapshot(["logs"], range=TimeRange(NOON - HOUR, NOON)).parts == []
        until_its_last = TimeRange(NOON + HOUR / 2, NOON + HOUR)
        assert [part.path for part in catalogue.snapshot(["logs"], range=until_its_last).parts] == [
            "logs/early"
        ]
        nothing = catalogue.snapshot(())
        assert (list(nothing.parts), nothing.progress) == ([], {"s": Progress(1, 1)})

    def test_progress_is_kept_and_moves_on(self) -> None:
        catalogue = self.make()
        catalogue.apply(Commit(progress={"a": Progress(10, 1), "b": Progress(2**40, 7)}), at=NOON)
        catalogue.apply(Commit(progress={"a": Progress(20, 2, NOON)}), at=NOON)
        assert catalogue.snapshot().progress == {"a": Progress(20, 2, NOON), "b": Progress(2**40, 7)}
        catalogue.forget_segments(["a", "unknown"])
        assert set(catalogue.snapshot().progress) == {"b"}

    def test_what_is_removed_is_not_served_but_known_until_its_file_is_gone(self) -> None:
        catalogue = self.make()
        old, new = a_part("old"), a_part("new")
        catalogue.apply(Commit(added=[old]), at=NOON)
        catalogue.apply(Commit(added=[new], removed=[old]), at=NOON)
        assert list(catalogue.snapshot().parts) == [new]
        assert list(catalogue.removed_parts(before=NOON)) == []
        assert list(catalogue.removed_parts(before=NOON + HOUR)) == [old]
        catalogue.forget_parts([old])
        assert list(catalogue.removed_parts(before=NOON + HOUR)) == []
        assert list(catalogue.snapshot().parts) == [new]

    def test_a_commit_whose_companion_fails_is_not_made(self) -> None:
        catalogue = self.make()
        catalogue.apply(Commit(added=[a_part("kept")]), at=NOON)

        def fail() -> None:
            raise RuntimeError("the sink failed")

        commit = Commit(added=[a_part("new")], removed=[a_part("kept")], progress={"a": Progress(1, 1)})
        with pytest.raises(RuntimeError):
            catalogue.apply(commit, at=NOON, also=fail)
        snapshot = catalogue.snapshot()
        assert [part.path for part in snapshot.parts] == ["logs/kept"]
        assert snapshot.progress == {}
        assert list(catalogue.removed_parts(before=NOON + HOUR)) == []

    def test_who_does_not_lead_changes_nothing(self) -> None:
        catalogue = self.make(is_leader=False)
        with pytest.raises(LeaseLostError):
            catalogue.apply(Commit(added=[a_part("new")], progress={"a": Progress(1, 1)}), at=NOON)
        assert (list(catalogue.snapshot().parts), dict(catalogue.snapshot().progress)) == ([], {})

    def test_thousands_of_parts_and_segments_are_no_trouble(self) -> None:
        catalogue = self.make()
        parts = [a_part(str(number)) for number in range(1200)]
        progress = {f"s{number}": Progress(number, 1) for number in range(600)}
        catalogue.apply(Commit(added=parts, progress=progress), at=NOON)
        assert (len(catalogue.snapshot().parts), len(catalogue.snapshot().progress)) == (1200, 600)
        catalogue.apply(Commit(removed=parts), at=NOON)
        catalogue.forget_parts(parts)
        catalogue.forget_segments(list(progress))
        assert list(catalogue.removed_parts(before=NOON + HOUR)) == []
        assert (list(catalogue.snapshot().parts), dict(catalogue.snapshot().progress)) == ([], {})


def lost_lease() -> None:
    """Refuse, as a fence does."""
    raise LeaseLostError("another leads")
