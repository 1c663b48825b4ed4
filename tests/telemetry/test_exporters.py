import pytest

from claimstream.telemetry.exporters import Target, target


@pytest.mark.parametrize("signal", ["traces", "metrics"])
def test_without_any_endpoint_nothing_is_exported(signal: str) -> None:
    assert target(signal, None, None) is None  # type: ignore[arg-type]  # parametrize knows no literals


def test_an_endpoint_needs_no_scheme_and_no_path() -> None:
    assert target("traces", "collector:4317", None) == Target("grpc", "http://collector:4317", "collector:4317")
    assert target("metrics", "http://collector:4318/", "http/protobuf") == Target(
        "http/protobuf", "http://collector:4318/v1/metrics", "collector:4318"
    )


def test_the_standard_variables_are_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "https://user:secret@collector:4318")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/protobuf")
    assert target("traces", None, None) == Target("grpc", None, "collector:4318")
    assert target("metrics", None, None) == Target("http/protobuf", None, "collector:4318")
    both = "http://other:4317"
    assert target("metrics", both, "grpc") == Target("http/protobuf", "http://other:4317/v1/metrics", "other:4317")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://prometheus:9090/api/v1/otlp/v1/metrics")
    assert target("metrics", both, "grpc") == Target("http/protobuf", None, "prometheus:9090")
    assert target("traces", both, "grpc") == Target("grpc", "http://other:4317", "other:4317")
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "none")
    assert target("metrics", None, None) is None
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert target("traces", None, None) is None


def test_an_unknown_protocol_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")
    with pytest.raises(ValueError, match="use grpc or http/protobuf"):
        target("traces", "collector:4317", None)
