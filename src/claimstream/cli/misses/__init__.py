"""The misses of an evaluation as one page: each mail as it was read, what was expected, and what decided."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources

from claimstream.cli.report.page.html import Content, Html, document, el, join
from claimstream.cli.tables import ratio
from claimstream.domain.records.mail import ParsedMail, Source
from claimstream.evaluation.case import Case
from claimstream.evaluation.observed import Observed, Trail
from claimstream.evaluation.score import CHECKED, Score, Settled, Verdict, expected_text, same_value
from claimstream.pipeline.report import FieldReport, read_fields

_LONGEST_TEXT = 20_000
"""The number of characters of one source that the page shows."""
_KINDS = (
    ("wrong write", "bad", lambda verdict: bool(verdict.wrong_writes)),
    ("needless review", "person", lambda verdict: verdict.needlessly_reviewed),
    ("missed write", "person", lambda verdict: verdict.missed_write is not None),
)
_MISTAKE = "other mistake"


def misses_page(results: Sequence[tuple[Case, Observed]], total: Score, *, folder: str, model: str) -> str:
    """The document. Everything in it that comes out of a mail is escaped."""
    misses = [
        (verdict, case, observed)
        for verdict, (case, observed) in zip(total.verdicts, results, strict=True)
        if _kinds(verdict)
    ]
    order = [*(name for name, _, _ in _KINDS), _MISTAKE]
    misses.sort(key=lambda miss: order.index(_kinds(miss[0])[0][0]))
    main = el(
        "main",
        _summary(total, folder=folder, model=model),
        _index([verdict for verdict, _, _ in misses]),
        [_miss(verdict, case, observed) for verdict, case, observed in misses],
    )
    return document(f"Misses of {folder}", _style(), main)


def _style() -> str:
    report = resources.files("claimstream.cli.report.page") / "report.css"
    own = resources.files(__name__) / "misses.css"
    return report.read_text(encoding="utf-8") + own.read_text(encoding="utf-8")


def _kinds(verdict: Verdict) -> list[tuple[str, str]]:
    kinds = [(name, style) for name, style, is_so in _KINDS if is_so(verdict)]
    return kinds or ([(_MISTAKE, "aside")] if verdict.mistakes else [])


def _summary(total: Score, *, folder: str, model: str) -> Html:
    alone = total.without_person
    return el(
        "header",
        el("h1", f"Misses of {folder}"),
        el("p", f"{total.cases} cases, model: {model}", class_="quiet"),
        el(
            "dl",
            _fact("wrong writes", str(total.wrong_writes), class_="bad" if total.wrong_writes else "good"),
            _fact("settled without a person", f"{alone.settled} of {alone.cases}", f" ({ratio(alone.rate)})"),
            _fact("missed writes", str(total.missed_writes)),
            class_="facts",
        ),
        el(
            "div",
            _rates("by route", total.by_route),
            _rates("by intent", total.by_intent),
            _counts("needless reviews by reason", total.reviewed_by_reason),
            _counts("needless reviews by rule", total.reviewed_by_rule),
            class_="counts",
        ),
    )


def _fact(name: str, *contents: Content, class_: str | None = None) -> Html:
    return el("div", el("dt", name), el("dd", *contents, class_=class_))


def _rates(title: str, groups: Mapping[str, Settled]) -> Html | None:
    rows = [(name, f"{group.settled} of {group.cases}") for name, group in sorted(groups.items())]
    return _rows(title, rows)


def _counts(title: str, counts: Counter[str]) -> Html | None:
    return _rows(title, [(name, str(count)) for name, count in counts.most_common()])


def _rows(title: str, rows: Sequence[tuple[str, str]]) -> Html | None:
    if not rows:
        return None
    body = [el("tr", el("th", name, scope="row"), el("td", figure, class_="figure")) for name, figure in rows]
    return el("table", el("caption", title), el("tbody", body))


def _index(misses: Sequence[Verdict]) -> Html:
    if not misses:
        return el("p", "Every case came out as expected.", class_="good")
    links = [
        el("li", el("a", verdict.case, href=f"#{_anchor(verdict)}"), " ", [_badge(*kind) for kind in _kinds(verdict)])
        for verdict in misses
    ]
    return el("nav", el("h2", "Cases"), el("ul", links))


def _anchor(verdict: Verdict) -> str:
    return f"case-{verdict.case}"


def _badge(name: str, style: str) -> Html:
    return el("span", name, class_=f"route {style}")


def _miss(verdict: Verdict, case: Case, observed: Observed) -> Html:
    trail = observed.trail
    return el(
        "section",
        el(
            "p",
            [_badge(*kind) for kind in _kinds(verdict)],
            _badge("needs a model", "aside") if verdict.needs_model else None,
        ),
        el("h1", verdict.case),
        _heading(trail.mail) if trail else None,
        el("ul", [el("li", wrong, class_="bad") for wrong in _faults(verdict)]),
        _compared(case, observed),
        _decided(observed),
        _read(trail) if trail else el("p", "The mail was not read.", class_="quiet"),
        id=_anchor(verdict),
        class_="miss",
    )


def _faults(verdict: Verdict) -> Iterator[str]:
    yield from verdict.wrong_writes
    if verdict.missed_write:
        yield verdict.missed_write


def _heading(mail: ParsedMail) -> Html:
    sender = mail.sender.address if mail.sender else "nobody"
    return el("p", el("b", mail.subject or "(no subject)"), " from ", sender, class_="quiet")


def _compared(case: Case, observed: Observed) -> Html:
    """Expected and got, for every key that is checked; and the route, whatever is checked."""
    expected = case.expected
    rows = []
    for key in CHECKED:
        got = getattr(observed, key) or "–"
        wanted = " or ".join(expected.routes) if key == "route" else str(getattr(expected, key) or "–")
        is_checked = expected.has(key)
        is_right = (
            observed.route in expected.routes if key == "route" else wanted == got or {wanted, got} == {"none", "–"}
        )
        if is_checked or key in {"route", "review_reason"}:
            rows.append(_row(key, wanted if is_checked else "", str(got), wrong=is_checked and not is_right))
    for name in sorted(expected.fields.model_fields_set):
        wished, found = expected_text(expected.fields, name), observed.fields.get(name)
        rows.append(_row(name, wished or "–", found or "–", wrong=not same_value(name, wished, found)))
    for change in observed.changes:
        if change.amount_changed:
            rows.append(_row("amount", _written(case), f"{change.old_amount} → {change.new_amount}", wrong=False))
        if change.settlement_changed:
            rows.append(_row("settlement", "", str(change.decision), wrong=False))
    heads = [el("th", head, scope="col") for head in ("", "expected", "got")]
    return el("div", el("table", el("thead", el("tr", heads)), el("tbody", rows), class_="compared"), class_="wide")


def _written(case: Case) -> str:
    return str(case.expected.current_amount_after or "") if case.expected.has("current_amount_after") else ""


def _row(name: str, wanted: str, got: str, *, wrong: bool) -> Html:
    return el(
        "tr",
        el("th", name.replace("_", " "), scope="row"),
        el("td", wanted.replace("_", " ") if name == "route" else wanted),
        el("td", got.replace("_", " ") if name == "route" else got, " ✗" if wrong else None),
        class_="wrong" if wrong else None,
    )


def _decided(observed: Observed) -> Html | None:
    """The reasons and rules that sent the mail where it went."""
    decision = observed.trail.decision if observed.trail else None
    if decision is None:
        return None
    reasons = ", ".join(decision.reasons)
    guards = [
        el("li", el("b", f"{guard.guard} guard"), f" {'passes' if guard.passed else 'refuses'}: {guard.why}")
        for guard in decision.guards
    ]
    return join(
        el("h2", "What decided"),
        el("p", el("b", f"{reasons}: ") if reasons else None, decision.why),
        el("ul", guards) if guards else None,
    )


def _read(trail: Trail) -> Html:
    fields = read_fields(trail.found)[0] if trail.found else ()
    sources = [
        _source(source, [field for field in fields if field.source_id == source.source_id])
        for source in trail.mail.sources
    ]
    unread = [el("li", f"{part.name}: {part.reason} {part.detail}".strip()) for part in trail.mail.unread]
    quoted = trail.mail.quoted_text
    return join(
        el("h2", "The mail as it was read"),
        sources,
        el("ul", unread, class_="warning") if unread else None,
        el("details", el("summary", "Quoted history, not read"), el("pre", quoted[:_LONGEST_TEXT])) if quoted else None,
    )


def _source(source: Source, fields: Sequence[FieldReport]) -> Html:
    kind = str(source.kind).replace("_", " ")
    name = kind if source.name in {"", source.source_id} else f"{source.name}, {kind}"
    left = len(source.text) - _LONGEST_TEXT
    return el(
        "figure",
        el("figcaption", name),
        el("pre", list(_marked(source.text[:_LONGEST_TEXT], fields)) or "(no text)"),
        el("p", f"… and {left} more characters", class_="quiet") if left > 0 else None,
    )


def _marked(text: str, fields: Sequence[FieldReport]) -> Iterator[Content]:
    """The text with its evidence marked, each piece with the names of the fields that end there."""
    edges = sorted({0, len(text), *(edge for f in fields for edge in (f.start, f.end) if 0 < edge < len(text))})
    for start, end in itertools.pairwise(edges):
        within = [field for field in fields if field.start <= start and end <= field.end]
        ending = ", ".join(dict.fromkeys(field.field for field in within if field.end == end))
        yield el("mark", text[start:end], data_field=ending or None) if within else text[start:end]
