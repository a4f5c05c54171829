// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

import { samples } from "./samples.js";

const $ = (id) => document.getElementById(id);

// Addresses are relative to the page, which may be served below a prefix.
const address = (path) => new URL(path, document.baseURI).href;

// element makes an element. Text is set as text: nothing that was typed or
// answered can become markup.
function element(name, className, text) {
  const e = document.createElement(name);
  if (className) e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

function documents() {
  const separator = $("split").value === "line" ? /\r?\n/ : /\r?\n[ \t]*(?:\r?\n[ \t]*)+/;
  return $("documents").value.split(separator).map((d) => d.trim()).filter((d) => d !== "");
}

function count() {
  const n = documents().length;
  $("count").textContent = n === 0 ? "No documents" : n === 1 ? "1 document" : `${n} documents`;
}

function body() {
  const b = { query: $("query").value, documents: documents(), method: $("method").value };
  // What is typed is sent: the server's own words about a wrong number are
  // better than a silent correction.
  if ($("top").value !== "") b.top_k = Number($("top").value);
  return b;
}

function headers() {
  const h = { "Content-Type": "application/json" };
  const key = $("key").value.trim();
  if (key !== "") h.Authorization = `Bearer ${key}`;
  return h;
}

// quote makes one word for a POSIX shell of any text.
const quote = (s) => `'${s.replaceAll("'", `'\\''`)}'`;

// The key itself stays out of what people copy into tickets.
function curl(b) {
  const key = headers().Authorization ? ` \\\n  -H "Authorization: Bearer $RERANK_KEY"` : "";
  return `curl -s ${quote(address("v1/rerank"))} \\\n  -H 'Content-Type: application/json'${key} \\\n  -d ${quote(JSON.stringify(b))}`;
}

function parts(r) {
  const said = [];
  const m = r.metadata ?? {};
  if (m.classical_score !== undefined) said.push(`classical ${m.classical_score.toFixed(3)}`);
  if (m.quantum_score !== undefined) said.push(`quantum ${m.quantum_score.toFixed(3)}`);
  if (m.stage === "prior") said.push("not scored in time: ranked by its words");
  if (m.stage === "cached") said.push("known from before");
  if (r.truncated) said.push("only its beginning was read");
  said.push(`document ${r.index}`);
  return said.join(" · ");
}

function item(r) {
  const li = element("li");
  const head = element("div", "head");
  const track = element("div", "track");
  const bar = element("div", "bar");
  bar.style.width = `${(100 * r.relevance_score).toFixed(1)}%`;
  track.append(bar);
  track.setAttribute("aria-hidden", "true"); // the figure beside it says the same
  head.append(element("span", "rank", `${r.rank}`), track, element("span", "score", r.relevance_score.toFixed(3)));
  li.append(head, element("p", "text", r.document?.text ?? ""), element("p", "parts", parts(r)));
  return li;
}

// stages reads a Server-Timing header: "decode;dur=0.05, encode;dur=12.3".
function stages(header) {
  return (header ?? "").split(",").map((s) => /^\s*([\w-]+);dur=([\d.]+)/.exec(s)).filter(Boolean);
}

function showTiming(header, round) {
  const rows = stages(header).map(([, name, ms]) => [name, ms]);
  rows.push(["seen from this page", round.toFixed(3)]);
  $("stages").replaceChildren(...rows.map(([name, ms]) => {
    const tr = element("tr");
    const th = element("th", "", name);
    th.scope = "row";
    tr.append(th, element("td", "", ms));
    return tr;
  }));
  $("timing").hidden = false;
}

function showAnswer(a, response, round) {
  $("ranking").replaceChildren(...a.results.map(item));
  const left = a.degraded ? `, less than asked for (${a.degraded_reason})` : "";
  $("status").textContent =
    `${a.results.length} of ${documents().length} documents, method ${a.method_used}, ${a.processing_time_ms.toFixed(1)} ms on the server${left}.`;
  const warnings = a.meta?.warnings ?? [];
  $("warnings").replaceChildren(...warnings.map((w) => element("li", "", w)));
  $("warnings").hidden = warnings.length === 0;
  showTiming(response.headers.get("Server-Timing"), round);
}

const inputs = { query: "query", documents: "documents", top_k: "top" };

// showProblem tells what is wrong and takes the reader to it.
function showProblem(message, errors = []) {
  $("problem").textContent = message;
  $("status").textContent = "Not ranked.";
  $("ranking").replaceChildren();
  $("warnings").hidden = $("timing").hidden = true;
  const at = errors.map((e) => inputs[e.field]).filter(Boolean);
  for (const id of at) $(id).setAttribute("aria-invalid", "true");
  if (at.length > 0) $(at[0]).focus();
}

function clearProblem() {
  $("problem").textContent = "";
  for (const id of Object.values(inputs)) $(id).removeAttribute("aria-invalid");
}

function askForKey() {
  $("key-field").hidden = false;
  $("key").focus();
}

async function rank() {
  clearProblem();
  const b = body();
  $("curl").textContent = curl(b);
  $("again").hidden = false;
  $("status").textContent = "Ranking …";
  $("rank").disabled = true;
  const start = performance.now();
  try {
    const response = await fetch(address("v1/rerank"), { method: "POST", headers: headers(), body: JSON.stringify(b) });
    const a = await response.json();
    if (response.ok) {
      showAnswer(a, response, performance.now() - start);
    } else {
      showProblem(a.message ?? `The server answered with status ${response.status}.`, a.errors);
      if (response.status === 401) askForKey();
    }
  } catch (e) {
    showProblem(`No answer from the server: ${e.message}`);
  } finally {
    $("rank").disabled = false;
  }
}

function choose() {
  const s = samples[$("sample").value];
  if (s === undefined) return;
  $("query").value = s.query;
  $("split").value = "line";
  $("documents").value = s.documents.join("\n");
  count();
  $("status").textContent = "Sample filled in. Not ranked yet.";
}

async function copy() {
  try {
    await navigator.clipboard.writeText($("curl").textContent);
    $("copied").textContent = "Copied.";
  } catch {
    // Only pages served over TLS or from this machine may write the clipboard.
    getSelection().selectAllChildren($("curl"));
    $("copied").textContent = "Selected: copy it with the keyboard.";
  }
}

// served says what this server serves, and asks for a key if it wants one.
async function served() {
  try {
    const response = await fetch(address("info"), { headers: headers() });
    if (response.status === 401) {
      $("key-field").hidden = false;
      return;
    }
    const info = await response.json();
    $("served").textContent = `Model ${info.model_id}, default method ${info.method}, up to ${info.limits.max_documents} documents.`;
    $("method").value = info.method;
  } catch {
    $("served").textContent = "The server does not answer.";
  }
}

samples.forEach((s, i) => {
  const option = element("option", "", s.name);
  option.value = i;
  $("sample").append(option);
});
$("form").addEventListener("submit", (e) => {
  e.preventDefault();
  rank();
});
$("documents").addEventListener("keydown", (e) => {
  if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) rank();
});
for (const id of ["documents", "split"]) $(id).addEventListener("input", count);
for (const id of ["query", "documents"]) $(id).addEventListener("input", () => { $("sample").value = ""; });
$("sample").addEventListener("change", choose);
$("copy").addEventListener("click", copy);
count();
served();
