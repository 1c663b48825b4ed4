"use strict";
// The list of traces, the frame of one trace, and keeping both up to date.

const main = document.getElementById("main");
const count = document.getElementById("count");
const form = document.getElementById("search");
const q = document.getElementById("q");
const outcome = document.getElementById("outcome");
const errorsOnly = document.getElementById("errors");
const live = document.getElementById("live");
const keys = document.getElementById("keys");
const POLL_MS = 2000;

const traceId = location.pathname.startsWith("/trace/") ? decodeURIComponent(location.pathname.slice("/trace/".length)) : null;

function clock(iso) {
  const at = new Date(iso);
  const time = at.toLocaleTimeString([], { hour12: false });
  const today = at.toDateString() === new Date().toDateString();
  return `${today ? "" : `${at.toLocaleDateString()} `}${time}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

function hints(...pairs) {
  keys.replaceChildren(...pairs.map(([key, text]) => make("span", {}, make("kbd", {}, key), ` ${text}`)));
}

// ---- the list ----

/** The stages in their order, and then what else is seen: a stage keeps its colour. */
const colours = ["fetch", "parse", "classify", "extract", "consolidate", "match", "route", "commit", "deliver"];

function colour(stage) {
  if (!colours.includes(stage)) colours.push(stage);
  return `s${colours.indexOf(stage) % 9}`;
}

let version = null;
let shown = 200;
/** Coming back from a trace, its line has the focus. */
let opened = performance.getEntriesByType("navigation")[0]?.type === "back_forward" ? sessionStorage.getItem("opened") : null;

function query() {
  const wanted = new URLSearchParams();
  if (q.value.trim()) wanted.set("q", q.value.trim());
  if (outcome.value) wanted.set("outcome", outcome.value);
  if (errorsOnly.checked) wanted.set("errors", "1");
  return wanted;
}

async function refreshList() {
  const wanted = query();
  const address = wanted.toString();
  history.replaceState(null, "", address ? `/?${address}` : "/");
  wanted.set("limit", String(shown));
  const answer = await fetch(`/api/traces?${wanted}`, { headers: version ? { "If-None-Match": version } : {} });
  if (answer.status === 304) return;
  const body = await answer.json();
  if (address !== query().toString()) return; // something else is looked for since
  version = answer.headers.get("ETag");
  drawOutcomes(body.outcomes);
  count.textContent = body.total === body.kept ? `${body.kept} traces` : `${body.total} of ${body.kept} traces`;
  drawList(body);
}

function drawOutcomes(outcomes) {
  const chosen = outcome.value || new URLSearchParams(location.search).get("outcome") || "";
  const all = [...new Set([...outcomes, ...(chosen ? [chosen] : [])])];
  outcome.replaceChildren(make("option", { value: "" }, "every outcome"), ...all.map((each) => make("option", { value: each }, each)));
  outcome.value = chosen;
}

function drawList(body) {
  if (!body.total) {
    main.replaceChildren(make("div", { class: "empty" }, ...(body.kept
      ? [make("h1", {}, "No trace matches"), make("p", {}, "Every word must occur in the trace, if only in part: try fewer, or another outcome.")]
      : [make("h1", {}, "Nothing received yet"), make("p", {}, "Traces appear here a second after an email is worked on.")])));
    return;
  }
  const focused = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.trace || opened : opened;
  opened = null;
  const head = make("tr", {}, ...[["Start", ""], ["Outcome", ""], ["Intent", "intent"], ["Correlation id", ""], ["Where the time went", "wide"],
    ["Duration", "num"], ["Spans", "num spans"], ["Errors", "num"]].map(([text, kind]) => make("th", { class: kind, scope: "col" }, text)));
  const table = make("table", { class: "list" }, make("thead", {}, head), make("tbody", {}, ...body.traces.map(line)));
  table.addEventListener("keydown", moveInList);
  const more = body.total > body.traces.length
    ? make("button", { class: "more", onclick: async () => {
      const next = shown;
      shown += 200;
      version = null;
      await refreshList();
      main.querySelectorAll("a[data-trace]")[next]?.focus();
    } }, `${body.total - body.traces.length} more`) : null;
  const legend = make("div", { class: "stages strip-legend" }, ...colours.map((name, index) => make("span", { class: `s${index % 9}` }, name)));
  main.replaceChildren(legend, table, ...(more ? [more] : []));
  if (focused) main.querySelector(`a[data-trace="${CSS.escape(focused)}"]`)?.focus();
}

function line(trace) {
  const href = `/trace/${encodeURIComponent(trace.trace_id)}`;
  const cell = (kind, ...content) => make("td", { class: kind }, make("a", { href, tabindex: "-1" }, ...content));
  const said = [clock(trace.start), trace.outcome || trace.root, trace.intent, took(trace.duration_ms), trace.errors && `${trace.errors} errors`];
  const start = make("td", { class: "time" }, make("a", {
    href, "data-trace": trace.trace_id, title: trace.start, "aria-label": said.filter(Boolean).join(", "),
  }, clock(trace.start)));
  const strip = make("div", { class: "strip", "aria-hidden": "true" }, ...trace.stages.map((stage) => make("i", {
    class: `${colour(stage.name)}${stage.error ? " error" : ""}`, title: stage.name, style: { left: `${100 * stage.left}%`, width: `${100 * stage.width}%` },
  })));
  const row = make("tr", {}, start,
    cell("", trace.outcome ? pill(trace.outcome) : make("span", { class: "none" }, trace.email_id ? "in work" : trace.root || "–")),
    cell("intent", trace.intent || make("span", { class: "none" }, "–")),
    cell("mono", trace.correlation_id || make("span", { class: "none" }, "–")),
    cell("wide", strip),
    cell("num", took(trace.duration_ms)),
    cell("num spans", String(trace.spans)),
    cell(trace.errors ? "num err" : "num none", trace.errors ? `✕ ${trace.errors}` : "0"));
  return row;
}

function moveInList(event) {
  const links = [...main.querySelectorAll("a[data-trace]")];
  const at = links.indexOf(document.activeElement);
  const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, Home: -links.length, End: links.length }[event.key];
  if (by === undefined || at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  links[Math.min(Math.max(at + by, 0), links.length - 1)].focus();
}

// ---- one trace ----

let waterfall = null;

async function refreshTrace() {
  const answer = await fetch(`/api/traces/${encodeURIComponent(traceId)}`, { headers: version ? { "If-None-Match": version } : {} });
  if (answer.status === 304) return;
  version = answer.headers.get("ETag");
  const body = await answer.json();
  if (!answer.ok) {
    main.replaceChildren(make("div", { class: "empty" }, make("h1", {}, "Trace not found"), make("p", { class: "mono" }, traceId), make("p", {}, body.error)));
    return;
  }
  if (JSON.stringify(body) === JSON.stringify(waterfall?.trace)) return; // the change was in other traces
  document.title = `${body.outcome || body.root} – claimstream traces`;
  count.textContent = "";
  const fact = (name, ...value) => make("div", {}, make("dt", {}, name), make("dd", {}, ...value));
  const mono = (text) => make("code", {}, text);
  const facts = make("dl", { class: "facts" },
    make("h1", {}, body.outcome || body.email_id ? pill(body.outcome || "in work") : null, body.intent || body.root));
  if (body.correlation_id) {
    facts.append(fact("correlation id", make("a", { href: `/?q=${encodeURIComponent(body.correlation_id)}` }, mono(body.correlation_id))));
  }
  if (body.email_id) facts.append(fact("email id", mono(body.email_id)));
  if (body.tenant_id) facts.append(fact("tenant", body.tenant_id));
  facts.append(fact("trace id", mono(body.trace_id)), fact("start", make("span", { title: body.start }, clock(body.start))),
    fact("duration", took(body.duration_ms)), fact("errors", body.errors ? make("span", { class: "pill bad" }, String(body.errors)) : "none"));
  const cost = tokens(body.rows);
  if (cost) facts.append(fact("cost", cost));
  const stages = together(body.rows, (row) => row.kind === "internal" && row.attributes["claimstream.stage"] === row.name && row.name);
  if (stages.length) facts.append(fact("stages", ...stages));
  const calls = together(body.rows, (row) => row.kind === "client" && row.attributes["service.peer.name"]);
  if (calls.length) facts.append(fact("calls", ...calls));
  const links = body.rows.flatMap((row) => row.links).filter((link) => link.name !== null);
  if (links.length) facts.append(fact("links to", ...links.slice(0, 10).map((link) => linkTo(link, link.name))));
  if (body.linked_from.length) {
    const some = body.linked_from.slice(0, 10);
    facts.append(fact("linked from", ...some.map((link) => linkTo(link, (link.correlation_id || link.trace_id).slice(0, 8))),
      body.linked_from.length > some.length ? make("a", { href: `/?q=${encodeURIComponent(body.trace_id)}` }, "all in the list") : null));
  }
  const orphans = body.rows.filter((row) => row.orphan).length;
  const notices = [
    orphans ? `Not complete: the parent of ${orphans === 1 ? "1 span" : `${orphans} spans`} is still at work, or was lost.` : "",
    body.cut ? `${body.cut} more spans of this trace were not kept.` : "",
  ].filter(Boolean).map((text) => make("p", { class: "notice" }, text));
  const next = new Waterfall(body);
  const focused = waterfall?.tree.contains(document.activeElement);
  main.replaceChildren(facts, ...notices, next.element);
  if (waterfall) next.resume(waterfall, focused);
  else {
    const wanted = decodeURIComponent(location.hash.slice(1));
    const failed = body.outcome ? null : [...body.rows].reverse().find((row) => row.status === "error");
    if (next.rows.has(wanted)) next.choose(wanted, true);
    else if (failed) next.choose(failed.span_id, true, false); // what holds it up is what one came to see
  }
  waterfall = next;
}

// ---- both ----

const refresh = traceId ? refreshTrace : refreshList;

async function keepFresh() {
  try {
    if (live.checked && !document.hidden) await refresh();
    document.body.classList.remove("away");
  } catch {
    count.textContent = "the server is gone";
    version = null;
  }
  setTimeout(keepFresh, POLL_MS);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return; // the browser's own
  const typing = event.target.matches("input, select");
  if (event.key === "/" && !typing) { event.preventDefault(); q.focus(); q.select(); }
  else if (event.key === "Escape") {
    if (typing) event.target.blur();
    else if (waterfall && waterfall.detail) waterfall.hide();
    else if (traceId && document.referrer.startsWith(`${location.origin}/`)) history.back(); // to the same search
    else if (traceId) location.href = "/";
  } else if (event.key === "e" && waterfall && !typing) waterfall.nextError();
  else if (event.key === "ArrowDown" && event.target === q) main.querySelector("a[data-trace]")?.focus();
  else if (!typing && ["ArrowDown", "ArrowUp", "j", "k"].includes(event.key) && !main.contains(document.activeElement)) {
    const first = main.querySelector("a[data-trace]") || main.querySelector('.row[tabindex="0"]');
    if (first) { event.preventDefault(); first.focus(); }
  }
});

addEventListener("hashchange", () => waterfall?.choose(decodeURIComponent(location.hash.slice(1)), true));

const asked = new URLSearchParams(location.search);
if (!traceId && asked.get("trace_id")) location.replace(`/trace/${encodeURIComponent(asked.get("trace_id"))}`);
q.value = ["q", "correlation_id", "email_id"].map((name) => asked.get(name)).filter(Boolean).join(" ");
errorsOnly.checked = asked.get("errors") === "1";
drawOutcomes([]);
if (traceId) {
  sessionStorage.setItem("opened", traceId);
  for (const filter of [outcome, errorsOnly.parentElement]) filter.hidden = true; // they are the list's
  hints(["↑ ↓", "span"], ["← →", "fold"], ["Enter", "details"], ["e", "next error"], ["Esc", "back"], ["/", "search"]);
} else {
  hints(["↑ ↓", "trace"], ["Enter", "open"], ["/", "search"]);
  const again = () => { version = null; shown = 200; refreshList().catch(() => {}); };
  let waiting = 0;
  q.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(again, 150); });
  outcome.addEventListener("change", again);
  errorsOnly.addEventListener("change", again);
  form.addEventListener("submit", (event) => { event.preventDefault(); again(); });
}
refresh().catch(() => { count.textContent = "the server is gone"; }).finally(() => setTimeout(keepFresh, POLL_MS));
