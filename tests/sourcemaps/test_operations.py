"""What becomes of uploads: bounds, age, and what a kill leaves."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sourcemaps.conftest import Shop, an_event
from tests.sourcemaps.made import Build, Bundle, bundle_of, sha1
from tests.sourcemaps.test_digest import the_error
from vedette.sourcemaps import operations, queries
from vedette.sourcemaps.files import ABANDONED_AFTER_S, ChecksumError, Files, FullError
from vedette.sourcemaps.models import BundleFileRow, BundleReleaseRow, BundleRow

MIB = 1 << 20


def a_bundle(number: int, size: int = 1000) -> Bundle:
    """Return a bundle that takes about *size* bytes."""
    return Bundle().add(f"~/{number}.js", os.urandom(size), kind="minified_source", debug_id=f"{number:032x}")


def names_of(directory: Path) -> list[str]:
    """Return the files below *directory*."""
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())


def test_the_bundles_needed_longest_ago_go_first(shop: Shop) -> None:
    shop.files = Files(shop.files.directory, 40_000, shop.clock.time)
    kept = []
    for number in range(4):
        kept.append(shop.upload(a_bundle(number, 6000)))
        shop.clock.advance(86_400 * 2)
        if number == 2:
            operations.note_use(
                [BundleRow.objects.using("vedette").get(checksum=kept[0]).id], at=shop.clock.now()
            )
    assert {each.checksum for each in queries.list_bundles().bundles} == {kept[0], kept[2], kept[3]}
    assert names_of(shop.files.bundles_dir) == sorted([kept[0], kept[2], kept[3]])


def test_bundles_that_nothing_needed_for_long_go(shop: Shop) -> None:
    shop.upload(a_bundle(1))
    shop.clock.advance(86_400 * 10)
    other = shop.upload(a_bundle(2))
    assert operations.forget_old(shop.files, before=shop.clock.now() - dt.timedelta(days=5)) == 1
    assert names_of(shop.files.bundles_dir) == [other]


def test_a_bundle_is_removed_with_all_that_is_known_of_it(shop: Shop) -> None:
    shop.upload(a_bundle(1), release="1.0")
    (bundle,) = queries.list_bundles().bundles
    operations.remove(shop.files, bundle.id)
    for model in (BundleRow, BundleReleaseRow, BundleFileRow):
        assert not model._default_manager.using("vedette").exists()
    assert names_of(shop.files.directory) == []
    with pytest.raises(operations.NoBundleError):
        operations.remove(shop.files, bundle.id)


def test_a_bundle_that_is_too_large_is_refused(shop: Shop) -> None:
    shop.files = Files(shop.files.directory, 4 * 7000, shop.clock.time)
    data = a_bundle(1, 9000).zipped()
    pieces = [data[:5000], data[5000:]]
    with pytest.raises(FullError):
        for piece in pieces:
            shop.files.keep_chunk(sha1(piece), piece)


def test_chunks_that_make_something_else_are_refused(shop: Shop) -> None:
    shop.files.keep_chunk(sha1(b"a"), b"a")
    with pytest.raises(ChecksumError):
        operations.assemble(shop.files, "f" * 40, chunks=[sha1(b"a")], services=[], at=shop.clock.now())
    assert names_of(shop.files.bundles_dir) == []


def test_compiled_maps_have_a_bound_of_their_own(shop: Shop, built: Build) -> None:
    shop.upload(bundle_of(built))
    shop.drained(an_event(*the_error(built)))
    assert len(names_of(shop.files.compiled_dir)) == 1
    operations.tidy(shop.files)
    assert len(names_of(shop.files.compiled_dir)) == 1
    operations.tidy(Files(shop.files.directory, 1000, shop.clock.time))
    assert names_of(shop.files.compiled_dir) == []


KILLED = """
import os, sys
from pathlib import Path
from vedette.sourcemaps import files
directory, point, data = Path(sys.argv[1]), sys.argv[2], sys.stdin.buffer.read()
found = files.Files(directory, 64 << 20)
checksum = files.hashlib.sha1(data).hexdigest()
if point == "chunk":
    files.Path.rename = lambda *given: os.kill(os.getpid(), 9)
    found.keep_chunk(checksum, data)
found.keep_chunk(checksum, data)
with found.assembled(checksum, [checksum]) as partial:
    if point == "assembled":
        os.kill(os.getpid(), 9)
    found.keep_bundle(partial, checksum)
    os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("point", ["chunk", "assembled", "named"])
def test_an_upload_that_was_killed_leaves_nothing_that_is_seen_and_is_cleaned_up(
    shop: Shop, point: str
) -> None:
    data = a_bundle(1).zipped()
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(shop.files.directory), point], input=data, env=environ, check=False
    )
    assert done.returncode == -9
    assert names_of(shop.files.directory) != []
    assert queries.list_bundles().count == 0

    # Made again at once it is whole.
    assert shop.upload(data) == sha1(data)
    assert queries.list_bundles().count == 1
    future = Files(shop.files.directory, shop.files.max_bytes, lambda: _later(shop.files.directory))
    operations.tidy(future)
    assert names_of(shop.files.directory) == [f"bundles/{sha1(data)}"]


def _later(directory: Path) -> float:
    newest = max((path.stat().st_mtime for path in directory.rglob("*")), default=0.0)
    return newest + ABANDONED_AFTER_S + 1


def test_what_a_killed_upload_left_goes_with_time(shop: Shop) -> None:
    data = a_bundle(1).zipped()
    shop.files.keep_chunk(sha1(data), data)
    with shop.files.assembled(sha1(data), [sha1(data)]) as partial:
        shop.files.keep_bundle(partial, sha1(data))
    operations.tidy(shop.files)
    assert len(names_of(shop.files.directory)) == 2
    future = Files(shop.files.directory, shop.files.max_bytes, lambda: _later(shop.files.directory))
    operations.tidy(future)
    assert names_of(shop.files.directory) == []


def test_a_row_whose_file_is_gone_is_forgotten(shop: Shop) -> None:
    checksum = shop.upload(a_bundle(1))
    shop.files.remove_bundle(checksum)
    operations.tidy(shop.files)
    assert queries.list_bundles().count == 0


def test_a_bundle_whose_file_is_gone_can_be_uploaded_again(shop: Shop, built: Build) -> None:
    data = bundle_of(built).zipped()
    shop.files.remove_bundle(shop.upload(data))
    shop.upload(data)
    assert shop.frames_of(*the_error(built))[-1]["filename"] == "src/price.ts"


def test_files_are_the_owners_alone(shop: Shop, built: Build) -> None:
    shop.upload(bundle_of(built))
    shop.drained(an_event(*the_error(built)))
    modes = {path.stat().st_mode & 0o777 for path in shop.files.directory.rglob("*") if path.is_file()}
    assert modes == {0o640}
    assert {path.stat().st_mode & 0o777 for path in shop.files.directory.rglob("*") if path.is_dir()} == {
        0o750
    }


def test_what_was_uploaded_is_counted_and_summed_up(shop: Shop, built: Build) -> None:
    shop.upload(bundle_of(built), release="1.0")
    shop.upload(a_bundle(1), release="2.0")
    rows: Any = BundleRow.objects.using("vedette").all()
    whole = queries.list_bundles(service="shop")
    assert (whole.count, whole.maps, whole.bytes) == (2, 1, sum(row.bytes for row in rows))
    assert queries.list_bundles(service="shop", release="2.0").maps == 0
    assert queries.list_bundles(service="other").count == 0
