"""The addresses under which a site includes Vedette: ``path("vedette/", include("vedette.urls"))``."""

from __future__ import annotations

from vedette import wiring
from vedette.api import routes as api
from vedette.api.access import Parts as Calls
from vedette.ingest import routes as ingest
from vedette.web import routes
from vedette.web.markers import Arrivals
from vedette.web.parts import Parts

app_name = "vedette"
urlpatterns = [
    # First, since they are asked for most, and Django tries one pattern after the other.
    *ingest.patterns(receiver=wiring.receiver, series=wiring.series),
    *api.patterns(
        Calls(now=wiring.utc_now, set_commits=wiring.set_commits, source_map_files=wiring.source_map_files)
    ),
    *routes.patterns(
        Parts(
            store=wiring.store,
            behind_s=wiring.behind_s,
            attachments=wiring.attachments,
            source_map_files=wiring.source_map_files,
            markers=Arrivals(),
            make_state=wiring.make_state,
        )
    ),
]
