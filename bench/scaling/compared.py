"""The sums beside the day that was played, and where they do not agree or pass a limit."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.scaling.figures import Figures, GmailQuota
from bench.scaling.needs import Needs, needs
from bench.scaling.simulation import Day, Pool, play_day, play_pool

_TOLERANCE = 0.1
"""Of the sum, where chance evens out."""
_EVEN_EMAILS = 10_000
"""A day with fewer is mostly chance in its busiest minute."""
_MOST_WAITING = 0.001


@dataclass(frozen=True, slots=True)
class Compared:
    need: Needs
    day: Day
    pool: Pool
    quota: GmailQuota

    def rows(self) -> list[tuple[str, str]]:
        need, day, quota = self.need, self.day, self.quota
        return [
            ("emails a day", f"{need.emails_per_day:,}"),
            ("  played", f"{day.emails:,}"),
            ("emails/s in the busiest minute", f"{need.peak_emails_per_second:.2f}"),
            ("  played", f"{day.busiest_minute_emails / 60:.2f}"),
            ("cores", f"{need.cores:.2f}"),
            ("  emails whose firm's letters are read anew", f"{need.missed_share:.0%}"),
            ("  letters that a worker holds, GiB", f"{need.letters_gib:.2f}"),
            ("pods, one of them spare", f"{need.pods}"),
            ("  with the model at 30 s", f"{need.pods_slow}"),
            ("emails in flight", f"{need.in_flight:,.0f}"),
            ("  with the model at 30 s", f"{need.in_flight_slow:,.0f}"),
            ("PostgreSQL connections, at most", f"{need.connections}"),
            ("  in use on average", f"{need.connections_in_use:.2f}"),
            ("  in one pod, played: on average", f"{self.pool.mean_in_use:.2f}"),
            ("  in one pod, played: at most", f"{self.pool.most_in_use}"),
            ("Gmail units in the busiest minute", f"{need.gmail_units_per_minute:,.0f}"),
            ("  played", f"{day.busiest_minute_units:,}"),
            ("  of the project's", f"{day.busiest_minute_units / quota.per_project_and_minute:.2%}"),
            ("  busiest mailbox, of its own", f"{day.busiest_mailbox_units / quota.per_user_and_minute:.2%}"),
            ("Gmail units a day", f"{need.gmail_units_per_day:,.0f}"),
            ("  played", f"{day.gmail_units:,}"),
            ("  of the threshold", f"{day.gmail_units / quota.per_project_and_day:.2%}"),
            ("polls of quiet mailboxes a second", f"{need.polls_per_second:.2f}"),
            ("questions to the model a minute", f"{need.questions_per_minute:,.0f}"),
            ("USD a month for tokens", f"{need.model_usd_per_month:,.0f}"),
            ("  for Pub/Sub", f"{need.pubsub_usd_per_month:,.2f}"),
        ]

    def complaints(self) -> Iterator[str]:
        need, day, quota = self.need, self.day, self.quota
        limits = (
            ("the project's quota of a minute", day.busiest_minute_units, quota.per_project_and_minute),
            ("a mailbox's quota of a minute", day.busiest_mailbox_units, quota.per_user_and_minute),
            ("the project's threshold of a day", day.gmail_units, quota.per_project_and_day),
        )
        for name, units, most in limits:
            if units > most:
                yield f"{name} is passed: {units:,} of {most:,} units"
        if self.pool.waited_share > _MOST_WAITING:
            yield f"{self.pool.waited_share:.1%} of the transactions wait for a connection"
        if need.emails_per_day < _EVEN_EMAILS:
            return
        working_pods = max(1, need.pods - 1)
        pairs = (
            ("emails a day", need.emails_per_day, day.emails),
            ("units in the busiest minute", need.gmail_units_per_minute, day.busiest_minute_units),
            ("units a day", need.gmail_units_per_day, day.gmail_units),
            ("connections in use", need.connections_in_use / working_pods, self.pool.mean_in_use),
        )
        for name, summed, played in pairs:
            if abs(played / summed - 1) > _TOLERANCE:
                yield f"{name}: {summed:,.2f} by the sums, {played:,.2f} as played"


def compared(firms: int, figures: Figures | None = None, quota: GmailQuota | None = None) -> Compared:
    figures, quota = figures or Figures(), quota or GmailQuota()
    need = needs(firms, figures, quota)
    return Compared(need, play_day(firms, figures, quota), play_pool(need, figures), quota)
