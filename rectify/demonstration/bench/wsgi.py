"""The application as it is served, with the constant view beside it. Never used outside a measurement."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rectify.settings")
settings.ROOT_URLCONF = "rectify.demonstration.bench.served"
settings.MIDDLEWARE = ["rectify.demonstration.bench.served.CountStatements", *settings.MIDDLEWARE]
application = get_wsgi_application()
