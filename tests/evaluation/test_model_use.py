from decimal import Decimal

from claimstream.evaluation.model_use import ModelUse, model_use
from claimstream.pipeline.model_desk import ModelCall


def call(operation: str, cost: str = "0.01") -> ModelCall:
    return ModelCall(
        operation=operation,
        model="m",
        prompt_version="1",
        input_tokens=100,
        cache_read_tokens=20,
        cache_creation_tokens=3,
        output_tokens=7,
        cost_usd=Decimal(cost),
    )


def test_questions_are_counted_by_kind_in_the_order_of_work() -> None:
    mails = [(call("witness"), call("extract/body"), call("extract/attachment-1")), (call("classify", "0.02"),), ()]
    used = model_use(mails)
    assert list(used) == ["classify", "extract", "witness", "all"]
    assert used["extract"] == ModelUse(mails=1, questions=2, tokens_in=246, tokens_out=14, cost_usd=Decimal("0.02"))
    assert (used["all"].mails, used["all"].questions, used["all"].cost_usd) == (2, 4, Decimal("0.05"))


def test_a_kind_that_is_not_known_is_counted_too() -> None:
    assert list(model_use([(call("other"), call("transcribe/body"))])) == ["transcribe", "other", "all"]


def test_without_questions_there_is_no_use() -> None:
    assert model_use([(), ()]) == {}
