"""How every command runs its work, and what they have in common."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import typer

from claimstream.cli.ending import ENDING, GRACE_SECONDS, STOPPED

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout; all else goes to stderr.")]
UseOption = Annotated[
    list[str] | None,
    typer.Option(
        "--use",
        metavar="NAME,…",
        help="Variables of the environment to use: DATABASE_URL, MONGODB_URL, ANTHROPIC_API_KEY, … Nothing else of "
        "the environment is used, and nothing of .env. On a database server the trial works in a database of its own.",
    ),
]


def advice(error: BaseException) -> list[str] | None:
    """What a person can do about it, a line each; None for an error that nobody foresaw."""
    from claimstream.cli.mendable import as_setting
    from claimstream.domain.rules.faults import WorldFaultsError
    from claimstream.evaluation.files import CaseError
    from claimstream.external.errors import ExternalError
    from claimstream.local.servers.process import LocalStackError
    from claimstream.pubsub import PubSubError, SubscriptionError
    from claimstream.settings import SettingsError

    expected = (
        SettingsError,
        ExternalError,
        LocalStackError,
        PubSubError,
        SubscriptionError,
        CaseError,
        WorldFaultsError,
    )
    lines = []
    for leaf in _leaves(error):
        line = str(leaf) if isinstance(leaf, expected) else as_setting(leaf)
        if line is None:
            return None
        lines.append(line)
    return lines


def run(
    work: Coroutine[Any, Any, Any],
    *,
    complain: Callable[[str], None] | None = None,
    stopped: Callable[[], None] | None = None,
    grace_seconds: float = GRACE_SECONDS,
) -> Any:
    """Run it on uvloop. What a person can mend ends with one line and status 2, Ctrl-C with 130, SIGTERM with 143.

    Args:
        complain: says that line; by default on stderr.
        stopped: says that it was told to end; by default on stderr.
        grace_seconds: how long its clean-up may take then.
    """
    import stamina.instrumentation
    import uvloop

    from claimstream.cli import console
    from claimstream.telemetry import logs

    if logs.written_as() is None:  # else Python prints warnings and errors as the dicts that they are here
        logs.configure("ERROR", "console")
    complain = complain or console.complain
    # Until telemetry says otherwise: the library's own hook would print a line on stdout, amid the result.
    stamina.instrumentation.set_on_retry_hooks([])
    try:
        return uvloop.run(_stoppable(work, grace_seconds))
    except (Exception, BaseExceptionGroup, KeyboardInterrupt, asyncio.CancelledError) as error:
        if ENDING.told or isinstance(error, KeyboardInterrupt | asyncio.CancelledError):
            # Also where its clean-up has failed, or what was broken off looked like another error.
            ENDING.say(stopped or (lambda: console.err.print(STOPPED)))
            if ENDING.told:
                ENDING.finish()
            raise typer.Exit(128 + signal.SIGINT) from None
        lines = advice(error)
        if lines is None:
            raise
    for line in lines:
        complain(line)
    raise typer.Exit(2)


async def _stoppable(work: Coroutine[Any, Any, Any], grace_seconds: float) -> Any:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    with ENDING.cancels(lambda: loop.call_soon_threadsafe(task.cancel), grace_seconds=grace_seconds):
        return await work


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in _leaves(inner)]
    return [error]
