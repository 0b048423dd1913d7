"""Addresses of the pages that show figures: homes, the ledger, the split table."""

from django.urls import path

from . import acceptance, acceptance_record, home, ledger, looking_back, many_on_paper, rules, split_table, style_page

urlpatterns = [
    path("", home.home, name="home"),
    path("home/rows/<int:pk>/", home.row, name="home-row"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/rows/<int:pk>/", ledger.ledger_row, name="ledger-row"),
    path("acceptance/", acceptance.acceptance, name="acceptance"),
    path("acceptance/rules/", rules.rules, name="rules"),
    path("acceptance/paper/", many_on_paper.many_on_paper, name="many-on-paper"),
    path("acceptance/meeting/", acceptance.meeting, name="acceptance-meeting"),
    path("acceptance/meetings/<int:pk>/", acceptance_record.record, name="acceptance-record"),
    path("acceptance/meetings/<int:pk>/record/", acceptance_record.signed_record, name="acceptance-signed-record"),
    path("look-backs/", looking_back.look_backs, name="look-backs"),
    path("doubts/", looking_back.doubts, name="doubts"),
    path("split-table/", split_table.split_table, name="split-table"),
    path("style/", style_page.style_page, name="style"),
]
