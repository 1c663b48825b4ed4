"""How every command runs its work, and what they have in common."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout; all else goes to stderr.")]


def run(work: Coroutine[Any, Any, Any], *, complain: Callable[[str], None] | None = None) -> Any:
    """Run it on uvloop. What a person can mend ends with one line and status 2, Ctrl-C with 130."""
    import stamina.instrumentation
    import uvloop

    from claimstream.cli import console
    from claimstream.cli.mendable import as_setting
    from claimstream.evaluation.case import CaseError
    from claimstream.external.errors import ExternalError
    from claimstream.local.servers.process import LocalStackError
    from claimstream.pubsub import PubSubError, SubscriptionError
    from claimstream.settings import SettingsError

    complain = complain or console.complain
    expected = (SettingsError, ExternalError, LocalStackError, PubSubError, SubscriptionError, CaseError)
    # Until telemetry says otherwise: the library's own hook would print a line on stdout, amid the result.
    stamina.instrumentation.set_on_retry_hooks([])
    try:
        return uvloop.run(work)
    except expected as error:
        complain(str(error))
    except BaseExceptionGroup as group:
        known, unknown = group.split(expected)
        if unknown is not None or known is None:
            raise
        for leaf in _leaves(known):
            complain(str(leaf))
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.err.print("claimstream: stopped")
        raise typer.Exit(130) from None
    except Exception as error:
        if (text := as_setting(error)) is None:
            raise
        complain(text)
    raise typer.Exit(2)


def _leaves(group: BaseExceptionGroup[Any]) -> list[BaseException]:
    return [
        leaf
        for error in group.exceptions
        for leaf in (_leaves(error) if isinstance(error, BaseExceptionGroup) else [error])
    ]
