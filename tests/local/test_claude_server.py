import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import anthropic
import pytest
from anthropic import AsyncAnthropic
from pydantic import BaseModel, Field, ValidationError

from claimstream.local.claude.script import ScriptedAnswer, When, dump_script, read_scripts
from claimstream.local.claude.server import Asked, ClaudeServer
from claimstream.local.servers.process import LocalStackError

MODEL = "claude-haiku-5-5"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)


class Intent(StrEnum):
    CLAIM_STATEMENT = "claim_statement"
    GENERAL_INQUIRY = "general_inquiry"
    SPAM = "spam"


class Verdict(StrEnum):
    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


class Classified(BaseModel):
    intent: Intent
    confidence: float = Field(ge=0, le=1)
    why: str


class Quoted(BaseModel):
    value: Decimal
    quote: str


class QuotedDay(BaseModel):
    value: date
    quote: str


class Extracted(BaseModel):
    total_claim: Quoted | None
    as_of: QuotedDay | None
    people: list[Quoted]
    summary: str | None


CLASSIFIES = ScriptedAnswer(
    when=When(contains="wir beziffern unsere Forderung"),
    schema_has="intent",
    answer={"intent": "claim_statement", "confidence": 0.93, "why": "names the claim"},
)
EXTRACTS = ScriptedAnswer(
    when=When(contains="wir beziffern unsere Forderung"),
    schema_has="total_claim",
    answer={"total_claim": {"value": "812.40", "quote": "812,40 EUR"}, "not_in_the_schema": 1},
)
TRANSCRIBES = ScriptedAnswer(
    when=When(sha256=hashlib.sha256(PICTURE).hexdigest()), schema_has="text", answer={"text": "Restbetrag 50,00 EUR"}
)
MAIL = "Guten Tag,\nwir beziffern unsere\n Forderung mit 812,40 EUR."


@pytest.fixture
async def server() -> AsyncIterator[ClaudeServer]:
    async with ClaudeServer(scripts=[CLASSIFIES, EXTRACTS, TRANSCRIBES]) as running:
        yield running


@pytest.fixture
async def client(server: ClaudeServer) -> AsyncIterator[AsyncAnthropic]:
    async with AsyncAnthropic(base_url=server.base_url, api_key=server.api_key, max_retries=0) as connected:
        yield connected


async def classify(client: AsyncAnthropic, text: str = MAIL) -> Classified | None:
    answer = await client.messages.parse(
        model=MODEL,
        max_tokens=1000,
        system="Classify.",
        messages=[{"role": "user", "content": text}],
        output_format=Classified,
    )
    return answer.parsed_output


async def extract(client: AsyncAnthropic, text: str = MAIL) -> Extracted | None:
    answer = await client.messages.parse(
        model=MODEL, max_tokens=1000, messages=[{"role": "user", "content": text}], output_format=Extracted
    )
    return answer.parsed_output


async def test_the_schema_tells_the_operation_and_the_text_the_script(client: AsyncAnthropic) -> None:
    assert await classify(client) == Classified(intent=Intent.CLAIM_STATEMENT, confidence=0.93, why="names the claim")
    found = await extract(client)
    assert found is not None
    assert found.total_claim == Quoted(value=Decimal("812.40"), quote="812,40 EUR")
    assert (found.as_of, found.people) == (None, [])


async def test_without_a_script_nothing_is_found(client: AsyncAnthropic) -> None:
    guess = await classify(client, "Das Wetter ist schön.")
    assert guess == Classified(intent=Intent.GENERAL_INQUIRY, confidence=0.3, why="")
    nothing = Extracted(total_claim=None, as_of=None, people=[], summary=None)
    assert await extract(client, "Das Wetter ist schön.") == nothing


class Witnessed(BaseModel):
    against: list[str]
    verdict: Verdict


async def test_a_witness_that_says_nothing_stops_nothing(client: AsyncAnthropic) -> None:
    answer = await client.messages.parse(
        model=MODEL, max_tokens=1000, messages=[{"role": "user", "content": MAIL}], output_format=Witnessed
    )
    assert answer.parsed_output == Witnessed(against=[], verdict=Verdict.YES)


async def test_a_function_answers_what_no_script_does(client: AsyncAnthropic, server: ClaudeServer) -> None:
    asked: list[Asked] = []

    def answers(question: Asked) -> dict[str, Any]:
        asked.append(question)
        return {"intent": "spam", "confidence": 0.9, "text": "Hallo"}

    server.answers = answers
    assert await classify(client) == Classified(intent=Intent.CLAIM_STATEMENT, confidence=0.93, why="names the claim")
    assert not asked, "a script fits"
    assert await classify(client, "Zwei\nZeilen") == Classified(intent=Intent.SPAM, confidence=0.9, why="")
    assert (asked[0].written, asked[0].fields) == ("Zwei\nZeilen", frozenset({"intent", "confidence", "why"}))
    free = await client.messages.create(model=MODEL, max_tokens=9, messages=[{"role": "user", "content": "Und?"}])
    assert [block.text for block in free.content if block.type == "text"] == ["Hallo"]
    assert asked[1].fields is None


async def test_what_is_played_takes_the_place_of_all_before(client: AsyncAnthropic, server: ClaudeServer) -> None:
    server.play([], lambda asked: {"intent": "spam", "confidence": 0.8})
    assert await classify(client) == Classified(intent=Intent.SPAM, confidence=0.8, why="")
    server.play([CLASSIFIES], None)
    answer = await classify(client)
    assert (answer and answer.intent) == Intent.CLAIM_STATEMENT


async def test_a_picture_is_known_by_its_bytes(client: AsyncAnthropic, server: ClaudeServer) -> None:
    picture = base64.b64encode(PICTURE).decode()
    answer = await client.messages.create(
        model=MODEL,
        max_tokens=1000,
        messages=[
            {
                "role": "user",
                "content": [
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": picture}},
                    {"type": "text", "text": "Transcribe."},
                ],
            }
        ],
    )
    assert [block.text for block in answer.content if block.type == "text"] == ["Restbetrag 50,00 EUR"]
    assert server.requests[-1].hashes == {hashlib.sha256(PICTURE).hexdigest()}
    assert answer.usage.input_tokens == 1503


async def test_a_test_can_put_a_script_in_front(client: AsyncAnthropic, server: ClaudeServer) -> None:
    server.script(
        ScriptedAnswer(when=When(contains="812,40"), schema_has="intent", answer={"intent": "spam", "confidence": 1.0})
    )
    answer = await classify(client)
    assert answer is not None
    assert answer.intent == Intent.SPAM


async def test_a_stream_carries_the_same_answer(client: AsyncAnthropic) -> None:
    async with client.messages.stream(
        model=MODEL, max_tokens=1000, messages=[{"role": "user", "content": MAIL}], output_format=Classified
    ) as stream:
        pieces = [text async for text in stream.text_stream]
        message = await stream.get_final_message()
    assert len(pieces) > 1
    assert message.parsed_output == Classified(intent=Intent.CLAIM_STATEMENT, confidence=0.93, why="names the claim")
    assert message.usage.output_tokens > 1
    assert message.stop_reason == "end_turn"


async def test_what_is_marked_for_the_cache_is_written_once_and_read_later(client: AsyncAnthropic) -> None:
    usages = []
    for text in ("eins", "zwei"):
        answer = await client.messages.create(
            model=MODEL,
            max_tokens=10,
            system=[{"type": "text", "text": "s" * 400, "cache_control": {"type": "ephemeral"}}],
            messages=[{"role": "user", "content": text}],
        )
        usage = answer.usage
        usages.append((usage.input_tokens, usage.cache_creation_input_tokens, usage.cache_read_input_tokens))
    assert usages == [(1, 100, 0), (1, 0, 100)]


@pytest.mark.parametrize(("key", "header"), [("wrong", {}), ("good", {"x-api-key": "wrong"})])
async def test_a_wrong_key_is_refused_in_either_header(server: ClaudeServer, key: str, header: dict[str, str]) -> None:
    async with AsyncAnthropic(base_url=server.base_url, api_key=key, default_headers=header, max_retries=0) as client:
        with pytest.raises(anthropic.AuthenticationError):
            await classify(client)
        with pytest.raises(anthropic.AuthenticationError):
            await client.models.list()


async def test_the_models_are_listed(client: AsyncAnthropic) -> None:
    assert MODEL in [model.id async for model in client.models.list()]


async def test_a_model_that_is_not_there_is_not_found(client: AsyncAnthropic, server: ClaudeServer) -> None:
    server.models = ("claude-sonnet-5-5",)
    with pytest.raises(anthropic.NotFoundError, match=f"model: {MODEL}"):
        await classify(client)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(529, "overloaded_error"), (429, "rate_limit_error"), (500, "api_error"), (503, "api_error")],
)
async def test_errors_come_in_the_services_shape(
    client: AsyncAnthropic, server: ClaudeServer, status: int, kind: str
) -> None:
    server.faults.fail(status, operation="messages", times=1, retry_after_seconds=3)
    with pytest.raises(anthropic.APIStatusError) as caught:
        await classify(client)
    assert caught.value.status_code == status
    assert caught.value.response.headers["retry-after"] == "3"
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["error"]["type"] == kind
    assert caught.value.request_id is not None
    assert await classify(client) is not None
    assert server.calls["messages"] == 2
    assert len(server.requests) == 1


async def test_an_answer_can_break_off(client: AsyncAnthropic, server: ClaudeServer) -> None:
    server.faults.cut(times=1)
    with pytest.raises(anthropic.APIConnectionError):
        await classify(client)
    assert await classify(client) is not None


async def test_a_slow_answer_outlasts_its_client(client: AsyncAnthropic, server: ClaudeServer) -> None:
    server.latency_seconds = 3600
    with pytest.raises(anthropic.APITimeoutError):
        await classify(client.with_options(timeout=0.2))


async def test_a_question_is_of_the_time_at_which_it_came(client: AsyncAnthropic, server: ClaudeServer) -> None:
    server.faults.slow(0.2, times=1)
    slow = asyncio.create_task(classify(client))
    while not server.calls["messages"]:
        await asyncio.sleep(0)
    await classify(client)
    await slow
    quick, delayed = (asked.received_at for asked in server.requests)
    assert delayed < quick, "it came first, and was answered last"


async def test_a_truncated_answer_says_so(client: AsyncAnthropic, server: ClaudeServer) -> None:
    server.faults.truncate(times=1)
    with pytest.raises(ValidationError):
        await classify(client)
    answer = await client.messages.create(
        model=MODEL,
        max_tokens=2,
        messages=[{"role": "user", "content": MAIL}],
        output_config={"format": {"type": "json_schema", "schema": Classified.model_json_schema()}},
    )
    assert (answer.stop_reason, answer.usage.output_tokens) == ("max_tokens", 2)


async def test_a_malformed_answer_is_no_json(client: AsyncAnthropic, server: ClaudeServer) -> None:
    server.faults.malform(times=1)
    with pytest.raises(ValidationError):
        await classify(client)
    assert await classify(client) is not None


async def test_a_refusal_has_no_content(client: AsyncAnthropic, server: ClaudeServer) -> None:
    server.faults.refuse(times=1)
    answer = await client.messages.create(model=MODEL, max_tokens=10, messages=[{"role": "user", "content": MAIL}])
    assert (answer.stop_reason, answer.content) == ("refusal", [])


async def test_invented_values_fit_the_schema_and_quote_what_is_not_there(
    client: AsyncAnthropic, server: ClaudeServer
) -> None:
    server.faults.invent(times=1)
    found = await extract(client)
    assert found is not None
    assert found.total_claim is not None
    assert found.as_of is not None
    assert found.total_claim.value == Decimal("9999.99")
    assert found.total_claim.quote not in MAIL
    assert len(found.people) == 1


def test_scripts_are_read_from_the_cases_in_order(tmp_path: Path) -> None:
    for name, rule in (("02-b", EXTRACTS), ("01-a", CLASSIFIES)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.json").write_text(dump_script([rule]))
    assert read_scripts(tmp_path) == (CLASSIFIES, EXTRACTS)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('[{"when": {}, "answer": {}}]', "0].schema_has: is missing"),
        ('{"when": {}}', "expected a list"),
        ('[{"when": ', "is no whole JSON"),
        ("", "is empty"),
    ],
)
def test_a_bad_script_is_named(tmp_path: Path, script: str, said: str) -> None:
    (tmp_path / "01-a").mkdir()
    (tmp_path / "01-a" / "model.json").write_text(script)
    with pytest.raises(LocalStackError, match=rf"01-a/model\.json is not a list of scripted answers: .?{said}"):
        read_scripts(tmp_path)
