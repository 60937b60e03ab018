"""Vedette: the whole of observability for a Django site in one install."""

from __future__ import annotations

__version__ = "0.1.0"
