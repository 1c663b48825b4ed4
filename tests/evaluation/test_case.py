"""Folders of cases as they lie on disk."""

import json
from pathlib import Path

import pytest
from tests.conftest import make_world

from claimstream.evaluation.case import load_cases, receivers
from claimstream.evaluation.files import CaseError, read_file

MAIL = b"To: post@kanzlei.example\n\nx"


def folder_of(path: Path, expected: bytes, mail: bytes = MAIL) -> Path:
    (path / "01").mkdir()
    (path / "world.json").write_text(make_world("post@kanzlei.example").model_dump_json())
    (path / "01" / "email.eml").write_bytes(mail)
    (path / "01" / "expected.json").write_bytes(expected)
    return path


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (b"", "is empty"),
        (b'{"intent": ', "is no whole JSON"),
        (b"[]", "expected an object: { … }"),
        (b'{"intent": "claim"}', "intent: expected 'claim_statement', "),
        (b'{"matched_by": "magic"}', "matched_by: expected 'reply_code', "),
        (b'{"route": 5}', "route: expected 'AUTO_UPDATE', "),
        (b'{"needs_model": "perhaps"}', "needs_model: expected true or false"),
        (b'{"fields": {"total_claim": "viel"}}', "fields.total_claim: expected an amount"),
        (b'{"routes": []}', "routes: is no field of the format"),
    ],
)
def test_what_is_expected_wrongly_is_named(tmp_path: Path, expected: bytes, said: str) -> None:
    with pytest.raises(CaseError) as raised:
        load_cases(folder_of(tmp_path, expected))
    assert f"01/expected.json: {said}" in str(raised.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_is_expected_is_read_in_every_encoding_of_json(tmp_path: Path, encoding: str) -> None:
    text = json.dumps({"route": ["AUTO_UPDATE", "MANUAL_REVIEW"], "fields": {"total_claim": "3.50"}})
    (case,) = load_cases(folder_of(tmp_path, text.encode(encoding))).cases
    assert [str(route) for route in case.expected.routes] == ["AUTO_UPDATE", "MANUAL_REVIEW"]
    assert str(case.expected.fields.total_claim) == "3.50"


@pytest.mark.parametrize("mail", [b"", b"\xef\xbb\xbfTo: post@kanzlei.example\n\nx"])
def test_a_case_may_be_a_mail_of_any_bytes(tmp_path: Path, mail: bytes) -> None:
    assert load_cases(folder_of(tmp_path, b"{}", mail)).cases[0].raw == mail


def test_receivers_are_those_of_delivered_to_first() -> None:
    mail = (
        b'To: "B, C" <B+X1Y2@kanzlei.example>, d@kanzlei.example\r\nCc: e@kanzlei.example\r\nTo: f@kanzlei.example\r\n'
        b"Delivered-To: A@kanzlei.example\r\n\r\nTo: g@kanzlei.example"
    )
    assert receivers(mail) == [f"{name}@kanzlei.example" for name in "abdfe"]


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"x" * (1024 * 1024 + 1))
    with pytest.raises(CaseError, match="a: is larger than 1 MiB"):
        read_file(file, most_bytes=1024 * 1024)
    assert len(read_file(file, most_bytes=1024 * 1024 + 1)) == 1024 * 1024 + 1
