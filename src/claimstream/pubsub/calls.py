"""A unary call that is tried again while its failure may pass."""

import asyncio
import time
from typing import Any

from claimstream.pubsub.backoff import Backoff
from claimstream.pubsub.errors import PubSubError, is_transient
from claimstream.pubsub.wire import AioRpcError, Metadata, UnaryStub, status_name


async def patient_call(
    stub: UnaryStub,
    request: object,
    *,
    metadata: Metadata,
    action: str,
    resource: str,
    timeout_seconds: float,
    retry_seconds: float,
) -> Any:
    """The response. `action` and `resource` stand in the PubSubError it raises.

    `timeout_seconds` is for one try; transient failures are tried again for `retry_seconds`.
    """
    give_up = time.monotonic() + retry_seconds
    backoff = Backoff(0.1, 2.0)
    while True:
        try:
            return await stub(request, timeout=timeout_seconds, metadata=metadata)
        except AioRpcError as error:
            wait = backoff.next_seconds()
            if not is_transient(error) or time.monotonic() + wait > give_up:
                raise PubSubError.of(error, action, resource) from error
            if status_name(error) == "CANCELLED":  # the channel was closed under us
                raise PubSubError.of(error, action, resource) from error
        await asyncio.sleep(wait)
