"""What the fixtures build, built once in a process and copied from then on.

Building an organisation and its ledger through the services takes a good part of a second, copying their rows a few
milliseconds; hundreds of tests stand on them.
"""

import pickle
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from .building import Ledger, Place, build_ledger, build_organization
from .rows import Rows, room_models, write

# Rows of the other organisation get ids far behind, so that a test may make rows before it asks for it.
APART = 1000

_kept: dict[str, tuple[bytes, Rows]] = {}


def place() -> Place:
    """An organisation with a person for each role."""
    return _copy("place")


def ledger(of: Place) -> Ledger:
    """The round of that organisation."""
    found = _copy("ledger")
    found.place = of
    return found


def other() -> Ledger:
    """Another organisation with its round."""
    return _copy("other")


def world(name: str, of: Place, build: Callable[[Place], Ledger]) -> Ledger:
    """What a module's tests stand on, beside the rows of that organisation: built for the first of them.

    Args:
        name: the same for the same world, and for no other.
        build: makes new rows alone, and keeps no files that a test reads.
    """
    if name not in _kept:
        with transaction.atomic():
            _keep(name, lambda: build(of))
            transaction.set_rollback(True)
    found = _copy(name)
    found.place = of
    return found


def _copy(name: str) -> Any:
    if not _kept:
        _build()
    made, rows = _kept[name]
    write(rows)
    return pickle.loads(made)  # noqa: S301 -- made by this process


def _build() -> None:
    with transaction.atomic():
        first = _keep("place", build_organization)
        _keep("ledger", lambda: build_ledger(first))
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s", [APART])
        _keep("other", lambda: build_ledger(build_organization("other"), title="另一轮巡视"))
        transaction.set_rollback(True)


def _keep(name: str, build: Callable[[], Any]) -> Any:
    before = {model: _newest(model) for model in room_models()}
    made = build()
    quote = connection.ops.quote_name
    rows: Rows = {}
    with connection.cursor() as cursor:
        for model, newest in before.items():
            table, key = model._meta.db_table, quote(model._meta.pk.column)
            cursor.execute(f"SELECT * FROM {quote(table)} WHERE {key} > %s ORDER BY {key}", [newest])  # noqa: S608 -- our own
            rows[table] = ([column[0] for column in cursor.description], cursor.fetchall())
    _kept[name] = pickle.dumps(made), {table: found for table, found in rows.items() if found[1]}
    return made


def _newest(model: Any) -> int:
    return model._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
