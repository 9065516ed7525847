package demo_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// TestAxe has axe-core judge every main view in both languages, on a wide and on a narrow screen, light and dark, and
// keeps a picture of each.
func TestAxe(t *testing.T) {
	judged(t)
	a := &axe{source: axeCore(t), counts: map[string]int{}}
	browser := chromium(t)
	t.Cleanup(func() { t.Logf("axe-core judged %d views: %v", a.views, a.counts) })
	for _, lang := range []string{"en", "ja"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			v := visits(t, browser, lang, wide, new(atomic.Int64))
			a.tour(v, lang)
		})
	}
}

// axe judges, and counts what it finds by how much it matters.
type axe struct {
	source string
	mu     sync.Mutex
	views  int
	counts map[string]int
}

// axeCore installs the judge and returns its script. SEKISHO_AXE names a folder with the packages of
// testdata/axe/package-lock.json already installed; without it npm is asked, and npm asks the registry only for what its
// cache has not got.
func axeCore(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("SEKISHO_AXE")
	if folder == "" {
		folder = t.TempDir()
		if err := os.CopyFS(folder, os.DirFS(filepath.Join("testdata", "axe"))); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		install := exec.CommandContext(ctx, "npm", "ci", "--prefer-offline", "--ignore-scripts")
		install.Dir, install.WaitDelay = folder, time.Second
		if out, err := install.CombinedOutput(); err != nil {
			missing(t, "npm ci: %v\n%s", err, out)
		}
	}
	script, err := os.ReadFile(filepath.Join(folder, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		missing(t, "axe-core: %v", err)
	}
	return string(script)
}

var looks = map[string]look{
	"wide light": wide, "wide dark": {1440, 900, 1, true},
	"narrow light": {360, 740, 1, false}, "narrow dark": {360, 740, 1, true},
}

// tour goes through the views with every look.
func (a *axe) tour(v *visitor, lang string) {
	v.until("have axe-core in the page", func(ctx context.Context) error {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[any](a.source+"; 1"))
		return err
	})
	for _, view := range views {
		view.reach(v)
		for _, name := range slices.Sorted(maps.Keys(looks)) {
			v.looks(looks[name], view.panel)
			a.judge(v, fmt.Sprintf("%s %s %s", view.name, lang, name))
		}
		v.looks(wide, "tab.chat")
	}
}

// looks changes the screen; a narrow one shows one panel at a time, and a dialog lies over all of them.
func (v *visitor) looks(l look, panel string) {
	v.t.Helper()
	v.until("look", func(ctx context.Context) error {
		if err := chromedp.Do(ctx, seenAs(l)); err != nil {
			return err
		}
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf(
			`document.querySelector("[data-tab=%s]").click(), new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(() => next(true))))`,
			strings.TrimPrefix(panel, "tab.")), chromedp.EvalAwaitPromise))
		return err
	})
}

// finding is one rule that does not hold.
type finding struct {
	ID, Impact, Help string
	Nodes            []struct {
		HTML           string
		FailureSummary string
	}
}

// judge has axe-core look at the page as it is now, and keeps a picture of it.
func (a *axe) judge(v *visitor, name string) {
	v.t.Helper()
	keep(v.t, v.picture(nil), name)
	found, err := chromedp.Run(v.ctx, chromedp.Evaluate[[]finding](`axe.run({ resultTypes: ["violations"] }).then((all) => all.violations)`,
		func(p *runtime.EvaluateParams) { yes := true; p.AwaitPromise, p.ReturnByValue = &yes, &yes }))
	if err != nil {
		v.t.Errorf("%s: judge: %v", name, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.views++
	for _, f := range found {
		a.counts[f.Impact] += len(f.Nodes)
		for _, n := range f.Nodes {
			said := fmt.Sprintf("%s: %s: %s (%s)\n%s\n%s", name, f.Impact, f.Help, f.ID, n.HTML, n.FailureSummary)
			if f.Impact == "serious" || f.Impact == "critical" {
				v.t.Error(said)
			} else {
				v.t.Log(said)
			}
		}
	}
}
