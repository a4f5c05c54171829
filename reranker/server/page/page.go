// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package page carries the page at "/": a form to try a query on some
// documents. It is plain HTML, CSS and JavaScript, embedded in the binary and
// complete in itself, so that it works without the internet and under a policy
// that forbids everything else.
package page

import (
	"embed"
	"mime"
	"path"
)

// Policy is the Content-Security-Policy of every asset. Nothing may be loaded
// or sent elsewhere, nothing inline runs, nobody may frame the page, and no
// text can become markup.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

//go:embed assets
var assets embed.FS

// Asset is one file of the page.
type Asset struct {
	// Path is where it is served.
	Path string
	// Type is its Content-Type.
	Type string
	// Body is what it holds.
	Body []byte
}

// Assets are the files of the page, the page itself first.
var Assets = []Asset{
	asset("/", "index.html"),
	asset("/page/page.css", "page.css"),
	asset("/page/page.js", "page.js"),
	asset("/page/samples.js", "samples.js"),
	asset("/page/icon.svg", "icon.svg"),
}

// types are spelled out, because mime reads the machine's own table as well.
var types = map[string]string{
	".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml",
}

func asset(at, file string) Asset {
	body, err := assets.ReadFile("assets/" + file)
	if err != nil {
		panic("BUG: " + err.Error()) // an embedded file that the compiler found
	}
	return Asset{at, mime.FormatMediaType(types[path.Ext(file)], map[string]string{"charset": "utf-8"}), body}
}
