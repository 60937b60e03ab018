"""Every model of Vedette; a list, so that Django finds them."""

from __future__ import annotations

from vedette.background.models import LeaseRow
from vedette.catalogue.models import PartRow, SegmentRow, Telemetry
from vedette.projects.models import KeyRow, ProjectRow

__all__ = ["KeyRow", "LeaseRow", "PartRow", "ProjectRow", "SegmentRow", "Telemetry"]
