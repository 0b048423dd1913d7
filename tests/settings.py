"""The settings under test: those of the application, with everything they keep moved to a directory that goes away.

A module, not a fixture: the settings are read before any conftest is, by every worker, and from whatever directory.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# What the tester's own shell sets for an installation must not reach the tests.
for name in os.environ.keys() & {
    *("ALLOWED_HOSTS", "BEHIND_PROXY", "CSRF_TRUSTED_ORIGINS", "DEBUG", "EVIDENCE_MAX_MB", "EVIDENCE_ROOT"),
    *("ALLOWED_CHANNEL_ADDRESSES", "EMAIL_FROM", "EMAIL_HOST", "EMAIL_PASSWORD", "EMAIL_PORT", "EMAIL_SECURITY"),
    *("EMAIL_USER", "OUTBOX_LEASE_SECONDS", "SITE_URL"),
    *("EVIDENCE_MARKED", "HSTS_SECONDS", "HTTPS", "LOG_LEVEL", "PASSWORD_MIN_LENGTH", "SESSION_HOURS"),
}:
    del os.environ[name]
if "TEST_RUN_DIR" not in os.environ:
    os.environ["TEST_RUN_DIR"] = tempfile.mkdtemp(prefix="rectify-tests-")
    atexit.register(shutil.rmtree, os.environ["TEST_RUN_DIR"], ignore_errors=True)
RUN_DIR = Path(os.environ["TEST_RUN_DIR"])
# Two workers must not see each other's files, nor two runs each other's databases.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
RUN_ID = RUN_DIR.name.rpartition("-")[2].lower()
os.environ["DATA_DIR"] = str(RUN_DIR / WORKER)
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")
os.environ["REDIS_URL"] = os.environ.get("TEST_REDIS_URL", "")
os.environ["SECRET_KEY"] = "only for tests, where nothing is secret"

from rectify.management.commands.compile_translations import compile_translations  # noqa: E402
from rectify.settings import *  # noqa: E402, F403
from rectify.settings import CACHES, DATA_DIR, DATABASES, LOCALE_PATHS, STORAGES  # noqa: E402

# Before anything reads them, and once: the workers start when this is done.
if WORKER == "main":
    compile_translations(LOCALE_PATHS)

DATA_DIR.mkdir(parents=True, exist_ok=True)
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in use: in memory, neither WAL nor IMMEDIATE nor a second connection would be what they are there.
    DATABASES["default"]["TEST"] = {"NAME": str(RUN_DIR / "test.sqlite3")}
else:
    # template0: the server's own default encoding may be one that holds no Chinese.
    DATABASES["default"]["TEST"] = {"NAME": f"test_rectify_{RUN_ID}", "CHARSET": "UTF8", "TEMPLATE": "template0"}
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off -c jit=off"
CACHES["default"]["KEY_PREFIX"] = f"{RUN_ID}-{WORKER}"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
ALLOWED_CHANNELS = ["https://robots.example/"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
