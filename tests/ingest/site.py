"""A site that has nothing but the ways in, over whatever receiver a test puts there."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import include, path

from vedette.conf import SettingsError
from vedette.ingest import routes
from vedette.ingest.receiver import Receiver
from vedette.ingest.series import Series


@dataclass(slots=True)
class Put:
    """What the ways in are given; a test puts its own in."""

    receiver: Receiver | None = None
    series: Series | None = None

    def get_receiver(self) -> Receiver:
        """Return the receiver, or raise `SettingsError` as an unset site does."""
        if self.receiver is None:
            raise SettingsError("VEDETTE is not set.")
        return self.receiver

    def get_series(self) -> Series:
        """Return the memory of series."""
        assert self.series is not None
        return self.series


put = Put()
_patterns = routes.patterns(receiver=put.get_receiver, series=put.get_series)
urlpatterns = [path("vedette/", include((_patterns, "vedette")))]
