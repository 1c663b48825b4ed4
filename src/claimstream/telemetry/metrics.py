"""The instruments, and functions that record on them. Each is best effort: a failure is a warning, never an exception.
What is read at each export instead is in :mod:`claimstream.telemetry.gauges`.

Attributes are bounded sets (stage, route, intent, error class): ids belong to spans, which the exemplars of these
histograms lead to. Seconds and ratios are floats, as the semantic conventions want them.
"""

from collections.abc import Mapping

from opentelemetry import metrics, trace

from claimstream.telemetry import errors
from claimstream.telemetry.best_effort import best_effort, count_with
from claimstream.telemetry.correlation import STAGE

OUTCOME = "claimstream.outcome"
ROUTE = "claimstream.route"
INTENT = "claimstream.intent"
ERROR_CLASS = "claimstream.error.class"
ERROR_TYPE = "error.type"
QUESTION = "claimstream.gen_ai.question"
PRICED_AS = "claimstream.gen_ai.token.kind"

_STAGE_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_EMAIL_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400)
_CONFIDENCE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99)
# The buckets the GenAI semantic conventions advise.
_MODEL_SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)

_meter = metrics.get_meter("claimstream")
_emails = _meter.create_counter("claimstream.emails", "{email}", "Emails that came to an end, by outcome")
_email_latency = _meter.create_histogram(
    "claimstream.email.latency",
    "s",
    "From the arrival of the email to its outcome",
    explicit_bucket_boundaries_advisory=_EMAIL_SECONDS,
)
_stage_duration = _meter.create_histogram(
    "claimstream.stage.duration",
    "s",
    "Time in one stage, failures included",
    explicit_bucket_boundaries_advisory=_STAGE_SECONDS,
)
_confidence = _meter.create_histogram(
    "claimstream.extraction.confidence",
    "1",
    "Confidence of what was read out of one email or source",
    explicit_bucket_boundaries_advisory=_CONFIDENCE,
)
_errors = _meter.create_counter("claimstream.errors", "{error}", "Errors, by stage and class")
_model_duration = _meter.create_histogram(
    "gen_ai.client.operation.duration",
    "s",
    "Duration of one model call",
    explicit_bucket_boundaries_advisory=_MODEL_SECONDS,
)
_model_tokens = _meter.create_counter(
    "claimstream.gen_ai.tokens", "{token}", "Tokens paid for, by the kinds that have a price of their own"
)
_model_cost = _meter.create_counter("claimstream.gen_ai.cost", "{USD}", "What model calls cost at list price")
_failures = _meter.create_counter("claimstream.telemetry.failures", "{failure}", "Failures of telemetry itself")


@best_effort
def email_settled(
    *, outcome: str, route: str | None = None, intent: str | None = None, latency_seconds: float | None = None
) -> None:
    """One email came to its end: ``outcome``: ``updated``, ``review`` or ``set_aside``.

    The current span is given the same attributes, so that traces can be searched by how they ended.
    """
    attributes = _present({OUTCOME: outcome, ROUTE: route, INTENT: intent})
    _emails.add(1, attributes)
    trace.get_current_span().set_attributes(attributes)
    if latency_seconds is not None:
        _email_latency.record(latency_seconds, _present({OUTCOME: outcome, ROUTE: route}))


@best_effort
def stage_finished(stage: str, duration_seconds: float, *, error: BaseException | None = None) -> None:
    """One stage ended, well or not. ``tracing.stage_span`` calls this in its ``finally``."""
    failed = errors.error_type(error) if error is not None else None
    _stage_duration.record(duration_seconds, _present({STAGE: stage, ERROR_TYPE: failed}))


@best_effort
def extraction_confidence(confidence: float, *, source: str, method: str) -> None:
    """``source``: ``email`` for the consolidated answer; ``method``: ``reader`` or ``model``."""
    _confidence.record(confidence, {"claimstream.extraction.source": source, "claimstream.extraction.method": method})


@best_effort
def error_occurred(error: BaseException, *, stage: str | None = None, error_class: str = "unexpected") -> None:
    """``error_class``: whose fault it was: ``outage``, ``mail``, ``mailbox``, ``refused`` or ``unexpected``."""
    _errors.add(1, _present({STAGE: stage, ERROR_CLASS: error_class, ERROR_TYPE: errors.error_type(error)}))


@best_effort
def model_called(
    model: str,
    *,
    duration_seconds: float,
    question: str,
    tokens: Mapping[str, int] | None = None,
    cost_usd: float = 0.0,
    error: BaseException | None = None,
) -> None:
    """One request to a language model, answered or not.

    ``question``: ``classify``, ``extract``, ``transcribe`` or ``witness``; ``tokens`` by what they cost differently:
    ``input`` (not cached), ``cache_read``, ``cache_creation``, ``output``.
    """
    called = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic", "gen_ai.request.model": model}
    failed = errors.error_type(error) if error is not None else None
    _model_duration.record(duration_seconds, {**called, **_present({ERROR_TYPE: failed})})
    asked = {"gen_ai.request.model": model, QUESTION: question}
    for kind, count in (tokens or {}).items():
        _model_tokens.add(count, {**asked, PRICED_AS: kind})
    if cost_usd:
        _model_cost.add(cost_usd, asked)


def _count_failure(part: str) -> None:
    _failures.add(1, {"claimstream.telemetry.part": part})


count_with(_count_failure)


def _present(attributes: Mapping[str, str | None]) -> dict[str, str]:
    return {key: value for key, value in attributes.items() if value is not None}
