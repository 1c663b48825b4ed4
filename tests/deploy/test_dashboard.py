import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.deploy.instruments import label

FILE = Path(__file__).resolve().parents[2] / "deploy" / "grafana" / "claimstream.json"
DASHBOARD: dict[str, Any] = json.loads(FILE.read_text())
PANELS: list[dict[str, Any]] = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
VARIABLES = {variable["name"] for variable in DASHBOARD["templating"]["list"]}


def by_title(panel: dict[str, Any]) -> str:
    return str(panel["title"])


def test_panels_have_a_place_of_their_own() -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        for cell in (
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        ):
            assert taken.setdefault(cell, panel["title"]) == panel["title"]
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


@pytest.mark.parametrize("panel", PANELS, ids=by_title)
def test_each_panel_says_what_it_shows_and_asks_the_chosen_prometheus(panel: dict[str, Any]) -> None:
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    for part in (panel, *panel["targets"]):
        assert part["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


@pytest.mark.parametrize("panel", PANELS, ids=by_title)
def test_each_panel_keeps_to_the_chosen_environment(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        selected = re.findall(r"\b(?:claimstream|gen_ai)_\w+\{([^}]*)\}", target["expr"])
        assert all('deployment_environment_name=~"$environment"' in matchers for matchers in selected)
        assert selected or "ALERTS" in target["expr"]


@pytest.mark.parametrize("panel", PANELS, ids=by_title)
def test_legends_and_links_name_labels_that_are_left_of_the_expression(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        left = re.search(r"\bby \(([^)]*)\)", target["expr"])
        named = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
        for link in panel["fieldConfig"]["defaults"].get("links", []):
            named |= set(re.findall(r"__field\.labels\.(\w+)", link["url"]))
        if left is not None:
            assert named <= {name.strip() for name in left[1].split(",")}


@pytest.mark.parametrize("panel", PANELS, ids=by_title)
def test_links_to_traces_search_for_the_attribute_of_the_label(panel: dict[str, Any]) -> None:
    for link in panel["fieldConfig"]["defaults"].get("links", []):
        searched = re.findall(r"%22([\w.]+)%22:%22\$\{__field\.labels\.(\w+)\}%22", link["url"])
        assert searched
        for attribute, name in searched:
            assert (attribute, name) == ("service.peer.name", "service") or label(attribute) == name


def test_every_variable_used_is_defined() -> None:
    used = set(re.findall(r"\$\{?(\w+)", FILE.read_text()))
    assert {name for name in used if not name.startswith("__")} == VARIABLES
