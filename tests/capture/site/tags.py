"""What the site's templates call."""

from __future__ import annotations

from typing import Any

import jinja2
from django import template
from django.template.loader import render_to_string

register = template.Library()


@register.simple_tag
def inner(name: str) -> str:
    """Render another template, as components do."""
    return render_to_string(name)


def environment(**options: Any) -> jinja2.Environment:
    """Return Jinja2 with one template."""
    loader = jinja2.DictLoader({"hello.jinja": "hello from {{ who }}"})
    return jinja2.Environment(**{**options, "loader": loader})  # noqa: S701 - Django says what is escaped
