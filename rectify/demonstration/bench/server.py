"""The production server with a database of a measurement behind it, and the client that asks it."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

HOST = "127.0.0.1"
START_SECONDS = 30
# Shorter than the server keeps a silent connection.
IDLE_SECONDS = 3


@dataclass(frozen=True)
class Answer:
    """What came back.

    Args:
        status: of HTTP.
        headers: by name.
        body: still undecoded, since decoding is no part of what is measured.
    """

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """One connection that is kept open, signed in by token."""

    def __init__(self, port: int, token: str) -> None:
        # Files of 100,000 rows take their time.
        self.connection = http.client.HTTPConnection(HOST, port, timeout=600)
        self.headers = {"Authorization": f"Token {token}", "Accept": "*/*"}
        self.last = monotonic()

    def sign_in(self, path: str) -> None:
        """Exchanges the token for a session, as pages want it.

        Args:
            path: of a view that gives the cookie.
        """
        cookies: SimpleCookie = SimpleCookie()
        for text in self.ask(path, {}).headers.get_all("Set-Cookie") or []:
            cookies.load(text)
        session = cookies[settings.SESSION_COOKIE_NAME].value
        self.headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}", "Accept": "text/html"}

    def close(self) -> None:
        self.connection.close()

    def ask(self, path: str, data: Any = None, **headers: str) -> Answer:
        """One request: GET, or POST where there is data."""
        body = None if data is None else json.dumps(data).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        method = "GET" if body is None else "POST"
        if monotonic() - self.last > IDLE_SECONDS:
            # The server would close it at any moment; the next request opens it anew.
            self.close()
        self.connection.request(method, path, body, {**self.headers, **kind, **headers})
        response = self.connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        self.last = monotonic()
        return answer


def environment(database_url: str) -> dict[str, str]:
    """The environment of a process that works on a measurement's database."""
    return {**os.environ, "DATABASE_URL": database_url, "ALLOWED_HOSTS": HOST, "DEBUG": "", "REDIS_URL": ""}


def manage(database_url: str, *arguments: str) -> str:
    """Runs a management command on a measurement's database; returns what it printed."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
    done = subprocess.run(  # noqa: S603
        command, env=environment(database_url), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CommandError(f"manage.py {arguments[0]} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Server:
    """The server while it runs.

    Args:
        pid: of the process above the workers.
    """

    port: int
    pid: int

    def workers(self) -> list[int]:
        """The processes that answer; none where the system has no /proc."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(pid) for pid in children.read_text().split()] if children.exists() else []

    def forget_peaks(self) -> None:
        """Lets the workers' peaks of memory begin anew."""
        for pid in self.workers():
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def peak_mb(self) -> float | None:
        """The most memory that a worker held since its peak began (resident, with what it shares), in MB."""
        peaks = []
        for pid in self.workers():
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            peaks += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")]
        return max(peaks, default=None)


@contextmanager
def running(database_url: str) -> Iterator[Server]:
    """Serves the database's application on a free port of this machine."""
    port = free_port()
    config = str(settings.BASE_DIR / "rectify" / "server.py")
    command = [sys.executable, "-m", "gunicorn", "--config", config, "--bind", f"{HOST}:{port}"]
    with tempfile.TemporaryFile() as output:
        server = subprocess.Popen(  # noqa: S603
            [*command, "rectify.demonstration.bench.wsgi:application"],
            env=environment(database_url),
            cwd=settings.BASE_DIR,
            stdout=output,
            stderr=output,
        )
        try:
            _wait_for(server, port, output)
            yield Server(port, server.pid)
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait_for(server: subprocess.Popen[bytes], port: int, output: Any) -> None:
    limit = monotonic() + START_SECONDS
    while server.poll() is None and monotonic() < limit:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            sleep(0.1)
    output.seek(0)
    raise CommandError(f"The server did not start:\n{output.read()[-2000:].decode(errors='replace')}")
