"""``claimstream eval`` as a process of its own."""

import json
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


@pytest.mark.acceptance
async def test_numbers_and_misses_are_written_for_machines_and_people(home: dict[str, str], tmp_path: Path) -> None:
    folder, page = few_samples(tmp_path / "few"), tmp_path / "misses.html"
    expected = next(folder.glob("*/")) / "expected.json"
    expected.write_text(json.dumps(json.loads(expected.read_text()) | {"intent": "spam"}))
    ended = await claimstream("eval", str(folder), "--json", "--html", str(page), environment=home)
    document = json.loads(ended.out)
    settled = document["without_person"]
    assert settled["cases"] == sum(group["cases"] for group in settled["by_route"].values())
    assert document["needless_reviews"].keys() == {"by_reason", "by_rule"}
    assert all({"needs_nobody", "settled_alone", "rules"} <= result.keys() for result in document["results"])
    assert f'id="case-{expected.parent.name}"' in page.read_text(encoding="utf-8")


async def test_a_page_in_no_folder_is_refused_at_once(home: dict[str, str], tmp_path: Path) -> None:
    folder = few_samples(tmp_path / "few")
    ended = await claimstream("eval", str(folder), "--html", str(tmp_path / "no" / "misses.html"), environment=home)
    assert (ended.status, "--html" in ended.err) == (2, True), ended.err
