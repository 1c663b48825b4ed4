"""``claimstream eval`` as a process of its own."""

from pathlib import Path

import pytest
from tests.cli.process import claimstream
from tests.cli.test_commands import few_samples


@pytest.mark.acceptance
async def test_folders_without_a_mail_are_named(home: dict[str, str], tmp_path: Path) -> None:
    folder = few_samples(tmp_path / "few")
    for name in ("empty", "unfinished", ".hidden", "__pycache__"):
        (folder / name).mkdir()
    (folder / "unfinished" / "expected.json").write_text("{}")
    ended = await claimstream("eval", str(folder), environment=home)
    assert "2 folders left out, without email.eml: empty, unfinished\n" in ended.err, ended.err
    assert ended.out.startswith("Wrong writes: 0 of 3 cases ")


@pytest.mark.acceptance
async def test_of_a_whole_folder_nothing_is_said(home: dict[str, str], tmp_path: Path) -> None:
    folder = few_samples(tmp_path / "few")
    for case in sorted(folder.glob("*/"))[1:]:
        for file in case.iterdir():
            file.unlink()
        case.rmdir()
    ended = await claimstream("eval", str(folder), environment=home)
    assert "left out" not in ended.err
    assert ended.out.startswith("Wrong writes: 0 of 1 case ")


async def test_a_script_that_is_none_ends_in_one_message(home: dict[str, str], tmp_path: Path) -> None:
    folder = few_samples(tmp_path / "few")
    script = next(folder.glob("*/")) / "model.json"
    script.write_text('{"a":')
    ended = await claimstream("eval", str(folder), "--stand-in", environment=home)
    assert (ended.status, f"{script} is not a list of scripted answers" in ended.err) == (2, True), ended.err
    assert "Traceback" not in ended.err
