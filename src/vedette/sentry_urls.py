"""The addresses that `sentry-cli` calls, for the site's root: ``path("", include("vedette.sentry_urls"))``.

`sentry-cli` takes the root of a host for its URL, and no path below it.
"""

from __future__ import annotations

from vedette import wiring
from vedette.api import routes
from vedette.api.access import Parts

urlpatterns = routes.patterns(
    Parts(now=wiring.utc_now, set_commits=wiring.set_commits, source_map_files=wiring.source_map_files)
)
