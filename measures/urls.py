"""Addresses of the pages of measures and sub-issues, and of what waits for a person."""

from django.urls import path

from . import closing_pages, evidence_pages, pages, report_pages, sub_issue_pages, todo_pages

urlpatterns = [
    path("measures/<int:pk>/", pages.measure, name="measure"),
    path("measures/<int:pk>/report/", report_pages.report_row, name="report-row"),
    path("measures/<int:pk>/acts/<slug:act>/", closing_pages.measure_act, name="measure-act"),
    path("measures/<int:pk>/evidence/", evidence_pages.add_evidence, name="add-evidence"),
    path("evidence/<int:pk>/", evidence_pages.evidence, name="evidence"),
    path("sub-issues/<int:pk>/", sub_issue_pages.sub_issue, name="sub-issue"),
    path("sub-issues/<int:pk>/acts/<slug:act>/", sub_issue_pages.sub_issue_act, name="sub-issue-act"),
    path("todo/", todo_pages.todo, name="todo"),
    path("todo/<slug:kind>/<int:pk>/", todo_pages.todo_item, name="todo-item"),
]
