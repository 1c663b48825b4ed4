"""The tenant that ``--tenant`` names."""

from collections.abc import Collection

from claimstream.cli.console import program
from claimstream.settings import SettingsError
from claimstream.store.database import Database
from claimstream.store.world import WorldStore

_LISTED = 10


async def check_tenant(database: Database, tenant_id: str | None) -> None:
    """Raises SettingsError when there is none of that id; nothing is wrong with None."""
    if tenant_id is not None:
        check_among(await WorldStore(database).tenant_ids(), tenant_id)


def check_among(known: Collection[str], tenant_id: str | None) -> None:
    """The same where the tenants are known."""
    if tenant_id is None or tenant_id in known:
        return
    if not known:
        raise SettingsError(
            f"--tenant {tenant_id}: no tenant is known yet. `{program()} load WORLD.json` makes it known."
        )
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    raise SettingsError(
        f"--tenant {tenant_id}: there is no such tenant. There are: {', '.join(sorted(known)[:_LISTED])}{more}."
    )
