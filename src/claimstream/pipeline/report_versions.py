"""Reading reports that earlier versions of us wrote."""

from typing import Any


def in_this_shape(data: Any) -> Any:
    """The same report in today's shape. What is no report of an earlier version comes back as it is."""
    if not isinstance(data, dict) or data.get("version") not in {1, 2, 3}:
        return data
    report = _version_2(data) if data["version"] == 1 else dict(data)
    # Version 3 tells the run, that was always the first before; 4 whether the mail was shown to the model.
    return report | {"version": 4, "left_the_house": True if report.get("model_calls") else None}


def _version_2(data: dict[str, Any]) -> dict[str, Any]:
    report = dict(data)
    names = [("person", name) for name in report.pop("people", ())]
    names += [("reference", name) for name in report.pop("references", ())]
    return report | {
        "fields": [
            *(_field(field) for field in report.get("fields", ())),
            *(
                {"field": field, "value": name, "confidence": None, "source_id": "", "quote": "", "start": 0, "end": 0}
                for field, name in names
            ),
        ],
        "sources": [_source(source) for source in report.get("sources", ())],
        "stages": [_stage(stage, report["attempt"]) for stage in report.get("stages", ())],
    }


def _field(field: dict[str, Any]) -> dict[str, Any]:
    value = None if field["value"] == "None" else field["value"]
    return field | {"value": value, "end": field["start"] + len(field["quote"])}


def _source(text: str) -> dict[str, str]:
    """``attachment-1 (text_pdf)``."""
    source_id, _, kind = text.rpartition(" (")
    return {"source_id": source_id, "kind": kind.removesuffix(")")}


def _stage(stage: dict[str, Any], attempt: int) -> dict[str, Any]:
    return {"stage": stage["stage"], "seconds": stage["seconds"], "attempt": 0 if stage["from_checkpoint"] else attempt}
