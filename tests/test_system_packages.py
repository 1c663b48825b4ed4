"""The marker ``system("package")``."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

TESTS = """
from pytest import mark  # so written, .ci/run does not take these for packages to install

@mark.system("bash")
def test_there(): pass

@mark.system("no-such-package")
def test_left_out(): raise AssertionError("it runs")

@mark.system("bash", "no-such-package")
def test_left_out_too(): raise AssertionError("it runs")
"""
CONFTEST = "from tests.system_packages import pytest_addoption, pytest_runtest_setup, pytest_terminal_summary"


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    pytester.makepyfile(TESTS)
    pytester.makeconftest(CONFTEST)
    pytester.makepyprojecttoml("[tool.pytest.ini_options]\nmarkers = ['system(package)']\n")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    return pytester


@pytest.mark.parametrize("spread", [(), ("-n", "2")])
def test_what_is_left_out_is_counted_by_package(run: pytest.Pytester, spread: tuple[str, ...]) -> None:
    result = run.runpytest_subprocess("-p", "no:valkey", *spread)
    result.assert_outcomes(passed=1, skipped=2)
    result.stdout.fnmatch_lines(["Left out, for want of system packages (tests): no-such-package (2)"])


def test_a_missing_package_fails_where_it_is_required(run: pytest.Pytester) -> None:
    result = run.runpytest_subprocess("-p", "no:valkey", "--require-system")
    result.assert_outcomes(passed=1, failed=0, errors=2)
    result.stdout.fnmatch_lines(["*apt-get install no-such-package"])
