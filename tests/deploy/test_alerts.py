import re
import subprocess

import pytest
from tests.deploy.promql import Labels, evaluate
from tests.deploy.rules import FOLDER, Alerts, Rule, RuleTest, load_rules, load_tests

RULES = load_rules()
TESTS = load_tests()


@pytest.mark.parametrize("test", TESTS, ids=lambda test: test.name)
def test_alerts_fire_when_they_should_and_only_then(test: RuleTest) -> None:
    expected = {e.at: e for e in test.expectations}
    for at, series in Alerts(RULES, test.series).until(max(expected)):
        if at in expected:
            wanted = expected.pop(at)
            assert evaluate(wanted.expr, series, at) == wanted.samples, f"after {at / 60:g} minutes"
    assert not expected, "between two evaluations"


@pytest.mark.system("prometheus")
def test_promtool_comes_to_the_same() -> None:
    for command in (["check", "rules", "alerts.yaml"], ["test", "rules", "alerts_test.yaml"]):
        done = subprocess.run(["promtool", *command], cwd=FOLDER, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def firing() -> dict[str, list[Labels]]:
    """The labels with which each alert fires in the tests."""
    result: dict[str, list[Labels]] = {rule.alert: [] for rule in RULES}
    for test in TESTS:
        for expectation in test.expectations:
            for key in expectation.samples:
                result[dict(key)["alertname"]].append(key)
    return result


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.alert)
def test_each_alert_fires_in_a_test_and_says_what_to_do(rule: Rule) -> None:
    assert firing()[rule.alert]
    assert rule.labels["severity"] in {"page", "ticket"}
    assert rule.labels["team"] in {"operations", "office"}
    assert set(rule.annotations) == {"summary", "description", "runbook"}
    page, _, anchor = rule.annotations["runbook"].partition("#")
    headings = re.findall(r"^## (\w+)$", (FOLDER.parents[1] / page).read_text(), re.MULTILINE)
    assert [heading for heading in headings if heading.lower() == anchor] == [rule.alert]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.alert)
def test_what_an_alert_says_of_its_labels_is_there(rule: Rule) -> None:
    named = set(re.findall(r"\$labels\.(\w+)", " ".join(rule.annotations.values())))
    for key in firing()[rule.alert]:
        assert named <= set(dict(key))


def test_no_section_is_left_of_an_alert_that_is_gone() -> None:
    headings = re.findall(r"^## (\w+)$", (FOLDER.parents[1] / "docs" / "oncall.md").read_text(), re.MULTILINE)
    assert headings == [rule.alert for rule in RULES]
