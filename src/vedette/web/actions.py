"""Where an action leads: back to a page of this site, which says what was done.

An action whose form is wrong shows the form's page again with what is wrong, status 400, and leads nowhere.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme

from vedette.web import notices

NEXT = "next"
LONGEST = 4000


def done(request: HttpRequest, notice: str = "", *, to: str = "") -> HttpResponse:
    """Return the answer of an action that has been done: a redirect to ``next`` in its form, else *to*, else the overview.

    The page there says *notice*.  To a request of htmx the answer is a ``HX-Redirect``, which loads that page as a whole.
    """
    address = address_after(request, otherwise=to)
    if "HX-Request" in request.headers:
        response = HttpResponse(status=204, headers={"HX-Redirect": address})
    else:
        response = HttpResponse(status=303, headers={"Location": address})
    if notice:
        notices.leave(request, response, notice)
    return response


def address_after(request: HttpRequest, *, otherwise: str = "") -> str:
    """Return the address in the form's ``next``, where it is one of this site; else *otherwise*, else the overview."""
    named = request.POST.get(NEXT, "")
    # An address without a host: what else Django allows (`page`, `?x`) would depend on where the form was.
    is_local = named.startswith("/") and url_has_allowed_host_and_scheme(named, allowed_hosts=None)
    if is_local and len(named) <= LONGEST:
        return iri_to_uri(named)
    return otherwise or reverse("vedette:overview")
