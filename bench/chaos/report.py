"""What was survived, and what was not."""

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bench.chaos.check import Findings
from bench.chaos.faults import Faults
from bench.chaos.plan import Plan
from bench.chaos.workers import Workers

_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    emails: int
    seed: int
    seconds: float
    kills: int
    survived: dict[tuple[str, str], int]
    findings: Findings
    crashes: tuple[str, ...]
    not_begun: int
    amid_faults: int
    """Emails that were settled before all was calm: where they are few, little was shown."""
    poison_waiting: int
    """Poison mails that waited until all was calm: the others had been given to a person."""
    stalled: bool

    @classmethod
    def of(
        cls,
        plan: Plan,
        findings: Findings,
        faults: Faults,
        workers: Workers,
        *,
        seconds: float,
        amid_faults: int,
        poison_waiting: int,
        stalled: bool,
    ) -> "Report":
        return cls(
            emails=plan.emails,
            seed=plan.seed,
            seconds=seconds,
            kills=workers.kills,
            survived=dict(sorted(faults.survived.items())),
            findings=findings,
            crashes=tuple(workers.crashes),
            not_begun=workers.not_begun,
            amid_faults=amid_faults,
            poison_waiting=poison_waiting,
            stalled=stalled,
        )

    @property
    def bad(self) -> dict[str, list[str]]:
        found = self.findings
        return {
            "not_looked_at": found.not_looked_at,
            "lost": found.lost,
            "applied_twice": found.applied_twice,
            "tokens_paid_twice": found.tokens_paid_twice,
            "dead_lettered": found.dead_lettered,
            "wrong_outcomes": found.wrong_outcomes,
            "killers_unread": found.killers_unread,
            "held_up": found.held_up,
            "crashes": list(self.crashes),
        }

    @property
    def holds(self) -> bool:
        return not any(self.bad.values()) and not self.stalled

    def print(self, console: Console) -> None:
        table = Table(title=f"{self.emails} emails, {self.kills} kills, {self.seconds:.0f} s, seed {self.seed}")
        for column in ("service", "fault", "survived"):
            table.add_column(column, justify="right" if column == "survived" else "left")
        table.add_row("worker", "kill -9", str(self.kills))
        for (service, kind), times in self.survived.items():
            table.add_row(service, kind, str(times))
        console.print(table)
        for name, sentences in self.bad.items():
            console.print(f"{name}: {len(sentences)}", style="bold red" if sentences else "green", markup=False)
            for sentence in sentences[:_SHOWN]:
                console.print(f"  {sentence}", markup=False)
            if len(sentences) > _SHOWN:
                console.print(f"  and {len(sentences) - _SHOWN} more")
        if self.stalled:
            console.print("It stood still before all was settled.", style="bold red")
        beside = self.findings.settled_beside
        console.print(
            f"{self.amid_faults} emails were settled while faults went on, the others when all was calm. "
            f"{beside.total()} had their end while a service refused everybody or was away for long: "
            f"{'; '.join(f'{sickness} {count}' for sickness, count in beside.items())} "
            f"(at the least {self.findings.settled_beside_least} at a time). "
            f"{self.findings.poisoned} poison mails were settled in the end, "
            f"{self.poison_waiting} of them when all was calm; "
            f"{self.findings.killers} mails with a killer attachment. "
            f"{self.findings.mails_repeated} notifications were taken again under their Message-ID, "
            f"{self.findings.answers_lost} answers of the model were lost on their way and asked for again, "
            f"{self.findings.overtaken} replies were overtaken by a later one of their creditor "
            f"({self.findings.overtaken_at_delivery} when they were to be written), "
            f"{self.not_begun} workers met an outage at their start and were replaced, "
            f"{self.findings.alerts} alert mails.",
            markup=False,
        )

    def as_json(self) -> dict[str, int | float | bool]:
        counts = {name: len(sentences) for name, sentences in self.bad.items()}
        return {
            "emails": self.emails,
            **counts,
            "amid_faults": self.amid_faults,
            "settled_beside": self.findings.settled_beside.total(),
            "settled_beside_least": self.findings.settled_beside_least,
            "poisoned": self.findings.poisoned,
            "poison_waiting": self.poison_waiting,
            "killers": self.findings.killers,
            "overtaken": self.findings.overtaken,
            "kills": self.kills,
            "outages": sum(self.survived.values()),
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "stalled": self.stalled,
            "ok": self.holds,
        }
