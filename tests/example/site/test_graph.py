"""Rows, columns and lines of the drawing."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from apps.tasks.drawing import NARROW, WIDE, Card, draw
from apps.tasks.graph import components, layer, path_between, reduce_edges

Edges = set[tuple[int, int]]
# From a smaller number to a larger one: such edges never close a circle.
orders = st.sets(
    st.tuples(st.integers(0, 14), st.integers(0, 14)).filter(lambda edge: edge[0] < edge[1]), max_size=40
)


@given(orders, st.integers(1, 5))
def test_each_task_has_a_place_of_its_own_below_all_it_waits_for(edges: Edges, width: int) -> None:
    rows = layer(range(15), edges, width=width)
    row_of = {node: number for number, row in enumerate(rows) for node in row}
    assert sorted(row_of) == list(range(15))
    assert all(row_of[first] < row_of[then] for first, then in edges)
    for row in rows:
        assert len(set(row.values())) == len(row) <= width
        assert all(0 <= column < width for column in row.values())


@given(orders)
def test_groups_part_exactly_what_no_edge_links(edges: Edges) -> None:
    groups = components(range(15), edges)
    group_of = {node: number for number, group in enumerate(groups) for node in group}
    assert sorted(group_of) == list(range(15))
    assert all(group_of[first] == group_of[then] for first, then in edges)
    for group in groups:
        linked = {group[0]}
        for _ in group:
            linked |= {node for edge in edges if linked & set(edge) for node in edge}
        assert linked == set(group)


def test_a_circle_that_should_not_be_there_still_gets_drawn() -> None:
    rows = layer([1, 2, 3], {(1, 2), (2, 1)}, width=2)
    assert sorted(node for row in rows for node in row) == [1, 2, 3]


@given(orders)
def test_leaving_out_implied_edges_keeps_every_way(edges: Edges) -> None:
    reduced = reduce_edges(edges)
    for start in range(15):
        for goal in range(start + 1, 15):
            before = bool(path_between(edges, start=start, goal=goal))
            assert bool(path_between(reduced, start=start, goal=goal)) == before


@given(orders)
def test_a_path_follows_edges(edges: Edges) -> None:
    path = path_between(edges, start=0, goal=14)
    assert all(pair in edges for pair in pairwise(path))
    assert path == [] or (path[0], path[-1]) == (0, 14)


@given(orders, st.sampled_from([WIDE, NARROW]))
def test_no_two_boxes_overlap_and_all_lie_on_the_paper(edges: Edges, paper: object) -> None:
    assert paper in (WIDE, NARROW)
    chosen = WIDE if paper is WIDE else NARROW
    cards = [Card(pk=pk, title=f"Task {pk}", note="", state="ready", url="/") for pk in range(15)]
    drawing = draw(cards, edges, paper=chosen)
    places = {(box.x, box.y) for box in drawing.boxes}
    assert len(places) == 15
    assert all(x >= 0 and x + chosen.box_width <= chosen.width for x, _ in places)
    assert all(y >= 0 and y + chosen.box_height <= drawing.height for _, y in places)
    assert len(drawing.paths) == len(edges)


def test_a_long_title_is_cut_to_two_lines() -> None:
    card = Card(pk=1, title="word " * 40, note="", state="ready", url="/")
    (box,) = draw([card], [], paper=NARROW).boxes
    assert len(box.lines) == 2
    assert box.lines[1].endswith("…")
