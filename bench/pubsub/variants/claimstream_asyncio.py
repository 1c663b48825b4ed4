"""Our subscriber on the loop of the standard library, to see what uvloop is worth."""

import asyncio

from bench.pubsub.client import Work, main
from bench.pubsub.variants.claimstream import subscribe


def consume(work: Work) -> None:
    asyncio.run(subscribe(work))


if __name__ == "__main__":
    main(consume, "claimstream")
