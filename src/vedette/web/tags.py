"""The templates' tags: figures, times, links, icons."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from typing import Any

from django.template import Context, Library
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from vedette.releases import queries as releases
from vedette.web import actions, assets, charts, figures, forgery, statements
from vedette.web.page import Page
from vedette.web.rendering import TEMPLATES

register = Library()
UNKNOWN = mark_safe('<span class="unknown" role="img" aria-label="unknown" title="Not known"></span>')


@functools.cache
def _icon(name: str) -> SafeString:
    return mark_safe((TEMPLATES / "vedette" / "icons" / f"{name}.svg").read_text().strip())  # noqa: S308 - our own file


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return the icon *name*, drawn in the text's colour."""
    return _icon(name)


@register.simple_tag
def asset(name: str) -> str:
    """Return the address of a script or style."""
    # A text in a template is a SafeString, which a path refuses; a sum with a plain text is plain.
    return assets.address_of(name + "")


@register.simple_tag
def figure(value: float | None, unit: figures.Unit = "count") -> SafeString:
    """Return a figure, shortened, with the exact value on hover; hatched where it is not known."""
    if value is None:
        return UNKNOWN
    text = figures.written(value, unit=unit)
    if not text.unit:
        return format_html('<span title="{}">{}</span>', text.exact, text.short)
    return format_html('<span title="{}">{}&nbsp;<small>{}</small></span>', text.exact, text.short, text.unit)


@register.simple_tag
def words(value: float | None, unit: figures.Unit = "count") -> SafeString:
    """Return a figure as plain words for a sentence or a cell, with the exact value on hover."""
    if value is None:
        return UNKNOWN
    text = figures.written(value, unit=unit)
    return format_html(
        '<span class="nowrap" title="{}">{}</span>', text.exact, str(text).replace(" ", "\N{NO-BREAK SPACE}")
    )


@register.simple_tag
def compared(change: figures.Change | None) -> SafeString:
    """Return how a figure compares with what it was."""
    if change is None:
        return mark_safe(
            '<span class="change" title="There is nothing to compare with">no earlier data</span>'
        )
    kind = f"is-{change.judgement}" if change.judgement else ""
    return format_html('<span class="change {}" title="{}">{}</span>', kind, change.exact, change.text)


@register.simple_tag(takes_context=True)
def when(context: Context, at: dt.datetime | None, form: str = "relative") -> SafeString:
    """Return a time: ``relative``, ``clock``, ``minute`` or ``full``; the script puts the reader's zone on it."""
    if at is None:
        return UNKNOWN
    now: dt.datetime = context["page"].now
    text = figures.ago(at, now=now) if form == "relative" else _utc(at, form, now)
    return format_html(
        '<time datetime="{}" data-time="{}">{}</time>', at.isoformat().replace("+00:00", "Z"), form, text
    )


def _utc(at: dt.datetime, form: str, now: dt.datetime) -> str:
    at = at.astimezone(dt.UTC)
    if form == "clock":
        clock = at.strftime("%H:%M:%S.") + f"{at.microsecond // 1000:03d}"
        return clock if at.date() == now.date() else f"{at:%b} {at.day}, {clock}"
    if form == "minute":
        return f"{at:%b} {at.day}, {at:%H:%M}"
    # As long as what the script puts in its place: a text that came to need a second line would move the page.
    return f"{at:%a, %b} {at.day}, {at.year}, {at:%H:%M:%S}.{at.microsecond // 1000:03d} UTC"


@register.simple_tag
def sparkline(values: Sequence[float | None], label: str = "") -> SafeString:
    """Return a small line without axes."""
    line, area = charts.spark(values)
    return format_html(
        '<svg class="spark" viewBox="0 0 96 24" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<path class="area" d="{}"/><path d="{}"/></svg>',
        label,
        area,
        line,
    )


@register.simple_tag(takes_context=True)
def go(context: Context, name: str, *args: str, **params: Any) -> str:
    """Return the address of the page *name* over the same time, with *params* as its filters."""
    page: Page = context["page"]
    return page.go(name, *args, **params)


@register.simple_tag(takes_context=True)
def here(context: Context, **changes: Any) -> str:
    """Return this page's address with *changes* made to its filters; ``""`` removes one."""
    page: Page = context["page"]
    return page.here(**changes)


@register.simple_tag(takes_context=True)
def action_fields(context: Context, to: str | None = None) -> SafeString:
    """Return the hidden fields of a form that posts to an action: the token, and the page to come back to.

    That is *to*, by default this page; ``""`` leaves it to the action.
    """
    page: Page = context["page"]
    fields = {forgery.FIELD: page.viewer.token(), actions.NEXT: page.here() if to is None else to}
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', fields.items())


@register.simple_tag(takes_context=True)
def action_meta(context: Context) -> SafeString:
    """Return the token for scripts, where whoever looks may do something; it also makes the cards' forms share one."""
    page: Page = context["page"]
    if not page.viewer.may_manage:
        return SafeString("")
    return format_html(
        '<meta name="csrf-token" content="{}" data-header="{}">', page.viewer.token(), forgery.header()
    )


@register.simple_tag
def url_of(name: str, *args: str) -> str:
    """Return the address of a page or a card, without time and filters."""
    return reverse(f"vedette:{name}", args=args)


@register.filter
def shortened(statement: str) -> str:
    """Return *statement* without a long list of columns."""
    return statements.shortened(statement)


@register.filter
def short_release(version: str) -> str:
    """Return *version* as every chart and table names it."""
    return releases.short(version)


@register.filter
def level_class(severity: int) -> str:
    """Return the name of the class of a log level, from OpenTelemetry's number."""
    for least, name in ((21, "fatal"), (17, "error"), (13, "warning"), (9, "info")):
        if severity >= least:
            return name
    return "debug"


@register.filter
def status_class(status: int) -> str:
    """Return the first digit of an HTTP status, ``0`` where there was none."""
    return str(status)[:1] if status else "0"
