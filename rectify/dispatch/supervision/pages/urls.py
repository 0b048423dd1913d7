"""Addresses of the pages of supervision."""

from django.urls import path

from . import drafting, listing, paper, templates

urlpatterns = [
    path("supervision/", listing.papers, name="supervision-list"),
    path("supervision/new/", drafting.new, name="supervision-new"),
    path("supervision/templates/", templates.templates, name="paper-templates"),
    path("supervision/<int:pk>/", paper.paper, name="supervision-order"),
    path("supervision/<int:pk>/<str:act>/", paper.act, name="supervision-act"),
]
