"""The calls that a worker made for some emails, to be made again without it. Plain data, for any environment."""

import pickle
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Statement:
    method: str
    """``execute``, ``executemany``, ``fetch``, ``fetchrow`` or ``fetchval``, as asyncpg names them."""
    sql: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Transaction:
    statements: tuple[Statement, ...]
    explicit: bool = True
    """With BEGIN and COMMIT; False: one statement, which is a transaction by itself."""


@dataclass(frozen=True, slots=True)
class Document:
    method: str
    """``find``, ``find_one`` or ``update_one`` of the clients' collection."""
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Get:
    """Of Gmail."""

    path: str
    query: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    data: bytes
    content_type: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Download:
    name: str


@dataclass(frozen=True, slots=True)
class Question:
    """To the model: the arguments of ``messages.stream``."""

    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Letter:
    """Over SMTP, as bytes."""

    content: bytes
    sender: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Publish:
    data: bytes
    attributes: Mapping[str, str]


Call = Transaction | Document | Get | Upload | Download | Question | Letter | Publish


@dataclass(slots=True)
class Tape:
    shared: list[Call] = field(default_factory=list)
    """Of mailbox sync and upkeep, which belong to no single email."""
    published: dict[str, list[Call]] = field(default_factory=dict)
    """By email id: what its message to the pipeline took."""
    processed: dict[str, list[Call]] = field(default_factory=dict)
    """By email id: from claim to delivery."""

    def save(self, path: Path) -> None:
        path.write_bytes(pickle.dumps(self))

    @classmethod
    def load(cls, path: Path) -> "Tape":
        """Of a file of this benchmark's own: pickle runs what it is told to."""
        tape = pickle.loads(path.read_bytes())  # nosec B301 # ours
        assert isinstance(tape, cls)
        return tape

    @property
    def calls(self) -> list[Call]:
        every = (*self.published.values(), *self.processed.values())
        return [*self.shared, *(call for calls in every for call in calls)]

    def fresh_names(self) -> dict[str, str]:
        """A new id for each id of its emails, so that their rows and objects are new ones when it is played again."""
        names: dict[str, str] = {}
        for call in self.shared:
            for statement in call.statements if isinstance(call, Transaction) else ():
                if "INSERT INTO emails" in statement.sql:
                    email_ids, *others = statement.arguments[2:5]  # and Gmail's ids, and correlation ids
                    names |= {old: str(uuid.uuid4()) for old in email_ids}
                    names |= {old: secrets.token_hex(32)[: len(old)] for ids in others for old in ids}
        return names

    def renamed(self, names: Mapping[str, str]) -> "Tape":
        """With other ids everywhere but in what is asked of Gmail, so that it can be played again.

        Args:
            names: the new id of each old one; of the same length.
        """

        def text(value: str) -> str:
            for old, new in names.items():
                if old in value:
                    value = value.replace(old, new)
            return value

        def renamed(calls: list[Call]) -> list[Call]:
            return [_mapped(call, text) for call in calls]

        return Tape(
            renamed(self.shared),
            {text(email_id): renamed(calls) for email_id, calls in self.published.items()},
            {text(email_id): renamed(calls) for email_id, calls in self.processed.items()},
        )


def _mapped(call: Call, text: Callable[[str], str]) -> Call:
    match call:
        case Transaction(statements):
            renamed = tuple(replace(one, arguments=_values(one.arguments, text)) for one in statements)
            return replace(call, statements=renamed)
        case Document(method, arguments):
            return Document(method, _values(arguments, text))
        case Upload():
            return replace(call, name=text(call.name))
        case Publish():
            return replace(call, data=text(call.data.decode()).encode())
        case _:
            return call


def _values(value: Any, text: Callable[[str], str]) -> Any:
    match value:
        case Enum():
            return text(str(value.value))
        case str():
            return text(value)
        case tuple():
            return tuple(_values(each, text) for each in value)
        case list() | set() | frozenset():
            return [_values(each, text) for each in value]
        case dict():
            return {key: _values(each, text) for key, each in value.items()}
    return value
