// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Dashboard writes Grafana's dashboard for the chart. It is a program because
// a dashboard is forty times the same twenty lines; what differs is in rows.go.
//
//	go run ./hack/dashboard > charts/quantumrerank/files/monitoring/dashboard.json
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := write(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "dashboard:", err)
		os.Exit(1)
	}
}

type object = map[string]any

// The grid of Grafana is 24 wide.
const (
	gridWidth   = 24
	panelHeight = 8
)

func write(out io.Writer) error {
	var panels []object
	y, id := 0, 0
	next := func() int { id++; return id }
	for _, r := range rows() {
		panels = append(panels, object{
			"id": next(), "type": "row", "title": r.title, "collapsed": false, "panels": []object{},
			"gridPos": object{"x": 0, "y": y, "w": gridWidth, "h": 1},
		})
		y++
		width := gridWidth / len(r.panels)
		for i, p := range r.panels {
			panels = append(panels, p.json(next(), object{"x": i * width, "y": y, "w": width, "h": panelHeight}))
		}
		y += panelHeight
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(object{
		"title": "QuantumRerank", "uid": "quantumrerank", "tags": []string{"quantumrerank"},
		"schemaVersion": 39, "version": 1, "editable": true, "refresh": "30s", "timezone": "",
		"time":       object{"from": "now-1h", "to": "now"},
		"templating": object{"list": variables()},
		"panels":     panels,
	})
}

var source = object{"type": "prometheus", "uid": "${source}"}

func variables() []object {
	query := func(name, text string) object {
		return object{
			"name": name, "type": "query", "datasource": source, "refresh": 2, "sort": 1,
			"query": object{"query": text, "refId": name}, "definition": text,
		}
	}
	return []object{
		{"name": "source", "label": "Data source", "type": "datasource", "query": "prometheus"},
		query("namespace", "label_values(quantumrerank_build_info, namespace)"),
		query("reranker", `label_values(quantumrerank_build_info{namespace="$namespace"}, quantumrerank_io_reranker)`),
	}
}

func (p panel) json(id int, grid object) object {
	targets := make([]object, len(p.queries))
	for i, q := range p.queries {
		targets[i] = object{
			"refId": string(rune('A' + i)), "datasource": source, "expr": q.expr, "legendFormat": q.legend,
			"range": true, "instant": false,
		}
		if p.kind == "heatmap" {
			targets[i]["format"] = "heatmap"
		}
	}
	custom := object{"lineWidth": 1, "fillOpacity": 10, "showPoints": "never"}
	if p.stacked {
		custom["stacking"] = object{"mode": "normal"}
		custom["fillOpacity"] = 40
	}
	out := object{
		"id": id, "type": p.kind, "title": p.title, "description": p.note, "datasource": source,
		"gridPos": grid, "targets": targets,
		"fieldConfig": object{"defaults": object{"unit": p.unit, "min": 0, "custom": custom}, "overrides": []object{}},
		"options":     object{"legend": object{"displayMode": "list", "placement": "bottom"}, "tooltip": object{"mode": "multi"}},
	}
	if p.kind == "stat" {
		out["options"] = object{"reduceOptions": object{"calcs": []string{"lastNotNull"}}, "textMode": "value_and_name"}
		out["fieldConfig"] = object{"defaults": object{"unit": p.unit}, "overrides": []object{}}
	}
	if p.kind == "heatmap" {
		out["options"] = object{"calculate": false, "yAxis": object{"unit": p.unit}, "color": object{"scheme": "Blues", "mode": "scheme"}}
		out["fieldConfig"] = object{"defaults": object{}, "overrides": []object{}}
	}
	return out
}
