"""Which circuit breaker holds work: as a worker beside us says, else as those who tell of outages have written down."""

from datetime import UTC, datetime

import aiohttp
from pydantic import BaseModel, ConfigDict, ValidationError

from claimstream.cli.access import a_door, open_database
from claimstream.cli.doctor.finding import Finding
from claimstream.external.errors import ExternalError
from claimstream.settings import Settings
from claimstream.store.outages import OutageStore

_NAME = "Breakers"
_SECONDS = 3.0


class _Circuit(BaseModel):
    model_config = ConfigDict(extra="ignore")

    state: str
    holds: list[str]
    retry_after_seconds: float
    reason: str


class _Ready(BaseModel):
    """The part of ``/ready`` that is read."""

    model_config = ConfigDict(extra="ignore")

    worker: str
    breakers_not_closed: dict[str, _Circuit]


async def circuits(settings: Settings, *, ask_database: bool) -> Finding:
    """What a worker on this machine says (HEALTH_PORT); where none does, what is written down of outages."""
    port = settings.health_port
    if port and (ready := await _ready(port)) is not None:
        return _of_worker(ready)
    silent = f"no worker answers on HEALTH_PORT {port}; " if port else ""
    if not ask_database:
        return Finding(_NAME, "warning", f"{silent}outages are written down in PostgreSQL, which cannot be asked")
    if settings.circuit_breaker_alert_email is None:
        text = f"{silent}only workers know: set HEALTH_PORT, or CIRCUIT_BREAKER_ALERT_EMAIL"
        return Finding(_NAME, "off", text)
    try:
        async with a_door() as door, open_database(settings, door) as database:
            outages = await OutageStore(database, worker="doctor").since()
    except ExternalError as error:
        return Finding(_NAME, "failed", str(error))
    if not outages:
        return Finding(_NAME, "ok", f"{silent}no outage is written down")
    told = ", ".join(f"{service} since {_time(at)} UTC" for service, at in sorted(outages.items()))
    return Finding(_NAME, "warning", f"{silent}down by the word of a worker: {told}. Emails that need it wait")


async def _ready(port: int) -> _Ready | None:
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS)) as session,
            session.get(f"http://127.0.0.1:{port}/ready") as response,
        ):
            return _Ready.model_validate_json(await response.read())
    except (aiohttp.ClientError, TimeoutError, ValidationError):
        return None


def _of_worker(ready: _Ready) -> Finding:
    if not ready.breakers_not_closed:
        return Finding(_NAME, "ok", f"closed, says {ready.worker}")
    parts = []
    for service, circuit in sorted(ready.breakers_not_closed.items()):
        held = f"holds {' and '.join(circuit.holds)}" if circuit.holds else "holds up no email"
        again = f"tried again in {circuit.retry_after_seconds:.0f} s" if circuit.retry_after_seconds else "tried now"
        because = f" after: {circuit.reason}" if circuit.reason else ""
        parts.append(f"{service} is {circuit.state.replace('_', ' ')}, {held}, {again}{because}")
    return Finding(_NAME, "warning", f"{'; '.join(parts)} (says {ready.worker})")


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
