"use strict";
// One trace as a waterfall: a tree of spans on the left, their bars on the right, the chosen span's details beside it.

/** Makes an element. Text is always set as text: nothing that came over the wire is read as markup. */
function make(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") node.className = value;
    else if (key === "style") for (const [name, v] of Object.entries(value)) node.style.setProperty(name, v);
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function took(ms) {
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  if (ms < 60000) return `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} s`;
  const minutes = Math.floor(ms / 60000);
  if (minutes < 60) return `${minutes} min ${Math.round((ms % 60000) / 1000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const TONES = { AUTO_UPDATE: "good", UPDATE_AND_NOTIFY: "good", MANUAL_REVIEW: "warn", IGNORE: "idle", dead: "bad", failed: "bad" };

function linkTo(link, text) {
  const href = `/trace/${encodeURIComponent(link.trace_id)}#${encodeURIComponent(link.span_id)}`;
  return make("a", { class: "mono", title: link.name, href }, text);
}

function pill(outcome) {
  return make("span", { class: `pill ${TONES[outcome] || "idle"}` }, outcome);
}

/** The tokens of all the rows, or "" when there were none. */
function tokens(rows) {
  const used = (name) => rows.reduce((sum, row) => sum + (Number(row.attributes[`gen_ai.usage.${name}`]) || 0), 0);
  const [input, cached, output] = ["input_tokens", "cache_read.input_tokens", "output_tokens"].map(used);
  return input || output ? `${input} tokens in${cached ? ` (${cached} from the cache)` : ""}, ${output} out` : "";
}

/** What a client span talks to, in a word; nothing that its name says already. */
function system(row) {
  const a = row.attributes;
  if (row.kind === "client") {
    const peer = a["gen_ai.request.model"] || a["service.peer.name"] || a["db.system.name"] || a["server.address"] || "";
    return row.name.includes(peer) ? "" : peer;
  }
  const attempt = a["messaging.gcp_pubsub.message.delivery_attempt"];
  return attempt > 1 ? `attempt ${attempt}` : "";
}

const EXTERNAL = "claimstream.external.";

/** The events of a span in few words, such as "retry gmail ×2, 1.40 s (Outage)". The status tells of exceptions. */
function told(row) {
  const groups = new Map();
  for (const { name, attributes: a } of row.events) {
    if (name === "exception") continue;
    const what = [name.startsWith(EXTERNAL) ? name.slice(EXTERNAL.length) : name, a.service].filter(Boolean).join(" ");
    const group = groups.get(what) || { times: 0, seconds: 0, why: "" };
    group.times += 1;
    group.seconds += Number(a.waited_seconds ?? a.seconds) || 0;
    group.why = a.reason || a["error.type"] || group.why;
    groups.set(what, group);
  }
  return [...groups].map(([what, { times, seconds, why }]) =>
    `${what}${times > 1 ? ` ×${times}` : ""}${seconds ? `, ${took(1000 * seconds)}` : ""}${why ? ` (${why})` : ""}`);
}

/** How long the rows took together under each name that `named` gives them, in the order of their start. */
function together(rows, named) {
  const sums = new Map();
  for (const row of rows) {
    const name = named(row);
    if (name) sums.set(name, (sums.get(name) || 0) + row.duration_ms);
  }
  const most = Math.max(...sums.values());
  return [...sums].map(([name, ms]) => make(ms === most ? "strong" : "span", {}, `${name} ${took(ms)}`));
}

/** A step of 1, 2 or 5 times a power of ten that divides the whole into four to eight parts. */
function step(whole) {
  const rough = whole / 5;
  const minutes = [15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3, 1800e3, 3600e3].find((n) => n >= rough);
  if (minutes && rough > 10e3) return minutes;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
}

class Waterfall {
  constructor(trace) {
    this.trace = trace;
    this.whole = Math.max(...trace.rows.map((row) => row.offset_ms + row.duration_ms), 0.001);
    this.closed = new Set();
    this.chosen = null;
    this.rows = new Map();
    this.element = make("div", { class: "trace" });
    this.fall = make("section", { class: "fall", "aria-label": "Spans" });
    this.detail = null;
    this.element.append(this.fall);
    this.draw();
  }

  /** Carries over what was folded and chosen when more spans of the same trace have arrived. */
  resume(earlier, focused) {
    this.closed = earlier.closed;
    this.fold();
    if (earlier.chosen) this.choose(earlier.chosen, earlier.detail !== null, false);
    if (focused) this.tree.querySelector('[tabindex="0"]')?.focus({ preventScroll: true });
  }

  draw() {
    const kinds = new Set(this.trace.rows.map((row) => row.kind));
    const names = { producer: "producer", consumer: "consumer", internal: "stage", client: "call outside", server: "server" };
    const legend = make("div", { class: "legend" },
      ...Object.entries(names).filter(([kind]) => kinds.has(kind)).map(([kind, text]) => make("span", { class: kind }, text)));
    if (this.trace.errors) legend.append(make("span", { class: "failed" }, "error"));
    const services = [...new Set(this.trace.rows.map((row) => row.service))];
    legend.append(make("em", { class: "soft" }, services.join(", ")));
    const tick = step(this.whole);
    const scale = make("div", { class: "scale" });
    for (let at = 0; at <= this.whole * 1.001; at += tick) {
      scale.append(make("span", { style: { left: `${(100 * at) / this.whole}%` } }, at === 0 ? "0" : took(at)));
    }
    const tree = make("div", { role: "tree", "aria-label": "Waterfall", onkeydown: (event) => this.key(event) });
    tree.style.setProperty("--tick", `${(100 * tick) / this.whole}%`);
    const parents = new Set(this.trace.rows.map((row) => row.parent_id));
    const failing = new Set(this.trace.rows.filter((row) => row.status === "error").map((row) => row.parent_id));
    for (const row of this.trace.rows) tree.append(this.line(row, parents.has(row.span_id), failing.has(row.span_id)));
    this.fall.replaceChildren(legend, make("div", { class: "ruler" }, make("b", {}, this.trace.rows.length === 1 ? "1 span" : `${this.trace.rows.length} spans`), scale), tree);
    this.tree = tree;
    const first = tree.firstElementChild;
    if (first) first.tabIndex = 0;
  }

  line(row, hasChildren, childFailed) {
    const left = (100 * row.offset_ms) / this.whole;
    const width = (100 * row.duration_ms) / this.whole;
    const lane = make("div", { class: "lane", "aria-hidden": "true" },
      make("div", { class: "bar", style: { left: `${left}%`, width: `${width}%` } }));
    for (const event of row.events) {
      lane.append(make("div", { class: "mark", title: event.name, style: { left: `${(100 * event.offset_ms) / this.whole}%` } }));
    }
    // The figure stands behind the bar; near the right edge there is room for it outside the lane.
    lane.append(make("span", { class: "took", style: { left: `max(${left + width}%, ${left}% + 3px)` } }, took(row.duration_ms)));
    const sys = system(row);
    const twist = hasChildren
      ? make("button", { class: "twist", tabindex: "-1", "aria-hidden": "true", onclick: (event) => { event.stopPropagation(); this.toggle(row.span_id); } }, "▾")
      : make("span", { class: "twist" });
    const failed = row.status === "error";
    const began = failed && !childFailed ? row.status_message : ""; // the spans around it say the same again
    const notes = [began, tokens([row]), ...told(row)].filter(Boolean);
    const calm = (note) => note === tokens([row]) || note.startsWith("checkpoint.hit");
    if (notes.length) {
      const late = left > 55;
      lane.append(make("div", {
        class: `notes${late ? " late" : ""}`, title: notes.join("\n"),
        style: late ? { "padding-right": `${Math.max(100 - left - width, 0)}%` } : { "padding-left": `${left}%` },
      }, ...notes.map((note) => make("span", { class: calm(note) ? "calm" : null }, note))));
    }
    const line = make("div", {
      class: `row ${row.kind}${failed ? " error" : ""}`, role: "treeitem", tabindex: "-1", "aria-level": row.depth + 1,
      "aria-expanded": hasChildren ? "true" : null, "aria-selected": "false",
      "aria-label": [row.name, row.kind, sys, took(row.duration_ms), failed && "error", ...notes].filter(Boolean).join(", "),
      onclick: () => this.choose(row.span_id, true),
    },
      make("div", { class: "name", style: { "padding-left": `${8 + row.depth * 16}px` }, title: row.name }, twist,
        make("span", { class: "dot" }), make("span", { class: "text" }, failed ? `✕ ${row.name}` : row.name),
        sys ? make("span", { class: "sys" }, String(sys)) : null),
      lane);
    line.dataset.span = row.span_id;
    this.rows.set(row.span_id, { row, line });
    return line;
  }

  toggle(id) {
    if (this.closed.has(id)) this.closed.delete(id);
    else this.closed.add(id);
    this.fold();
  }

  fold() {
    let below = Infinity;
    for (const { row, line } of this.rows.values()) {
      if (row.depth <= below) below = Infinity;
      line.hidden = row.depth > below;
      const twist = line.querySelector("button.twist");
      if (twist) {
        const shut = this.closed.has(row.span_id);
        twist.textContent = shut ? "▸" : "▾";
        line.setAttribute("aria-expanded", String(!shut));
        if (shut && below === Infinity) below = row.depth;
      }
    }
  }

  choose(id, open, focus = true) {
    const found = this.rows.get(id);
    if (!found) return;
    if (this.chosen) {
      const before = this.rows.get(this.chosen);
      before.line.setAttribute("aria-selected", "false");
    }
    for (const { line } of this.rows.values()) line.tabIndex = -1;
    this.chosen = id;
    found.line.setAttribute("aria-selected", "true");
    found.line.tabIndex = 0;
    if (open || this.detail) this.show(found.row);
    if (focus) found.line.focus({ preventScroll: true });
    found.line.scrollIntoView({ block: "nearest" });
  }

  hide() {
    if (!this.detail) return;
    if (this.detail.contains(document.activeElement)) this.tree.querySelector('[tabindex="0"]').focus();
    this.detail.remove();
    this.detail = null;
    history.replaceState(null, "", location.pathname);
    this.element.classList.remove("open");
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return; // the browser's own, such as Alt and ← for back
    const shown = [...this.rows.values()].filter(({ line }) => !line.hidden);
    const at = shown.findIndex(({ line }) => line === document.activeElement);
    if (at < 0) return;
    const { row } = shown[at];
    const go = (index) => this.choose(shown[Math.min(Math.max(index, 0), shown.length - 1)].row.span_id, false);
    const folds = this.trace.rows.some((other) => other.parent_id === row.span_id);
    switch (event.key) {
      case "ArrowDown": case "j": go(at + 1); break;
      case "ArrowUp": case "k": go(at - 1); break;
      case "Home": go(0); break;
      case "End": go(shown.length - 1); break;
      case "ArrowRight": if (folds && this.closed.has(row.span_id)) this.toggle(row.span_id); else go(at + 1); break;
      case "ArrowLeft":
        if (folds && !this.closed.has(row.span_id)) this.toggle(row.span_id);
        else if (this.rows.has(row.parent_id)) this.choose(row.parent_id, false);
        break;
      case "Enter": case " ": this.choose(row.span_id, true); break;
      case "e": this.nextError(); break;
      default: return;
    }
    event.preventDefault();
  }

  nextError() {
    const shown = [...this.rows.values()].filter(({ line }) => !line.hidden);
    const at = shown.findIndex(({ row }) => row.span_id === this.chosen);
    const next = [...shown.slice(at + 1), ...shown.slice(0, at + 1)].find((other) => other.row.status === "error");
    if (next) this.choose(next.row.span_id, true);
  }

  show(row) {
    const list = (pairs) => make("dl", {}, ...pairs.map(([key, value]) =>
      make("div", {}, make("dt", {}, key), make("dd", { class: "mono" }, typeof value === "object" ? JSON.stringify(value) : String(value)))));
    const sorted = (attributes) => Object.entries(attributes).sort(([a], [b]) => a.localeCompare(b));
    const panel = make("aside", { class: "detail", "aria-label": `Details of ${row.name}` },
      make("button", { class: "close", "aria-label": "Close details", title: "Close (Esc)", onclick: () => this.hide() }, "✕"),
      make("h2", {}, row.name),
      make("p", { class: "soft", style: { margin: "2px 0 0" } },
        `${row.kind}, ${took(row.duration_ms)}, starts at +${took(row.offset_ms)}, ${row.service}`));
    if (row.orphan) panel.append(make("p", { class: "soft" }, `Its parent ${row.parent_id} has not been received.`));
    if (row.status === "error") panel.append(make("p", { class: "failure" }, row.status_message || "error"));
    if (Object.keys(row.attributes).length) panel.append(make("h3", {}, "Attributes"), list(sorted(row.attributes)));
    for (const event of row.events) {
      const { "exception.stacktrace": stack, ...rest } = event.attributes;
      panel.append(make("h3", {}, `Event: ${event.name} at +${took(event.offset_ms)}`), list(sorted(rest)));
      if (stack) panel.append(make("pre", { tabindex: "0" }, stack));
    }
    for (const link of row.links) {
      panel.append(make("h3", {}, "Link"), link.name !== null ? linkTo(link, `${link.name} ${link.trace_id}`) : make("span", { class: "mono soft" }, `${link.trace_id} (not received)`));
    }
    panel.append(make("h3", {}, "Span"), list([["span_id", row.span_id], ["scope", row.scope || "(none)"], ...sorted(row.resource)]));
    if (this.detail) this.detail.replaceWith(panel);
    else this.element.append(panel);
    this.detail = panel;
    this.element.classList.add("open");
    history.replaceState(null, "", `#${encodeURIComponent(row.span_id)}`); // the address leads here again
  }
}
