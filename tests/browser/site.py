"""The site that browser tests visit: a real server in a process of its own, over the demonstration of a fixed day.

The demonstration is prepared once in a run; each worker serves a copy, and puts it back as it was before every test.
"""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "rectify.sqlite3"
LOG = "site.log"
SECONDS_TO_END = 10


def password_of(username: str) -> str:
    """The password that everybody has in the tests."""
    return f"pass of {username}"


@dataclass(frozen=True)
class Site:
    """A site that is open.

    Args:
        folder: where it keeps its data.
        template: the folder with the data as they were prepared.
    """

    url: str
    folder: Path
    template: Path

    def restore(self) -> None:
        """Makes everything as it was prepared, while the server runs. Whoever was signed in no longer is."""
        with (
            closing(sqlite3.connect(self.template / DATABASE)) as before,
            closing(sqlite3.connect(self.folder / DATABASE)) as now,
        ):
            before.backup(now)

    def last_words(self) -> str:
        """The end of what the server logged."""
        return "\n".join((self.folder / LOG).read_text(encoding="utf-8").splitlines()[-30:])


def _command(call: str) -> list[str]:
    code = f"import django; django.setup(); from tests.browser import served; served.{call}()"
    return [sys.executable, "-c", code]


def _environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
        "BROWSER_SITE_DIR": str(folder),
        # The walks are about pages; other databases have tests of their own.
        "TEST_DATABASE_URL": "",
        "TEST_REDIS_URL": "",
    }


def prepared(run_dir: Path) -> Path:
    """The folder with the prepared data. The first worker to ask makes it, the others wait."""
    with (run_dir / "browser.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = run_dir / "browser"
        if not folder.exists():
            making = run_dir / "browser-in-the-making"
            shutil.rmtree(making, ignore_errors=True)
            (making / "evidence").mkdir(parents=True)
            subprocess.run(_command("prepare"), cwd=ROOT, env=_environment(making), check=True)  # noqa: S603
            making.rename(folder)
        return folder


@contextmanager
def opened(run_dir: Path, worker: str) -> Iterator[Site]:
    """Opens a site for one worker, and ends it afterwards."""
    template = prepared(run_dir)
    folder = run_dir / f"browser-{worker}"
    shutil.copytree(template, folder, dirs_exist_ok=True)
    with (folder / LOG).open("w") as log:
        server = subprocess.Popen(  # noqa: S603
            _command("serve"),
            cwd=ROOT,
            env=_environment(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert server.stdin and server.stdout
        port = server.stdout.readline().strip()
        site = Site(f"http://127.0.0.1:{port}", folder, template)
        assert port, f"the site did not open:\n{site.last_words()}"
        yield site
    finally:
        server.communicate(timeout=SECONDS_TO_END)
