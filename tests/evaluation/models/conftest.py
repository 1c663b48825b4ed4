"""Questions as the pipeline asks them, over the local server; the witness's by the words agreed on for it."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Literal

import pytest
from anthropic import AsyncAnthropic
from pydantic import BaseModel
from tests.conftest import make_world
from tests.domain.records import source

from claimstream.domain.records.extraction import SourceExtraction
from claimstream.domain.records.intent import Intent
from claimstream.domain.records.world import World
from claimstream.domain.rules.evidence import keep_evidenced
from claimstream.evaluation.case import Case, Expected
from claimstream.evaluation.model_name import ModelName
from claimstream.evaluation.models import make_model
from claimstream.external import claude_prompts as prompts
from claimstream.external.claude_answers import ModelClassification, ModelExtraction, source_extraction
from claimstream.local.claude.server import ClaudeServer

WORLD: World = make_world("post@kanzlei.example")
MODEL = "claude-haiku-5-5"


class Objection(BaseModel):
    quote: str
    why: str


class Testimony(BaseModel):
    against: list[Objection]
    verdict: Literal["yes", "no", "unclear"]


class Asking:
    """One of the models, asked about one case."""

    def __init__(self, name: str, expected: dict[str, Any], server: ClaudeServer, client: AsyncAnthropic) -> None:
        case = Case(
            name="x",
            raw=b"Subject: x\r\n\r\n",
            mailbox="post@kanzlei.example",
            expected=Expected.model_validate(expected),
            script=None,
        )
        server.play((), make_model(ModelName(name), case, WORLD))
        self._client = client

    async def _ask(self, content: str, form: type[BaseModel]) -> Any:
        turn: Any = {"role": "user", "content": content}
        answer = await self._client.messages.parse(model=MODEL, max_tokens=4000, messages=[turn], output_format=form)
        return answer.parsed_output

    async def classify(self, text: str) -> ModelClassification:
        found = await self._ask(prompts.classify_request("Ihr Zeichen", "a@b.example", text, None), ModelClassification)
        assert isinstance(found, ModelClassification)
        return found

    async def extract(self, text: str) -> tuple[ModelExtraction, SourceExtraction]:
        """The answer, and what the rules leave of it."""
        body = source(text)
        request = prompts.extract_request(body, Intent.CLAIM_STATEMENT, None)
        found = await self._ask(request, ModelExtraction)
        assert isinstance(found, ModelExtraction)
        return found, keep_evidenced(source_extraction(found, body), body)

    async def witness(self, text: str, proposal: str) -> Testimony:
        enclosed = prompts.extract_request(source(text), Intent.CLAIM_STATEMENT, None).partition("\n\n")[2]
        found = await self._ask(f"Proposal: {proposal}\n\n{enclosed}", Testimony)
        assert isinstance(found, Testimony)
        return found

    async def transcribe(self) -> str:
        turn: Any = {"role": "user", "content": prompts.TRANSCRIBE_REQUEST}
        answer = await self._client.messages.create(model=MODEL, max_tokens=1000, messages=[turn])
        return "".join(block.text for block in answer.content if block.type == "text")


Ask = Callable[..., Asking]


@pytest.fixture
async def model() -> AsyncIterator[Ask]:
    async with (
        ClaudeServer() as server,
        AsyncAnthropic(base_url=server.base_url, api_key=server.api_key, max_retries=0) as client,
    ):

        def asking(name: str, **expected: Any) -> Asking:
            return Asking(name, expected, server, client)

        yield asking
