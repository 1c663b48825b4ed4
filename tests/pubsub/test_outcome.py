import math

import pytest

from claimstream.pubsub import Retry


@pytest.mark.parametrize("after", [-1.0, math.inf, math.nan])
def test_a_retry_waits_for_a_number_of_seconds(after: float) -> None:
    with pytest.raises(ValueError, match="after"):
        Retry(after)
