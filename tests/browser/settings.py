"""The settings of the site that browser tests visit: those under test, over a database of its own."""

import os
from pathlib import Path

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

# Where this site keeps everything; tests/browser/site.py names it.
SITE_DIR = Path(os.environ["BROWSER_SITE_DIR"])
DATABASES["default"]["NAME"] = str(SITE_DIR / "rectify.sqlite3")
EVIDENCE_ROOT = SITE_DIR / "evidence"
# Files straight from where they lie, found once when the site opens.
WHITENOISE_AUTOREFRESH = False
WHITENOISE_USE_FINDERS = True
# As in use, where names of files change with what is in them: nobody fetches a style sheet twice.
WHITENOISE_MAX_AGE = 3600
STATIC_ROOT = SITE_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
