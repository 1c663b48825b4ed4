"""``claimstream eval`` as a process of its own."""

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.process import claimstream
from tests.cli.test_commands import few_samples

from claimstream.local.sample_mail import SAMPLES


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


@pytest.mark.acceptance
async def test_a_model_answers_what_the_cases_own_script_does_not(home: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "prose"
    folder.mkdir()
    (folder / "world.json").write_bytes((SAMPLES / "world.json").read_bytes())
    for name in ("84-prose-claim-english", "87-prose-counter-offer"):
        shutil.copytree(SAMPLES / name, folder / name)
    (folder / "84-prose-claim-english" / "model.json").unlink()
    script = folder / "87-prose-counter-offer" / "model.json"
    fits_all = {"when": {}, "schema_has": "intent", "answer": {"intent": "spam", "confidence": 1.0}}
    script.write_text(json.dumps([fits_all, *json.loads(script.read_text())]))
    ended = await claimstream("eval", str(folder), "--model", "right", "--json", environment=home)
    document = json.loads(ended.out)
    assert (document["model"], document["wrong_writes"], document["set_aside"]) == ("right", 0, 0), ended.out
    prose, scripted = document["results"]
    assert (prose["intent"], prose["fields"]["total_claim"]) == ("claim_statement", "4275.50")
    assert scripted["set_aside"] is False, "a letter routes it: the script's word for spam is not enough"
    used = document["model_use"]
    assert {"extract", "all"} <= used.keys()
    assert used["all"]["tokens_in"] + used["all"]["tokens_out"] == prose["tokens"] + scripted["tokens"] > 0
    assert Decimal(used["all"]["cost_usd"]) > 0


async def test_a_stand_in_and_claude_are_not_asked_both(home: dict[str, str], tmp_path: Path) -> None:
    folder, key = few_samples(tmp_path / "few"), {"ANTHROPIC_API_KEY": "sk-x"}
    words = ("eval", str(folder), "--model", "liar", "--use", "ANTHROPIC_API_KEY")
    ended = await claimstream(*words, environment=home | key)
    assert (ended.status, "--model" in ended.err) == (2, True), ended.err


async def test_a_page_in_no_folder_is_refused_at_once(home: dict[str, str], tmp_path: Path) -> None:
    folder = few_samples(tmp_path / "few")
    ended = await claimstream("eval", str(folder), "--html", str(tmp_path / "no" / "misses.html"), environment=home)
    assert (ended.status, "--html" in ended.err) == (2, True), ended.err
