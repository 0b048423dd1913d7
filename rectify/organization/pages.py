"""Signing in and out."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """User name and password, with messages in plain words."""

    error_messages = {
        "invalid_login": _("The user name or the password is not right. Both distinguish capitals from small letters."),
        "inactive": _("This account is disabled. Please ask your system administrator."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].error_messages["required"] = _("Please give your user name.")
        self.fields["password"].error_messages["required"] = _("Please give your password.")


class SignInView(LoginView):
    """Signs in, and leads on to where the person wanted to go, within this host alone."""

    template_name = "sign_in.html"
    form_class = SignInForm
    redirect_authenticated_user = True

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 400
        return response

    def get_success_url(self) -> str:
        url = super().get_success_url()
        # Whoever is signed in would be sent from here to here for ever.
        return self.get_default_redirect_url() if urlsplit(url).path == self.request.path else url


class SignOutView(LogoutView):
    """Ends the session; only a form may, an address that somebody was sent leads home."""

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("home")
