"""Whole lines are read, and no more than was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vedette.pipeline import reading
from vedette.pipeline.reading import Read, read_lines

LINES = st.lists(st.sampled_from([b"", b"a", b"bcd", b"e" * 20]), max_size=8).map(b"\n".join)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "segment"


def test_what_has_no_end_yet_is_left(path: Path) -> None:
    path.write_bytes(b"one\ntwo\nthr")
    assert read_lines(path, offset=0, most=100) == Read([b"one", b"two"], b"thr", 11, 11)
    assert read_lines(path, offset=8, most=100) == Read([], b"thr", 3, 11)


def test_no_more_is_read_than_was_asked_for(path: Path) -> None:
    path.write_bytes(b"one\ntwo\nthree\n")
    assert read_lines(path, offset=4, most=6) == Read([b"two"], b"th", 6, 14)


def test_nothing_is_read_past_the_end(path: Path) -> None:
    path.write_bytes(b"one\n")
    assert read_lines(path, offset=4, most=10) == Read([], b"", 0, 4)
    assert read_lines(path, offset=9, most=10) == Read([], b"", 0, 4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=LINES, offset=st.integers(0, 30), most=st.integers(1, 60), piece=st.integers(1, 9))
def test_pieces_make_no_difference(
    path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, offset: int, most: int, piece: int
) -> None:
    path.write_bytes(data)
    monkeypatch.setattr(reading, "PIECE_BYTES", piece)
    read = read_lines(path, offset=offset, most=most)
    wanted = data[offset : offset + most]
    assert b"".join(line + b"\n" for line in read.lines) + read.rest == wanted
    assert (read.size, read.file_size) == (len(wanted), len(data))
    assert b"\n" not in read.rest
