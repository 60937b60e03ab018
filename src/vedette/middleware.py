"""The middleware, under the name by which a site's settings know it."""

from __future__ import annotations

from vedette.capture.middleware import Vedette

__all__ = ["Vedette"]
