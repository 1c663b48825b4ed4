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
    label_changes_per_email: int = 2
    """A person reads it and files it. Gmail tells of each, and each is a look at the history for nothing."""
    share_with_model: float = 0.3
    """Of the emails, what rules and reader do not settle: of the sample mail, one in seven."""
    share_witnessed: float = 0.55
    """Of the emails, those with something to write, of which a witness is asked: of the sample mail, 48 of 91."""
    working_days_per_month: int = 21
    letters: int = 12_600
    """Of a firm within INQUIRY_AGE_DAYS (90, of which 63 are working days): one for each reply."""
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
    own_cpu_seconds: float = 0.026
    """Of the worker's process, by the sample mail, which has one attachment or none."""
    transactions_unwitnessed: float = 13.3
    transactions_of_witness: float = 3.0
    """That the mail is shown, the answer, and the decision: each kept by itself."""
    shortlist_cpu_seconds: float = 0.004
    """To tell which letters an email may be about, and to read and match them (``bench/letters.py``)."""
    renewal_cpu_seconds: float = 0.8e-6
    """For each letter, six to a client: to see whether clients have changed. An email does so that comes a minute after
    the one before it: nearly each one, since a firm gets one in two minutes."""
    load_cpu_seconds: float = 33e-6
    """For each letter of a firm, at the worker's first email of it, or when it was let go meanwhile."""
    letter_bytes: int = 240
    """In the index, six to a client; 350 where each has a client of its own."""
    emails_in_flight: int = 1000
    """MAX_EMAILS_IN_FLIGHT of a worker on a slow day: they fit into its pod's 1 GiB, beside the letters."""

    # --- settings
    letters_held: int = 1_000_000
    """LETTERS_HELD of a worker."""
    pool_connections: int = 20
    """DATABASE_CONNECTIONS of a worker."""
    poll_seconds: float = 300.0
    """POLL_SECONDS: a mailbox that was quiet for so long is looked at."""

    # --- of the model
    model_seconds: float = 3.6
    """Mean of a lognormal with median 3 s and one in a hundred over 12 s."""
    slow_model_seconds: float = 30.0

    def missed_share(self, firms: int) -> float:
        """Of the emails, those whose firm's letters a worker does not hold, when each worker gets mail of all firms."""
        return max(0.0, 1 - self.letters_held / (firms * self.letters))

    def cpu_seconds(self, firms: int) -> float:
        more = max(0, self.attachments_per_email - 1)
        of_letters = self.renewal_cpu_seconds + self.missed_share(firms) * self.load_cpu_seconds
        matched = self.shortlist_cpu_seconds + self.letters * of_letters
        return self.own_cpu_seconds + more * self.attachment_cpu_seconds + matched + self.reader_cpu_seconds

    def gib_of_letters(self, firms: int) -> float:
        """That each worker holds."""
        return min(self.letters_held, firms * self.letters) * self.letter_bytes / 1024**3

    @property
    def transactions(self) -> float:
        return self.transactions_unwitnessed + self.share_witnessed * self.transactions_of_witness

    @property
    def turns_per_email(self) -> float:
        """Waits for the model, one after the other: the intent, all sources at once, the witness."""
        return self.share_with_model * 2 + self.share_witnessed

    @property
    def questions_per_email(self) -> float:
        """One for the intent, one for each source (the body and the attachments), one for the witness."""
        return self.share_with_model * (2 + self.attachments_per_email) + self.share_witnessed

    @property
    def model_usd_per_email(self) -> Decimal:
        """Tokens are those of the prompts and of a page of text in each source, at four characters to a token."""
        intent = Usage(input_tokens=700, cache_read_tokens=500, output_tokens=60)
        source = Usage(input_tokens=1200, cache_read_tokens=700, output_tokens=400)
        cost = cost_usd("claude-haiku-5-5", intent) + (1 + self.attachments_per_email) * cost_usd(
            "claude-sonnet-5-5", source
        )
        return Decimal(str(self.share_with_model)) * cost + Decimal(str(self.share_witnessed)) * self.witness_usd

    @property
    def witness_usd(self) -> Decimal:
        """Of one question: all sources, a page each, and a short answer."""
        pages = Usage(
            input_tokens=100 + 700 * (1 + self.attachments_per_email), cache_read_tokens=500, output_tokens=60
        )
        return cost_usd("claude-haiku-5-5", pages)


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
    requests_per_label_change: int = 2
    """A notification."""
