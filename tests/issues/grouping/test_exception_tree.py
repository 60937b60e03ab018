"""Which exceptions of a group an event is about."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.issues.grouping.events import Event, error, grouped
from vedette.issues.grouping.exception_tree import relevant

ROOT = error("ExceptionGroup", "many", **grouped(0, is_group=True))


def told(*exceptions: Event) -> tuple[list[str], str | None]:
    """Return the types of those that count, and that of the one that names the event."""
    counted, main = relevant(exceptions, key_of=lambda thrown: (thrown.get("type"), thrown.get("value")))
    return [thrown.get("type", "") for thrown in counted], main["type"] if main else None


def test_a_group_of_one_is_that_one() -> None:
    assert told(error("KeyError", "k", **grouped(1, 0)), ROOT) == (["KeyError"], "KeyError")


def test_a_group_of_the_same_is_one_of_them() -> None:
    same = [error("KeyError", "k", **grouped(number, 0)) for number in (3, 2, 1)]

    assert told(*same, ROOT) == (["KeyError"], "KeyError")


def test_what_led_to_the_one_counts_with_it() -> None:
    cause = error("OSError", "disk", **grouped(2, 1))

    assert told(cause, error("KeyError", "k", **grouped(1, 0)), ROOT) == (["KeyError", "OSError"], "KeyError")


def test_a_group_of_several_counts_with_one_of_each() -> None:
    several = [
        error(kind, "x", **grouped(3 - at, 0)) for at, kind in enumerate(("KeyError", "OSError", "KeyError"))
    ]

    assert told(*several, ROOT) == (["OSError", "KeyError", "ExceptionGroup"], None)


def test_the_order_within_a_group_does_not_matter() -> None:
    kinds = ("KeyError", "OSError", "ValueError")
    ahead = [error(kind, "x", **grouped(at, 0)) for at, kind in enumerate(kinds, start=1)]
    back = [error(kind, "x", **grouped(at, 0)) for at, kind in enumerate(reversed(kinds), start=1)]

    assert told(*ahead, ROOT) == told(*back, ROOT)


def test_groups_in_groups_are_one_group() -> None:
    inner = error("ExceptionGroup", "inner", **grouped(1, 0, is_group=True))
    exceptions = [
        error("KeyError", "k", **grouped(3, 1)),
        error("OSError", "o", **grouped(2, 0)),
        inner,
        ROOT,
    ]

    assert told(*exceptions) == (["OSError", "KeyError", "ExceptionGroup"], None)


def test_a_chain_without_ids_counts_whole() -> None:
    assert told(error("KeyError"), error("ValueError")) == (["KeyError", "ValueError"], None)


def test_what_is_no_tree_counts_whole() -> None:
    for broken in (
        [error("KeyError", **grouped(1, 0)), error("OSError"), ROOT],
        [error("KeyError", **grouped(1, 0)), error("OSError", **grouped(1, 0)), ROOT],
        [error("KeyError", **grouped(1, 1)), ROOT],
        [error("KeyError", **grouped(2, 1)), error("OSError", **grouped(1))],
        [
            error("KeyError", **grouped(1, 0, is_group=True)),
            error("ExceptionGroup", **grouped(0, 1, is_group=True)),
        ],
        [ROOT, error("ExceptionGroup", **grouped(1, 0, is_group=True))],
    ):
        assert told(*broken) == ([thrown["type"] for thrown in broken], None)


def test_a_circle_below_the_one_counts_whole() -> None:
    exceptions = [error("C", **grouped(2, 1)), error("B", **grouped(1, 0)), error("A", **grouped(0, 2))]

    assert told(*exceptions) == (["C", "B", "A"], None)


def test_what_has_no_parent_is_left_out() -> None:
    lost = error("OSError", **grouped(5, 4))

    assert told(lost, error("KeyError", **grouped(1, 0)), ROOT) == (["KeyError"], "KeyError")


MECHANISMS = st.fixed_dictionaries(
    {},
    optional={
        "exception_id": st.integers(0, 6) | st.none() | st.booleans(),
        "parent_id": st.integers(0, 6) | st.none(),
        "is_exception_group": st.booleans() | st.none(),
    },
)


@given(st.lists(MECHANISMS, max_size=7))
def test_any_ids_end(mechanisms: list[Event]) -> None:
    exceptions = [error(f"E{at}", mechanism=mechanism) for at, mechanism in enumerate(mechanisms)]
    counted, main = relevant(exceptions, key_of=lambda thrown: thrown["type"])

    assert all(thrown in exceptions for thrown in counted)
    assert bool(counted) == bool(exceptions)
    assert main is None or main in counted
