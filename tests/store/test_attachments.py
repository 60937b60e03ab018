"""Files that came with events: kept whole or not at all, within limits, whatever they are called."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ground import MIB, Ground
from vedette.store import attachments as module
from vedette.store.attachments import ABANDONED_AFTER_S, BLOCK_BYTES, MOST_PER_EVENT, PARTIAL, Attachments

EVENT = "fc6d8c0c43fc4630ad850ee518f1b9d0"
OTHER = "fc00000000000000000000000000000f"
DAY_S = 86400.0


@dataclass(frozen=True)
class File:
    """A file to keep."""

    name: str = "note.txt"
    data: bytes = b"what happened"
    event_id: str = EVENT
    content_type: str = "text/plain"
    kind: str = "event.attachment"


@pytest.fixture
def kept(tmp_path: Path) -> Attachments:
    return Attachments(tmp_path / "attachments", MIB)


def files_below(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file())


def data_of(kept: Attachments, event_id: str = EVENT) -> list[bytes]:
    """Return what is read of each attachment of an event."""
    found = [kept.read(event_id, each.id) for each in kept.list_of(event_id)]
    return [each[1] for each in found if each is not None]


def age(kept: Attachments, *, days: float) -> None:
    """Let what is kept be older."""
    for path in files_below(kept.directory):
        at = path.stat().st_mtime - days * DAY_S
        os.utime(path, (at, at))


def test_what_is_kept_is_read_as_it_came(kept: Attachments) -> None:
    data = bytes(range(256)) * 100 + b"\n{}\n"
    assert not kept.keep([File("a.bin", data, content_type="image/png", kind="screenshot")], service="shop")
    (found,) = kept.list_of(EVENT)
    assert (found.name, found.size, found.content_type, found.kind, found.service) == (
        "a.bin", len(data), "image/png", "screenshot", "shop",
    )  # fmt: skip
    assert kept.read(EVENT, found.id) == (found, data)


def test_an_empty_file_is_a_file(kept: Attachments) -> None:
    kept.keep([File(data=b"")], service="shop")
    assert (kept.list_of(EVENT)[0].size, data_of(kept)) == (0, [b""])


def test_attachments_stand_in_the_order_in_which_they_came(kept: Attachments) -> None:
    for number, name in enumerate(("c", "a", "b")):
        kept.keep([File(name)], service="shop")
        newest = max(files_below(kept.directory), key=lambda path: path.stat().st_ctime_ns)
        os.utime(newest, (number, number))
    assert [each.name for each in kept.list_of(EVENT)] == ["c", "a", "b"]


def test_events_with_like_ids_keep_their_own(kept: Attachments) -> None:
    kept.keep([File("mine"), File("theirs", event_id=OTHER)], service="shop")
    assert [each.name for each in kept.list_of(EVENT)] == ["mine"]
    assert kept.list_of("f" * 32) == []


def test_another_service_s_files_do_not_show_beside_an_event(kept: Attachments) -> None:
    kept.keep([File("mine")], service="shop")
    kept.keep([File("slipped in")], service="mail")
    assert [each.name for each in kept.list_of(EVENT, service="shop")] == ["mine"]


def test_what_is_sent_twice_is_kept_once(kept: Attachments) -> None:
    for _ in range(2):
        assert not kept.keep([File(), File("other.txt")], service="shop")
    assert sorted(each.name for each in kept.list_of(EVENT)) == ["note.txt", "other.txt"]


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("../../../etc/cron.d/x", "x"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("..", "unnamed"),
        (".", "unnamed"),
        ("", "unnamed"),
        ("a/", "unnamed"),
        ("nul\0l.txt", "null.txt"),
        ("two\r\nlines: x", "twolines: x"),
        ("gpj.\u202etxt", "gpj.txt"),
        ("\ud800.txt", "txt"),
        ("größe 文.txt", "größe 文.txt"),
        (".partial", "partial"),
    ],
)
def test_a_name_is_never_part_of_a_path(kept: Attachments, name: str, called: str) -> None:
    assert not kept.keep([File(name)], service="../mail")
    assert [each.name for each in kept.list_of(EVENT)] == [called]
    (path,) = files_below(kept.directory.parent)
    assert path.parent == kept.directory / EVENT[:2]
    assert path.name.startswith(f"{EVENT}-")


@pytest.mark.parametrize(
    "event_id",
    ["", "..", "../../x", EVENT.upper(), EVENT[:-1], EVENT + "0", f"{EVENT}\n", f"../{EVENT[3:]}", "\0" * 32],
)
def test_what_belongs_to_no_event_is_lost(kept: Attachments, event_id: str) -> None:
    assert kept.keep([File(event_id=event_id)], service="shop") == {"invalid": 1}
    assert not kept.directory.exists()
    assert kept.list_of(event_id) == []
    assert kept.read(event_id, "0" * 32) is None


@pytest.mark.parametrize("id", ["", "..", "../../../secret", "0" * 31, "0" * 32 + "\n", "G" * 32])
def test_only_what_is_kept_can_be_read(kept: Attachments, id: str) -> None:
    kept.keep([File()], service="shop")
    (kept.directory.parent / "secret").write_bytes(b'{"service":"","name":"","content_type":"","kind":""}\nx')
    assert kept.read(EVENT, id) is None


def test_links_are_not_followed(kept: Attachments, tmp_path: Path) -> None:
    kept.keep([File()], service="shop")
    (found,) = kept.list_of(EVENT)
    (path,) = files_below(kept.directory)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert kept.read(EVENT, found.id) is None
    assert kept.list_of(EVENT) == []
    assert kept.remove(before_s=1e12) == 0
    assert (tmp_path / "elsewhere").exists()


def test_a_folder_that_is_a_link_is_neither_written_to_nor_read(kept: Attachments, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    kept.directory.mkdir()
    (kept.directory / EVENT[:2]).symlink_to(tmp_path / "outside")
    assert kept.keep([File()], service="shop") == {"unwritable": 1}
    assert files_below(tmp_path / "outside") == []
    (tmp_path / "outside" / f"{EVENT}-{'0' * 32}").write_bytes(b"{}\n")
    assert kept.list_of(EVENT) == []
    assert kept.read(EVENT, "0" * 32) is None
    assert kept.remove(before_s=1e12) == 0


def test_a_pipe_in_the_place_of_a_file_holds_nobody_up(kept: Attachments) -> None:
    (kept.directory / EVENT[:2]).mkdir(parents=True)
    os.mkfifo(kept.directory / EVENT[:2] / f"{EVENT}-{'0' * 32}")
    assert kept.read(EVENT, "0" * 32) is None


@pytest.mark.parametrize(
    "line", [b"", b"no json\n", b"[]\n", b"{}\n", b"\xff\n", b"{" * 100_000, b'{"name":"x"}']
)
def test_what_is_damaged_is_as_good_as_absent(kept: Attachments, line: bytes) -> None:
    kept.keep([File()], service="shop")
    (path,) = files_below(kept.directory)
    (found,) = kept.list_of(EVENT)
    path.write_bytes(line)
    assert kept.read(EVENT, found.id) is None
    assert kept.list_of(EVENT) == []


def test_files_can_be_read_by_their_owner_and_group_only(kept: Attachments) -> None:
    kept.keep([File()], service="shop")
    (path,) = files_below(kept.directory)
    assert path.stat().st_mode & 0o007 == 0
    assert kept.directory.stat().st_mode & 0o007 == 0


def test_an_event_has_so_many_attachments_and_no_more(kept: Attachments) -> None:
    files = [File(f"{number}.txt") for number in range(MOST_PER_EVENT + 3)]
    assert kept.keep(files, service="shop") == {"too_many": 3}
    assert len(kept.list_of(EVENT)) == MOST_PER_EVENT


def test_one_that_is_larger_than_all_may_be_is_lost_alone(kept: Attachments) -> None:
    kept.keep([File("old")], service="shop")
    assert kept.keep([File("huge", b"x" * MIB), File("new")], service="shop") == {"too_large": 1}
    assert {each.name for each in kept.list_of(EVENT)} == {"old", "new"}


def test_a_flood_pushes_out_the_oldest_and_stays_within_the_limit(kept: Attachments) -> None:
    lost = 0
    for number in range(300):
        lost += kept.keep([File(data=b"x" * 8000, event_id=f"{number:032x}")], service="shop")["store_full"]
    paths = files_below(kept.directory)
    assert sum(path.stat().st_size for path in paths) <= MIB * 1.1
    assert lost == 300 - len(paths)
    assert kept.list_of(f"{299:032x}")
    assert not kept.list_of("0" * 32)


def test_a_flood_of_empty_files_is_bounded_by_the_room_that_they_take(kept: Attachments) -> None:
    for number in range(600):
        kept.keep([File(data=b"", event_id=f"{number:032x}")], service="shop")
    assert len(files_below(kept.directory)) <= MIB * 1.1 / BLOCK_BYTES


def test_where_none_are_to_be_kept_any_more_all_go(kept: Attachments) -> None:
    kept.keep([File(), File("another")], service="shop")
    assert Attachments(kept.directory, 0).trim() == 2
    assert files_below(kept.directory) == []


def test_what_is_past_its_time_is_removed(kept: Attachments) -> None:
    kept.keep([File("old")], service="shop")
    age(kept, days=91)
    kept.keep([File("new")], service="shop")
    assert kept.remove(before_s=kept.time() - 90 * DAY_S) == 1
    assert [each.name for each in kept.list_of(EVENT)] == ["new"]


def test_what_cannot_be_written_is_told_and_harms_nothing(tmp_path: Path) -> None:
    (tmp_path / "attachments").write_text("in the way")
    assert Attachments(tmp_path / "attachments", MIB).keep([File()], service="shop") == {"unwritable": 1}


@pytest.mark.parametrize(("number", "reason"), [(errno.ENOSPC, "disk_full"), (errno.EACCES, "unwritable")])
def test_a_disk_that_fills_up_half_way_leaves_nothing(
    kept: Attachments, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    kept.keep([File("before")], service="shop")
    real = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "rename", refuse)
    assert kept.keep([File("after")], service="shop") == {reason: 1}
    monkeypatch.setattr(Path, "rename", real)
    assert len(files_below(kept.directory)) == 1
    assert not kept.keep([File("after")], service="shop")


def test_a_writer_that_is_killed_leaves_nothing_that_is_shown_and_that_is_removed(kept: Attachments) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from tests.store.test_attachments import File; from vedette.store.attachments import Attachments\n"
        "Path.rename = lambda self, target: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"Attachments(Path(sys.argv[1]), {MIB}).keep([File()], service='shop')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, kept.directory], check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = files_below(kept.directory)
    assert left.name.endswith(PARTIAL)
    assert kept.list_of(EVENT) == []
    kept.tidy()
    assert left.exists(), "it may be another process's that still writes"
    age(kept, days=ABANDONED_AFTER_S / DAY_S + 0.01)
    kept.tidy()
    assert files_below(kept.directory) == []


def test_partial_files_count_neither_for_an_event_nor_as_kept(kept: Attachments) -> None:
    kept.keep([File()], service="shop")
    (path,) = files_below(kept.directory)
    for number in range(MOST_PER_EVENT):
        path.with_name(f"{path.name}.{number}{PARTIAL}").write_bytes(b"half")
    assert len(kept.list_of(EVENT)) == 1
    assert not kept.keep([File("one more")], service="shop")


def _send(directory: Path, process: int) -> int:
    kept = Attachments(directory, MIB)
    losses = 0
    for number in range(40):
        files = [File(f"{process}-{number}", b"x" * 4000, event_id=f"{number:032x}"), File("shared")]
        losses += sum(kept.keep(files, service="shop").values())
    return losses


def test_processes_that_write_at_once_lose_nothing_and_share_what_is_the_same(kept: Attachments) -> None:
    with ProcessPoolExecutor(4) as pool:
        losses = [pool.submit(_send, kept.directory, process) for process in range(4)]
        assert [each.result() for each in losses] == [0, 0, 0, 0]
    assert len(kept.list_of(EVENT)) == 1
    for number in range(40):
        names = {each.name for each in kept.list_of(f"{number:032x}")}
        assert names == {f"{process}-{number}" for process in range(4)}
    assert not [path for path in files_below(kept.directory) if path.name.endswith(PARTIAL)]


def test_a_file_that_another_process_removes_first_is_not_counted_twice(
    kept: Attachments, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.keep([File(event_id=f"{number:032x}") for number in range(3)], service="shop")
    entries = list(kept._all())
    for path in files_below(kept.directory):
        path.unlink()
    monkeypatch.setattr(Attachments, "_all", lambda self: iter(entries))
    assert kept.remove(before_s=1e12) == 0


def test_maintenance_removes_them_with_the_errors_of_their_time(ground: Ground) -> None:
    ground.attachments.keep([File()], service="shop")
    (path,) = files_below(ground.attachments.directory)
    for days, is_there in ((89, True), (91, False)):
        at = ground.clock.time() - days * DAY_S
        os.utime(path, (at, at))
        ground.maintenance.apply_retention(is_dry_run=True)
        ground.maintenance.apply_retention()
        assert path.exists() == is_there


def test_maintenance_trims_them_and_counts_what_went(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOKS", 0)
    ground.attachments.keep([File("first")], service="shop")
    ground.attachments.keep(
        [File(data=b"x" * 9000, event_id=f"{n:032x}") for n in range(100)], service="shop"
    )
    ground.maintenance.clean_up()
    assert ground.losses == [
        ("attachment", "store_full", 101 - len(files_below(ground.attachments.directory)))
    ]


def test_pruning_before_a_named_time_removes_them_too(ground: Ground) -> None:
    ground.attachments.keep([File()], service="shop")
    (path,) = files_below(ground.attachments.directory)
    at = ground.clock.time() - DAY_S
    os.utime(path, (at, at))
    ground.maintenance.apply_retention(before=ground.clock.now())
    assert not path.exists()
