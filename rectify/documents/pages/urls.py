"""Addresses of the pages of documents."""

from django.urls import path

from . import brief, briefs

urlpatterns = [
    path("dispatch/<int:pk>/brief/", brief.weekly_brief, name="weekly-brief"),
    path("briefs/", briefs.weekly_briefs, name="weekly-briefs"),
    path("briefs/<int:pk>/", brief.edition, name="weekly-brief-edition"),
    path("briefs/<int:pk>/file/", brief.file, name="weekly-brief-file"),
    path("briefs/template/", briefs.template, name="brief-template"),
    path("briefs/template/starter/", briefs.starter_file, name="brief-template-starter"),
]
