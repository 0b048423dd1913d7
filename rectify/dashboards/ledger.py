"""The ledger of a round and its split table as pages."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_required
def ledger(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


@login_required
def split_table(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")
