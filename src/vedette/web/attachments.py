"""Files that came with events: what pages say of them, and their download.

Whoever sends events chose what is in them and what they are called, so that no browser may take one for a page: it is saved,
not opened, under a type of a few that are harmless, and sandboxed all the same.  An image may be shown by an ``<img>``.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header

from vedette.store.attachments import Attachments, Kept
from vedette.web import access, rendering
from vedette.web.parts import Parts

IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
HARMLESS = {
    **{kind: kind for kind in IMAGES},
    "application/json": "application/json",
    "application/gzip": "application/gzip",
    "application/zip": "application/zip",
    "text/plain": "text/plain; charset=utf-8",
    "text/csv": "text/csv; charset=utf-8",
}
BYTES = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Shown:
    """An attachment as a page shows it; `address` downloads it, and is an image's source where `is_image`."""

    name: str
    size: int
    content_type: str
    kind: str
    address: str
    is_image: bool


def attachments_of(found: Attachments, event_id: str, *, service: str) -> list[Shown]:
    """Return the attachments of an event of *service*, in the order in which they came."""
    return [_shown(kept) for kept in found.list_of(event_id, service=service)]


@access.page
def attachment(request: HttpRequest, *, parts: Parts, event_id: str, id: str) -> HttpResponseBase:
    """Answer with an attachment, to be saved."""
    found = parts.attachments().read(event_id, id)
    if found is None:
        values = {
            "what": "There is no such file",
            "why": "It was removed with the errors of its time or for want of space, or it never came.",
        }
        return rendering.render("refused.html", values, status=404)
    kept, data = found
    response = HttpResponse(data, content_type=HARMLESS.get(_bare(kept.content_type), BYTES))
    # `None` is for neither a disposition nor a name, and this has both.
    response["Content-Disposition"] = content_disposition_header(True, kept.name) or "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _shown(kept: Kept) -> Shown:
    return Shown(
        name=kept.name,
        size=kept.size,
        content_type=kept.content_type,
        kind=kept.kind,
        address=reverse("vedette:attachment", args=[kept.event_id, kept.id]),
        is_image=_bare(kept.content_type) in IMAGES,
    )


def _bare(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
