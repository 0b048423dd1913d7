"""Addresses of the pages of measures and sub-issues, and of what waits for a person."""

from django.urls import path

from . import closing, evidence, measure, report, sub_issue, todo

urlpatterns = [
    path("measures/<int:pk>/", measure.measure, name="measure"),
    path("measures/<int:pk>/report/", report.report_row, name="report-row"),
    path("measures/<int:pk>/acts/<slug:act>/", closing.measure_act, name="measure-act"),
    path("measures/<int:pk>/evidence/", evidence.add_evidence, name="add-evidence"),
    path("evidence/<int:pk>/", evidence.evidence, name="evidence"),
    path("sub-issues/<int:pk>/", sub_issue.sub_issue, name="sub-issue"),
    path("sub-issues/<int:pk>/acts/<slug:act>/", sub_issue.sub_issue_act, name="sub-issue-act"),
    path("todo/", todo.todo, name="todo"),
    path("todo/<slug:kind>/<int:pk>/", todo.todo_item, name="todo-item"),
]
