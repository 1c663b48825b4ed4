"""What the sums start from: measured, published or assumed, each with where it is from."""

from dataclasses import dataclass
from decimal import Decimal

from claimstream.external.claude_prices import Usage, cost_usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one email and of one worker. Those that are measured are of ``make bench-pipeline``."""

    # --- assumed
    emails_per_firm_and_day: int = 200
    attachments_per_email: int = 3
    share_with_model: float = 0.3
    """Of the emails, what rules and reader do not settle: of the sample mail, one in seven."""
    working_days_per_month: int = 21
    letters: int = 12_600
    """Of a firm within INQUIRY_AGE_DAYS (90, of which 63 are working days): one for each reply. Each email is held
    against all of them (``store/inquiries.py``)."""
    attachment_cpu_seconds: float = 0.003
    """For each beyond the first: an upload, and its text read by the reader."""
    reader_cpu_seconds: float = 0.010
    """Of the reading processes, for three attachments: PDF, scan or office file."""
    transaction_seconds: float = 0.010
    """That a connection is held: three or four round trips and a commit, in a worker whose loop is busy."""
    worker_mib: int = 512
    """A worker with its two reading processes; what its pod asks for (k8s/deployment.yaml)."""
    peak_core_share: float = 0.6
    """Of a core, in the busiest minute: the rest is for the mail that an outage held up."""

    # --- measured
    own_cpu_seconds: float = 0.023
    """Of the worker's process, by the sample mail, which has one attachment or none."""
    transactions: float = 12.7
    letter_cpu_seconds: float = 23e-6
    """For each letter that an email is held against: the records made and matched. Of 18,000 made-up ones, in the rules
    alone; to decode them from PostgreSQL and MongoDB comes on top."""
    letter_kib: float = 4.0
    """Its records, which an email in flight holds from classification on, while it waits for the model."""
    emails_in_flight: int = 1000
    """MAX_EMAILS_IN_FLIGHT of a worker on a slow day: with 30 letters to each firm they fit into its pod's 1 GiB."""

    # --- settings
    pool_connections: int = 20
    """``app.make_database``"""
    poll_seconds: float = 300.0
    """POLL_SECONDS: a mailbox that was quiet for so long is looked at."""

    # --- of the model
    model_seconds: float = 3.6
    """Mean of a lognormal with median 3 s and one in a hundred over 12 s."""
    slow_model_seconds: float = 30.0

    @property
    def cpu_seconds(self) -> float:
        more = max(0, self.attachments_per_email - 1)
        extra = more * self.attachment_cpu_seconds + self.letters * self.letter_cpu_seconds
        return self.own_cpu_seconds + extra + self.reader_cpu_seconds

    @property
    def mib_in_flight(self) -> float:
        """That one email holds."""
        return self.letters * self.letter_kib / 1024

    @property
    def questions_per_email(self) -> float:
        """One for the intent, one for each source: the body and the attachments."""
        return self.share_with_model * (2 + self.attachments_per_email)

    @property
    def model_usd_per_email(self) -> Decimal:
        """Tokens are those of the prompts and of a page of text in each source, at four characters to a token."""
        intent = Usage(input_tokens=700, cache_read_tokens=500, output_tokens=60)
        source = Usage(input_tokens=1200, cache_read_tokens=700, output_tokens=400)
        cost = cost_usd("claude-haiku-5-5", intent) + (1 + self.attachments_per_email) * cost_usd(
            "claude-sonnet-5-5", source
        )
        return Decimal(str(self.share_with_model)) * cost


@dataclass(frozen=True, slots=True, kw_only=True)
class GmailQuota:
    """Units, as of 2026-11, of projects made since 2026-05-01 (older ones have more for each user).

    https://developers.google.com/workspace/gmail/api/reference/quota
    """

    per_user_and_minute: int = 6_000
    per_project_and_minute: int = 1_200_000
    per_project_and_day: int = 80_000_000
    """Beyond it Google means to charge."""
    messages_get: int = 20
    history_list: int = 2
    watch: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PubSubPrice:
    """https://cloud.google.com/pubsub/pricing"""

    usd_per_tib: float = 40.0
    free_gib: float = 10.0
    least_bytes: int = 1_000
    """Of each request."""
    requests_per_email: int = 4
    """The notification and the email's message, each published and delivered, none of them with another in a batch."""
