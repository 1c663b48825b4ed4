"""Names in .env that nothing reads."""

from pathlib import Path

import pytest

from claimstream.env_file import ignored
from claimstream.settings import Settings, env_example, load_settings


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
    assert ignored() == {
        name.upper(): f"no setting has this name, and it is ignored; did you mean {meant}?",
    }


def test_a_name_that_is_like_no_setting_is_told_without_a_guess(folder: Path) -> None:
    (folder / ".env").write_text("FAVOURITE_COLOUR=blue")
    assert ignored() == {"FAVOURITE_COLOUR": "no setting has this name, and it is ignored"}


def test_settings_and_what_libraries_read_are_no_matter(folder: Path) -> None:
    others = "OTEL_BSP_SCHEDULE_DELAY=1\nPGPASSWORD=x\nGOOGLE_CLOUD_QUOTA_PROJECT=x\nHTTPS_PROXY=x\nTZ=UTC\n"
    ours = "".join(f"{name.upper()}=x\n" for name in Settings.model_fields)
    (folder / ".env").write_text(others + ours + env_example())
    assert ignored() == {}


def test_without_a_file_and_in_the_environment_nothing_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABSE_URL", "x")
    assert ignored() == {}


@pytest.mark.parametrize(
    "part", ["MY_SECRET_hunter2", "my secret", "bG9uZyBzZWNyZXQ=", "aGVsbG8gd29ybGQ==", "A" * 41 + "=x"]
)
def test_what_may_be_part_of_a_secret_is_told_by_its_line(folder: Path, part: str) -> None:
    (folder / ".env").write_text(f"ANTHROPIC_API_KEY=x\n\n{part}\n")
    (said,) = [f"{name} {what}" for name, what in ignored().items()]
    assert said.startswith("line 3 ")
    assert "ignored" in said
    assert part.partition("=")[0] not in said


@pytest.mark.parametrize(
    "line",
    ["DATABASE_URL", "DATABASE_URL postgresql://h/d", "DATABASE_URL: x", "set DATABASE_URL=x", 'DATABASE_URL="x', "{"],
)
def test_a_line_without_name_and_value_is_told(folder: Path, line: str) -> None:
    (folder / ".env").write_text(f"# ours\r\n\r\nLOG_LEVEL=INFO\r\n{line}\r\n", newline="")
    assert list(ignored()) == ["line 4"]


def test_a_name_with_two_values_is_told(folder: Path) -> None:
    (folder / ".env").write_text("Max_Crashes=2\nLOG_LEVEL=INFO\nMAX_CRASHES=4\nLOG_LEVEL='INFO'\n")
    assert ignored() == {"MAX_CRASHES": "stands there more than once, and the last value holds"}
    assert load_settings().max_crashes == 4


def test_an_invisible_sign_before_a_name_is_told(folder: Path) -> None:
    (folder / ".env").write_text("\ufeffLOG_LEVEL=INFO\n\u200bDATABASE_URL=x\n", encoding="utf-8")
    assert ignored() == {"line 2": "names no setting, and is ignored"}
