"""The outbox with real parts that fail: workers killed, Redis emptied and gone, schedulers and workers side by side.

Each test says what was done to it and counts what arrived: every recipient one message, and that once.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import Celery
from django.conf import settings
from django.db import connection, connections
from kombu.exceptions import OperationalError

from measures.models import Measure
from rectify.dispatch.models import Delivery, Dispatch, Notice, NoticeKind, Schedule
from rectify.dispatch.notices.bundling import bundle
from rectify.dispatch.notices.delivering import deliver
from rectify.dispatch.notices.outbox import Wanted, post
from rectify.dispatch.scheduling import tick
from rectify.organization.models import Role, RoleAssignment, User

from .building import NOW, Ledger, build_ledger, build_organization
from .receivers import MailServer, free_port, mail_server

pytestmark = [pytest.mark.soak, pytest.mark.database]
MESSAGES = 500
LEASE = 3
WITHIN = 60


@pytest.fixture
def told(committed: None, evidence_root: Path) -> Iterator[Ledger]:
    yield build_ledger(build_organization(), sub_issues=1, measures=2)


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    """A mail server, by which this process sends too."""
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def fill(ledger: Ledger, count: int = MESSAGES) -> None:
    """So many messages to as many people wait to be sent now, by the machine's own clock; nothing else is due."""
    Measure.objects.update(due_on=None)
    names = [f"person-{number}" for number in range(count)]
    User.objects.bulk_create(User(username=name, name=name, email=f"{name}@example.com") for name in names)
    people = User.objects.filter(username__in=names)
    organization, department = ledger.place.organization, ledger.place.departments["road"]
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=user, role=Role.LIAISON, organization=organization, department=department)
        for user in people
    )
    post([Wanted(NoticeKind.BRIEF, ledger.round.pk, 1, "", recipient_id=user.pk) for user in people], NOW)
    assert bundle(NOW) == count
    now = datetime.now(UTC)
    Delivery.objects.update(made_at=now, next_at=now)


def environment(mail: MailServer, **more: str) -> dict[str, str]:
    """The settings of a process that works on the test's database and sends to the test's mail server."""
    kept = connection.settings_dict
    if connection.vendor == "postgresql":
        host, user = kept["HOST"], kept["USER"]
        secret = f":{kept['PASSWORD']}" if kept["PASSWORD"] else ""
        place = (
            f"/{kept['NAME']}?host={host}" if host.startswith("/") else f"{host}:{kept['PORT'] or 5432}/{kept['NAME']}"
        )
        url = f"postgresql://{user}{secret}@{place}"
    else:
        url = f"sqlite:///{kept['NAME']}"
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "rectify.settings",
        "DATABASE_URL": url,
        "DATA_DIR": str(settings.DATA_DIR),
        "SECRET_KEY": settings.SECRET_KEY,
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mail.port),
        "OUTBOX_LEASE_SECONDS": str(LEASE),
        "REDIS_URL": "",
        "LOG_LEVEL": "WARNING",
        **more,
    }


@contextmanager
def running(*command: str, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, which is gone at the end however it went."""
    arguments = [sys.executable, *command]
    process = subprocess.Popen(arguments, env=env, start_new_session=True, cwd=settings.BASE_DIR)  # noqa: S603
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """`kill -9` of the process and all that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def until(what: Callable[[], bool], *, doing: Callable[[], Any] = lambda: None, every: float = 0.2) -> None:
    """Waits until something is so, doing something again and again meanwhile."""
    deadline = time.monotonic() + WITHIN
    while not what():
        assert time.monotonic() < deadline, "it did not come about in time"
        doing()
        time.sleep(every)


def arrived(mail: MailServer, count: int = MESSAGES) -> dict[str, set[str]]:
    """Address -> the Message-IDs that came; as many addresses as were written to."""
    found: dict[str, set[str]] = {}
    for address, message in mail.received:
        found.setdefault(address, set()).add(message["Message-ID"])
    assert len(found) == count
    return found


def each_has_one(mail: MailServer, killed: int) -> None:
    """Each recipient has one message. A worker killed between the server's yes and its commit may send one again.

    Under its own Message-ID, by which a mail server tells that it has it already; one for each worker that was killed.
    """
    assert all(len(keys) == 1 for keys in arrived(mail).values())
    assert len(mail.received) <= MESSAGES + killed
    assert Counter(Delivery.objects.values_list("status", flat=True)) == {"sent": MESSAGES}


def test_the_runner_is_killed_amid_five_hundred_messages(told: Ledger, mail: MailServer) -> None:
    fill(told)
    env = environment(mail)
    command = ("manage.py", "runner", "--every", "0.2")
    with running(*command, env=env):
        until(lambda: len(mail.received) >= 100, every=0.01)
    assert len(mail.received) < MESSAGES
    with running(*command, env=env):
        until(lambda: Delivery.objects.filter(status="sent").count() == MESSAGES)
    each_has_one(mail, killed=1)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A Redis of one's own, that may be emptied, stopped and started."""
    found = shutil.which("redis-server")
    if found is None:
        pytest.skip("needs redis-server")
    port = free_port()
    kept: dict[str, Any] = {"url": f"redis://127.0.0.1:{port}/0", "port": port}

    def start() -> None:
        arguments = [found, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
        kept["process"] = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)  # noqa: S603
        client = redis.Redis(port=port)

        def up() -> bool:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False

        until(up, every=0.05)

    kept["start"] = start
    start()
    yield kept
    kept["process"].kill()
    kept["process"].wait()


def worker(env: dict[str, str]) -> Any:
    """A Celery worker of two processes."""
    return running("-m", "celery", "-A", "rectify", "worker", "--concurrency", "2", "--loglevel", "WARNING", env=env)


def beat_of(broker: dict[str, Any]) -> Callable[[], None]:
    """What beat does every minute, as often as it is called; a broker that is away is left alone."""
    app = Celery(broker=broker["url"], broker_connection_retry=False, broker_transport_options={"max_retries": 0})

    def ask() -> None:
        try:
            app.send_task("rectify.dispatch.tasks.deliver", retry=False)
        except OperationalError:
            return

    return ask


@pytest.mark.redis
@pytest.mark.postgresql
def test_a_celery_worker_is_killed_amid_five_hundred_messages(
    told: Ledger, mail: MailServer, broker: dict[str, Any]
) -> None:
    fill(told)
    env = environment(mail, REDIS_URL=broker["url"])
    ask = beat_of(broker)
    with worker(env):
        ask()
        ask()
        until(lambda: len(mail.received) >= 100, every=0.01)
    assert len(mail.received) < MESSAGES
    with worker(env):
        until(lambda: Delivery.objects.filter(status="sent").count() == MESSAGES, doing=ask, every=1)
    each_has_one(mail, killed=2)


@pytest.mark.redis
@pytest.mark.postgresql
def test_redis_is_emptied_then_gone_for_a_while(
    told: Ledger, mail: MailServer, broker: dict[str, Any], client: Any
) -> None:
    fill(told)
    env = environment(mail, REDIS_URL=broker["url"])
    ask = beat_of(broker)
    with worker(env):
        ask()
        until(lambda: len(mail.received) >= 20, every=0.01)
        redis.Redis(port=broker["port"]).flushall()
        broker["process"].kill()
        broker["process"].wait()
        ask()
        # Pages need no broker.
        assert client.get("/sign-in/").status_code == 200
        time.sleep(2)
        broker["start"]()
        until(lambda: Delivery.objects.filter(status="sent").count() == MESSAGES, doing=ask, every=1)
    each_has_one(mail, killed=0)


def side_by_side(work: Callable[[], Any], times: int = 4) -> list[Any]:
    """The same at once in several threads, each with a connection of its own."""
    barrier = threading.Barrier(times)

    def run(_number: int) -> Any:
        try:
            barrier.wait()
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_two_schedulers_and_more_at_once_tell_and_open_once(told: Ledger, settings: Any) -> None:
    Schedule.objects.create(round=told.round)
    User.objects.update(email="somebody@example.com")
    settings.EMAIL_HOST = "127.0.0.1"
    monday = NOW - timedelta(days=2)
    for moment in (monday, monday + timedelta(days=3, hours=3), monday + timedelta(days=18)):
        side_by_side(lambda at=moment: tick(lambda: at))
    keys = list(Notice.objects.values_list("kind", "subject_id", "recipient", "period"))
    assert len(keys) == len(set(keys))
    assert Counter(Notice.objects.values_list("kind", flat=True))["opened"] == Dispatch.objects.count() >= 1
    # Each notice that leaves the house is in one message.
    assert not Notice.objects.filter(outcome="bundled", delivery__isnull=True).exists()
    assert Delivery.objects.count() == len(set(Delivery.objects.values_list("person", "made_at")))


def test_workers_side_by_side_share_the_messages(told: Ledger, mail: MailServer) -> None:
    fill(told, 60)
    ends = side_by_side(lambda: deliver(lambda: datetime.now(UTC)))
    assert sum(ends, Counter()) == {"sent": 60}
    assert len(mail.received) == len(arrived(mail, 60)) == 60
