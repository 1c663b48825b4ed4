"""A day that is played: mail arrives by chance, mailboxes are looked at, a pod's pool of connections is used."""

import heapq
import math
import random
from dataclasses import dataclass

from bench.scaling.day import BUSIEST_MINUTE_SHARE, minute_shares, poisson
from bench.scaling.figures import Figures, GmailQuota
from bench.scaling.needs import Needs, units_per_email

_MINUTES = 24 * 60
_WATCHED_MAILBOXES = 200
"""Looked at by themselves for their busiest minute, of however many there are."""
_POOL_SECONDS = 300.0
"""Of the busiest minute's rate, that a pod's connections are looked at."""
_SLOW_TRANSACTIONS = (0.01, 20.0)
"""So many take so many times as long: a lock that is waited for, a checkpoint of the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What was seen."""

    emails: int
    busiest_minute_emails: int
    gmail_units: int
    busiest_minute_units: int
    busiest_mailbox_units: int
    """In one minute, of one mailbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A pod's connections, over the busiest minutes."""

    mean_in_use: float
    most_in_use: int
    waited_share: float
    """Of the transactions, that found every connection in use."""


def play_day(firms: int, figures: Figures, quota: GmailQuota, seed: int = 1) -> Day:
    chance = random.Random(seed)
    shares = minute_shares()
    units = units_per_email(figures, quota)
    per_day = firms * figures.emails_per_firm_and_day
    arrivals = [poisson(per_day * share, chance) for share in shares]
    # A mailbox with mail within the last five minutes is not polled.
    quiet_minutes = round(figures.poll_seconds / 60)
    spent = []
    for minute, emails in enumerate(arrivals):
        recent = figures.emails_per_firm_and_day * sum(shares[max(0, minute - quiet_minutes) : minute])
        quiet = math.exp(-recent)
        polls = poisson(firms * quiet / quiet_minutes, chance)
        watches = poisson(firms / _MINUTES, chance)
        spent.append(emails * units + polls * quota.history_list + watches * quota.watch)
    busiest = 0
    for _ in range(min(firms, _WATCHED_MAILBOXES)):
        counts = (poisson(figures.emails_per_firm_and_day * share, chance) for share in shares)
        busiest = max(busiest, max(counts) * units)
    return Day(
        emails=sum(arrivals),
        busiest_minute_emails=max(arrivals),
        gmail_units=sum(spent),
        busiest_minute_units=max(spent),
        busiest_mailbox_units=busiest,
    )


def play_pool(need: Needs, figures: Figures, *, connections: int | None = None, seed: int = 1) -> Pool:
    """Transactions come when they come, and wait for a connection where all are in use.

    Args:
        connections: of the pod; by default its pool's.
    """
    chance = random.Random(seed)
    size = figures.pool_connections if connections is None else connections
    working_pods = max(1, need.pods - 1)  # the spare one may be the one that is gone
    rate = need.firms * figures.emails_per_firm_and_day * BUSIEST_MINUTE_SHARE / 60
    rate *= figures.transactions / working_pods
    share, times = _SLOW_TRANSACTIONS
    usual = figures.transaction_seconds / (1 - share + share * times)  # so that the mean is as measured
    free_at: list[float] = []
    now, waited, done, held, most = 0.0, 0, 0, 0.0, 0
    while now < _POOL_SECONDS:
        now += chance.expovariate(rate)
        while free_at and free_at[0] <= now:
            heapq.heappop(free_at)
        start = now
        if len(free_at) >= size:
            waited += 1
            start = heapq.heappop(free_at)
        seconds = chance.expovariate(1 / usual) * (times if chance.random() < share else 1.0)
        heapq.heappush(free_at, start + seconds)
        held += seconds
        done += 1
        most = max(most, len(free_at))
    return Pool(mean_in_use=held / now, most_in_use=most, waited_share=waited / max(1, done))
