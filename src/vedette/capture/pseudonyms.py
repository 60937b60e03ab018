"""What makes a person's pseudonym the same on every way into this site's store, and different in any other's."""

from __future__ import annotations

import hashlib


def salt() -> bytes:
    """Return a secret that is derived from the site's ``SECRET_KEY``; the one tells nothing of the other."""
    from django.conf import settings as site

    return hashlib.blake2b(site.SECRET_KEY.encode(), digest_size=32, person=b"vedette-person").digest()
