"""Signing in and out."""

from django.contrib.auth.views import LoginView, LogoutView


class SignInView(LoginView):
    template_name = "sign_in.html"
    redirect_authenticated_user = True


class SignOutView(LogoutView):
    """Ends the session."""
