"""Names in .env that nothing reads."""

from pathlib import Path

import pytest

from claimstream.env_file import unknown_names
from claimstream.settings import Settings, env_example


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("DATABSE_URL", "DATABASE_URL"),
        ("smtp_uri", "SMTP_URL"),
        ("SENTRY_DNS", "SENTRY_DSN"),
        ("ANTHROPIC_KEY", "ANTHROPIC_API_KEY"),
    ],
)
def test_a_mistyped_name_is_told_with_the_one_that_is_meant(folder: Path, name: str, meant: str) -> None:
    (folder / ".env").write_text(f"LOG_LEVEL=INFO\nexport {name}=x\n")
    assert unknown_names() == {
        name.upper(): f"no setting has this name, and it is ignored; did you mean {meant}?",
    }


def test_a_name_that_is_like_no_setting_is_told_without_a_guess(folder: Path) -> None:
    (folder / ".env").write_text("FAVOURITE_COLOUR=blue")
    assert unknown_names() == {"FAVOURITE_COLOUR": "no setting has this name, and it is ignored"}


def test_settings_and_what_libraries_read_are_no_matter(folder: Path) -> None:
    others = "OTEL_BSP_SCHEDULE_DELAY=1\nPGPASSWORD=x\nGOOGLE_CLOUD_QUOTA_PROJECT=x\nHTTPS_PROXY=x\nTZ=UTC\n"
    ours = "".join(f"{name.upper()}=x\n" for name in Settings.model_fields)
    (folder / ".env").write_text(others + ours + env_example())
    assert unknown_names() == {}


def test_without_a_file_and_in_the_environment_nothing_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABSE_URL", "x")
    assert unknown_names() == {}


@pytest.mark.parametrize(
    "part", ["MY_SECRET_hunter2", "my secret", "bG9uZyBzZWNyZXQ=", "aGVsbG8gd29ybGQ==", "A" * 41 + "=x"]
)
def test_what_may_be_part_of_a_secret_is_said_to_nobody(folder: Path, part: str) -> None:
    (folder / ".env").write_text(f"ANTHROPIC_API_KEY=x\n{part}\n")
    assert unknown_names() == {}
