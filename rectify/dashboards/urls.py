"""Addresses of the pages that show figures: homes, the ledger, the split table."""

from django.urls import path

from . import home, style_page
from .closing import acceptance, looking_back, many_on_paper, record, rules
from .ledger import page as ledger
from .ledger import split_table
from .pages import changes, owners, reporting, wall
from .pages import round as overall
from .pages import rounds as many

urlpatterns = [
    path("", home.home, name="home"),
    path("home/rows/<int:pk>/", home.row, name="home-row"),
    path("round/", overall.round_page, name="round"),
    path("round/curve.svg", overall.round_curve, name="round-curve"),
    path("round/wall/", wall.wall, name="wall"),
    path("round/wall/full/", wall.wall_full, name="wall-full"),
    path("round/wall.svg", wall.wall_file, name="wall-file"),
    path("round/reporting/", reporting.reporting, name="reporting"),
    path("round/reporting.svg", reporting.reporting_file, name="reporting-map"),
    path("round/departments/", owners.by_department, name="by-department"),
    path("round/departments/<int:pk>/", reporting.department, name="department"),
    path("round/leaders/", owners.by_leader, name="by-leader"),
    path("round/changes/", changes.changes, name="changes"),
    path("rounds/", many.rounds, name="rounds"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/rows/<int:pk>/", ledger.ledger_row, name="ledger-row"),
    path("acceptance/", acceptance.acceptance, name="acceptance"),
    path("acceptance/rules/", rules.rules, name="rules"),
    path("acceptance/paper/", many_on_paper.many_on_paper, name="many-on-paper"),
    path("acceptance/meeting/", acceptance.meeting, name="acceptance-meeting"),
    path("acceptance/meetings/<int:pk>/", record.record, name="acceptance-record"),
    path("acceptance/meetings/<int:pk>/record/", record.signed_record, name="acceptance-signed-record"),
    path("look-backs/", looking_back.look_backs, name="look-backs"),
    path("doubts/", looking_back.doubts, name="doubts"),
    path("split-table/", split_table.split_table, name="split-table"),
    path("style/", style_page.style_page, name="style"),
]
