"""Scripted answers of the local Claude: which request gets which answer."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from claimstream.domain.rules.faults import WorldFaultsError
from claimstream.domain.rules.world_text import faults_of_types, read_json
from claimstream.local.servers.process import LocalStackError

SCRIPT_NAME = "model.json"

_SPACES = re.compile(r"\s+")


class When(BaseModel):
    """What a request must hold; everything that is given must be there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contains: str | tuple[str, ...] = ()
    """Words in the user's text (white space counts as one blank)."""
    sha256: str | None = None
    """Of the bytes of an image or document block."""

    def fits(self, text: str, hashes: frozenset[str]) -> bool:
        phrases = (self.contains,) if isinstance(self.contains, str) else self.contains
        return all(one_line(phrase) in text for phrase in phrases) and (self.sha256 is None or self.sha256 in hashes)


class ScriptedAnswer(BaseModel):
    """One rule. ``schema_has`` names a field of the requested schema, which tells the operation; ``text`` also stands
    for a request without a schema, which is then answered with ``answer["text"]``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: When
    schema_has: str
    answer: dict[str, Any]


def one_line(text: str) -> str:
    return _SPACES.sub(" ", text)


def read_script(path: Path) -> tuple[ScriptedAnswer, ...]:
    """The rules of one ``model.json``, a list. Raises LocalStackError, which names the file."""
    try:
        return TypeAdapter(tuple[ScriptedAnswer, ...]).validate_python(read_json(path.read_bytes()))
    except ValidationError as error:
        fault = next(faults_of_types(error))
    except WorldFaultsError as error:
        fault = str(error)
    except OSError as error:
        fault = f"cannot be read ({error.strerror})"
    raise LocalStackError(f"{path} is not a list of scripted answers: {fault}")


def read_scripts(folder: Path) -> tuple[ScriptedAnswer, ...]:
    """The rules of every case below a folder of cases, in the cases' order. Raises LocalStackError."""
    return tuple(rule for path in sorted(folder.glob(f"*/{SCRIPT_NAME}")) for rule in read_script(path))


def first_fitting(
    rules: Iterable[ScriptedAnswer], *, text: str, hashes: frozenset[str], fields: frozenset[str] | None
) -> ScriptedAnswer | None:
    """The first rule for a request with this text (on one line), these blocks, and a schema with these fields."""
    for rule in rules:
        asked = rule.schema_has in fields if fields is not None else rule.schema_has == "text"
        if asked and rule.when.fits(text, hashes):
            return rule
    return None


def dump_script(rules: Iterable[ScriptedAnswer]) -> str:
    """As it stands in ``model.json``."""
    content = [rule.model_dump(mode="json", exclude_defaults=True) for rule in rules]
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
