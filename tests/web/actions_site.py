"""The site of the pages' tests, with one action on it and one page that has its form."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import Context
from django.urls import path

from tests.web.site import urlpatterns as pages
from vedette.web import access, actions, page, tags

done: list[str] = []


@access.page
def form(request: HttpRequest) -> HttpResponseBase:
    """Show the form."""
    context = Context({"page": page.of(request, name="overview")})
    return HttpResponse(f"<form>{tags.action_fields(context)}</form>")


@access.action
def write(request: HttpRequest) -> HttpResponseBase:
    """Do what the form says."""
    done.append(request.POST.get("word", ""))
    return actions.done(request, f"“{done[-1]}” was written.", to="/vedette/logs/")


urlpatterns = [*pages, path("form/", form), path("write/", write)]
