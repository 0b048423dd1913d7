"""Addresses of the pages of measures and sub-issues, and of what waits for a person."""

from django.urls import path

from . import pages

urlpatterns = [
    path("todo/", pages.todo, name="todo"),
]
