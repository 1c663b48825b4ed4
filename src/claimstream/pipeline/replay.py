"""Which checkpoints a replay sets aside, and where an email's work then begins."""

from collections.abc import Collection

from claimstream.pipeline.model_desk import ANSWER, UNUSABLE_ANSWER
from claimstream.pipeline.report import STAGES

WITH_CHECKPOINT = STAGES[:-1]
"""The stages a replay may begin at."""

_QUESTIONS = {
    "classify": (f"{ANSWER}classify",),
    "extract": (f"{ANSWER}extract/", f"{ANSWER}transcribe/"),
    "route": (f"{ANSWER}witness/",),
}
"""What each stage asks of the model, by how the checkpoints of the answers begin."""


def stages_from(from_stage: str) -> tuple[str, ...]:
    return WITH_CHECKPOINT[WITH_CHECKPOINT.index(from_stage) :]


def answers_from(from_stage: str, *, ask_again: bool) -> tuple[str, ...]:
    """How the checkpoints of answers to set aside begin.

    An answer is paid for and stays, unless it is to be asked for again. One that was unusable answers nothing: it is
    set aside where its question is asked again, so that the next one is booked too.
    """
    questions = [start for stage in stages_from(from_stage) for start in _QUESTIONS.get(stage, ())]
    unusable = tuple(f"{UNUSABLE_ANSWER}{start}" for start in questions)
    return (*questions, *unusable) if ask_again else unusable


def begins_at(checkpoints: Collection[str], from_stage: str) -> str:
    """The stage at which work begins: ``from_stage``, or an earlier one whose result is not there."""
    aside = stages_from(from_stage)
    return next(stage for stage in WITH_CHECKPOINT if stage in aside or stage not in checkpoints)
