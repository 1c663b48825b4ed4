"""What ``claimstream doctor`` says of the settings themselves, and what is left of them to look at the rest with."""

from dataclasses import dataclass
from typing import Any

from claimstream.cli.doctor.finding import Finding
from claimstream.env_file import ignored
from claimstream.settings import Settings, WrongSettingsError, load_settings

_NAME = "Settings"


@dataclass(frozen=True, slots=True)
class Readable:
    findings: list[Finding]
    """None where all is well."""
    defaults: dict[str, Any]
    """In place of the values that are not accepted, by field: with them as overrides the settings load."""

    @property
    def wrong(self) -> frozenset[str]:
        """The variables whose values are not accepted."""
        return frozenset(name.upper() for name in self.defaults)


def read_settings() -> Readable:
    """Raises SettingsError where nothing can be read: the file is no text."""
    findings: list[Finding] = []
    defaults: dict[str, Any] = {}
    while True:
        try:
            load_settings(**defaults)
        except WrongSettingsError as error:
            findings += [Finding(_NAME, "failed", problem) for problem in error.problems]
            fresh = {name for names in error.problems.values() for name in names} - defaults.keys()
            if not fresh:
                raise
            # Then again: what holds between several settings is only looked at once each of them is right.
            defaults |= {name: Settings.model_fields[name].default for name in fresh}
        else:
            break
    findings += [Finding(_NAME, "warning", f"{name} in .env: {what}") for name, what in ignored().items()]
    return Readable(findings, defaults)


def unreadable(error: Exception) -> list[Finding]:
    return [Finding(_NAME, "failed", str(error))]
