"""The address book."""

from django.urls import include, path
from django.views.i18n import set_language

from rectify.organization.pages import SignInView, SignOutView
from rectify.web.icon import favicon

urlpatterns = [
    path("", include("rectify.dashboards.urls")),
    path("", include("rectify.dispatch.pages.urls")),
    path("", include("rectify.dispatch.supervision.pages.urls")),
    path("", include("rectify.documents.pages.urls")),
    path("", include("measures.pages.urls")),
    path("sign-in/", SignInView.as_view(), name="sign-in"),
    path("sign-out/", SignOutView.as_view(), name="sign-out"),
    path("favicon.ico", favicon, name="favicon"),
    path("language/", set_language, name="set_language"),
    path("api/v1/", include("rectify.api")),
]

handler400 = "rectify.web.problems.bad_request"
handler403 = "rectify.web.problems.permission_denied"
handler404 = "rectify.web.problems.page_not_found"
handler500 = "rectify.web.problems.server_error"
