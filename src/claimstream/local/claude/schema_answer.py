"""A value that fits a JSON schema: one that says "nothing found", one with scripted parts, one that is invented."""

from typing import Any

Schema = dict[str, Any]

INVENTED_QUOTE = "Gesamtforderung per heute: 9.999,99 EUR"
_INVENTED = {
    "number": 9999.99,
    "integer": 9999,
    "boolean": True,
    "date": "2026-01-31",
    "date-time": "2026-01-31T00:00:00Z",
}
_NOTHING_INTENT = {"intent": "general_inquiry", "confidence": 0.3, "verdict": "yes"}


class SchemaAnswer:
    """Answers in one schema, with its ``$defs``. Anything in the schema that is not understood becomes None."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._definitions: dict[str, Schema] = schema.get("$defs", {})

    @property
    def fields(self) -> frozenset[str]:
        """Names of the top-level properties."""
        return frozenset(self._resolve(self._schema).get("properties", {}))

    def nothing(self) -> Any:
        """Null wherever that is allowed, else empty; an intent is ``general_inquiry`` at confidence 0.3, a
        verdict ``yes``: a model that says nothing stops nothing."""
        return self._nothing(self._schema, "")

    def filled(self, parts: dict[str, Any]) -> Any:
        """``parts`` laid over :meth:`nothing`; what the schema does not ask for is left out."""
        return self._overlay(self._schema, self.nothing(), parts)

    def invented(self) -> Any:
        """A value in every field, each with a quote that stands nowhere."""
        return self._invented(self._schema, "")

    def _resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self._definitions[str(schema["$ref"]).rpartition("/")[2]]
        return schema

    def _choices(self, schema: Schema) -> list[Schema]:
        """The alternatives of a schema, null first."""
        schema = self._resolve(schema)
        choices = [self._resolve(choice) for choice in schema.get("anyOf") or schema.get("oneOf") or ()]
        if not choices and isinstance(schema.get("type"), list):
            choices = [{**schema, "type": each} for each in schema["type"]]
        return sorted(choices or [schema], key=lambda choice: choice.get("type") != "null")

    def _nothing(self, schema: Schema, name: str) -> Any:
        first = self._choices(schema)[0]
        if name in _NOTHING_INTENT and (_NOTHING_INTENT[name] in first.get("enum", [_NOTHING_INTENT[name]])):
            return _NOTHING_INTENT[name]
        if "const" in first:
            return first["const"]
        if first.get("enum"):
            return first["enum"][-1]
        match first.get("type"):
            case "object":
                return {key: self._nothing(each, key) for key, each in first.get("properties", {}).items()}
            case "array":
                return []
            case "string":
                return ""
            case "number" | "integer":
                return 0
            case "boolean":
                return False
        return None

    def _overlay(self, schema: Schema, below: Any, above: Any) -> Any:
        chosen = next((choice for choice in self._choices(schema) if _is_a(choice, above)), None)
        if chosen is None:
            return above
        if isinstance(above, dict) and "properties" in chosen:
            base = below if isinstance(below, dict) else self._nothing(chosen, "")
            properties = chosen["properties"]
            return {
                key: self._overlay(each, base[key], above[key]) if key in above else base[key]
                for key, each in properties.items()
            }
        if isinstance(above, list) and "items" in chosen:
            return [self._overlay(chosen["items"], None, each) for each in above]
        return above

    def _invented(self, schema: Schema, name: str) -> Any:
        last = self._choices(schema)[-1]
        if "const" in last:
            return last["const"]
        if name == "intent" and "claim_statement" in last.get("enum", ()):
            return "claim_statement"
        if last.get("enum"):
            return last["enum"][0]
        kind = str(last.get("type"))
        match kind:
            case "object":
                return {key: self._invented(each, key) for key, each in last.get("properties", {}).items()}
            case "array":
                return [self._invented(last["items"], name)] if "items" in last else []
            case "string" if name in {"quote", "evidence"}:
                return INVENTED_QUOTE
            case "string":
                return _INVENTED.get(str(last.get("format")), "9999.99")
            case "number" if "confidence" in name:
                return 0.99
        return _INVENTED.get(kind)


def _is_a(schema: Schema, value: Any) -> bool:
    kinds: dict[str, type | tuple[type, ...]] = {
        "object": dict,
        "array": list,
        "string": str,
        "number": (int, float),
        "integer": int,
        "boolean": bool,
    }
    kind = str(schema.get("type"))
    if kind == "null":
        return value is None
    return kind in kinds and isinstance(value, kinds[kind])
