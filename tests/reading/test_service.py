"""The modules of this room that the service loads."""

import subprocess
import sys

LOADED = "import sys, claimstream.app; print(*sys.modules)"
LIBRARIES = {"inscriptis", "kreuzberg", "lxml", "openpyxl", "puremagic", "pypdfium2"}
SERVICE = {"limits", "process", "protocol", "reader"}


def test_the_service_loads_nothing_that_opens_mail() -> None:
    found = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, check=True, text=True)
    modules = set(found.stdout.split())
    room = "claimstream.reading."
    assert {name.removeprefix(room) for name in modules if name.startswith(room)} == SERVICE
    assert not modules & (LIBRARIES | {"claimstream.domain.reader.source"})
