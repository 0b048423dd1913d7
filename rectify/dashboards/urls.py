"""Addresses of the pages that show figures: homes, the ledger, the split table."""

from django.urls import path

from . import home, ledger, split_table, style_page

urlpatterns = [
    path("", home.home, name="home"),
    path("home/rows/<int:pk>/", home.row, name="home-row"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/rows/<int:pk>/", ledger.ledger_row, name="ledger-row"),
    path("split-table/", split_table.split_table, name="split-table"),
    path("style/", style_page.style_page, name="style"),
]
