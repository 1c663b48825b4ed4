"""As much of PromQL as the alert rules use, evaluated without Prometheus: the grammar is promql-parser's.

Anything else raises NotImplementedError. Where `promtool` is installed, the tests hold the two against each other.
"""

import math
import operator
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

import promql_parser as ast

Labels = frozenset[tuple[str, str]]
"""With the name of the metric as ``__name__``, as in Prometheus."""
Vector = dict[Labels, float]
Series = dict[Labels, list[tuple[float, float | None]]]
"""Seconds and value, in order; None where the series ended ("stale")."""

_LOOKBACK_SECONDS = 300.0
"""How old a sample may be that stands for now: Prometheus' default."""
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
_CALCULATE: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_AGGREGATE: Mapping[str, Callable[[list[float]], float]] = {"sum": math.fsum, "max": max, "min": min, "count": len}


def labels(**values: str) -> Labels:
    return frozenset(values.items())


def parse(expression: str) -> Any:
    """
    :raises ValueError: it is no PromQL.
    """
    return ast.parse(expression)


def selectors(node: Any) -> list[ast.VectorSelector]:
    """Every selection of series in a parsed expression."""
    found: list[ast.VectorSelector] = []

    def note(each: Any) -> None:
        if isinstance(each, ast.VectorSelector):
            found.append(each)
        elif isinstance(each, ast.MatrixSelector):
            found.append(each.vector_selector)

    ast.walk(node, note)
    return found


def evaluate(expression: str, series: Series, at: float) -> Vector:
    """What the expression gives at that second."""
    value = _Evaluation(series, at).of(parse(expression))
    assert isinstance(value, dict), "a scalar"
    return value


class _Evaluation:
    def __init__(self, series: Series, at: float) -> None:
        self._series = series
        self._at = at

    def of(self, node: Any) -> Vector | float:
        match node:
            case ast.NumberLiteral():
                return node.val
            case ast.ParenExpr():
                return self.of(node.expr)
            case ast.VectorSelector():
                return self._instant(node)
            case ast.AggregateExpr():
                return self._aggregate(node)
            case ast.BinaryExpr():
                return self._binary(node)
            case ast.Call():
                return self._call(node)
        raise NotImplementedError(type(node).__name__)

    def _vector(self, node: Any) -> Vector:
        value = self.of(node)
        assert isinstance(value, dict), "a scalar where a vector is wanted"
        return value

    def _matching(self, selector: ast.VectorSelector) -> Iterable[tuple[Labels, list[tuple[float, float | None]]]]:
        for key, samples in self._series.items():
            found = dict(key)
            if found["__name__"] == selector.name and all(_matches(m, found) for m in selector.matchers.matchers):
                yield key, samples

    def _instant(self, selector: ast.VectorSelector) -> Vector:
        at = self._at - (selector.offset or timedelta()).total_seconds()
        result = {}
        for key, samples in self._matching(selector):
            _, value = next((s for s in reversed(samples) if at - _LOOKBACK_SECONDS < s[0] <= at), (0.0, None))
            if value is not None:
                result[key] = value
        return result

    def _aggregate(self, node: ast.AggregateExpr) -> Vector:
        groups = defaultdict(list)
        if node.modifier is not None and node.modifier.type != ast.AggModifierType.By:
            raise NotImplementedError("without")
        by = set(node.modifier.labels) if node.modifier is not None else set[str]()
        for key, value in self._vector(node.expr).items():
            groups[_only(key, by)].append(value)
        return {key: _AGGREGATE[str(node.op)](values) for key, values in groups.items()}

    def _binary(self, node: ast.BinaryExpr) -> Vector | float:
        symbol = str(node.op).split()[0]
        if symbol in {"and", "or", "unless"}:
            return self._sets(node, symbol)
        left, right = self.of(node.lhs), self.of(node.rhs)
        if isinstance(right, dict):
            raise NotImplementedError(f"{symbol} with a vector on its right side")
        if symbol in _CALCULATE:
            calculate = _CALCULATE[symbol]
            if not isinstance(left, dict):
                return calculate(left, right)
            return {_nameless(key): calculate(value, right) for key, value in left.items()}
        assert isinstance(left, dict), "two scalars are compared"
        return {key: value for key, value in left.items() if _COMPARE[symbol](value, right)}

    def _sets(self, node: ast.BinaryExpr, symbol: str) -> Vector:
        left, right = self._vector(node.lhs), self._vector(node.rhs)
        matching = node.modifier.matching if node.modifier is not None else None
        if matching is not None and matching.type != ast.LabelModifierType.Include:
            raise NotImplementedError("ignoring")

        def shared(key: Labels) -> Labels:
            return _nameless(key) if matching is None else _only(key, set(matching.labels))

        on_the_left, on_the_right = set(map(shared, left)), set(map(shared, right))
        if symbol == "or":
            return left | {key: value for key, value in right.items() if shared(key) not in on_the_left}
        wanted = symbol == "and"
        return {key: value for key, value in left.items() if (shared(key) in on_the_right) == wanted}

    def _call(self, node: ast.Call) -> Vector:
        match node.func.name, node.args:
            case "absent", [argument]:
                return {} if self._vector(argument) else {_equalities(argument): 1.0}
            case ("increase" | "rate") as name, [ast.MatrixSelector() as argument]:
                window = argument.range.total_seconds()
                return self._increase(argument, 1.0 if name == "increase" else window)
            case "histogram_quantile", [ast.NumberLiteral() as quantile, buckets]:
                return _quantiles(quantile.val, self._vector(buckets))
        raise NotImplementedError(node.func.name)

    def _increase(self, node: ast.MatrixSelector, divisor: float) -> Vector:
        selector, seconds = node.vector_selector, node.range.total_seconds()
        end = self._at - (selector.offset or timedelta()).total_seconds()
        result = {}
        for key, samples in self._matching(selector):
            inside = [(at, value) for at, value in samples if end - seconds < at <= end and value is not None]
            if len(inside) > 1:
                result[_nameless(key)] = _extrapolated(inside, end - seconds, end) / divisor
        return result


def _extrapolated(samples: list[tuple[float, float]], start: float, end: float) -> float:
    """What a counter grew by from ``start`` to ``end``, as Prometheus estimates it: as steadily at the edges as between
    the samples, but from no more than half a sample's distance beyond them if they are far, and from no less than 0."""
    (first_at, first), (last_at, _) = samples[0], samples[-1]
    grown = sum(
        max(later - earlier, 0) if later >= earlier else later for (_, earlier), (_, later) in pairwise(samples)
    )
    covered = last_at - first_at
    between = covered / (len(samples) - 1)
    before, after = first_at - start, end - last_at
    if grown > 0 and first >= 0:
        before = min(before, covered * first / grown)
    before, after = (gap if gap < between * 1.1 else between / 2 for gap in (before, after))
    return grown * (covered + before + after) / covered


def _quantiles(quantile: float, buckets: Vector) -> Vector:
    histograms = defaultdict(list)
    for key, count in buckets.items():
        histograms[frozenset((k, v) for k, v in key if k not in {"le", "__name__"})].append(
            (float(dict(key)["le"]), count)
        )
    return {key: _quantile(quantile, sorted(histogram)) for key, histogram in histograms.items()}


def _quantile(quantile: float, buckets: list[tuple[float, float]]) -> float:
    """``buckets``: upper bound and cumulated count, the last one without bound."""
    rank = quantile * buckets[-1][1]
    if buckets[-1][1] == 0 or len(buckets) < 2:
        return math.nan
    lower, below = 0.0, 0.0
    for upper, count in buckets[:-1]:
        if count >= rank:
            return lower + (upper - lower) * (rank - below) / (count - below)
        lower, below = upper, count
    return lower


def _matches(matcher: Any, found: Mapping[str, str]) -> bool:
    value = found.get(matcher.name, "")
    match matcher.op:
        case ast.MatchOp.Equal:
            return bool(value == matcher.value)
        case ast.MatchOp.NotEqual:
            return bool(value != matcher.value)
        case ast.MatchOp.Re:
            return re.fullmatch(matcher.value, value) is not None
        case _:
            return re.fullmatch(matcher.value, value) is None


def _only(key: Labels, names: set[str]) -> Labels:
    return frozenset((name, value) for name, value in key if name in names)


def _nameless(key: Labels) -> Labels:
    return frozenset((name, value) for name, value in key if name != "__name__")


def _equalities(node: Any) -> Labels:
    """What `absent` says of a series that is not there."""
    matchers = node.matchers.matchers if isinstance(node, ast.VectorSelector) else []
    return frozenset((m.name, m.value) for m in matchers if m.op == ast.MatchOp.Equal)
