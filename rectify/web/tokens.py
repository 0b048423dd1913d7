"""Sign-in of programs by token."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication
from rest_framework import exceptions


class ReadableTokenAuthentication(TokenAuthentication):
    """Tokens as knox keeps them; a header that holds no text is a wrong token, not a failure."""

    def authenticate(self, request: Any) -> Any:
        try:
            return super().authenticate(request)
        except UnicodeError as error:
            raise exceptions.AuthenticationFailed(_("Invalid token.")) from error


class TokenScheme(KnoxTokenScheme):
    """How the API's document describes it; made known by being imported with the class above."""

    target_class = "rectify.web.tokens.ReadableTokenAuthentication"
