from xml.etree import ElementTree

import pytest
from bench.pubsub.cells import Cell
from bench.pubsub.chart import chart
from bench.pubsub.results import Measurements
from bench.pubsub.variants import GOOGLE, OURS
from tests.bench.pubsub.runs import throughput

CELL = Cell(100, 120, 0.0)


def test_bars_are_as_long_as_the_numbers_say() -> None:
    measurements = Measurements()
    measurements.add(OURS, CELL, throughput(8000.0, cpu_ms=10.0, server_cpu_share=0.95))
    measurements.add(GOOGLE, CELL, throughput(1000.0, cpu_ms=40.0))
    measurements.add("a <new> one & more", CELL, throughput(2000.0, cpu_ms=20.0))
    measurements.fail("broken", CELL, "ended")
    drawing = chart(measurements.results([CELL], [OURS, GOOGLE, "a <new> one & more", "broken"]))
    assert drawing is not None
    svg = ElementTree.fromstring(drawing)
    bars = [float(bar.attrib["width"]) for bar in svg.findall(".//{*}rect") if bar.attrib["class"] != "card"]
    assert [width / bars[0] for width in bars[:3]] == pytest.approx([1.0, 0.125, 0.25], rel=0.01)
    assert [width / bars[4] for width in bars[3:]] == pytest.approx([0.25, 1.0, 0.5], rel=0.01)
    texts = [text.text for text in svg.findall(".//{*}text")]
    assert {"8,000", "40.0", "a <new> one & more", f"{OURS} *"} <= set(texts)
    assert "broken" not in texts


def test_without_a_cell_of_the_chart_there_is_none() -> None:
    measurements, other = Measurements(), Cell(100, 10240, 10.0)
    measurements.add(OURS, other, throughput(1.0))
    assert chart(measurements.results([other], [OURS])) is None
