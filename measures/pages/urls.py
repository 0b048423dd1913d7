"""Addresses of the pages of measures and sub-issues, and of what waits for a person."""

from django.urls import path

from . import closing, deadline_acts, evidence, look_back, measure, paper, remarks, report, sub_issue, todo

urlpatterns = [
    path("measures/<int:pk>/", measure.measure, name="measure"),
    path("measures/<int:pk>/report/", report.report_row, name="report-row"),
    path("measures/<int:pk>/acts/<slug:act>/", closing.measure_act, name="measure-act"),
    path("measures/<int:pk>/evidence/", evidence.add_evidence, name="add-evidence"),
    path("measures/<int:pk>/evidence/withdraw/", evidence.withdraw_evidence, name="withdraw-evidence"),
    path("evidence/<int:pk>/", evidence.evidence, name="evidence"),
    path("evidence/<int:pk>/view/", evidence.evidence_view, name="evidence-view"),
    path("evidence/<int:pk>/picture/", evidence.evidence_picture, name="evidence-picture"),
    path("papers/<int:pk>/", paper.paper, name="paper"),
    path("papers/<int:pk>/picture/", paper.paper_picture, name="paper-picture"),
    path("sub-issues/<int:pk>/", sub_issue.sub_issue, name="sub-issue"),
    path("sub-issues/<int:pk>/acts/<slug:act>/", sub_issue.sub_issue_act, name="sub-issue-act"),
    path("deadlines/<slug:kind>/<int:pk>/<slug:act>/", deadline_acts.deadline_act, name="deadline-act"),
    path("measures/<int:pk>/remarks/", remarks.add_remark, name="add-remark"),
    path("remarks/<int:pk>/acts/<slug:act>/", remarks.remark_act, name="remark-act"),
    path("look-backs/<int:pk>/", look_back.look_back, name="look-back"),
    path("look-back-items/<int:pk>/acts/<slug:act>/", look_back.item_act, name="look-back-act"),
    path("todo/", todo.todo, name="todo"),
    path("todo/<slug:kind>/<int:pk>/", todo.todo_item, name="todo-item"),
]
