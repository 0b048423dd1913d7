"""Prepares what is missing and serves the application: what `make run` does.

Nothing here is needed twice: each step looks first whether it has to be done, so that the next start takes seconds.
"""

import contextlib
import errno
import hashlib
import io
import os
import socket
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor

import rectify.server
from issues.models import Round
from rectify.demonstration.sign_ins import shown_sign_ins
from rectify.management.commands.compile_translations import compile_translations

# No page shows these two, and to compress them takes longer than everything else of a first start.
UNUSED_STATIC = ["rest_framework", "redoc"]
WILDCARDS = {"", "0.0.0.0", "::"}  # noqa: S104 -- compared with, not bound to
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def check_address(host: str, port: int) -> None:
    """Refuse an address that cannot be served at, before anything is changed."""
    if not 0 < port < 65536:
        raise CommandError(f"端口应在 1 至 65535 之间 / A port is a number from 1 to 65535, not {port}.")
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as probe:
            # As the server itself does; without it, connections just closed would count as 'taken'.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        raise CommandError(address_problem(host, port, error)) from error


def address_problem(host: str, port: int, error: OSError) -> str:
    """Say in words why the address cannot be had, and what to do."""
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else port - 1
        return (
            f"端口 {port} 已被占用。请停止占用它的程序，或换一个端口：make run PORT={other}\n"
            f"Port {port} is taken. Stop the program that has it, or choose another: make run PORT={other}"
        )
    if error.errno == errno.EACCES:
        return (
            f"无权使用端口 {port}，请改用 1024 以上的端口：make run PORT=8000\n"
            f"Port {port} is not allowed to this user. Choose one above 1023: make run PORT=8000"
        )
    return f"无法在 {host}:{port} 提供服务 / Cannot serve at {host}:{port}: {error}"


def migrate_if_needed(say: Any) -> None:
    """Bring the database to the code's schema; a look at the plan is all it costs when there is nothing to do."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as error:
        raise CommandError(
            f"无法连接数据库，请检查 DATABASE_URL\nThe database cannot be reached; check DATABASE_URL: {error}".rstrip()
        ) from error
    if pending:
        say("更新数据库结构 / migrating the database ...")
        call_command("migrate", interactive=False, verbosity=0)


def static_fingerprint() -> str:
    """A digest over names, sizes and times of all static sources: it changes when there is something to collect."""
    digest = hashlib.sha256(repr((settings.STORAGES["staticfiles"], UNUSED_STATIC)).encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list(UNUSED_STATIC), key=lambda found: found[0]):
            info = os.stat(storage.path(path))
            digest.update(f"{path}\0{info.st_size}\0{info.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static_if_needed(say: Any) -> None:
    """Collect, fingerprint and compress the static files when their sources are not those collected last."""
    root = Path(settings.STATIC_ROOT)
    stamp = root.with_suffix(".stamp")
    fingerprint = static_fingerprint()
    collected = (root / "staticfiles.json").exists() and stamp.exists() and stamp.read_text() == fingerprint
    if not collected:
        say("整理静态文件 / collecting static files ...")
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED_STATIC)
        stamp.write_text(fingerprint)


def load_demonstration_if_empty(say: Any) -> None:
    """Load the demonstration into a database that has no round yet; one that has is somebody's work."""
    if not Round.objects.exists():
        say("载入演示数据 / loading the demonstration ...")
        call_command("load_demo", stdout=io.StringIO())


def width(text: str) -> int:
    """Columns that a terminal gives the text: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table whose columns stand under each other in a terminal."""
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    padded = [[cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)] for row in rows]
    return ["  ".join(row).rstrip() for row in padded]


def welcome(host: str, port: int) -> str:
    """What is printed last before the server takes over: the address, and a sign-in for each role."""
    shown = "127.0.0.1" if host in WILDCARDS else host
    lines = ["", f"访问地址 / address:  http://{authority(shown, port)}/", ""]
    if sign_ins := [tuple(map(str, row)) for row in shown_sign_ins()]:
        lines += table([("角色 / role", "用户名 / user", "密码 / password"), *sign_ins])
        kept = Path(settings.DATA_DIR, "sign-ins.json")
        lines += ["", f"密码为本库随机生成，保存于 / passwords made for this database, kept in {kept}"]
    return "\n".join([*lines, "按 Ctrl-C 停止 / Ctrl-C stops it.", ""])


def authority(host: str, port: int) -> str:
    """`host:port` as an address has it; an IPv6 address stands in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def allowed_hosts(host: str) -> str:
    """The host names to answer to: beside the default ones those by which this address is reached from elsewhere."""
    names = list(settings.ALLOWED_HOSTS)
    if host in WILDCARDS:
        names.append(socket.gethostname())
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            # Sends nothing: it only tells which of this machine's addresses others would reach it by.
            probe.connect(("192.0.2.1", 9))
            names.append(probe.getsockname()[0])
    elif host not in LOOPBACK:
        names.append(host)
    return ",".join(dict.fromkeys(f"[{name}]" if ":" in name and name[0] != "[" else name for name in map(str, names)))


def serve(host: str, port: int) -> None:
    """Become the server, so that a signal to this process stops everything that was started.

    Without Redis, and so without Celery, a runner is started first: a child of the server, which ends with it.
    """
    connections.close_all()
    environment = dict(os.environ)
    environment.setdefault("SITE_URL", f"http://{authority('127.0.0.1' if host in WILDCARDS else host, port)}")
    if not settings.REDIS_URL:
        runner = [sys.executable, str(settings.BASE_DIR / "manage.py"), "runner", "--parent", str(os.getpid())]
        subprocess.Popen(runner, env=environment, stdin=subprocess.DEVNULL)  # noqa: S603
    if "ALLOWED_HOSTS" not in environment:
        environment["ALLOWED_HOSTS"] = allowed_hosts(host)
    sys.stdout.flush()
    sys.stderr.flush()
    # "0.0.0.0": what an empty HOST asks for.
    arguments = ["-m", "gunicorn", "--config", rectify.server.__file__, "--bind", authority(host or "0.0.0.0", port)]  # noqa: S104
    os.execve(sys.executable, [sys.executable, *arguments], environment)  # noqa: S606


class Command(BaseCommand):
    """`manage.py start [--host HOST] [--port PORT] [--only assets|server]`."""

    help = "Prepare what is missing (database, translations, static files, demonstration) and serve the application."
    # They would read the database before it is migrated, and cost a third of a start.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--host", default="127.0.0.1", help="address to serve at")
        parser.add_argument("--port", default=8000, type=int, help="port to serve at")
        parser.add_argument(
            "--only",
            choices=["assets", "server"],
            help="assets: compile translations and collect static files, then stop; server: serve, prepare nothing",
        )

    def handle(self, *args: Any, host: str, port: int, only: str | None, **options: Any) -> None:
        """Prepare, then serve."""
        if only != "assets":
            # Database, evidence and passwords are for the owner alone; assets are for whoever will serve them.
            os.umask(0o077)
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace")
        if only != "assets":
            check_address(host, port)
        if only != "server":
            self.prepare_assets()
        if only is None:
            migrate_if_needed(self.say)
            load_demonstration_if_empty(self.say)
            self.say(welcome(host, port))
        if only != "assets":
            serve(host, port)

    def prepare_assets(self) -> None:
        """Make what a server needs beside code and database."""
        Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
        if compile_translations(settings.LOCALE_PATHS):
            self.say("编译翻译 / translations compiled")
        collect_static_if_needed(self.say)

    def say(self, text: str) -> None:
        """Print at once, whether or not the output is a terminal."""
        self.stdout.write(text)
        self.stdout.flush()
