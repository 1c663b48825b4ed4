"""Alert rules and their unit tests, in the formats of Prometheus and promtool."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import promql_parser
import yaml
from tests.deploy.promql import Labels, Series, Vector, evaluate, labels

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "prometheus"


@dataclass(frozen=True)
class Rule:
    """One alert."""

    alert: str
    expr: str
    for_seconds: float
    labels: dict[str, str]
    annotations: dict[str, str]


@dataclass(frozen=True)
class Expectation:
    expr: str
    at: float
    samples: Vector


@dataclass(frozen=True)
class RuleTest:
    name: str
    series: Series
    expectations: list[Expectation]


@dataclass
class Alerts:
    """The rules at work: what is active, since when."""

    rules: list[Rule]
    series: Series
    every_seconds: float = 60.0
    _active: dict[tuple[str, Labels], float] = field(default_factory=dict)

    def until(self, end: float) -> Iterator[tuple[float, Series]]:
        """At each evaluation: the second, and the series with ALERTS among them."""
        at = 0.0
        while at <= end:
            alerts: Series = {key: [(at, 1.0)] for rule in self.rules for key in self._evaluate(rule, at)}
            yield at, {**self.series, **alerts}
            at += self.every_seconds

    def _evaluate(self, rule: Rule, at: float) -> list[Labels]:
        found = {
            frozenset({**{k: v for k, v in key if k != "__name__"}, **rule.labels, "alertname": rule.alert}.items())
            for key in evaluate(rule.expr, self.series, at)
        }
        for name, key in [a for a in self._active if a[0] == rule.alert and a[1] not in found]:
            del self._active[name, key]
        result = []
        for key in found:
            since = self._active.setdefault((rule.alert, key), at)
            state = "firing" if at - since >= rule.for_seconds else "pending"
            result.append(key | labels(__name__="ALERTS", alertstate=state))
        return result


def load_rules() -> list[Rule]:
    groups = yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"]
    return [
        Rule(r["alert"], r["expr"], seconds(r["for"]) if "for" in r else 0.0, r["labels"], r["annotations"])
        for group in groups
        for r in group["rules"]
    ]


def load_tests(file: Path = FOLDER / "alerts_test.yaml") -> list[RuleTest]:
    return [_test(test) for test in yaml.safe_load(file.read_text())["tests"]]


def seconds(text: str) -> float:
    return promql_parser.parse_duration(text).total_seconds()


def _test(test: dict[str, Any]) -> RuleTest:
    every = seconds(test["interval"])
    series: Series = {}
    for given in test["input_series"]:
        values = expand(given["values"])
        series[_labels(given["series"])] = [(i * every, v) for i, v in enumerate(values) if v != "missing"]
    expectations = [
        Expectation(
            expected["expr"],
            seconds(expected["eval_time"]),
            {_labels(sample["labels"]): float(sample["value"]) for sample in expected["exp_samples"]},
        )
        for expected in test["promql_expr_test"]
    ]
    return RuleTest(test["name"], series, expectations)


_NUMBER = r"-?\d+(?:\.\d+)?"
_RUN = re.compile(rf"(?P<start>{_NUMBER}|_)(?P<step>[+-]\d+(?:\.\d+)?)?(?:x(?P<times>\d+))?")


def expand(values: str) -> Iterator[Any]:
    """promtool's notation: ``1+2x3`` is 1 3 5 7, ``1x3`` is 1 1 1 1, ``_x3`` three samples that are missing, and
    ``stale`` the end of the series (None)."""
    for word in values.split():
        if word == "stale":
            yield None
            continue
        run = _RUN.fullmatch(word)
        assert run is not None, word
        times = int(run["times"] or 0)
        if run["start"] == "_":
            yield from ["missing"] * max(times, 1)
        else:
            yield from (float(run["start"]) + i * float(run["step"] or 0) for i in range(times + 1))


def _labels(written: str) -> Labels:
    """Of ``name{label="value",…}``; a name, and the braces, may be missing."""
    name, _, pairs = written.partition("{")
    found = dict(re.findall(r'(\w+)="([^"]*)"', pairs))
    return labels(__name__=name, **found) if name else labels(**found)
