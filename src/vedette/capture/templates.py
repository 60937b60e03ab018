"""Templates as they are rendered, each a span of the sampled work that renders it."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

from vedette.capture import wrapping
from vedette.capture.spans import Opened, traced_work

_NAME_CHARS = 500
_WIDGETS = "django/forms/"
"""Templates of form fields, of which a page has dozens: they count to the template that shows the form."""


def install() -> None:
    """Observe the templates of Django's backends; of Jinja2's only where the site has it."""
    from django.template.backends.django import Template

    wrapping.wrap(Template, "render", _observed)
    if _has_jinja2():
        # Where it is asked for and is not there, Django will say so itself.
        with contextlib.suppress(ImportError):
            from django.template.backends import jinja2

            wrapping.wrap(jinja2.Template, "render", _observed)


def _has_jinja2() -> bool:
    from django.conf import settings as site

    backends = [str(backend.get("BACKEND", "")) for backend in site.TEMPLATES]
    return "django.template.backends.jinja2" in sys.modules or any(
        "jinja" in name.lower() for name in backends
    )


def _observed(original: wrapping.Method) -> wrapping.Method:
    def render(template: Any, /, *args: Any, **kwargs: Any) -> Any:
        work = traced_work()
        if work is None or (name := _name_of(template)).startswith(_WIDGETS):
            return original(template, *args, **kwargs)
        with Opened(work, op="template.render", name=name):
            return original(template, *args, **kwargs)

    return render


def _name_of(template: Any) -> str:
    name = getattr(getattr(template, "template", None), "name", None)
    # One made of text has none.
    return name[:_NAME_CHARS] if isinstance(name, str) and name else "<unnamed>"
