"""The sums: what so many firms need in their busiest minute, and in a month."""

import math
from dataclasses import dataclass

from bench.scaling.day import BUSIEST_MINUTE_SHARE
from bench.scaling.figures import Figures, GmailQuota, PubSubPrice

_SPARE_PODS = 1
_LEAST_PODS = 2
_GIB = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    firms: int
    emails_per_day: int
    peak_emails_per_second: float
    """Mean of the busiest minute."""
    cores: float
    pods: int
    """Of one core for the worker and a part of another for its readers; one of them spare."""
    connections: int
    """That the pods' pools may open."""
    connections_in_use: float
    """On average, in the busiest minute."""
    in_flight: float
    missed_share: float
    """Of the emails, those for which a worker reads their firm's letters anew."""
    letters_gib: float
    """That each worker holds."""
    in_flight_slow: float
    """With the model at 30 s."""
    pods_slow: int
    """That hold as many."""
    gmail_units_per_minute: float
    gmail_units_per_day: float
    polls_per_second: float
    """Of quiet mailboxes, at night when all are."""
    questions_per_minute: float
    model_usd_per_month: float
    pubsub_usd_per_month: float


def needs(
    firms: int, figures: Figures | None = None, quota: GmailQuota | None = None, price: PubSubPrice | None = None
) -> Needs:
    figures, quota, price = figures or Figures(), quota or GmailQuota(), price or PubSubPrice()
    per_day = firms * figures.emails_per_firm_and_day
    peak = per_day * BUSIEST_MINUTE_SHARE / 60
    cores = peak * figures.cpu_seconds(firms)
    pods = max(_LEAST_PODS, math.ceil(cores / figures.peak_core_share) + _SPARE_PODS)
    # Waiting for the model is nearly all of it.
    in_flight = peak * (0.3 + figures.turns_per_email * figures.model_seconds)
    in_flight_slow = peak * (0.3 + figures.turns_per_email * figures.slow_model_seconds)
    units = units_per_email(figures, quota)
    polls = firms / figures.poll_seconds
    per_month = per_day * figures.working_days_per_month
    requests = price.requests_per_email + figures.label_changes_per_email * price.requests_per_label_change
    bytes_per_month = per_month * requests * price.least_bytes
    return Needs(
        firms=firms,
        emails_per_day=per_day,
        peak_emails_per_second=peak,
        cores=cores,
        pods=pods,
        connections=pods * figures.pool_connections,
        connections_in_use=peak * figures.transactions * figures.transaction_seconds,
        in_flight=in_flight,
        missed_share=figures.missed_share(firms),
        letters_gib=figures.gib_of_letters(firms),
        in_flight_slow=in_flight_slow,
        pods_slow=max(pods, math.ceil(in_flight_slow / figures.emails_in_flight) + _SPARE_PODS),
        gmail_units_per_minute=peak * 60 * units + polls * 60 * quota.history_list,
        gmail_units_per_day=per_day * units
        + firms * (86_400 / figures.poll_seconds * quota.history_list + quota.watch),
        polls_per_second=polls,
        questions_per_minute=peak * 60 * figures.questions_per_email,
        model_usd_per_month=per_month * float(figures.model_usd_per_email),
        pubsub_usd_per_month=max(0.0, bytes_per_month / _GIB - price.free_gib) / 1024 * price.usd_per_tib,
    )


def units_per_email(figures: Figures, quota: GmailQuota) -> int:
    """The message, and a look at the history for it alone and for each change of its labels: mail seldom comes so fast
    that one look finds two."""
    return quota.messages_get + (1 + figures.label_changes_per_email) * quota.history_list
