"""Cases on disk: a world, and for each case a mail and what is expected of it."""

import email
import email.policy
import email.utils
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from claimstream.domain.records.decision import ReviewReason, Route
from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.records.intent import Intent, MatchedBy
from claimstream.domain.records.world import World
from claimstream.domain.rules.world_text import WorldFaultsError, read_world_text
from claimstream.local.sample_mail import SAMPLES

M = TypeVar("M", bound=BaseModel)


class CaseError(Exception):
    """The folder is not one of cases. The text names the file and what is wrong with it."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExpectedFields(_Strict):
    total_claim: Decimal | None = None
    principal: Decimal | None = None
    interest: Decimal | None = None
    costs: Decimal | None = None
    as_of: str | None = None
    iban: str | None = None
    bic: str | None = None
    creditor_reference: str | None = None
    case_reference: str | None = None
    settlement_decision: SettlementDecision | None = None
    counter_offer_amount: Decimal | None = None


class Expected(_Strict):
    """Only the keys present are checked (``model_fields_set``); null means: must be absent."""

    intent: Intent | None = None
    route: Route | tuple[Route, ...] | None = None
    inquiry_id: str | None = None
    matched_by: MatchedBy | Literal["none"] | None = None
    fields: ExpectedFields = ExpectedFields()
    current_amount_after: Decimal | None = None
    review_reason: ReviewReason | None = None
    needs_model: bool = False
    tags: tuple[str, ...] = ()

    def has(self, key: str) -> bool:
        return key in self.model_fields_set

    @property
    def routes(self) -> tuple[Route, ...]:
        """The acceptable ones; () when the route is not checked."""
        if self.route is None:
            return ()
        return (self.route,) if isinstance(self.route, Route) else self.route


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    raw: bytes
    mailbox: str
    expected: Expected
    script: Path | None
    """``model.json``: what the stand-in for the model answers, where there is one."""


@dataclass(frozen=True, slots=True)
class CaseFolder:
    world: World
    cases: tuple[Case, ...]


def load_cases(folder: Path) -> CaseFolder:
    """Read a folder of cases.

    Raises:
        CaseError: something is missing or malformed.
    """
    if not folder.is_dir():
        raise CaseError(f"{folder}: no such folder. Name one that holds world.json and a folder per case")
    world = read_world(folder / "world.json")
    cases = tuple(
        _load_case(each, world) for each in sorted(folder.iterdir()) if each.is_dir() and (each / "email.eml").exists()
    )
    if not cases:
        raise CaseError(f"{folder}: holds no case, that is a folder with email.eml and expected.json")
    return CaseFolder(world=world, cases=cases)


def read_world(path: Path) -> World:
    """Raises CaseError, which names every fault of the file."""
    try:
        return read_world_text(_bytes(path))
    except CaseError as error:
        fault = str(error)
    except WorldFaultsError as error:
        fault = f"{path}: {error}"
    raise CaseError(
        f"{fault}. Expected is a world.json: tenants with their mailboxes, clients, and the letters sent "
        f"(inquiries). docs/evaluation.md describes the format; an example: {SAMPLES / 'world.json'}"
    )


def _load_case(folder: Path, world: World) -> Case:
    raw = (folder / "email.eml").read_bytes()
    expected = _read(folder / "expected.json", Expected)
    script = folder / "model.json"
    return Case(
        name=folder.name,
        raw=raw,
        mailbox=_mailbox(raw, world, folder),
        expected=expected,
        script=script if script.exists() else None,
    )


def _mailbox(raw: bytes, world: World, folder: Path) -> str:
    """Delivered-To, else the tenant's mailbox among To and Cc (where a reply code may be part of the address)."""
    ours = {address.lower() for tenant in world.tenants for address in tenant.mailboxes}
    headers = email.message_from_bytes(raw, policy=email.policy.compat32)
    for names in (("Delivered-To", "X-Delivered-To"), ("To", "Cc")):
        values = [str(value) for name in names for value in headers.get_all(name, [])]
        for _, address in email.utils.getaddresses(values):
            local, _, domain = address.lower().partition("@")
            plain = f"{local.partition('+')[0]}@{domain}"
            if plain in ours:
                return plain
    if len(ours) == 1:
        return next(iter(ours))  # a Bcc, or a mail without headers: there is only one place it can have come to
    raise CaseError(f"{folder / 'email.eml'}: neither Delivered-To nor To or Cc names a mailbox of world.json")


def _read(path: Path, kind: type[M]) -> M:
    data = _bytes(path)
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])  # nowhere, if it is no JSON
        raise CaseError(f"{path}: {f'{where}: ' if where else ''}{first['msg']}") from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise CaseError(f"{path}: missing") from None
    except OSError as error:
        raise CaseError(f"{path}: cannot be read ({error.strerror})") from None
