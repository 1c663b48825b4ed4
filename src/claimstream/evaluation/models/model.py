"""What all models have in common: the kind of question, and the letter that the case is about."""

from typing import Any

from claimstream.domain.records.inquiry import CandidateFile
from claimstream.domain.records.world import World
from claimstream.evaluation.case import Case
from claimstream.evaluation.models.shown import Shown
from claimstream.local.claude.server import Asked


class Model:
    """A model that finds nothing, and as a witness agrees. The others answer some of the questions otherwise."""

    def __init__(self, case: Case, world: World) -> None:
        self.case = case
        self.expected = case.expected
        self.world = world

    def __call__(self, asked: Asked) -> dict[str, Any]:
        """Return the fields of the answer; those left out are nothing found."""
        fields, shown = asked.fields, Shown(asked.written)
        if fields is None:
            return {"text": self.transcribe()}
        if "verdict" in fields:
            return self.witness(shown)
        if "intent" in fields:
            return self.classify(shown)
        return self.extract(shown)

    def classify(self, shown: Shown) -> dict[str, Any]:
        return {}

    def extract(self, shown: Shown) -> dict[str, Any]:
        return {}

    def transcribe(self) -> str:
        return ""

    def witness(self, shown: Shown) -> dict[str, Any]:
        return {"against": [], "verdict": "yes"}

    @property
    def file(self) -> CandidateFile | None:
        """The letter that the mail is about, with client and creditor; None where it is about none that is known."""
        inquiry = next((i for i in self.world.inquiries if i.inquiry_id == self.expected.inquiry_id), None)
        client = next((c for c in self.world.clients if inquiry and c.client_id == inquiry.client_id), None)
        creditor = client.creditor(inquiry.creditor_id) if client and inquiry else None
        if inquiry is None or client is None or creditor is None:
            return None
        return CandidateFile(inquiry=inquiry, client=client, creditor=creditor)
