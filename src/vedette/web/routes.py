"""The pages' addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from vedette.web import (
    assets,
    attachments,
    differences,
    health,
    logs,
    overview,
    project_actions,
    projects,
    release,
    release_actions,
    release_figures,
    release_suspects,
    releases,
    releases_list,
    requests,
    sourcemaps,
    tokens,
)
from vedette.web.issues import cards as issue_cards
from vedette.web.issues import changing, detail, doors, texts
from vedette.web.issues import listing as issues
from vedette.web.parts import Parts
from vedette.web.traces import detail as trace
from vedette.web.traces import findings as trace_findings
from vedette.web.traces import flame as trace_flame
from vedette.web.traces import listing as traces
from vedette.web.traces import operations as trace_operations
from vedette.web.traces import spent


def patterns(parts: Parts) -> list[URLPattern]:
    """Return the addresses of all pages, which ask *parts*."""

    def to(route: str, view: Callable[..., Any], name: str) -> URLPattern:
        return path(route, view, {"parts": parts}, name=name)

    return [
        to("", overview.overview, "overview"),
        to("cards/overview", overview.overview_card, "overview-card"),
        to("issues/", issues.issues, "issues"),
        to("issues/change", changing.change_many, "issues-change"),
        to("issues/<int:id>/", detail.issue, "issue"),
        to("issues/<int:id>/events/<str:event_id>/", detail.issue, "issue-event"),
        to("issues/<int:id>/events/<str:event_id>/markdown", texts.markdown, "issue-markdown"),
        to("issues/<int:id>/events/<str:event_id>/json", texts.raw, "issue-json"),
        to("issues/<int:id>/change", changing.change_one, "issue-change"),
        to("issues/<int:id>/comment", changing.comment, "issue-comment"),
        to("issues/<int:id>/merge", changing.merge_one, "issue-merge"),
        to("issues/<int:id>/split", changing.split_one, "issue-split"),
        to("events/<str:event_id>/", detail.find_event, "event"),
        to("cards/issues/list", issues.list_card, "issues-list"),
        to("cards/issues/newest", doors.newest_card, "issues-newest"),
        to("cards/issues/of-trace", doors.trace_card, "issues-of-trace"),
        to("cards/issues/filters", issues.filters_card, "issues-filters"),
        to("cards/issues/<int:id>/figures", issue_cards.figures_card, "issue-figures"),
        to("cards/issues/<int:id>/tags", issue_cards.tags_card, "issue-tags"),
        to("cards/issues/<int:id>/events", issue_cards.events_card, "issue-events"),
        to("cards/issues/<int:id>/logs", issue_cards.logs_card, "issue-logs"),
        to("cards/issues/<int:id>/feedback", issue_cards.feedback_card, "issue-feedback"),
        to("complete/issues", issues.complete, "issues-complete"),
        to("requests/", requests.requests, "requests"),
        to("requests/<str:id>/", requests.request_detail, "request"),
        to("cards/requests/histogram", requests.histogram_card, "requests-histogram"),
        to("cards/requests/list", requests.list_card, "requests-list"),
        to("cards/requests/differences", differences.differences_card, "requests-differences"),
        to("cards/requests/values", requests.values_card, "requests-values"),
        to("cards/requests/spent", spent.route_card, "requests-spent"),
        to("releases/", releases.releases, "releases"),
        to("releases/named", releases.named, "release-named"),
        to("releases/<int:id>/", release.release, "release"),
        to("releases/<int:id>/archive", release_actions.archive, "release-archive"),
        to("releases/<int:id>/restore", release_actions.restore, "release-restore"),
        to("cards/releases/latest", releases.latest_card, "releases-latest"),
        to("cards/releases/list", releases_list.list_card, "releases-list"),
        to("cards/releases/<int:id>/suspects", release_suspects.suspects_card, "release-suspects"),
        to("cards/releases/<int:id>/figures", release_figures.figures_card, "release-figures"),
        to("logs/", logs.logs, "logs"),
        to("logs/<str:id>/", logs.log_detail, "log"),
        to("cards/logs/histogram", logs.histogram_card, "logs-histogram"),
        to("cards/logs/list", logs.list_card, "logs-list"),
        to("cards/logs/tail", logs.tail_card, "logs-tail"),
        to("cards/logs/facets", logs.facets_card, "logs-facets"),
        to("cards/logs/patterns", logs.patterns_card, "logs-patterns"),
        to("complete/logs", logs.complete, "logs-complete"),
        to("traces/", traces.traces, "traces"),
        to("traces/<str:id>/", trace.trace, "trace"),
        to("cards/traces/histogram", traces.histogram_card, "traces-histogram"),
        to("cards/traces/spent", spent.spent_card, "traces-spent"),
        to("cards/traces/list", traces.list_card, "traces-list"),
        to("cards/traces/values", traces.values_card, "traces-values"),
        to("cards/traces/operations", trace_operations.operations_card, "traces-operations"),
        to("cards/traces/repeated", trace_findings.repeated_card, "traces-repeated"),
        to("cards/traces/slow", trace_findings.slow_card, "traces-slow"),
        to("cards/traces/profiles", trace_flame.profiles_card, "traces-profiles"),
        to("cards/trace/<str:id>/span", trace.span_card, "trace-span"),
        to("cards/trace/<str:id>/flame", trace_flame.trace_card, "trace-flame"),
        to("cards/health", health.health, "health"),
        to("projects/", projects.projects, "projects"),
        to("projects/add", project_actions.add, "project-add"),
        to("projects/<int:id>/", projects.project, "project"),
        to("projects/<int:id>/keys/make", project_actions.make_key, "project-key-make"),
        to("projects/<int:id>/keys/rotate", project_actions.rotate, "project-key-rotate"),
        to("projects/<int:id>/keys/off", project_actions.switch_off, "project-key-off"),
        to("projects/<int:id>/sourcemaps/remove", sourcemaps.remove, "project-sourcemaps-remove"),
        to("cards/projects/<int:id>/sourcemaps", sourcemaps.list_card, "project-sourcemaps"),
        to("cards/projects/list", projects.list_card, "projects-list"),
        to("cards/projects/<int:id>/intake", projects.intake_card, "project-intake"),
        to("tokens/", tokens.tokens, "tokens"),
        to("tokens/make", tokens.make, "token-make"),
        to("tokens/off", tokens.switch_off, "token-off"),
        to("attachments/<str:event_id>/<str:id>", attachments.attachment, "attachment"),
        path("static/<str:name>", assets.asset, name="asset"),
    ]
