"""The tree of a trace, its critical path and its rows, against the slow and obvious way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vedette.traces import paths, tree
from vedette.traces.tree import Interval, Node
from vedette.traces.waterfall import FEWEST_REPEATS, Row, lay_out


def interval(id: str, parent: str = "", start: int = 0, took: int = 10, **values: object) -> Interval:
    """Return an interval on the one clock of most tests."""
    return Interval(id, parent, start, took, **values)  # type: ignore[arg-type]


IDS = st.sampled_from("abcdefgh")
ANY_INTERVALS = st.lists(
    st.builds(
        Interval,
        id=IDS | st.just(""),
        parent_id=IDS | st.sampled_from(["", "elsewhere"]),
        start_us=st.integers(0, 40),
        duration_us=st.integers(0, 30),
        clock=st.sampled_from(["one", "two"]),
        label=st.sampled_from(["x", "y"]),
        begins=st.booleans(),
    ),
    max_size=12,
)


@st.composite
def _nested(draw: st.DrawFn) -> list[Interval]:
    count = draw(st.integers(1, 10))
    return [
        interval(
            str(number),
            str(draw(st.integers(0, number - 1))) if number else "",
            draw(st.integers(0, 20)),
            draw(st.integers(0, 20)),
        )
        for number in range(count)
    ]


NESTED = _nested()


@given(ANY_INTERVALS)
def test_each_span_is_in_the_tree_once_whatever_the_ids_say(intervals: list[Interval]) -> None:
    nodes = list(tree.walk(tree.build(intervals)))

    assert sorted(node.place for node in nodes if node.place is not None) == list(range(len(intervals)))
    for node in nodes:
        assert all(child.parent is node for child in node.children)


@given(ANY_INTERVALS)
def test_a_span_stands_below_the_parent_that_it_names(intervals: list[Interval]) -> None:
    ids = {each.id for each in intervals if each.id}
    for node in tree.walk(tree.build(intervals)):
        if node.place is None:
            assert node.id not in ids
            assert {intervals[child.place or 0].parent_id for child in node.children} == {node.id}
        elif node.parent is not None:
            assert intervals[node.place].parent_id == node.parent.id


def test_orphans_of_one_parent_stand_together_below_it() -> None:
    roots = tree.build([interval("a", "gone", 5, 10), interval("b", "gone", 30, 10), interval("c", "", 0, 1)])

    assert [(root.id, root.place, root.start_us, root.end_us) for root in roots] == [
        ("c", 2, 0, 1),
        ("gone", None, 5, 40),
    ]
    assert [child.id for child in roots[1].children] == ["a", "b"]


def test_what_begins_a_part_is_a_root_that_knows_of_a_parent_elsewhere() -> None:
    (root,) = tree.build([interval("a", "of-the-browser", begins=True)])

    assert (root.place, root.has_lost_parent) == (0, True)


def test_a_circle_is_cut_before_its_earliest_span() -> None:
    (root,) = tree.build([interval("a", "c", 3), interval("b", "a", 1), interval("c", "b", 2)])

    assert [node.id for node in tree.walk([root])] == ["b", "c", "a"]


def test_a_span_that_is_its_own_parent_is_a_root() -> None:
    (root,) = tree.build([interval("a", "a")])

    assert (root.id, root.children) == ("a", [])


def test_a_clock_that_is_behind_is_put_right_with_all_that_it_told() -> None:
    intervals = [
        interval("call", "", 1000, 100, clock="web"),
        interval("serve", "call", 500, 60, clock="api"),
        interval("sql", "serve", 510, 20, clock="api"),
        interval("back", "sql", 1045, 5, clock="web"),
    ]
    shifts = {node.id: (node.start_us, node.shift_us) for node in tree.walk(tree.build(intervals))}

    # Half of the 40 that the call took longer than the serving, on each way.
    assert shifts == {"call": (1000, 0), "serve": (1020, 520), "sql": (1030, 520), "back": (1045, 0)}


def test_what_begins_after_its_parent_has_ended_is_left_where_it_is() -> None:
    intervals = [
        interval("publish", "", 0, 5, clock="web"),
        interval("task", "publish", 900, 50, clock="worker"),
    ]
    (root,) = tree.build(intervals)

    assert [(each.start_us, each.shift_us) for each in root.children] == [(900, 0)]


@given(ANY_INTERVALS)
def test_no_span_of_another_clock_begins_before_its_parent(intervals: list[Interval]) -> None:
    for node in tree.walk(tree.build(intervals)):
        for child in node.children:
            if node.place is None or child.place is None:
                continue
            if intervals[node.place].clock != intervals[child.place].clock:
                assert child.start_us >= node.start_us


def microseconds(node: Node, within: range) -> list[Node]:
    """Return who was waited for in each microsecond of *within*, found by walking back from its end."""
    owners: list[Node] = []
    now = within.stop
    while now > within.start:
        ended = [
            (child, max(within.start, child.start_us))
            for child in node.children
            if min(within.stop, child.end_us) == now and max(within.start, child.start_us) < now
        ]
        if ended:
            child, start = min(ended, key=lambda pair: pair[1])
            owners = microseconds(child, range(start, now)) + owners
            now = start
        else:
            owners.insert(0, node)
            now -= 1
    return owners


@given(NESTED)
def test_the_critical_path_is_the_one_that_a_microsecond_by_microsecond_walk_finds(
    intervals: list[Interval],
) -> None:
    (root,) = tree.build(intervals)
    found = paths.critical_sections(root)
    owner = {
        at: node
        for node in tree.walk([root])
        for start, end in found.get(id(node), ())
        for at in range(start, end)
    }

    assert sum(end - start for sections in found.values() for start, end in sections) == root.duration_us
    expected = microseconds(root, range(root.start_us, root.end_us))
    assert [owner[at].id for at in range(root.start_us, root.end_us)] == [node.id for node in expected]


@given(ANY_INTERVALS)
def test_own_time_is_the_time_in_which_no_child_ran(intervals: list[Interval]) -> None:
    for node in tree.walk(tree.build(intervals)):
        if node.place is None:
            continue
        moments = [
            at
            for at in range(node.start_us, node.end_us)
            if not any(child.start_us <= at < child.end_us for child in node.children)
        ]
        assert paths.self_us(node) == len(moments)


def test_a_very_deep_trace_is_laid_out() -> None:
    rows = lay_out([interval(str(n), str(n - 1) if n else "", n, 40_000 - 2 * n) for n in range(10_000)])

    assert [row.depth for row in rows] == list(range(10_000))
    assert sum(row.critical_us for row in rows) == 40_000


@given(ANY_INTERVALS)
def test_rows_hold_each_span_once_below_its_parents_row(intervals: list[Interval]) -> None:
    rows = lay_out(intervals)

    assert sorted(row.place for row in rows if row.kind == "span" and row.place is not None) == list(
        range(len(intervals))
    )
    for number, row in enumerate(rows):
        if row.parent is None:
            assert row.depth == 0
        else:
            assert row.parent < number
            assert row.depth == rows[row.parent].depth + 1
            # Everything between a row and its parent's lies below that parent.
            assert all(each.depth > rows[row.parent].depth for each in rows[row.parent + 1 : number])


@given(ANY_INTERVALS)
def test_the_path_covers_the_longest_root(intervals: list[Interval]) -> None:
    rows = lay_out(intervals)
    tops = [row for row in rows if row.parent is None and row.kind == "span"]
    stands_in = [row for row in rows if row.parent is None]
    longest = max((row.duration_us for row in tops or stands_in), default=0)

    assert sum(row.critical_us for row in rows if row.kind != "repeats") == longest


def _queries(count: int, label: str) -> list[Interval]:
    return [interval(f"{label}{n}", "root", 10 * n, 3, label=label) for n in range(count)]


def test_repeats_are_one_row_with_the_rows_below_it() -> None:
    both = [*_queries(FEWEST_REPEATS, "q"), *_queries(FEWEST_REPEATS - 1, "r")]
    rows = lay_out([interval("root", "", 0, 100), *both])

    assert [(row.kind, row.count, row.depth) for row in rows[:3]] == [
        ("span", 1, 0),
        ("repeats", 5, 1),
        ("span", 1, 2),
    ]
    repeats = rows[1]
    assert (repeats.start_us, repeats.duration_us, repeats.busy_us) == (0, 43, 15)
    assert [row.parent for row in rows if row.depth == 2] == [1] * 5
    assert [row.kind for row in rows if row.depth == 1] == ["repeats", *["span"] * 4]


def test_a_span_with_children_is_no_repeat() -> None:
    parents = _queries(FEWEST_REPEATS, "q")
    rows = lay_out([interval("root"), *parents, interval("below", "q2", 21, 1)])

    assert [row.kind for row in rows].count("repeats") == 0


def test_what_only_waits_is_on_the_path_all_the_same() -> None:
    rows: list[Row] = lay_out([interval("a", "", 0, 10), interval("b", "a", 0, 10), interval("c", "a", 2, 3)])

    assert [(row.is_on_path, row.critical_us) for row in rows] == [(True, 0), (True, 10), (False, 0)]
