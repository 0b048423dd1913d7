"""Addresses of the pages that show figures: homes, the ledger, the split table."""

from django.urls import path

from . import home, ledger, style_page

urlpatterns = [
    path("", home.home, name="home"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("split-table/", ledger.split_table, name="split-table"),
    path("style/", style_page.style_page, name="style"),
]
