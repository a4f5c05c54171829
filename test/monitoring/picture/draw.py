# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Draws the panels of the Grafana dashboard from a Prometheus, in the places that
the dashboard gives them: a look at the dashboard where no Grafana is at hand.

Every query is the dashboard's own; one that Prometheus refuses ends the program.

Usage: draw.py DASHBOARD.json PROMETHEUS_URL SECONDS OUT.png
"""

import json
import re
import sys
import time
import urllib.parse
import urllib.request

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

VARIABLES = {"$namespace": "rag", "$reranker": "search", "$__rate_interval": "10s"}
COLOURS = ["#2563ab", "#e08e0b", "#3f8f5b", "#b3261e", "#7a4fa3", "#0e8a8a", "#8a6d3b", "#555555"]
STEP = 1  # seconds


def ask(base, query, begin, end):
    for name, value in VARIABLES.items():
        query = query.replace(name, value)
    arguments = urllib.parse.urlencode({"query": query, "start": begin, "end": end, "step": STEP})
    with urllib.request.urlopen(f"{base}/api/v1/query_range?{arguments}") as answer:
        return json.load(answer)["data"]["result"]


def legend(template, labels):
    name = re.sub(r"\{\{(\w+)\}\}", lambda m: labels.get(m.group(1), ""), template)
    return name or ", ".join(labels.values()) or "value"


def scale(unit, values):
    """The factor and the name that make values of a unit readable."""
    largest = max((float(np.nanmax(v)) for v in values if len(v) and not np.all(np.isnan(v))), default=0)
    if unit == "bytes":
        return 1 / 2**20, "MiB"
    if unit == "percentunit":
        return 100, "%"
    if unit == "s":
        return (1000, "ms") if largest < 2 else (1, "s")
    return 1, {"reqps": "per second"}.get(unit, "")


def timeseries(axes, panel, series, begin, end):
    unit = panel["fieldConfig"]["defaults"].get("unit", "short")
    stacked = "stacking" in panel["fieldConfig"]["defaults"].get("custom", {})
    grid = np.arange(begin, end + STEP, STEP)
    names, values = [], []
    for template, result in series:
        for s in result:
            at = {float(t): float(v) for t, v in s["values"]}
            y = np.array([at.get(float(t), np.nan) for t in grid])
            if stacked and not np.nansum(y):
                continue  # a stack of nothing says nothing
            names.append(legend(template, s["metric"]))
            values.append(y)
    factor, word = scale(unit, values)
    x = grid - begin
    if stacked and values:
        axes.stackplot(x, [np.nan_to_num(v) * factor for v in values], labels=names, colors=COLOURS, alpha=0.75)
    for i, (name, y) in enumerate(zip(names, values)):
        if not stacked:
            axes.plot(x, y * factor, label=name, color=COLOURS[i % len(COLOURS)], linewidth=1.4)
    axes.set_xlim(0, end - begin)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(word)
    return names


def heatmap(axes, panel, series, begin, end):
    rows = sorted((float(s["metric"]["le"]), s["values"]) for _, result in series for s in result if s["metric"]["le"] != "+Inf")
    columns = int((end - begin) / STEP) + 1
    cells = np.zeros((len(rows), columns))
    for i, (_, points) in enumerate(rows):
        for t, v in points:
            cells[i, round((float(t) - begin) / STEP)] = float(v)
    cells[1:] = np.maximum(0, cells[1:] - cells[:-1])  # buckets are cumulative
    axes.imshow(cells, aspect="auto", origin="lower", cmap="Blues", extent=(0, end - begin, 0, len(rows)))
    ticks = range(0, len(rows), max(1, len(rows) // 6))
    axes.set_yticks([i + 0.5 for i in ticks], [f"{rows[i][0]:g}" for i in ticks])
    axes.set_ylabel("s")
    return []


def stat(axes, panel, series, begin, end):
    axes.axis("off")
    lines = [f"{legend(template, s['metric'])}:  {float(s['values'][-1][1]):g}" for template, result in series for s in result]
    axes.text(0.05, 0.5, "\n".join(lines), fontsize=11, va="center", color="#2563ab")
    return []


def draw(axes, panel, base, begin, end):
    series = [(t["legendFormat"], ask(base, t["expr"], begin, end)) for t in panel["targets"]]
    axes.set_title(panel["title"], loc="left", fontsize=12, fontweight="bold")
    if panel["type"] != "stat":
        axes.set_xlabel("s", loc="right", labelpad=-9)
    axes.tick_params(labelsize=9)
    axes.grid(color="#e3e8ef", linewidth=0.6)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    kind = {"timeseries": timeseries, "heatmap": heatmap, "stat": stat}[panel["type"]]
    names = kind(axes, panel, series, begin, end)
    if not any(result for _, result in series):
        axes.text(0.5, 0.5, "no data", transform=axes.transAxes, ha="center", color="#888888")
    if names:
        axes.legend(fontsize=10, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=3, frameon=False, borderpad=0, columnspacing=1.2, handlelength=1.4)
    return sum(map(len, (r for _, r in series)))


def main(dashboard, base, seconds, out):
    with open(dashboard, encoding="utf-8") as file:
        board = json.load(file)
    end = int(time.time()) - 2
    begin = end - int(seconds)
    bottom = max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in board["panels"])
    figure = plt.figure(figsize=(20, bottom * 0.45), facecolor="white")
    empty = []
    for panel in board["panels"]:
        at = panel["gridPos"]
        left, top = at["x"] / 24, 1 - at["y"] / bottom
        width, height = at["w"] / 24, at["h"] / bottom
        if panel["type"] == "row":
            figure.text(0.012, top - height * 0.8, panel["title"], fontsize=13, color="#333333")
            continue
        axes = figure.add_axes((left + 0.03 * 0.9, top - height * 0.78, width - 0.042, height * 0.62))
        if not draw(axes, panel, base, begin, end):
            empty.append(panel["title"])
    figure.savefig(out, dpi=70)
    print(f"{out}: {sum(p['type'] != 'row' for p in board['panels'])} panels, without data: {', '.join(empty) or 'none'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
