"""What stands in a source map is text on the page, whatever it says."""

from __future__ import annotations

import json

from tests.sourcemaps.conftest import Shop, a_frame, an_event, clock, shop
from tests.sourcemaps.made import Build, a_map, bundle_of
from tests.web.events import markup_of, rendered, words
from vedette.web.event.view import view_of

__all__ = ["clock", "shop"]
HOSTILE = '</code></div><script>alert(1)</script><img src=x onerror="alert(2)">'


def test_markup_in_a_source_map_is_shown_as_text(shop: Shop) -> None:
    map_ = a_map(
        [[(0, 0, 0, 0, 0)]], sources=[f"src/{HOSTILE}.js"], names=[HOSTILE], sourcesContent=[HOSTILE]
    )
    script = "function f(){}"
    built = Build(script, json.dumps({**map_, "mappings": "AAAAA,SAAAA"}))
    shop.upload(bundle_of(built, url="~/static/app.min.js"))
    (stored,) = shop.drained(an_event(a_frame((1, 14), "f"), a_frame((9, 9), HOSTILE)))

    shown = rendered(view_of(stored["payload"]))
    tags, attributes = markup_of(shown)
    assert not tags & {"script", "img"}
    assert "onerror" not in attributes
    assert words(shown).count("<script>alert(1)</script>") >= 3
