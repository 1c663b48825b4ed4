"""Hooks of pytest for the marker ``system("package")``: tests that need a package of the system, by Debian's names."""

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

_PROGRAMS = {"prometheus": "promtool"}
"""The program to look for, where it is not called as its package is."""
_SERVERS = {"postgresql": "/usr/lib/postgresql/*/bin/postgres"}
"""Programs that lie outside of the path."""
_REASON = "needs the system's package "
_OPTION = "--require-system"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(_OPTION, action="store_true", help="fail where a test's system package is missing")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("system"):
        for package in mark.args:
            if _installed(package):
                continue
            if item.config.getoption(_OPTION):
                pytest.fail(f"{_REASON}{package}: apt-get install {package}", pytrace=False)
            pytest.skip(f"{_REASON}{package}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if left_out := _left_out(terminalreporter.stats.get("skipped", ())):
        counts = ", ".join(f"{package} ({count})" for package, count in sorted(left_out.items()))
        terminalreporter.write_line(f"Left out, for want of system packages (tests): {counts}", yellow=True)


def _installed(package: str) -> bool:
    if package in _SERVERS:
        return any(Path("/").glob(_SERVERS[package].lstrip("/")))
    path = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin"
    return shutil.which(_PROGRAMS.get(package, package), path=path) is not None


def _left_out(reports: Iterable[pytest.TestReport]) -> Counter[str]:
    found = (re.search(f"{_REASON}(.+)", str(r.longrepr[2])) for r in reports if isinstance(r.longrepr, tuple))
    return Counter(match[1] for match in found if match)
