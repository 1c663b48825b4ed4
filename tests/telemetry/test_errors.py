from typing import ClassVar

import pydantic
import pytest

from claimstream.telemetry import errors

SECRET = "Nele Brandt owes 3.418,07"


class VouchedError(Exception):
    telemetry_safe: ClassVar[bool] = True


class BrokenError(OSError):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    try:
        raise error from cause
    except BaseException as caught:
        return caught


def test_a_message_that_may_quote_mail_is_not_shown() -> None:
    class Amount(pydantic.BaseModel):
        value: int

    with pytest.raises(pydantic.ValidationError) as caught:
        Amount.model_validate({"value": SECRET})
    assert SECRET in str(caught.value)
    assert SECRET not in errors.summary(caught.value) + errors.stack(caught.value)
    assert errors.summary(caught.value).endswith("ValidationError")


@pytest.mark.parametrize("error", [TimeoutError("slow"), ConnectionRefusedError(111, "slow"), VouchedError("slow")])
def test_messages_of_services_and_of_classes_that_vouch_for_themselves_are_shown(error: Exception) -> None:
    assert "slow" in errors.summary(error)


def test_errors_of_trusted_modules_show_their_message() -> None:
    error = pydantic.errors.PydanticUserError("check the settings", code=None)
    assert errors.safe_message(error) is None
    errors.trust_modules(["pydantic"])
    try:
        assert errors.safe_message(error) == "check the settings"
    finally:
        errors.trust_modules([])


def test_the_stack_tells_the_places_and_the_cause_without_messages() -> None:
    text = errors.stack(raised(ValueError(SECRET), raised(KeyError(SECRET))))
    assert SECRET not in text
    assert text.index("KeyError") < text.index("which caused") < text.index("ValueError")
    assert "in raised" in text


def test_a_chain_that_bites_its_tail_ends() -> None:
    first, second = ValueError("1"), ValueError("2")
    first.__cause__, second.__cause__ = second, first
    assert errors.chain(first) == [second, first]


def test_an_error_whose_text_cannot_be_made_is_still_named() -> None:
    assert errors.summary(BrokenError()).endswith("BrokenError")


def test_long_messages_are_cut() -> None:
    assert len(errors.safe_message(OSError("x" * 10_000)) or "") == 500
