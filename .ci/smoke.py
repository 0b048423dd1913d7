"""Looks at a server just started as a person would: waits until it answers, signs in with each sign-in, opens home.

Usage: smoke.py PID ADDRESS SIGN_INS. PID is the process that must not end meanwhile. Python's own library only.
"""

import http.cookiejar
import json
import os
import re
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

PATIENCE_SECONDS = 120


def alive(pid: int) -> bool:
    """Whether the process is still there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait(pid: int, address: str) -> None:
    """Return once the address answers with a page."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_SECONDS:
        if not alive(pid):
            sys.exit("it has ended before it answered")
        try:
            with build_opener().open(address, timeout=10) as answer:
                print(f"answers {answer.status} after {time.monotonic() - began:.1f} s")
                return
        except HTTPError as error:
            sys.exit(f"answers {error.code}: {error.read(300)!r}")
        except OSError:
            time.sleep(0.2)
    sys.exit(f"no answer within {PATIENCE_SECONDS} s")


def token(page: str) -> str:
    """The hidden field without which a form is refused."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    return found[1] if found else sys.exit("the sign-in page has no form")


def sign_in(browser: OpenerDirector, address: str, username: str, password: str) -> None:
    """Sign in through the form, and see that home is a page of one's own."""
    with browser.open(address, timeout=30) as page:
        form, text = page.url, page.read().decode()
    fields = {"username": username, "password": password, "csrfmiddlewaretoken": token(text)}
    with browser.open(form, urlencode(fields).encode(), timeout=30) as home:
        if home.url == form:
            sys.exit(f"{username} is not let in")
        print(f"{username}: signed in, home answers {home.status}")


def main() -> None:
    """Wait, then sign in as everybody the start has shown."""
    pid, address, sign_ins = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    wait(pid, address)
    for _role, username, password in json.loads(sign_ins.read_text(encoding="utf-8")):
        jar = http.cookiejar.CookieJar()
        sign_in(build_opener(HTTPCookieProcessor(jar)), address, username, password)


if __name__ == "__main__":
    main()
