"""Addresses of the pages of the weekly dispatch."""

from django.urls import path

from . import board, calendar, feed, milestones, notices, reminders, schedule, this_week

urlpatterns = [
    path("this-week/", this_week.this_week, name="this-week"),
    path("dispatch/", board.board, name="dispatch-board"),
    path("dispatch/schedule/", schedule.schedule, name="dispatch-schedule"),
    path("milestones/", milestones.milestones, name="milestones"),
    path("feeds/<str:secret>.ics", feed.feed, name="feed"),
    path("notices/feed/", feed.own_feed, name="notices-feed"),
    path("working-days/", calendar.working_days, name="working-days"),
    path("dispatch/reminders/", reminders.reminders, name="reminders"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<int:pk>/", notices.open_notice, name="notice"),
    path("notices/read/", notices.read_all, name="notices-read"),
    path("notices/count/", notices.count, name="notices-count"),
    path("notices/settings/", notices.settings, name="notices-settings"),
    path("dispatch/open/", board.open_now, name="dispatch-open"),
    path("dispatch/<int:pk>/urge/", board.urge_now, name="dispatch-urge-page"),
    path("dispatch/lines/<int:pk>/return/", board.return_now, name="dispatch-return-page"),
    path("dispatch/<int:pk>/freeze/", board.freeze, name="dispatch-freeze-page"),
]
