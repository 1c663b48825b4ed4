"""Putting emails back as the command does, without its process."""

import uuid

from claimstream.app import App
from claimstream.domain.records.replay import Hindrance, PutBack, Replay
from claimstream.pipeline.replay import answers_from, stages_from
from claimstream.store.runs import RunStore


def a_replay(from_stage: str = "classify", *, ask_again: bool = False) -> Replay:
    return Replay(
        replay_id=str(uuid.uuid4()),
        from_stage=from_stage,
        stages=stages_from(from_stage),
        prefixes=answers_from(from_stage, ask_again=ask_again),
        why="a better reader",
        by="me@here",
    )


def runs_of(app: App) -> RunStore:
    return RunStore(app.database)


async def put_back(
    app: App, email_id: str, from_stage: str = "classify", *, ask_again: bool = False
) -> PutBack | Hindrance:
    return await runs_of(app).put_back(email_id, a_replay(from_stage, ask_again=ask_again))
