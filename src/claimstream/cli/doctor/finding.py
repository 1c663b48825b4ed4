"""What ``claimstream doctor`` has to say of one thing."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "off", "warning", "failed"]


@dataclass(frozen=True, slots=True)
class Finding:
    service: str
    state: State
    text: str
