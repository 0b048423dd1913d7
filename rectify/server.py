"""How gunicorn serves the application; the address comes from the command line of `manage.py start`."""

import os
import signal
from pathlib import Path
from typing import Any

wsgi_app = "rectify.wsgi:application"
pythonpath = str(Path(__file__).resolve().parent.parent)
preload_app = True
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 10
keepalive = 5
# A ledger's address holds all of its filters; the most that gunicorn allows.
limit_request_line = 8190
loglevel = "warning"
# It would lie in the home directory, and two installations of one user would fight for it.
control_socket_disable = True
# Heartbeats only; on a slow disk they would stall the workers.
worker_tmp_dir = next((path for path in ("/dev/shm",) if os.access(path, os.W_OK)), None)  # noqa: S108


def post_worker_init(worker: Any) -> None:
    """Leave Ctrl-C to the master.

    A terminal sends it to every process, and the master tells its workers as well: a worker that is told a second time
    while it ends can wait for itself, and everything waits for that worker.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
