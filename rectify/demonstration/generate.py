"""Makes any number of rounds in the shape of the real one: the same seed into the same database, the same rows."""

import random
from collections.abc import Callable
from datetime import date
from math import ceil
from time import perf_counter
from typing import Any

import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from rectify.organization.models import Department, Leader, Organization, Role, RoleAssignment, User
from rectify.web.stored_files import store

from .generated.acts import Company
from .generated.bulk import BulkWriter, gather_statistics
from .generated.measures import EvidenceFile
from .generated.rounds import TABLES, tell_round
from .loader import SOURCE
from .people import Cast, make_cast

# Goes up with every change of what is generated; databases of an older shape are made anew for measuring.
SHAPE = 2
# A fixed day, or the same seed would not tell the same story tomorrow.
UNTIL = date(2025, 6, 30)
ROUNDS_PER_ORGANIZATION = 10
FILE_NAME = "完成情况说明.txt"
# The organisation above all generated ones, and its auditor, who reads all of them.
SUPERIOR, SUPERIOR_AUDITOR = "generated", "generated-auditor"


def generate(
    rounds: int,
    organizations: int | None = None,
    seed: int = 1,
    until: date = UNTIL,
    say: Callable[[str], Any] = lambda text: None,
) -> None:
    """Adds rounds to the database, each in a transaction of its own, so that memory stays flat.

    Args:
        organizations: among how many new organisations the rounds are shared out; one for each ten of them if None.
        until: the day on which the rounds stand.
        say: is told now and then how far it is.
    """
    began = perf_counter()
    ledger = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    file = _evidence_file()
    writer = BulkWriter(*TABLES)
    superior = _superior()
    count = min(rounds, organizations or ceil(rounds / ROUNDS_PER_ORGANIZATION))
    first = Organization.objects.filter(key__startswith="generated-").count() + 1
    for place in range(count):
        cast = _cast(ledger, superior, first + place)
        for nth in range(place, rounds, count):
            with transaction.atomic():
                company = Company(writer, cast, random.Random(f"{seed}-{nth}"))  # noqa: S311  nothing here is secret
                tell_round(company, ledger, file, f"第{nth // count + 1}轮巡视反馈意见整改", until)
                writer.write()
        done = len(range(0, rounds, count)) * (place + 1)
        say(f"{min(done, rounds)} of {rounds} rounds, {min(done, rounds) / (perf_counter() - began):.1f} rounds/s")
    gather_statistics([*TABLES, Organization, Department, Leader, User, RoleAssignment])


def _superior() -> Organization:
    with transaction.atomic():
        superior, is_new = Organization.objects.get_or_create(key=SUPERIOR, defaults={"name": "演示上级单位"})
        if is_new:
            auditor = User(username=SUPERIOR_AUDITOR, name="巡视监督人员")
            auditor.set_unusable_password()
            auditor.save()
            RoleAssignment.objects.create(user=auditor, role=Role.AUDITOR, organization=superior)
    return superior


def _cast(ledger: Any, superior: Organization, number: int) -> Cast:
    key = f"generated-{number}"
    with transaction.atomic():
        return make_cast(ledger, key, f"演示单位{number}", f"{key}-", superior)


def _evidence_file() -> EvidenceFile:
    content = "本项措施已完成。（演示用佐证材料）\n".encode()
    return EvidenceFile(FILE_NAME, store(SimpleUploadedFile(FILE_NAME, content)), len(content))
