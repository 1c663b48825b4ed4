"""What a command finds in its environment."""

from pathlib import Path

import pytest
from tests.helpers import worker_environment

from claimstream.local.stack import LocalStack
from claimstream.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment with a cache folder of its own."""
    return {"XDG_CACHE_HOME": str(tmp_path)}


@pytest.fixture
def installed(settings: Settings, stack: LocalStack, home: dict[str, str]) -> dict[str, str]:
    return worker_environment(settings, stack) | home | {"LOG_LEVEL": "ERROR"}
