"""Stack traces of minified scripts, as they are stored once their maps were uploaded."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.sourcemaps.conftest import SCRIPT, Shop, a_frame, an_event
from tests.sourcemaps.made import DEBUG_ID, SHOP, Build, Bundle, a_map, bundle_of
from vedette.sourcemaps.files import Files
from vedette.testing import FakeClock


def the_error(built: Build) -> list[dict[str, Any]]:
    """Return the frames of the error that the shop's script throws, the oldest call first."""
    return [a_frame((line, column), function) for function, line, column in built.stack()]


def test_a_frame_becomes_what_was_written(shop: Shop, built: Build) -> None:
    shop.upload(bundle_of(built))
    *_, frame = shop.frames_of(*the_error(built))

    written = SHOP["src/price.ts"].splitlines()
    assert (frame["filename"], frame["lineno"]) == ("src/price.ts", 9)
    assert frame["context_line"] == written[8]
    assert frame["pre_context"] == written[3:8]
    assert frame["post_context"] == [*written[9:], ""]
    assert frame["function"] == "requireFound"
    assert frame["module"] == "src/price"
    assert frame["abs_path"] == "https://shop.example/src/price.ts"
    assert frame["in_app"] is True
    assert frame["data"] == {
        "sourcemap": "~/static/app.min.js.map",
        "symbolicated": True,
        "resolved_with": "debug-id",
    }


def test_what_was_sent_stays_beside_it(shop: Shop, built: Build) -> None:
    shop.upload(bundle_of(built))
    (stored,) = shop.drained(an_event(*the_error(built)))
    assert stored["payload"]["exception"]["values"][0]["raw_stacktrace"] == {"frames": the_error(built)}


def test_a_librarys_frames_are_not_the_sites_own(shop: Shop, built: Build) -> None:
    shop.upload(bundle_of(built))
    frames = shop.frames_of(*the_error(built))
    assert [(frame["filename"], frame["function"], frame["in_app"]) for frame in frames] == [
        ("src/main.ts", "openShop", True),
        ("src/cart.ts", "Cart.addAll", True),
        ("node_modules/shelf/index.js", "each", False),
        ("src/cart.ts", "?", True),
        ("src/cart.ts", "Cart.addItem", True),
        ("src/cart.ts", "Cart.totalOf", True),
        ("src/price.ts", "price", True),
        ("src/price.ts", "requireFound", True),
    ]


def test_the_culprit_is_told_anew(shop: Shop, built: Build) -> None:
    shop.upload(bundle_of(built))
    assert [stored["culprit"] for stored in shop.drained(an_event(*the_error(built)))] == [
        "src/price in requireFound"
    ]


def test_the_same_error_of_another_build_is_grouped_with_it(shop: Shop, built: Build, tmp_path: Any) -> None:
    import msgspec

    from tests.sourcemaps.made import build
    from vedette.issues.sighting import Grouper
    from vedette.pipeline.lines import decode
    from vedette.record.signals import Error

    other = build(tmp_path, options=["--minify-syntax", "--minify-whitespace"])
    shop.upload(bundle_of(built))
    other_id = "b" * 32
    shop.upload(bundle_of(other, debug_id=other_id))
    stored = shop.drained(an_event(*the_error(built)), an_event(*the_error(other), debug_id=other_id))
    errors = [decode("errors", msgspec.json.encode(each))[0] for each in stored]
    assert len({Grouper().fingerprint_of(each) for each in errors if isinstance(each, Error)}) == 1


def test_lines_of_source_are_rid_of_secrets(shop: Shop) -> None:
    text = "login('ada', 'hunter2')"
    map_ = a_map([[(0, 0, 0, 0)]], sourcesContent=[text])
    shop.upload(
        bundle_of(Build("x()", str(map_).replace("'", '"').replace('"login("ada", "hunter2")"', '"hunter2"')))
    )
    (frame,) = shop.frames_of(a_frame((1, 1)))
    assert frame["context_line"] == "[Filtered]"


def test_a_map_is_found_by_release_and_url(shop: Shop, built: Build) -> None:
    shop.upload(bundle_of(built, debug_id=""), release="1.0")
    *_, frame = shop.frames_of(*the_error(built), debug_id="", release="1.0")
    assert (frame["filename"], frame["data"]["resolved_with"]) == ("src/price.ts", "release")
    *_, other = shop.frames_of(*the_error(built), debug_id="", release="2.0")
    assert other == the_error(built)[-1]


def test_a_map_is_found_by_the_comment_in_its_script(shop: Shop, built: Build) -> None:
    script = f"{built.script.rpartition('//#')[0]}//# sourceMappingURL=../maps/app.map\n"
    shop.upload(
        Bundle()
        .add("~/static/app.min.js", script, kind="minified_source")
        .add("~/maps/app.map", built.map, kind="source_map"),
        release="1.0",
    )
    *_, frame = shop.frames_of(*the_error(built), debug_id="", release="1.0")
    assert frame["filename"] == "src/price.ts"


def test_a_map_that_lies_beside_its_script_is_found(shop: Shop, built: Build) -> None:
    shop.upload(Bundle().add(f"{SCRIPT}.map", built.map, kind="source_map"), release="1.0")
    *_, frame = shop.frames_of(*the_error(built), debug_id="", release="1.0")
    assert (frame["filename"], frame["function"]) == ("src/price.ts", the_error(built)[-1]["function"])


@pytest.mark.parametrize("debug_id", ["", DEBUG_ID])
def test_a_map_that_stands_in_its_script_is_found(shop: Shop, tmp_path: Any, debug_id: str) -> None:
    from tests.sourcemaps.made import build

    built = build(tmp_path, options=["--minify", "--sourcemap=inline"])
    shop.upload(
        Bundle().add("~/static/app.min.js", built.script, kind="minified_source", debug_id=debug_id),
        release="1.0",
    )
    *_, frame = shop.frames_of(*the_error(built), debug_id=debug_id, release="1.0")
    assert (frame["filename"], frame["function"]) == ("src/price.ts", "requireFound")


def test_the_bundle_of_a_dist_comes_before_that_of_none(shop: Shop, built: Build) -> None:
    wrong = Build(built.script, built.map.replace("src/price.ts", "src/wrong.ts"))
    shop.upload(bundle_of(built, debug_id=""), release="1.0", dist="ios")
    shop.upload(bundle_of(wrong, debug_id=""), release="1.0")
    told = [
        shop.frames_of(*the_error(built), debug_id="", release="1.0", **dist)[-1]["filename"]
        for dist in ({"dist": "ios"}, {}, {"dist": "android"})
    ]
    assert told == ["src/price.ts", "src/wrong.ts", "src/wrong.ts"]


@pytest.mark.parametrize(
    ("changes", "members", "reason"),
    [
        ({}, {"debug_id": "c" * 32}, "unknown_id"),
        ({"colno": None}, {}, "no_column"),
        ({"lineno": 999}, {}, "no_position"),
        ({"abs_path": "https://shop.example/static/other.js"}, {"release": "1.0"}, "no_map"),
    ],
)
def test_why_a_frame_stays_minified_is_told_and_counted(
    shop: Shop, built: Build, changes: dict[str, Any], members: dict[str, Any], reason: str
) -> None:
    shop.upload(bundle_of(built), release="1.0")
    frame = {**the_error(built)[-1], **changes}
    (stored,) = shop.frames_of(frame, **members)
    assert stored["data"]["sourcemap_error"] == reason
    assert {**stored, "data": None} == {**frame, "data": None}
    assert shop.unmapped == {reason: 1}


def test_of_a_page_with_a_script_in_it_nothing_is_said(shop: Shop, built: Build) -> None:
    shop.upload(bundle_of(built), release="1.0")
    page = {"abs_path": "https://shop.example/cart/", "lineno": 3, "colno": 7, "function": "onclick"}
    assert shop.frames_of(page, release="1.0") == [page]
    assert shop.unmapped == {}


def test_a_damaged_map_is_told_and_not_tried_again(
    shop: Shop, built: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vedette.sourcemaps import compiled

    shop.upload(bundle_of(Build(built.script, '{"version": 3, "mappings": "!"}')))
    sink = shop.digest()
    shop.drained(an_event(*the_error(built)), sink=sink)
    monkeypatch.delattr(compiled, "write")
    shop.drained(an_event(*the_error(built)), sink=sink)
    assert shop.unmapped == {"damaged": 16}


def test_a_map_whose_bundle_is_gone_is_told(shop: Shop, built: Build) -> None:
    shop.files.remove_bundle(shop.upload(bundle_of(built)))
    shop.frames_of(*the_error(built))
    assert shop.unmapped == {"unreadable": 8}


def test_what_takes_too_long_is_left_for_the_next_round(shop: Shop, built: Build) -> None:
    shop.upload(bundle_of(built))
    sink = shop.digest()
    ticks = iter(range(0, 10_000, 100))
    sink.locator.monotonic = lambda: float(next(ticks))
    (stored,) = shop.drained(an_event(*the_error(built)), sink=sink)
    names = [
        frame["filename"] for frame in stored["payload"]["exception"]["values"][0]["stacktrace"]["frames"]
    ]
    assert names == [*[SCRIPT] * 7, "src/price.ts"]
    assert shop.unmapped == {"busy": 7}


def test_without_uploads_nothing_is_looked_at(shop: Shop, built: Build) -> None:
    event = an_event(*the_error(built))
    assert [stored["payload"] for stored in shop.drained(event)] == [event]


@pytest.mark.parametrize(
    "event",
    [
        {"platform": "python", "exception": {"values": [{"stacktrace": {"frames": [{"lineno": 1}]}}]}},
        {"platform": "javascript"},
        {"platform": "javascript", "exception": None, "debug_meta": 5, "threads": {"values": 7}},
        {"platform": "javascript", "exception": {"values": [None, {"stacktrace": {"frames": [None, 7, {}]}}]}},
        {"platform": "javascript", "debug_meta": {"images": [None, {"type": "sourcemap", "code_file": 5, "debug_id": {}}]}},
        {"platform": "javascript", "stacktrace": {"frames": [{"abs_path": SCRIPT, "lineno": True, "colno": "5"}]}},
        {"platform": "javascript", "stacktrace": {"frames": [{"abs_path": SCRIPT, "lineno": 10**30, "colno": 10**30}]}},
        {"platform": ["javascript"]},
        {"platform": "node", "stacktrace": []},
    ],
    ids=range(9),
)  # fmt: skip
def test_an_odd_event_stays_as_it_was_sent(shop: Shop, built: Build, event: dict[str, Any]) -> None:
    shop.upload(bundle_of(built))
    assert [stored["payload"] for stored in shop.drained(event)] == [event]


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
@pytest.mark.parametrize("where", ["abs_path", "release", "dist"])
def test_a_text_that_no_database_takes_holds_up_nothing(
    request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock, built: Build, database: str, where: str
) -> None:
    request.getfixturevalue(f"{database}_state")
    shop = Shop(Files(tmp_path / "sourcemaps", 64 << 20, clock.time), clock)
    shop.upload(bundle_of(built), release="1.0")
    odd = {**the_error(built)[-1], **({"abs_path": f"{SCRIPT}\0"} if where == "abs_path" else {})}
    members = {"release": "1.0", **({where: "1.0\0"} if where != "abs_path" else {})}
    event = an_event(odd, debug_id="", **members)
    left, found = shop.drained(event, an_event(*the_error(built)))
    assert left["payload"]["exception"]["values"][0]["stacktrace"]["frames"][0]["function"] == odd["function"]
    assert found["culprit"] == "src/price in requireFound"


def test_scripts_that_are_made_up_are_not_all_looked_for(shop: Shop, built: Build) -> None:
    shop.upload(bundle_of(built), release="1.0")
    frames = [{**a_frame((1, 1)), "abs_path": f"https://shop.example/{number}.js"} for number in range(100)]
    events = [
        an_event(*({**frame, "abs_path": f"{frame['abs_path']}?{number}"} for frame in frames), release="1.0")
        for number in range(15)
    ]
    shop.drained(*events)
    assert shop.unmapped == {"no_map": 1000, "busy": 500}


def test_one_event_that_cannot_be_mapped_holds_up_no_other(
    shop: Shop, built: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vedette.sourcemaps import frames

    whole = frames.mapped

    def choking(event: dict[str, Any], locate: Any) -> bool:
        if event.get("release") == "odd":
            raise ZeroDivisionError
        return whole(event, locate)

    monkeypatch.setattr(frames, "mapped", choking)
    shop.upload(bundle_of(built))
    stored = shop.drained(an_event(*the_error(built), release="odd"), an_event(*the_error(built)))
    assert [each["culprit"] for each in stored] == ["as sent", "src/price in requireFound"]
    assert shop.unmapped["failed"] == 1


def test_an_event_grows_within_bounds(shop: Shop) -> None:
    line = "x" * 2000
    map_ = {
        **a_map([[(column, 0, column, 0) for column in range(400)]]),
        "sourcesContent": ["\n".join([line] * 400)],
    }
    import json

    shop.upload(bundle_of(Build("y" * 400, json.dumps(map_))))
    (stored,) = shop.drained(an_event(*(a_frame((1, column)) for column in range(1, 300))))
    frames = stored["payload"]["exception"]["values"][0]["stacktrace"]["frames"]
    assert [frame["filename"] for frame in frames].count("a.js") == 100
    assert len(json.dumps(frames)) < 200_000
    assert len(frames[-1]["context_line"]) == 500


def test_which_bundles_are_needed_is_remembered(shop: Shop, built: Build) -> None:
    from vedette.sourcemaps.queries import list_bundles

    shop.upload(bundle_of(built))
    sink, used_at = shop.digest(), []
    for seconds in (60, 60, 86_000, 86_400):
        shop.clock.advance(seconds)
        shop.drained(an_event(*the_error(built)), sink=sink)
        used_at.append(list_bundles().bundles[0].used_at)
    first, last = shop.clock.now() - dt.timedelta(seconds=60 + 86_000 + 86_400), shop.clock.now()
    assert used_at == [first, first, first, last]


def test_a_compiled_map_that_is_gone_or_cut_short_is_made_again(shop: Shop, built: Build) -> None:
    shop.upload(bundle_of(built))
    shop.drained(an_event(*the_error(built)))
    (path,) = shop.files.compiled_dir.iterdir()
    path.unlink()
    assert shop.frames_of(*the_error(built))[-1]["filename"] == "src/price.ts"
    path.write_bytes(b"veds")
    assert shop.frames_of(*the_error(built))[-1]["filename"] == "src/price.ts"


def test_the_upload_of_another_service_does_not_come_before_ones_own(shop: Shop, built: Build) -> None:
    shop.upload(bundle_of(built))
    shop.clock.advance(10)
    wrong = Build(built.script, built.map.replace("src/price.ts", "src/wrong.ts"))
    shop.upload(bundle_of(wrong), service="other")
    assert shop.frames_of(*the_error(built))[-1]["filename"] == "src/price.ts"


def test_the_upload_of_another_service_is_used_where_there_is_no_other(shop: Shop, built: Build) -> None:
    shop.upload(bundle_of(built), service="other")
    assert shop.frames_of(*the_error(built))[-1]["filename"] == "src/price.ts"
