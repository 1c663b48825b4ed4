import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / ".ci" / "dependency_audit.py"
    spec = importlib.util.spec_from_file_location("dependency_audit", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def dependency(name: str, *holes: str) -> dict[str, Any]:
    return {"name": name, "version": "1.0", "vulns": [{"id": hole, "fix_versions": ["1.1"]} for hole in holes]}


SKIPPED = {"name": "c", "skip_reason": "not found"}


def test_a_known_hole_fails_the_build_and_is_named(audit: ModuleType) -> None:
    status, said = audit.verdict({"dependencies": [dependency("a", "PYSEC-1"), dependency("b"), SKIPPED]})
    assert status == 1
    assert said == ["2 dependencies audited, 1 known holes", "a 1.0: PYSEC-1, mended in 1.1", "not audited: c"]


def test_none_is_well(audit: ModuleType) -> None:
    assert audit.verdict({"dependencies": [dependency("a")]}) == (0, ["1 dependencies audited, 0 known holes"])


@pytest.mark.parametrize("report", [None, {"dependencies": [SKIPPED]}])
def test_where_there_are_no_advisories_it_is_said_that_nothing_was_audited(audit: ModuleType, report: Any) -> None:
    status, said = audit.verdict(report)
    assert status == 0
    assert said[0].startswith("NOT AUDITED")
