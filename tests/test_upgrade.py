"""Databases of earlier releases, kept in tests/releases, come up to the newest with their history verified.

Each is the loaded demonstration of its release: `migrate`, `load_demo`, passwords taken out, compressed with xz.
"""

import lzma
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
RELEASES = sorted((ROOT / "tests" / "releases").glob("*.sqlite3.xz"))


def manage(directory: Path, *arguments: str) -> str:
    """What a command says on the database in a directory; fails the test where the command fails."""
    environment = {**os.environ, "DATA_DIR": str(directory), "DJANGO_SETTINGS_MODULE": "rectify.settings"}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_there_is_a_first_release() -> None:
    assert RELEASES


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
@pytest.mark.soak
def test_a_release_comes_up_to_the_newest(release: Path, tmp_path: Path) -> None:
    database = tmp_path / "rectify.sqlite3"
    database.write_bytes(lzma.decompress(release.read_bytes()))
    with sqlite3.connect(database) as before:
        rows = before.execute("SELECT count(*) FROM measures_measurehistory").fetchone()[0]
    manage(tmp_path, "migrate", "--verbosity", "0")
    assert "stand as they were written" in manage(tmp_path, "verify_history")
    assert "what history makes it" in manage(tmp_path, "rebuild", "--check")
    with sqlite3.connect(database) as after:
        assert after.execute("SELECT count(*) FROM measures_measurehistory").fetchone()[0] == rows
        totals = "SELECT status, count(*) FROM issues_subissue WHERE round_id = 1 GROUP BY status ORDER BY status"
        assert after.execute(totals).fetchall() == [("closed", 28), ("sustained", 8)]
