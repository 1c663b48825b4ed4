"""The dashboard and the alerts use what the code reports, by the names it has in Prometheus."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.deploy.instruments import Instrument, label, read_instruments
from tests.deploy.promql import parse, selectors
from tests.deploy.rules import load_rules, load_tests

ROOT = Path(__file__).resolve().parents[2]
OF_PROMETHEUS = {"le", "job", "instance"}
"""The bounds of buckets, and what it makes of service.name and service.instance.id."""
PROMOTED = {"deployment_environment_name"}
"""Resource attributes that deploy/prometheus/prometheus.yaml makes labels of."""


@pytest.fixture(scope="module")
def instruments() -> list[Instrument]:
    return read_instruments()


@pytest.fixture(scope="module")
def documented() -> dict[str, set[str]]:
    """Attributes by metric, as docs/telemetry.md has them."""
    section = (ROOT / "docs" / "telemetry.md").read_text().partition("## Metrics")[2].partition("\n## ")[0]
    rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return {
        metric: set(re.findall(r"`([\w.]+)`", row[2])) for row in rows for metric in re.findall(r"`([\w.]+)`", row[0])
    }


@pytest.fixture(scope="module")
def reported(instruments: list[Instrument], documented: dict[str, set[str]]) -> dict[str, set[str]]:
    """Labels by series."""
    known = OF_PROMETHEUS | PROMOTED
    return {
        name: known | {label(attribute) for attribute in documented[each.name]}
        for each in instruments
        for name in each.series
    }


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression, and what it is of."""
    for rule in load_rules():
        yield rule.alert, rule.expr
    dashboard = json.loads((ROOT / "deploy" / "grafana" / "claimstream.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], without_variables(target["expr"])


def without_variables(expression: str) -> str:
    return expression.replace("$__rate_interval", "5m").replace("$environment", ".*")


def test_the_documentation_has_every_instrument(instruments: list[Instrument], documented: dict[str, set[str]]) -> None:
    assert {each.name for each in instruments} == set(documented)


@pytest.mark.parametrize(("of", "expression"), list(expressions()), ids=lambda value: str(value)[:60])
def test_every_series_and_label_is_reported(of: str, expression: str, reported: dict[str, set[str]]) -> None:
    used = [selector for selector in selectors(parse(expression)) if selector.name != "ALERTS"]
    for selector in used:
        assert selector.name in reported, of
        assert {matcher.name for matcher in selector.matchers.matchers} <= reported[selector.name], of
    lists = re.findall(r"\b(?:by|on) \(([^)]*)\)", expression)
    grouped_by = {name.strip() for each in lists for name in each.split(",")}
    assert grouped_by <= set().union(*(reported[selector.name or ""] for selector in used)), of


def test_the_series_of_the_alerts_tests_are_reported(reported: dict[str, set[str]]) -> None:
    for test in load_tests():
        for series in test.series:
            labels = dict(series)
            assert set(labels) - {"__name__"} <= reported[labels["__name__"]], test.name
