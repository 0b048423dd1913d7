"""The icon that browsers ask for by themselves, before they have read the page that names it."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Leads to the icon.

    The page that tells of something missing would set a cookie of its own, and make the form invalid that came with the
    page beside it.
    """
    return HttpResponsePermanentRedirect(static("img/favicon.svg"))
