"""Addresses of the pages of the weekly dispatch."""

from django.urls import path

from . import board, schedule, this_week

urlpatterns = [
    path("this-week/", this_week.this_week, name="this-week"),
    path("dispatch/", board.board, name="dispatch-board"),
    path("dispatch/schedule/", schedule.schedule, name="dispatch-schedule"),
    path("dispatch/open/", board.open_now, name="dispatch-open"),
    path("dispatch/<int:pk>/freeze/", board.freeze, name="dispatch-freeze-page"),
]
