"""Maps, decoded and looked into: against an encoder, against a reference, and where they are odd."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services import refuse
from tests.sourcemaps.made import ROOT, Segment, a_map, build, mappings
from vedette.sourcemaps import compiled, document
from vedette.sourcemaps.compiled import CompiledMap
from vedette.sourcemaps.document import UnreadableMapError
from vedette.sourcemaps.mappings import segment_of

REFERENCE = ROOT / "frontend" / "node_modules" / "source-map-js"


@contextmanager
def opened(directory: Path, map_: Any, *, generated: str = "") -> Iterator[CompiledMap]:
    """Give a map, compiled and open."""
    path = directory / "compiled"
    with path.open("wb") as file:
        compiled.write(
            file, map_ if isinstance(map_, bytes) else json.dumps(map_).encode(), generated=generated
        )
    found = CompiledMap(path)
    try:
        yield found
    finally:
        found.close()


def refused(map_: Any) -> str:
    """Return why a map is refused."""
    data = map_ if isinstance(map_, bytes) else json.dumps(map_).encode()
    with pytest.raises(UnreadableMapError) as caught:
        compiled.write(io.BytesIO(), data)
    return str(caught.value)


_numbers = st.integers(0, 2**31 - 1)
_columns = st.lists(st.integers(0, 100_000), unique=True, max_size=20).map(sorted)


@st.composite
def _lines(draw: st.DrawFn) -> list[list[Segment]]:
    def segment(column: int) -> Segment:
        width = draw(st.sampled_from((1, 4, 5)))
        source, name = draw(st.integers(0, 4)), draw(st.integers(0, 6))
        return (column, source, draw(_numbers), draw(_numbers), name)[:width]

    return [[segment(column) for column in draw(_columns)] for _ in range(draw(st.integers(0, 5)))]


@given(_lines(), st.integers(0, 6), st.integers(0, 100_100))
def test_each_position_is_what_the_encoder_put_there(
    tmp_path_factory: pytest.TempPathFactory, lines: list[list[Segment]], line: int, column: int
) -> None:
    sources, names = [f"s{number}.js" for number in range(5)], [f"n{number}" for number in range(7)]
    with opened(tmp_path_factory.getbasetemp(), a_map(lines, sources=sources, names=names)) as found:
        told = found.position_of(line=line, column=column)
        exact = found.name_at(line=line, column=column)

    before = [each for each in lines[line] if each[0] <= column] if line < len(lines) else []
    if not before or len(before[-1]) == 1:
        assert told is None
    else:
        at, source, source_line, source_column, *name = before[-1]
        assert told == compiled.Position(source, source_line, source_column, names[name[0]] if name else "")
        assert exact == (names[name[0]] if name and at == column else "")


@given(st.lists(st.integers(-(2**31) + 1, 2**31 - 1), min_size=5, max_size=5))
def test_a_segment_is_read_as_it_was_written(numbers: list[int]) -> None:
    from tests.sourcemaps.made import vlq

    assert segment_of("".join(map(vlq, numbers)).encode()) == tuple(numbers)


@pytest.mark.parametrize(
    "options", [["--minify"], [], ["--minify", "--charset=utf8"]], ids=["minified", "plain", "utf-8"]
)
def test_a_map_of_esbuild_is_read_as_the_reference_reads_it(tmp_path: Path, options: Sequence[str]) -> None:
    node = shutil.which("node")
    if node is None or not REFERENCE.exists():
        refuse("there is no Node on this machine, or the front end's packages are not installed")
    built = build(tmp_path, options=options)
    (tmp_path / "a.map").write_text(built.map)
    places = [
        (line, column)
        for line, text in enumerate(built.script.split("\n"))
        for column in range(0, len(text), 3)
    ]
    program = f"""
        const {{SourceMapConsumer}} = require({json.dumps(str(REFERENCE))});
        const consumer = new SourceMapConsumer(require("fs").readFileSync("a.map", "utf8"));
        console.log(JSON.stringify({json.dumps(places)}.map(([line, column]) => {{
          const {{source, line: at, column: from, name}} = consumer.originalPositionFor({{line: line + 1, column}});
          return source === null ? null : [source, at - 1, from, name ?? ""];
        }})));
    """
    done = subprocess.run([node, "-e", program], cwd=tmp_path, capture_output=True, text=True, check=True)

    with opened(tmp_path, built.map.encode()) as found:
        told = [found.position_of(line=line, column=column) for line, column in places]
        ours = [
            None if each is None else [found.source_name(each.source), each.line, each.column, each.name]
            for each in told
        ]
    assert any(ours)
    assert ours == json.loads(done.stdout)


def test_sections_are_counted_through(tmp_path: Path) -> None:
    first = a_map([[(0, 0, 1, 0, 0)], [(3, 0, 2, 0)]], names=["one"], sourcesContent=["A"])
    second = a_map(
        [[(0, 1, 7, 4, 1)], [(5, 0, 8, 0)]], sources=["b.js", "c.js"], names=["x", "two"], sourceRoot="lib/"
    )
    whole = {
        "version": 3,
        "sections": [
            {"offset": {"line": 0, "column": 0}, "map": first},
            {"offset": {"line": 1, "column": 10}, "map": second},
        ],
    }
    with opened(tmp_path, whole) as found:
        told = [
            found.position_of(line=line, column=column) for line, column in ((0, 0), (1, 5), (1, 12), (2, 6))
        ]
        named = [(found.source_name(each.source), each.line, each.name) for each in told if each]
        assert named == [("a.js", 1, "one"), ("a.js", 2, ""), ("lib/c.js", 7, "two"), ("lib/b.js", 8, "")]
        assert [found.source_text(number) for number in range(3)] == ["A", None, None]


def test_positions_in_no_order_are_put_in_order(tmp_path: Path) -> None:
    with opened(tmp_path, a_map([[(9, 0, 2, 0), (4, 0, 1, 0), (0, 0, 0, 0)]])) as found:
        told = [found.position_of(line=0, column=column) for column in (1, 5, 20)]
    assert [each.line for each in told if each] == [0, 1, 2]


def test_the_text_of_sources_is_what_was_written(tmp_path: Path) -> None:
    texts = ['ünïcode 🫖 \u2028 "quoted" \\ \\\\', None, "", "x" * 5000, '\\"', "</script>"]
    with opened(tmp_path, a_map(sources=[f"{n}.js" for n in range(6)], sourcesContent=texts)) as found:
        told = [found.source_text(number) for number in range(6)]
    assert told == texts


def test_what_stands_before_a_place_is_counted_in_units_of_utf_16(tmp_path: Path) -> None:
    script = "a\n🫖x=1;throw y\r\nlast"
    with opened(tmp_path, a_map(), generated=script) as found:
        assert found.generated_before(line=1, column=7, most=100) == ("🫖x=1;t", 0)
        assert found.generated_before(line=1, column=7, most=3) == ("1;t", 4)
        assert found.generated_before(line=2, column=99, most=2) == ("st", 2)
        assert found.generated_before(line=3, column=0, most=9) == ("", 0)


def test_what_a_map_says_is_somebody_elses_is_known(tmp_path: Path) -> None:
    with opened(tmp_path, a_map(sources=["a.js", "b.js"], x_google_ignoreList=[1])) as found:
        assert [found.is_ignored(0), found.is_ignored(1)] == [False, True]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"version": 2, "mappings": ""}',
        b'{"version": NaN, "mappings": ""}',
        b'{"version": 3, "mappings": 5}',
        b'{"version": 3, "mappings": "A", "sources": {}}',
        b'{"version": 3, "mappings": "A", "sources": [1]}',
        b'{"version": 3, "mappings": "A", "names": [["a"]]}',
        b'{"version": 3, "mappings": "AA"}',
        b'{"version": 3, "mappings": "AAAAAA"}',
        b'{"version": 3, "mappings": "g"}',
        b'{"version": 3, "mappings": "!"}',
        b'{"version": 3, "mappings": "ggggggggggggggggA"}',
        b'{"version": 3, "mappings": "D"}',
        b'{"version": 3, "mappings": "AADA"}',
        b'{"version": 3, "mappings": "AAAA,CADA"}',
        b'{"version": 3, "sections": [{"offset": {"line": -1, "column": 0}, "map": {"version": 3}}]}',
        b'{"version": 3, "sections": [{"url": "a.map"}]}',
        b'{"version": 3, "sections": 1}',
        b'{"version": 3, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"version": 3, "mappings": "' + b"A" * 100_000 + b'"}',
    ],
    ids=range(24),
)  # fmt: skip
def test_an_odd_map_is_refused_in_words(data: bytes) -> None:
    assert refused(data)


def test_a_map_past_a_limit_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    from vedette.sourcemaps import mappings as decoding

    assert "too many positions" in refused({"version": 3, "mappings": ";" * 4_000_001})
    assert "too long" in refused({"version": 3, "mappings": "", "sources": [""] * 100_001})
    monkeypatch.setattr(document, "MOST_BYTES", 100)
    assert "too large" in refused({"version": 3, "mappings": "A" * 100})
    monkeypatch.setattr(document, "MOST_BYTES", 1 << 20)
    monkeypatch.setattr(decoding, "MOST_SEGMENTS", 3)
    sections = [{"offset": {"line": n, "column": 0}, "map": a_map([[(0,), (1,)]])} for n in range(2)]
    assert "too many positions" in refused({"version": 3, "sections": sections})


@pytest.mark.parametrize(
    "data",
    [
        b")]}'\n" + json.dumps(a_map()).encode(),
        json.dumps(a_map(), indent=2).encode(),
        json.dumps(a_map(version="3", names=None, sourcesContent=None, ignoreList=7)).encode(),
        json.dumps(a_map(sourcesContent=["a"] * 3)).encode(),
        json.dumps(a_map()).replace("AAAA", "\\u0041AAA").encode(),
    ],
)
def test_a_map_that_is_written_unusually_is_read(tmp_path: Path, data: bytes) -> None:
    with opened(tmp_path, data) as found:
        told = found.position_of(line=0, column=0)
    assert told == compiled.Position(0, 0, 0, "")


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_read_or_refused(data: bytes) -> None:
    try:
        compiled.write(io.BytesIO(), data)
    except UnreadableMapError:
        return


@given(st.text(alphabet="ACDg,;+/9", max_size=200))
def test_mappings_of_any_kind_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    map_ = {"version": 3, "sources": ["a.js"], "names": ["n"], "mappings": text}
    try:
        with opened(tmp_path_factory.getbasetemp(), map_) as found:
            for line in range(3):
                found.position_of(line=line, column=40)
    except UnreadableMapError:
        return


@given(st.binary(min_size=1, max_size=8), st.integers(0, 2000))
def test_a_damaged_file_is_told_or_refused(
    tmp_path_factory: pytest.TempPathFactory, damage: bytes, place: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged"
    with path.open("wb") as file:
        compiled.write(
            file,
            json.dumps(a_map([[(0, 0, 0, 0, 0)]], names=["n"], sourcesContent=["x" * 900])).encode(),
            generated="ab",
        )
        file.seek(min(place, file.tell() - 1))
        file.write(damage)
    try:
        found = CompiledMap(path)
    except UnreadableMapError:
        return
    try:
        told = found.position_of(line=0, column=0)
        if told is not None:
            found.source_name(told.source)
            found.source_text(told.source)
        found.generated_before(line=0, column=1, most=10)
    except UnreadableMapError:
        return
    finally:
        found.close()


def test_mappings_longer_than_a_window_are_read_whole(tmp_path: Path) -> None:
    lines: list[list[Segment]] = [
        [(column * 7, 0, column, 3) for column in range(40_000)],
        [],
        [(0, 0, 5, 5)],
    ]
    assert len(mappings(lines)) > 128 * 1024
    with opened(tmp_path, a_map(lines)) as found:
        told = [found.position_of(line=0, column=column * 7 + 6) for column in range(0, 40_000, 999)]
        last = found.position_of(line=2, column=9)
    assert [each.line for each in told if each] == list(range(0, 40_000, 999))
    assert last is not None
    assert last.line == 5
