// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package browser tries the page at "/" in a real browser against a real
// server. Run it through run.sh, which builds the server and finds the browser.
package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	question  = "How do plants make their food?"
	rightText = "Photosynthesis lets green leaves turn sunlight, water and carbon dioxide into sugar."
)

// address returns the server that run.sh started under the given name.
func address(t *testing.T, name string) string {
	t.Helper()
	base := os.Getenv(name)
	if base == "" {
		t.Fatalf("%s is not set: run test/browser/run.sh", name)
	}
	return base
}

// tab opens a fresh tab and fails the test on whatever the browser complains
// about: a broken policy, a failed load, an exception.
func tab(t *testing.T, width, height int64, scheme string) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(address(t, "CHROMIUM")), chromedp.NoSandbox, chromedp.Flag("disable-gpu", true))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	chromedp.ListenTarget(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("the page threw %s", e.ExceptionDetails.Error())
		case *log.EventEntryAdded:
			// A refused request is a line here too; those are asked for.
			if e.Entry.Source != log.SourceNetwork {
				t.Errorf("the browser says %q of %s", e.Entry.Text, e.Entry.URL)
			}
		}
	})
	do(t, ctx,
		emulation.SetDeviceMetricsOverride(width, height, 1, width < 600),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
	return ctx
}

func do(t *testing.T, ctx context.Context, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// text waits until the element holds text that matches.
func text(t *testing.T, ctx context.Context, selector, pattern string) string {
	t.Helper()
	expression := fmt.Sprintf(`(() => { const s = document.querySelector(%q).textContent; return /%s/.test(s) ? s : "" })()`, selector, pattern)
	var got string
	if err := chromedp.Run(ctx, chromedp.Poll(expression, &got, chromedp.WithPollingTimeout(20*time.Second))); err != nil {
		var now string
		_ = chromedp.Run(ctx, chromedp.TextContent(selector, &now))
		t.Fatalf("%s: %v: it holds %q, want %s", selector, err, now, pattern)
	}
	return got
}

func evaluate[T any](t *testing.T, ctx context.Context, expression string) (v T) {
	t.Helper()
	do(t, ctx, chromedp.Evaluate(expression, &v))
	return v
}

func open(t *testing.T, ctx context.Context, url string) {
	t.Helper()
	do(t, ctx, chromedp.Navigate(url), chromedp.WaitVisible("#rank"))
	text(t, ctx, "#served", "^Model ")
}

// rank fills the form by keyboard and sends it with Control and Enter.
func rank(t *testing.T, ctx context.Context) {
	t.Helper()
	documents := strings.Join([]string{"The stock exchange closed higher on Friday.", rightText, "<img src=x onerror=alert(1)>"}, "\n")
	do(t, ctx, chromedp.Focus("#query"), chromedp.KeyEvent(question), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(documents),
		chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(2)))
}

func TestAQueryIsRankedByKeyboardAlone(t *testing.T) {
	ctx := tab(t, 1000, 1100, "light")
	open(t, ctx, address(t, "BASE"))
	rank(t, ctx)
	status := text(t, ctx, "#status", "documents, method")
	if !regexp.MustCompile(`^3 of 3 documents, method hybrid, [\d.]+ ms on the server\.$`).MatchString(status) {
		t.Errorf("status %q", status)
	}
	if got := evaluate[string](t, ctx, `document.querySelector("#ranking li .text").textContent`); got != rightText {
		t.Errorf("the first result is %q", got)
	}
	if got := evaluate[bool](t, ctx, `document.querySelector("#ranking img") === null`); !got {
		t.Error("a document became markup")
	}
	widths := evaluate[[]float64](t, ctx, `[...document.querySelectorAll("#ranking .bar")].map((b) => b.getBoundingClientRect().width)`)
	if len(widths) != 3 || widths[0] <= widths[1] || widths[1] < widths[2] {
		t.Errorf("widths of the bars: %v", widths)
	}
	text(t, ctx, "#stages", "encode.*total.*seen from this page")
}

// TestTheCurlLineRepeatsTheRanking runs what the page shows in a shell.
func TestTheCurlLineRepeatsTheRanking(t *testing.T) {
	ctx := tab(t, 1000, 1100, "light")
	open(t, ctx, address(t, "BASE"))
	do(t, ctx, chromedp.SetValue("#query", `what's "this" $HOME?`), chromedp.SetValue("#documents", "it's\n`a` \\ b"),
		chromedp.SetValue("#method", "classical"), chromedp.SetValue("#top", "1"), chromedp.Click("#rank"))
	text(t, ctx, "#status", "^1 of 2 documents, method classical")
	line := evaluate[string](t, ctx, `document.querySelector("#curl").textContent`)
	out, err := exec.CommandContext(t.Context(), "bash", "-c", line).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	var answer struct {
		Results []struct{ Document struct{ Text string } }
	}
	if err := json.Unmarshal(out, &answer); err != nil || len(answer.Results) != 1 {
		t.Fatalf("curl got %s: %v", out, err)
	}
	if shown := evaluate[string](t, ctx, `document.querySelector("#ranking .text").textContent`); answer.Results[0].Document.Text != shown {
		t.Errorf("curl ranks %q first, the page %q", answer.Results[0].Document.Text, shown)
	}
}

func TestWhatIsWrongIsSaidAndFocused(t *testing.T) {
	ctx := tab(t, 1000, 1100, "light")
	open(t, ctx, address(t, "BASE"))
	do(t, ctx, chromedp.SetValue("#documents", "a\nb"), chromedp.SetValue("#top", "9"), chromedp.Click("#rank"))
	text(t, ctx, "#problem", "query cannot be empty")
	if got := evaluate[string](t, ctx, `document.activeElement.id + " " + document.activeElement.getAttribute("aria-invalid")`); got != "query true" {
		t.Errorf("focused: %q", got)
	}
	if got := evaluate[bool](t, ctx, `document.querySelector("#top").getAttribute("aria-invalid") === "true"`); !got {
		t.Error("top_k is not marked")
	}
}

func TestAServerWithKeysAsksForOne(t *testing.T) {
	ctx := tab(t, 1000, 1100, "light")
	do(t, ctx, chromedp.Navigate(address(t, "KEYED_BASE")), chromedp.WaitVisible("#key"))
	do(t, ctx, chromedp.SetValue("#sample", "0"), chromedp.Evaluate(`document.querySelector("#sample").dispatchEvent(new Event("change"))`, nil), chromedp.Click("#rank"))
	text(t, ctx, "#problem", "key is required")
	do(t, ctx, chromedp.SendKeys("#key", address(t, "KEY")), chromedp.Click("#rank"))
	text(t, ctx, "#status", "documents, method hybrid")
	line := evaluate[string](t, ctx, `document.querySelector("#curl").textContent`)
	if strings.Contains(line, address(t, "KEY")) || !strings.Contains(line, "$RERANK_KEY") {
		t.Errorf("the curl line must name the key and not hold it: %s", line)
	}
}

// TestThePageIsAccessible runs axe over the page, empty, ranked and refused, in
// both colour schemes and at the width of a telephone.
func TestThePageIsAccessible(t *testing.T) {
	axe, err := os.ReadFile(address(t, "AXE"))
	if err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{320, 1000} {
			t.Run(fmt.Sprintf("%s at %d", scheme, width), func(t *testing.T) {
				ctx := tab(t, width, 900, scheme)
				open(t, ctx, address(t, "BASE"))
				do(t, ctx, chromedp.Evaluate(string(axe), nil))
				check(t, ctx, "empty")
				rank(t, ctx)
				text(t, ctx, "#status", "documents, method")
				check(t, ctx, "ranked")
				if got := evaluate[bool](t, ctx, `document.documentElement.scrollWidth <= innerWidth`); !got {
					t.Error("the page scrolls sideways")
				}
				do(t, ctx, chromedp.SetValue("#query", " "), chromedp.Click("#rank"))
				text(t, ctx, "#problem", "cannot be empty")
				check(t, ctx, "refused")
			})
		}
	}
}

// check fails for each of axe's violations of WCAG 2.2 and its best practices.
func check(t *testing.T, ctx context.Context, state string) {
	t.Helper()
	var found []string
	expression := `axe.run(document).then((r) => r.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html).join(" | ")))`
	do(t, ctx, chromedp.Evaluate(expression, &found, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	for _, f := range found {
		t.Errorf("%s: %s", state, f)
	}
}

// TestPicture takes the picture of docs/images where SCREENSHOTS names a folder.
func TestPicture(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		t.Skip("SCREENSHOTS is not set")
	}
	ctx := tab(t, 900, 1000, "light")
	open(t, ctx, address(t, "BASE"))
	do(t, ctx, chromedp.SetValue("#sample", "0"), chromedp.Evaluate(`document.querySelector("#sample").dispatchEvent(new Event("change"))`, nil), chromedp.Click("#rank"))
	text(t, ctx, "#status", "documents, method")
	var picture []byte
	do(t, ctx, chromedp.FullScreenshot(&picture, 100))
	if err := os.WriteFile(filepath.Join(dir, "page.png"), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}
