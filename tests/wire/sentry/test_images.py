"""What an event that is too large keeps of the scripts and libraries that it names."""

from __future__ import annotations

from typing import Any

import pytest

from vedette.wire import documents
from vedette.wire.sentry.trimming import trimmed


@pytest.mark.parametrize(("platform", "is_kept"), [("javascript", True), ("node", True), ("native", False)])
def test_the_ids_of_scripts_are_kept_for_their_source_maps(platform: str, is_kept: bool) -> None:
    event: dict[str, Any] = {
        "platform": platform,
        "debug_meta": {"images": [{"type": "sourcemap", "code_file": "a.js", "debug_id": "a" * 32}]},
        "modules": {f"package-{number}": "1.0" * 1000 for number in range(2000)},
    }
    assert ("debug_meta" in trimmed(event, size=len(documents.encode(event)))) is is_kept
