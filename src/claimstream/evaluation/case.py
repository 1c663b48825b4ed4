"""Cases on disk: a world, and for each case a mail and what is expected of it."""

import email.policy
from dataclasses import dataclass
from decimal import Decimal
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from claimstream.domain.records.decision import ReviewReason, Route
from claimstream.domain.records.extraction import SettlementDecision
from claimstream.domain.records.intent import Intent, MatchedBy
from claimstream.domain.records.world import World
from claimstream.domain.rules.faults import WorldFaultsError
from claimstream.domain.rules.world_text import faults_of_types, read_json, read_world_text
from claimstream.evaluation.files import MAIL_BYTES, MEBIBYTE, CaseError, read_file
from claimstream.local.sample_mail import SAMPLES
from claimstream.reading.headers import addresses

M = TypeVar("M", bound=BaseModel)


EXPECTED = (
    "Expected is a world.json: tenants with their mailboxes, clients, and the letters sent (inquiries). "
    f"docs/evaluation.md describes the format; an example: {SAMPLES / 'world.json'}"
)
WORLD_BYTES = 128 * MEBIBYTE
"""The largest ``world.json``: some hundred thousand letters. To read it takes ten times its size in memory."""
_EXPECTED_BYTES = MEBIBYTE


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
    left_out: tuple[str, ...] = ()
    """The names of the folders that hold no ``email.eml``."""


def load_cases(folder: Path) -> CaseFolder:
    """Read a folder of cases.

    Raises:
        CaseError: something is missing or malformed.
    """
    if not folder.is_dir():
        raise CaseError(f"{folder}: no such folder. Name one that holds world.json and a folder per case")
    world = read_world(folder / "world.json")
    folders = [each for each in sorted(folder.iterdir()) if each.is_dir() and not each.name.startswith((".", "__"))]
    cases = tuple(_load_case(each, world) for each in folders if (each / "email.eml").exists())
    if not cases:
        raise CaseError(f"{folder}: holds no case, that is a folder with email.eml and expected.json")
    left_out = tuple(each.name for each in folders if not (each / "email.eml").exists())
    return CaseFolder(world=world, cases=cases, left_out=left_out)


def read_world(path: Path) -> World:
    """Raises CaseError, which names every fault of the file."""
    try:
        return read_world_text(read_file(path, most_bytes=WORLD_BYTES))
    except CaseError as error:
        fault = str(error)
    except WorldFaultsError as error:
        fault = f"{path}: {error}"
    raise CaseError(f"{fault}\n{EXPECTED}")


def _load_case(folder: Path, world: World) -> Case:
    raw = read_file(folder / "email.eml", most_bytes=MAIL_BYTES)
    expected = _read(folder / "expected.json", Expected)
    script = folder / "model.json"
    return Case(
        name=folder.name,
        raw=raw,
        mailbox=_mailbox(raw, world, folder),
        expected=expected,
        script=script if script.exists() else None,
    )


def receivers(raw: bytes) -> list[str]:
    """Mailboxes that a mail has come to: those of Delivered-To, then those of To and Cc, each without a reply code."""
    headers = BytesHeaderParser(policy=email.policy.compat32).parsebytes(raw)
    return [
        without_code(found.address)
        for names in (("Delivered-To", "X-Delivered-To"), ("To", "Cc"))
        for found in addresses([str(value) for name in names for value in headers.get_all(name, [])])
    ]


def without_code(address: str) -> str:
    """A mailbox's own address: in lower case, without what stands behind a plus."""
    local, _, domain = address.lower().partition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _mailbox(raw: bytes, world: World, folder: Path) -> str:
    ours = {address.lower() for tenant in world.tenants for address in tenant.mailboxes}
    if (found := next((one for one in receivers(raw) if one in ours), None)) is not None:
        return found
    if len(ours) == 1:
        return next(iter(ours))  # a Bcc, or a mail without headers: there is only one place it can have come to
    raise CaseError(f"{folder / 'email.eml'}: neither Delivered-To nor To or Cc names a mailbox of world.json")


def _read(path: Path, kind: type[M]) -> M:
    try:
        return kind.model_validate(read_json(read_file(path, most_bytes=_EXPECTED_BYTES)))
    except ValidationError as error:
        raise CaseError(f"{path}: {next(faults_of_types(error))}") from None
    except WorldFaultsError as error:
        raise CaseError(f"{path}: {error}") from None
