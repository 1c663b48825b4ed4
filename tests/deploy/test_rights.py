"""What ``deploy/google/setup.sh`` lets whom do, told by a ``gcloud`` that only writes down what it is asked for."""

import subprocess
from pathlib import Path

import pytest

SETUP = Path(__file__).parents[2] / "deploy/google/setup.sh"
WORKER = "serviceAccount:claimstream@firm.iam.gserviceaccount.com"
ON_CALL = "group:bereitschaft@kanzlei.example"
AGENT = "serviceAccount:service-4711@gcp-sa-pubsub.iam.gserviceaccount.com"
GMAIL = "serviceAccount:gmail-api-push@system.gserviceaccount.com"
VIEWS = {
    (kind, name, "roles/pubsub.viewer")
    for kind in ("topics", "subscriptions")
    for name in ("gmail-notifications", "emails", "emails-dead")
}

Rights = dict[str, set[tuple[str, str, str]]]


def rights(folder: Path, *arguments: str) -> Rights:
    """Kind, name and role by member, of every binding that the script asks for."""
    asked = folder / "asked"
    for name, body in (
        ("gcloud", f'echo "$*" >>{asked}; [ "$1 $2" != "projects describe" ] || echo 4711'),
        ("claimstream", ""),
    ):
        program = folder / name
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)
    subprocess.run(
        [str(SETUP), *arguments], env={"PATH": f"{folder}:/usr/bin:/bin"}, check=True, capture_output=True, timeout=60
    )
    found: Rights = {}
    for line in asked.read_text().splitlines():
        words = line.split()
        if "add-iam-policy-binding" in words:
            at = words.index("add-iam-policy-binding")
            member, role = words[words.index("--member") + 1], words[words.index("--role") + 1]
            found.setdefault(member, set()).add((words[at - 1], words[at + 1], role))
    return found


@pytest.fixture
def given(tmp_path: Path) -> Rights:
    return rights(tmp_path, "firm", "firm-mail", "europe-west3", ON_CALL)


def test_a_worker_may_do_what_it_does_and_no_more(given: Rights) -> None:
    assert given[WORKER] == VIEWS | {
        ("subscriptions", "gmail-notifications", "roles/pubsub.subscriber"),
        ("subscriptions", "emails", "roles/pubsub.subscriber"),
        ("topics", "emails", "roles/pubsub.publisher"),
        ("topics", "emails-dead", "roles/pubsub.publisher"),
        ("buckets", "gs://firm-mail", "roles/storage.objectUser"),
        ("buckets", "gs://firm-mail", "roles/storage.legacyBucketReader"),
    }


def test_those_on_call_may_look_at_what_is_dead_and_put_it_back(given: Rights) -> None:
    assert given[ON_CALL] == VIEWS | {
        ("subscriptions", "emails-dead", "roles/pubsub.subscriber"),
        ("topics", "gmail-notifications", "roles/pubsub.publisher"),
        ("topics", "emails", "roles/pubsub.publisher"),
    }


def test_google_may_announce_and_dead_letter(given: Rights) -> None:
    assert given[GMAIL] == {("topics", "gmail-notifications", "roles/pubsub.publisher")}
    assert given[AGENT] == {
        ("topics", "emails-dead", "roles/pubsub.publisher"),
        ("subscriptions", "gmail-notifications", "roles/pubsub.subscriber"),
        ("subscriptions", "emails", "roles/pubsub.subscriber"),
    }
    assert given.keys() == {WORKER, ON_CALL, GMAIL, AGENT}, "nobody else, and nothing on the project"


def test_without_anybody_on_call_nobody_else_gets_their_rights(tmp_path: Path) -> None:
    assert rights(tmp_path, "firm", "firm-mail", "europe-west3").keys() == {WORKER, GMAIL, AGENT}
