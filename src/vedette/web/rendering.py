"""The pages' templates, rendered by an engine of their own.

The site's ``TEMPLATES`` may be Jinja alone, or hold context processors and tags that change what a template says: the
pages depend on none of it, and it does not see them.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.template import Context, Engine

TEMPLATES = Path(__file__).parent / "templates"


@functools.cache
def _engine(is_debug: bool) -> Engine:
    return Engine(
        dirs=[str(TEMPLATES)],
        debug=is_debug,
        builtins=["vedette.web.tags"],
    )


def to_text(name: str, values: Mapping[str, object]) -> str:
    """Return the template *name* (below ``vedette/``) filled with *values*."""
    template = _engine(settings.DEBUG).get_template(f"vedette/{name}")
    # Numbers as they are: with the site's own separators an id in a form would be another one.
    return template.render(Context(dict(values), use_l10n=False))


def render(name: str, values: Mapping[str, object], *, status: int = 200) -> HttpResponse:
    """Return a response with the template *name* filled with *values*."""
    return HttpResponse(to_text(name, values), status=status)
