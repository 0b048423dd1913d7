"""What runs in the processes of the site that browser tests visit; tests/browser/site.py starts them."""

import os
import shutil
import sys
import threading
from contextvars import ContextVar

from django.conf import settings
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction

from rectify.organization.models import User
from rectify.web import clock
from tests import demonstration

from .site import password_of


class QuietHandler(WSGIRequestHandler):
    """Writes no line about every request; what goes wrong is logged by the application."""

    def log_message(self, format: str, *args: object) -> None:
        pass


def prepare() -> None:
    """Fills a new database with the demonstration, and gives everybody in it a password."""
    evidence = settings.EVIDENCE_ROOT
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        demonstration.fill()
        for user in User.objects.all():
            user.set_password(password_of(user.username))
            user.save(update_fields=["password"])
    shutil.copytree(settings.EVIDENCE_ROOT, evidence, dirs_exist_ok=True)
    connection.close()


def serve() -> None:
    """Opens the site and prints its port. Ends with standard input: whoever started it closed that or is gone."""
    clock._fixed = ContextVar("fixed_time", default=demonstration.DEMO_NOW)
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler, ipv6=False)
    server.daemon_threads = True
    server.set_app(get_wsgi_application())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()
    # At once: a thread may be in the middle of an answer that nobody waits for.
    os._exit(0)
