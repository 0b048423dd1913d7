"""The databases of a measurement: made once, kept as long as they are made in the same way."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from django.core.management.base import CommandError
from psycopg2 import sql

from ..generate import SHAPE
from .server import manage

MEASURES_PER_ROUND = 116
DEFAULT_SERVER = "postgresql:///postgres"
# The tables to which a measurement writes.
WRITTEN = (
    "measures_measure",
    "measures_measurehistory",
    "issues_subissue",
    "issues_round",
    "issues_roundhistory",
    "dispatch_dispatch",
    "dispatch_line",
    "dispatch_notice",
    "knox_authtoken",
    "django_session",
)


def server_url() -> str:
    """The server on which databases are made: BENCH_DATABASE_URL, TEST_DATABASE_URL, or the local default."""
    return os.environ.get("BENCH_DATABASE_URL") or os.environ.get("TEST_DATABASE_URL") or DEFAULT_SERVER


def name_of(size: int) -> str:
    return f"rectify_bench_{size}"


def url_of(size: int) -> str:
    return urlsplit(server_url())._replace(path=f"/{name_of(size)}").geturl()


def version() -> str:
    """What a kept database must have been made by; a later migration changes it where it stands."""
    return f"shape-{SHAPE}"


@contextmanager
def connected(url: str) -> Iterator[Any]:
    """A connection on which every statement stands for itself."""
    try:
        # As the application does: see the settings.
        link = psycopg2.connect(url, options="-c jit=off")
    except psycopg2.OperationalError as error:
        raise CommandError(f"PostgreSQL is needed to measure; set BENCH_DATABASE_URL. {error}".rstrip()) from error
    link.autocommit = True
    try:
        yield link
    finally:
        link.close()


def prepare(size: int, say: Callable[[str], Any]) -> str:
    """Makes the database of a size; one of the same shape that is there is only migrated. Returns its address."""
    url, name = url_of(size), name_of(size)
    with connected(server_url()) as link, link.cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() == (version(),):
            manage(url, "migrate", "--verbosity", "0")
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
        for table in WRITTEN:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute(
            "SELECT relname FROM pg_stat_user_tables"
            " WHERE n_live_tup > 1000 AND last_vacuum IS NULL AND last_autovacuum IS NULL ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]
