"""The demonstration's sign-ins, as `start` prints them."""

import json

from .people import sign_ins_path


def shown_sign_ins() -> list[tuple[str, str, str]]:
    """(role, user name, password) per role; empty where this database was not made as a demonstration here."""
    path = sign_ins_path()
    if not path.exists():
        return []
    return [tuple(row) for row in json.loads(path.read_text(encoding="utf-8"))]
