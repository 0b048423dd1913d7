"""Wiring: settings, addresses, the API root, Celery and WSGI. Knows every room; no room knows it."""

from .celery import app as celery_app

__all__ = ["celery_app"]
