"""``claimstream eval``: score a folder of cases."""

import json
from pathlib import Path
from typing import Any

from claimstream.cli.console import line, note, out, progress, write_document, write_page
from claimstream.cli.misses import misses_page
from claimstream.cli.tables import field_table, model_use_table, ratio
from claimstream.cli.words import counted, without_mail
from claimstream.evaluation.case import Case, load_cases
from claimstream.evaluation.model_name import ModelName
from claimstream.evaluation.observed import Observed
from claimstream.evaluation.run import StandIn, evaluate
from claimstream.evaluation.score import Score, Settled, score
from claimstream.local.stack import LocalStack
from claimstream.monitoring import start_telemetry
from claimstream.settings import Settings

_ACCURACY = ("intent", "route", "inquiry_id", "matched_by", "review_reason")


async def run_evaluation(
    folder: Path, settings: Settings, *, as_json: bool, model: ModelName | None = None, page: Path | None = None
) -> bool:
    """Run, score and print. True if there was no wrong write.

    Args:
        model: a stand-in to ask; None: the model that the settings name, if any.
        page: where to write a page that shows each miss.
    """
    cases = load_cases(folder)
    if cases.left_out:
        note(without_mail(cases.left_out))
    if "log_level" not in settings.model_fields_set:
        settings = settings.model_copy(update={"log_level": "ERROR", "log_format": settings.log_format or "console"})
    stand_in = StandIn.of(model, cases) if model else None
    async with LocalStack(settings, model=False) as stack:
        telemetry = start_telemetry(stack.settings, from_file=False)
        try:
            with progress("cases") as bar:
                task = bar.add_task("cases", total=len(cases.cases))
                results = await evaluate(
                    cases, stack, stand_in=stand_in, progress=lambda done, _: bar.update(task, completed=done)
                )
        finally:
            await telemetry.aclose(10.0)
        asked = model or ("Claude" if stack.settings.anthropic_api_key else "none")
    total = score(results, cases.world)
    plain = score([r for r in results if not r[0].expected.needs_model], cases.world)
    hard = score([r for r in results if r[0].expected.needs_model], cases.world)
    if page is not None:
        write_page(page, misses_page(results, total, folder=folder.name or str(folder), model=asked))
    if as_json:
        _print_json(total, plain, hard, results, asked)
    else:
        _print(total, plain, hard, asked)
    return total.wrong_writes == 0


def _print(total: Score, plain: Score, hard: Score, model: str) -> None:
    style = "bold green" if total.wrong_writes == 0 else "bold red"
    out.print(f"[{style}]Wrong writes: {total.wrong_writes}[/] of {counted(total.cases, 'case')} (model: {model})")
    for verdict in total.verdicts:
        for wrong in verdict.wrong_writes:
            out.print(f"  [red]{verdict.case}: {wrong}[/]")
    if total.set_aside:
        out.print(f"Wrongly set aside: {total.set_aside}")
    _print_people(total)
    out.print(f"\nMissed writes: {total.missed_writes}")
    for verdict in total.verdicts:
        if verdict.missed_write:
            out.print(f"  {verdict.case}: {verdict.missed_write}")
    if total.model_use:
        out.print("\n[bold]Asked of the model[/]")
        out.print(model_use_table(total))
    for title, group in (("Settled by rules", plain), ("Needing a model", hard)):
        if not group.cases:
            continue
        right = sum(verdict.right for verdict in group.verdicts)
        out.print(f"\n[bold]{title}[/]: {right} of {counted(group.cases, 'case')} right in every key")
        out.print("  ".join(f"{name} {ratio(group.accuracy(name))}" for name in _ACCURACY if group.checked[name]))
        if group.fields:
            out.print(field_table(group))
    mistaken = [verdict for verdict in total.verdicts if verdict.mistakes]
    if mistaken:
        out.print("\n[bold]Not as expected[/]")
        for verdict in mistaken:
            mark = " (needs a model)" if verdict.needs_model else ""
            out.print(f"  {verdict.case}{mark}: {'; '.join(verdict.mistakes)}")
    note("")


def _print_people(total: Score) -> None:
    """How many mails were settled without a person, of those that need none, and what sent the others to one."""
    settled = total.without_person
    if not settled.cases:
        return
    out.print(
        f"\n[bold]Settled without a person[/]: {settled.settled} of {counted(settled.cases, 'case')} that need none"
    )
    for title, groups in (("route", total.by_route), ("intent", total.by_intent)):
        parts = [f"{name} {group.settled} of {group.cases}" for name, group in sorted(groups.items())]
        line(f"  by {title}: {'; '.join(parts)}")
    for title, counts in (("reason", total.reviewed_by_reason), ("rule", total.reviewed_by_rule)):
        if counts:
            out.print(f"Needless reviews by {title}:")
        for name, count in counts.most_common():
            line(f"  {count:4} {name}")


def _group(group: Score) -> dict[str, Any]:
    return {
        "cases": group.cases,
        "right": sum(verdict.right for verdict in group.verdicts),
        "wrong_writes": group.wrong_writes,
        "missed_writes": group.missed_writes,
        "set_aside": group.set_aside,
        "accuracy": {name: group.accuracy(name) for name in _ACCURACY if group.checked[name]},
        "fields": {
            name: {
                "cases": f.cases,
                "found": f.found,
                "right": f.right,
                "wrong": f.wrong,
                "precision": f.precision,
                "recall": f.recall,
            }
            for name, f in sorted(group.fields.items())
        },
    }


def _settled(group: Settled) -> dict[str, Any]:
    return {"cases": group.cases, "settled": group.settled, "rate": group.rate}


def _print_json(total: Score, plain: Score, hard: Score, results: list[tuple[Case, Observed]], model: str) -> None:
    document = {
        **_group(total),
        "model": model,
        "without_person": {
            **_settled(total.without_person),
            "by_route": {name: _settled(group) for name, group in sorted(total.by_route.items())},
            "by_intent": {name: _settled(group) for name, group in sorted(total.by_intent.items())},
        },
        "needless_reviews": {
            "by_reason": dict(total.reviewed_by_reason.most_common()),
            "by_rule": dict(total.reviewed_by_rule.most_common()),
        },
        "model_use": {
            kind: {
                "mails": use.mails,
                "questions": use.questions,
                "tokens_in": use.tokens_in,
                "tokens_out": use.tokens_out,
                "cost_usd": str(use.cost_usd),
            }
            for kind, use in total.model_use.items()
        },
        "settled_by_rules": _group(plain),
        "needs_model": _group(hard),
        "results": [
            {
                "case": verdict.case,
                "needs_model": verdict.needs_model,
                "right": verdict.right,
                "needs_nobody": verdict.needs_nobody,
                "settled_alone": verdict.settled_alone,
                "rules": list(observed.trail.rules) if observed.trail else [],
                "intent": observed.intent,
                "route": observed.route,
                "review_reason": observed.review_reason,
                "inquiry_id": observed.inquiry_id,
                "matched_by": observed.matched_by,
                "fields": dict(observed.fields),
                "wrong_writes": list(verdict.wrong_writes),
                "missed_write": verdict.missed_write,
                "set_aside": verdict.set_aside,
                "tokens": sum(call.tokens_in + call.output_tokens for call in observed.calls),
                "mistakes": list(verdict.mistakes),
            }
            for verdict, (_, observed) in zip(total.verdicts, results, strict=True)
        ],
    }
    write_document(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
