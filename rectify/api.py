"""The root of the API: which collection stands at which address."""

from django.urls import include, path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from issues.api import FindingViewSet, HeadingViewSet
from issues.milestones_api import MilestoneViewSet
from measures.acceptance_api import ActingRoundViewSet, ActingSubIssueViewSet, HistoryViewSet
from measures.api import MeasureViewSet
from measures.closing_api import MeetingViewSet, PaperViewSet
from measures.deadlines_api import ExtensionViewSet, LongTermRequestViewSet
from measures.doubts_api import DoubtsView
from measures.evidence_api import EvidenceViewSet
from measures.look_back.api import LookBackItemViewSet, LookBackViewSet, RemarkViewSet
from measures.todo_api import TodoView
from rectify.dashboards.api import DepartmentsView, LeadersView, ReportingView, RoundDashboardView, TrendView
from rectify.dashboards.changes_api import ChangesView
from rectify.dashboards.overview_api import OverviewView
from rectify.dashboards.wall_api import WallChartView
from rectify.dispatch.api import DispatchViewSet, LineViewSet, ScheduleView
from rectify.dispatch.calendar_api import WorkingDayViewSet
from rectify.dispatch.notices.api import (
    ChannelTestView,
    ChannelView,
    ContactView,
    NoticeViewSet,
    RoundChannelsView,
    WarningView,
)
from rectify.dispatch.supervision.api import PaperTemplatesView, SupervisionOrderViewSet
from rectify.documents.api import BriefTemplateView, BuiltInLayoutView, WeeklyBriefViewSet
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
router.register("papers", PaperViewSet, "paper")
router.register("acceptance-meetings", MeetingViewSet, "acceptance-meeting")
router.register("extensions", ExtensionViewSet, "extension")
router.register("long-term-requests", LongTermRequestViewSet, "long-term-request")
router.register("look-backs", LookBackViewSet, "look-back")
router.register("look-back-items", LookBackItemViewSet, "look-back-item")
router.register("remarks", RemarkViewSet, "remark")
router.register("dispatches", DispatchViewSet, "dispatch")
router.register("progress-reports", LineViewSet, "progress-report")
router.register("supervision-orders", SupervisionOrderViewSet, "supervision-order")
router.register("milestones", MilestoneViewSet, "milestone")
router.register("working-days", WorkingDayViewSet, "working-day")
router.register("notifications", NoticeViewSet, "notification")
router.register("weekly-briefs", WeeklyBriefViewSet, "weekly-brief")
router.register("history", HistoryViewSet, "history")

urlpatterns = [
    path("me/", MeView.as_view(), name="me"),
    path("dashboards/round/", RoundDashboardView.as_view(), name="dashboard-round"),
    path("dashboards/departments/", DepartmentsView.as_view(), name="dashboard-departments"),
    path("dashboards/leaders/", LeadersView.as_view(), name="dashboard-leaders"),
    path("dashboards/trend/", TrendView.as_view(), name="dashboard-trend"),
    path("dashboards/reporting/", ReportingView.as_view(), name="dashboard-reporting"),
    path("dashboards/wall-chart/", WallChartView.as_view(), name="dashboard-wall-chart"),
    path("dashboards/changes/", ChangesView.as_view(), name="dashboard-changes"),
    path("dashboards/overview/", OverviewView.as_view(), name="dashboard-overview"),
    path("todo/", TodoView.as_view(), name="todo-list"),
    path("doubts/", DoubtsView.as_view(), name="doubt-list"),
    path("me/contact/", ContactView.as_view(), name="me-contact"),
    path("rounds/<int:pk>/schedule/", ScheduleView.as_view(), name="round-schedule"),
    path("rounds/<int:pk>/warnings/", WarningView.as_view(), name="round-warnings"),
    path("rounds/<int:pk>/channels/", RoundChannelsView.as_view(), name="round-channels"),
    path("channels/<int:pk>/", ChannelView.as_view(), name="channel"),
    path("channels/<int:pk>/test/", ChannelTestView.as_view(), name="channel-test"),
    path("rounds/<int:pk>/paper-templates/", PaperTemplatesView.as_view(), name="round-paper-templates"),
    path("rounds/<int:pk>/brief-template/", BriefTemplateView.as_view(), name="round-brief-template"),
    path("rounds/<int:pk>/brief-template/built-in/", BuiltInLayoutView.as_view(), name="round-brief-built-in"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", TemplateView.as_view(template_name="api_docs.html"), name="api-docs"),
    path("", include(router.urls)),
]
