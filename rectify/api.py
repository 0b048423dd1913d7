"""The root of the API: which collection stands at which address."""

from django.urls import include, path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from issues.api import FindingViewSet, HeadingViewSet
from measures.acceptance_api import ActingRoundViewSet, ActingSubIssueViewSet, HistoryViewSet
from measures.api import EvidenceViewSet, MeasureViewSet
from rectify.dashboards.api import RoundDashboardView
from rectify.organization.api import DepartmentViewSet, MeView, OrganizationViewSet

router = SimpleRouter()
router.register("organizations", OrganizationViewSet, "organization")
router.register("departments", DepartmentViewSet, "department")
router.register("rounds", ActingRoundViewSet, "round")
router.register("headings", HeadingViewSet, "heading")
router.register("findings", FindingViewSet, "finding")
router.register("sub-issues", ActingSubIssueViewSet, "sub-issue")
router.register("measures", MeasureViewSet, "measure")
router.register("evidence", EvidenceViewSet, "evidence")
router.register("history", HistoryViewSet, "history")

urlpatterns = [
    path("me/", MeView.as_view(), name="me"),
    path("dashboards/round/", RoundDashboardView.as_view(), name="dashboard-round"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", TemplateView.as_view(template_name="api_docs.html"), name="api-docs"),
    path("", include(router.urls)),
]
