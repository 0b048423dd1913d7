"""Addresses without their last slash."""

from django.http import HttpRequest
from django.middleware.common import CommonMiddleware

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class SlashMiddleware(CommonMiddleware):
    """Django's own, except that what is sent to the API is not redirected: the body would be lost on the way."""

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        sent = request.path_info.startswith("/api/") and request.method not in SAFE_METHODS
        return not sent and super().should_redirect_with_slash(request)
