from pathlib import Path

from bench.pipeline.tape import Document, Get, Publish, Statement, Tape, Transaction, Upload

EMAIL, GMAIL, CORRELATION = "0a" * 18, "1b" * 8, "2c" * 16


def tape() -> Tape:
    insert = Statement("fetch", "INSERT INTO emails (…) …", ("tenant", "a@b.example", [EMAIL], [GMAIL], [CORRELATION]))
    claim = Transaction((Statement("fetchrow", "UPDATE emails …", (EMAIL, 1, {"report": f"of {EMAIL}"})),))
    return Tape(
        shared=[Transaction((insert,))],
        published={EMAIL: [Publish(f'{{"email_id": "{EMAIL}"}}'.encode(), {})]},
        processed={
            EMAIL: [
                claim,
                Get(f"/gmail/v1/users/me/messages/{GMAIL}", None),
                Upload(f"t/{EMAIL}/raw.eml", b"raw", "message/rfc822", {}),
                Document("update_one", ({"applied_email_ids": {"$ne": EMAIL}}, {})),
            ]
        },
    )


def test_a_tape_is_played_with_new_ids_of_the_same_size() -> None:
    original = tape()
    names = original.fresh_names()
    assert set(names) == {EMAIL, GMAIL, CORRELATION}
    assert all(len(old) == len(new) and old != new for old, new in names.items())
    renamed = original.renamed(names)
    (email_id,) = renamed.processed
    assert email_id == names[EMAIL]
    text = repr(renamed)
    assert EMAIL not in text
    assert CORRELATION not in text
    assert text.count(email_id) == repr(original).count(EMAIL)


def test_gmail_is_asked_for_the_mail_that_is_there() -> None:
    original = tape()
    renamed = original.renamed(original.fresh_names())
    assert Get(f"/gmail/v1/users/me/messages/{GMAIL}", None) in renamed.calls


def test_a_tape_is_kept_in_a_file(tmp_path: Path) -> None:
    tape().save(tmp_path / "tape")
    assert Tape.load(tmp_path / "tape") == tape()
