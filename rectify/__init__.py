"""Wiring: settings, addresses, the API root, Celery and WSGI. Knows every room; no room knows it."""
