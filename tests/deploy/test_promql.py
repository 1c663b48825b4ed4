import subprocess
from pathlib import Path

import pytest
from tests.deploy.promql import evaluate
from tests.deploy.rules import RuleTest, load_tests

FILE = Path(__file__).with_name("promql_test.yaml")


@pytest.mark.parametrize("test", load_tests(FILE), ids=lambda test: test.name)
def test_expressions_give_what_prometheus_gives(test: RuleTest) -> None:
    for wanted in test.expectations:
        assert evaluate(wanted.expr, test.series, wanted.at) == pytest.approx(wanted.samples), wanted.expr


@pytest.mark.system("prometheus")
def test_promtool_agrees() -> None:
    done = subprocess.run(["promtool", "test", "rules", FILE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
