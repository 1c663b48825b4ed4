"""The manifests in ``k8s``: what a pod may do, and that what they set is a setting."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from claimstream.settings import Settings

FOLDER = Path(__file__).parents[2] / "k8s"
STANDARD = {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_RESOURCE_ATTRIBUTES", "POD_NAME"}
"""Variables that are read by OpenTelemetry's SDK, or by another variable."""


def documents(file: str) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all((FOLDER / file).read_text()) if document]


@pytest.fixture
def pod() -> dict[str, Any]:
    [deployment] = documents("deployment.yaml")
    spec: dict[str, Any] = deployment["spec"]["template"]["spec"]
    return spec


@pytest.fixture
def containers(pod: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {container["name"]: container for container in (*pod["initContainers"], *pod["containers"])}


def secrets() -> dict[str, dict[str, str]]:
    return {secret["metadata"]["name"]: secret["stringData"] for secret in documents("secret.example.yaml")}


def test_nothing_is_root_writes_to_its_image_or_may_become_more(
    pod: dict[str, Any], containers: dict[str, dict[str, Any]]
) -> None:
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] >= 10_000
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in containers.values():
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
    [namespace] = documents("namespace.yaml")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_no_token_of_kubernetes_is_in_the_pod(pod: dict[str, Any]) -> None:
    assert pod["automountServiceAccountToken"] is False
    [account] = documents("serviceaccount.yaml")
    assert (account["metadata"]["name"], account["automountServiceAccountToken"]) == (pod["serviceAccountName"], False)


def test_what_a_container_may_take_of_its_node_is_bounded(
    pod: dict[str, Any], containers: dict[str, dict[str, Any]]
) -> None:
    for container in containers.values():
        assert {"memory", "ephemeral-storage"} <= container["resources"]["limits"].keys()
        assert "cpu" in container["resources"]["requests"]
    for volume in pod["volumes"]:
        assert "sizeLimit" in volume.get("emptyDir", {"sizeLimit": ""})


def test_nobody_calls_a_worker_and_it_reaches_what_its_settings_name(pod: dict[str, Any]) -> None:
    [policy] = documents("networkpolicy.yaml")
    [deployment] = documents("deployment.yaml")
    assert policy["spec"]["podSelector"] == deployment["spec"]["selector"]
    assert (set(policy["spec"]["policyTypes"]), policy["spec"]["ingress"]) == ({"Ingress", "Egress"}, [])
    allowed = {port["port"] for rule in policy["spec"]["egress"] if "to" not in rule for port in rule["ports"]}
    [config] = documents("configmap.yaml")
    called = {name: value for name, value in config["data"].items() if name != "JAEGER_UI_URL"}  # it is only linked to
    urls = [*called.values(), *(value for secret in secrets().values() for value in secret.values())]
    used = {urlsplit(url).port or 443 for url in urls if "://" in url and "\n" not in url}
    assert used | {53, 465, 6379} == allowed


def test_the_worker_does_not_know_the_owner_of_the_schema(containers: dict[str, dict[str, Any]]) -> None:
    def secrets_of(name: str) -> set[str]:
        return {source["secretRef"]["name"] for source in containers[name]["envFrom"] if "secretRef" in source}

    assert secrets_of("migrate") == {"claimstream-migrate"}
    assert secrets_of("worker") == {"claimstream"}
    users = {
        name: urlsplit(secret["DATABASE_URL"]).username
        for name, secret in secrets().items()
        if len(secret) > 0 and "DATABASE_URL" in secret
    }
    assert users == {"claimstream": "claimstream_worker", "claimstream-migrate": "claimstream_owner"}


def test_the_examples_are_settings_and_insist_on_tls() -> None:
    [config] = documents("configmap.yaml")
    known = {name.upper() for name in Settings.model_fields}
    assert config["data"].keys() - STANDARD <= known
    worker = secrets()["claimstream"]
    assert worker.keys() <= known
    for secret in ("claimstream", "claimstream-migrate"):
        assert "sslmode=verify-full&sslrootcert=" in secrets()[secret]["DATABASE_URL"]
    assert "tls=true&tlsCAFile=" in worker["MONGODB_URL"]
    assert "BREAKER_REDIS_URL: rediss://" in (FOLDER / "secret.example.yaml").read_text()
    Settings.model_validate({name.lower(): value for name, value in worker.items()})


def test_every_manifest_is_applied_but_the_secrets() -> None:
    [kustomization] = documents("kustomization.yaml")
    files = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml", "secret.yaml"}
    assert files - set(kustomization["resources"]) == {"secret.example.yaml"}


def test_the_image_can_share_its_circuits() -> None:
    lock = (FOLDER.parent / "requirements.lock").read_text()
    assert "\nredis==" in lock, "BREAKER_REDIS_URL needs it"


def test_the_probes_leave_a_start_its_time(containers: dict[str, dict[str, Any]]) -> None:
    worker = containers["worker"]
    startup, liveness, readiness = (worker[f"{kind}Probe"] for kind in ("startup", "liveness", "readiness"))
    assert [probe["httpGet"]["path"] for probe in (startup, liveness, readiness)] == ["/live", "/live", "/ready"]
    assert startup["periodSeconds"] * startup["failureThreshold"] >= 60
    assert "initialDelaySeconds" not in liveness, "the startup probe waits"
