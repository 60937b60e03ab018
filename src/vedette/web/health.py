"""What the frame says of Vedette itself: how far behind the store is, and what had to be dropped."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from vedette.store.losses import Loss, list_losses
from vedette.store.query import QueryError
from vedette.web import access, figures, page, rendering
from vedette.web.parts import Parts

STALE_S = 30.0
"""From this much on the background work is taken to stand still."""


@access.page
def health(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
    """Answer with the banner and the footer's figures."""
    shown = page.of(request, name="health")
    behind_s = _behind(parts)
    try:
        losses: list[Loss] | None = list_losses(parts.store(), now=shown.now)
    except QueryError:
        losses = None
    values = {
        "page": shown,
        "is_stale": behind_s is not None and behind_s > STALE_S,
        "behind": None if behind_s is None else figures.span(behind_s),
        "losses": losses,
        "dropped": None if losses is None else sum(loss.records for loss in losses),
    }
    return rendering.render("cards/health.html", values)


def _behind(parts: Parts) -> float | None:
    try:
        return parts.behind_s()
    except (OSError, QueryError):
        return None
