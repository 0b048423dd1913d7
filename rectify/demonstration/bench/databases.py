"""The databases of a measurement: made once, kept while what makes them stays the same."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from django.conf import settings
from django.core.management.base import CommandError
from psycopg2 import sql

from ..generate import SHAPE
from .server import manage

MEASURES_PER_ROUND = 116
DEFAULT_SERVER = "postgresql:///postgres"
MIGRATIONS = ("issues/migrations", "measures/migrations", "rectify/organization/migrations")


def server_url() -> str:
    """The server on which databases are made: BENCH_DATABASE_URL, TEST_DATABASE_URL, or the local default."""
    return os.environ.get("BENCH_DATABASE_URL") or os.environ.get("TEST_DATABASE_URL") or DEFAULT_SERVER


def url_of(size: int) -> str:
    return urlsplit(server_url())._replace(path=f"/rectify_bench_{size}").geturl()


def version() -> str:
    """What a kept database must have been made by: the generator's shape and the migrations that there are now."""
    names = [path.stem for folder in MIGRATIONS for path in sorted(Path(settings.BASE_DIR, folder).glob("0*.py"))]
    return " ".join([f"shape-{SHAPE}", *names])


@contextmanager
def connected(url: str) -> Iterator[Any]:
    """A connection on which every statement stands for itself."""
    try:
        link = psycopg2.connect(url)
    except psycopg2.OperationalError as error:
        raise CommandError(f"PostgreSQL is needed to measure; set BENCH_DATABASE_URL. {error}".rstrip()) from error
    link.autocommit = True
    try:
        yield link
    finally:
        link.close()


def prepare(size: int, say: Callable[[str], Any]) -> str:
    """Makes the database of a size unless it is there and fits. Returns its address."""
    url, name = url_of(size), f"rectify_bench_{size}"
    with connected(server_url()) as link, link.cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() == (version(),):
            return url
        say(f"making {name} ...")
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        create = sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
        cursor.execute(create)
        manage(url, "migrate", "--verbosity", "0")
        rounds = max(1, round(size / MEASURES_PER_ROUND))
        say(manage(url, "generate", "--rounds", str(rounds)).splitlines()[-1])
        # Only now: a database that was left half made is made again.
        comment = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(version()))
        cursor.execute(comment)
    return url


def vacuum(link: Any) -> list[str]:
    """Vacuums the tables to which a measurement writes; returns those that were never vacuumed all the same."""
    with link.cursor() as cursor:
        for table in ("measures_measure", "measures_measurehistory", "issues_subissue", "knox_authtoken"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute(
            "SELECT relname FROM pg_stat_user_tables"
            " WHERE n_live_tup > 1000 AND last_vacuum IS NULL AND last_autovacuum IS NULL ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]
