"""Runs the tests wherever this machine lets them run, and says at the end where that was: what `make test` does.

Always on SQLite; once more on PostgreSQL, with Redis, when TEST_DATABASE_URL / TEST_REDIS_URL name them or a server
answers on the default local port; in a browser when Chromium is found. Where both databases are there, each test runs
on one of them: those marked `once`, which tell the same on every database, on SQLite, the others on PostgreSQL, and
those whose subject is the database on both. `--everything` adds those marked `long`, and turns the databases round:
all on PostgreSQL, on SQLite all but those marked `once`; so the short and the whole run together have all on each.
Other arguments go to pytest.
"""

import argparse
import getpass
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg2
import redis
from psycopg2 import sql

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOCAL_REDIS = "redis://127.0.0.1:6379/15"
NOTHING_COLLECTED = 5
MEMORY = "/dev/shm"  # noqa: S108 -- as the system has it
ROOM = 4 * 2**30
COUNTED = ("passed", "failed", "skipped", "browser")


@dataclass(frozen=True)
class Found:
    """A service the tests can use (`value` is how to reach it), or the reason why there is none."""

    value: str
    text: str

    def __bool__(self) -> bool:
        return bool(self.value)


@dataclass
class Outcome:
    """What one run of pytest came to."""

    name: str
    code: int
    seconds: float
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))

    @property
    def bad(self) -> bool:
        """Whether something failed; to have found no test is judged over all runs together."""
        return self.code not in (0, NOTHING_COLLECTED)

    def __str__(self) -> str:
        numbers = ", ".join(f"{self.counts[what]} {what}" for what in COUNTED[:3])
        broken = f", pytest ended with {self.code}" if self.bad and not self.counts["failed"] else ""
        return f"{numbers}{broken} in {self.seconds:.0f} s"


def local_postgresql_urls() -> Iterator[str]:
    """Addresses at which a developer's own PostgreSQL would answer, most likely first."""
    port = os.environ.get("PGPORT", "5432")
    users = dict.fromkeys(filter(None, (os.environ.get("PGUSER"), getpass.getuser(), "postgres")))
    hosts = filter(None, (os.environ.get("PGHOST"), "127.0.0.1", "/var/run/postgresql", "/tmp"))  # noqa: S108
    for host in dict.fromkeys(hosts):
        if not host.startswith("/") or Path(host, f".s.PGSQL.{port}").exists():
            for user in users:
                yield f"postgresql://{quote(user, safe='')}@{quote(host, safe='')}:{port}/postgres"


def look_at_postgresql(url: str) -> Found:
    """Try one address: it serves only when its user may make databases."""
    try:
        with closing(psycopg2.connect(url, dbname="postgres", connect_timeout=2)) as link, link.cursor() as cursor:
            cursor.execute("SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user")
            (may_create,) = cursor.fetchone()
            version = link.get_parameter_status("server_version")
    except psycopg2.Error as error:
        return Found("", str(error).strip().splitlines()[0])
    if not may_create:
        return Found("", "a server answers, but its user may not make databases")
    return Found(url, f"PostgreSQL {version.split()[0]}")


def find_postgresql() -> Found:
    """Look for a PostgreSQL: the one that is named, else a local one."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        return look_at_postgresql(url)
    tried = []
    for url in local_postgresql_urls():
        if found := look_at_postgresql(url):
            return found
        tried.append(found.text)
    allowed = [text for text in tried if "may not make databases" in text]
    return Found("", (allowed or ["no server lets this user in on the default local port"])[0])


def find_redis() -> Found:
    """Look for a Redis: the one that is named, else a local one."""
    url = os.environ.get("TEST_REDIS_URL") or LOCAL_REDIS
    try:
        with closing(redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)) as client:
            return Found(url, f"Redis {client.info('server')['redis_version']}")
    except (redis.RedisError, ValueError, OSError) as error:
        named = os.environ.get("TEST_REDIS_URL")
        return Found("", f"{error}" if named else "no server answers on the default local port")


def find_chromium() -> Found:
    """Look for a Chromium: the one that is named, else one on the PATH."""
    if named := os.environ.get("CHROMIUM"):
        path = shutil.which(named)
        return Found(path or "", path or f"CHROMIUM names {named}, which cannot be run")
    path = next(filter(None, map(shutil.which, BROWSERS)), "")
    return Found(path, path or f"none of {', '.join(BROWSERS)} is on the PATH")


def both(*expressions: str) -> str:
    """One marker expression that holds where all of these do."""
    return " and ".join(f"({expression})" for expression in expressions if expression)


def read_counts(report: Path, counts: dict[str, int]) -> None:
    """Add what pytest's report holds: a test that broke before or after its body counts as failed."""
    if not report.exists():
        return
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 -- our own file
        broken = case.find("failure") is not None or case.find("error") is not None
        result = "failed" if broken else "skipped" if case.find("skipped") is not None else "passed"
        counts[result] += 1
        if result != "skipped" and case.find("properties/property[@name='browser']") is not None:
            counts["browser"] += 1


def roomy_memory() -> str | None:
    """A folder in memory for what the tests write, where there is room: they make and delete thousands of files."""
    try:
        free = min(shutil.disk_usage(MEMORY).free, os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (OSError, ValueError):
        return None
    return MEMORY if free > ROOM and os.access(MEMORY, os.W_OK) else None


def inherited() -> dict[str, str]:
    """What is set here. Some dozens of processes read the same modules: that they are compiled once is not optional."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run_pytest(name: str, expression: str, services: dict[str, str], arguments: Sequence[str]) -> Outcome:
    """Run the tests that the expression picks against these services."""
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    place = roomy_memory()
    with tempfile.TemporaryDirectory(prefix="rectify-tests-", dir=place, ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch, f"run-{secrets.token_hex(4)}")
        folder.mkdir()
        report = folder / "report.xml"
        workers = str(max(1, min(os.cpu_count() or 1, 8)))
        command = [sys.executable, "-m", "pytest", "-n", workers, "--dist", "worksteal", f"--junitxml={report}"]
        command += [f"--basetemp={folder / 'tmp'}"]
        try:
            code = subprocess.run(  # noqa: S603
                [*command, "-m", expression, *arguments],
                cwd=ROOT,
                env=inherited() | services | {"TEST_RUN_DIR": str(folder)},
                check=False,
            ).returncode
        finally:
            drop_databases(services["TEST_DATABASE_URL"], folder.name.rpartition("-")[2])
        outcome = Outcome(name, code, time.monotonic() - started)
        read_counts(report, outcome.counts)
    return outcome


def drop_databases(url: str, run: str) -> None:
    """Drop what a run that was interrupted has left on the server."""
    if not url:
        return
    with closing(psycopg2.connect(url, dbname="postgres", connect_timeout=5)) as link, link.cursor() as cursor:
        link.autocommit = True
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"test_rectify_{run}"])
        for (database,) in cursor.fetchall():
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def plan(
    soak: bool, everything: bool, chosen: str, postgresql: Found, cache: Found, chromium: Found
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The runs to make: name, marker expression, environment. Redis goes with PostgreSQL, as it does in use."""
    length = "soak" if soak else "not soak" if everything else "not soak and not long"
    browser = "" if chromium else "not browser"
    alone = {"TEST_DATABASE_URL": "", "TEST_REDIS_URL": "", "CHROMIUM": chromium.value}
    if postgresql:
        # What tells something of its own on each database runs on PostgreSQL, which is what is used in earnest.
        here = "browser or not once" if everything else "once or browser or database"
        yield "SQLite", both(chosen, length, browser, here, "not postgresql", "not redis"), alone
        services = {**alone, "TEST_DATABASE_URL": postgresql.value, "TEST_REDIS_URL": cache.value}
        name = f"{postgresql.text} with {cache.text}" if cache else postgresql.text
        again = "" if everything else "not once"
        yield name, both(chosen, length, "not browser", again, "" if cache else "not redis"), services
    else:
        name = f"SQLite with {cache.text}" if cache else "SQLite"
        services = {**alone, "TEST_REDIS_URL": cache.value}
        yield name, both(chosen, length, browser, "not postgresql", "" if cache else "not redis"), services


def summary(outcomes: Sequence[Outcome], services: dict[str, Found], interrupted: bool) -> int:
    """Print which of the runs were made and which were not; return the exit status."""
    total = {what: sum(outcome.counts[what] for outcome in outcomes) for what in COUNTED}
    print("\n== Where the tests ran")
    for outcome in outcomes:
        print(f"  {outcome.name}: {outcome}")
    for name, found in services.items():
        if not found:
            print(f"  {name}: did not run: {found.text}")
        elif name == "Chromium":
            print(f"  Chromium: {total['browser'] or 'none'} of these ran in {found.text}")
    if interrupted:
        print("  interrupted; the rest did not run")
    if not any(sum(outcome.counts.values()) for outcome in outcomes):
        print("  no test was picked")
    seconds = sum(outcome.seconds for outcome in outcomes)
    numbers = ", ".join(f"{total[what]} {what}" for what in COUNTED[:3])
    print(f"{numbers} in {seconds:.0f} s", flush=True)
    return 130 if interrupted else int(any(outcome.bad for outcome in outcomes))


def main() -> int:
    """Find out what there is, run what can be, report."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--soak", action="store_true", help="the long tests instead of the others")
    parser.add_argument("--everything", action="store_true", help="the long ones too; fail where a service is missing")
    parser.add_argument("-m", dest="chosen", default="", help="markers, as pytest has them")
    options, arguments = parser.parse_known_args()
    services = {"PostgreSQL": find_postgresql(), "Redis": find_redis(), "Chromium": find_chromium()}
    for variable, name in (("TEST_DATABASE_URL", "PostgreSQL"), ("TEST_REDIS_URL", "Redis"), ("CHROMIUM", "Chromium")):
        if os.environ.get(variable) and not services[name]:
            print(f"{variable} is set, but cannot be used: {services[name].text}", file=sys.stderr)
            return 1
    if options.everything and not all(services.values()):
        print(
            "not everything is here:",
            "; ".join(f"{name}: {found.text}" for name, found in services.items() if not found),
        )
        return 1
    outcomes, interrupted = [], False
    try:
        for name, expression, environment in plan(options.soak, options.everything, options.chosen, *services.values()):
            outcomes.append(run_pytest(name, expression, environment, arguments))
    except KeyboardInterrupt:
        interrupted = True
    return summary(outcomes, services, interrupted)


if __name__ == "__main__":
    sys.exit(main())
