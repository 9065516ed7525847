package demo_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"sekisho/deploy/demo"
)

func inCI() bool { return os.Getenv("CI") == "true" }

// judged skips, and says how to run it, what was not asked for here.
func judged(t *testing.T) {
	t.Helper()
	if os.Getenv("SEKISHO_JUDGES") != "1" && !inCI() {
		t.Skip("NOT RUN: the demo's page in a real browser; set SEKISHO_JUDGES=1, with chromium, node and npm on the PATH")
	}
}

// missing ends the test because the judge cannot be had: a failure in CI, elsewhere a skip nobody overlooks.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if inCI() {
		t.Fatalf("CI has to look at the demo's page in a browser: "+format, args...)
	}
	t.Skipf("NOT RUN: the demo's page in a real browser: "+format, args...)
}

// chromium starts a browser that ends with the test. No name but this machine's own number leads anywhere from it.
func chromium(t *testing.T) context.Context {
	t.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome"}
	program := ""
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil && program == "" {
			program = path
		}
	}
	if program == "" {
		missing(t, "none of %s is on the PATH", strings.Join(names, ", "))
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"), chromedp.Flag("hide-scrollbars", true))
	where, end := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(end)
	browser, stop := chromedp.NewContext(where)
	t.Cleanup(stop)
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	return browser
}

// opened serves the page as the program does, until the test ends, and returns its address.
func opened(t *testing.T, lang string) string {
	t.Helper()
	url, _ := served(t, lang, "127.0.0.1:0")
	return url
}

// served serves the demo's page at an address until the test or the server ends.
func served(t *testing.T, lang, at string) (url string, end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	address, ended := make(chan string, 1), make(chan error, 1)
	var out bytes.Buffer
	go func() {
		ended <- demo.Page(ctx, &out, lang, at, func(url string) error { address <- url; return nil })
	}()
	end = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the page ends with %v", err)
		}
	})
	t.Cleanup(end)
	select {
	case url := <-address:
		return url, end
	case err := <-ended:
		ended <- nil
		t.Fatalf("serve the page: %v", err)
	}
	return "", end
}

// look is how a person's screen shows the page.
type look struct {
	width, height int64
	scale         float64
	dark          bool
}

var wide = look{1440, 900, 1, false}

// tab opens a tab of its own for whoever visits the page at the address, and a watch over it.
func tab(t *testing.T, browser context.Context, url string, l look) (context.Context, *watch) {
	t.Helper()
	w := &watch{home: url}
	ctx, stop := chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(w.event))
	t.Cleanup(stop)
	focused := func(ctx context.Context, tab *chromedp.Target) error { // else only one tab at a time has the focus
		_, err := cdp.Call(ctx, tab, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
		return err
	}
	if err := chromedp.Do(ctx, chromedp.Func(focused), seenAs(l), chromedp.Navigate(url)); err != nil {
		t.Fatalf("open %s: %v", url, err)
	}
	return ctx, w
}

// seenAs changes what the page is looked at with. Nothing moves by itself, so that two looks at one thing are the same.
func seenAs(l look) chromedp.Action[chromedp.Void] {
	scheme := map[bool]string{false: "light", true: "dark"}[l.dark]
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		if _, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: l.width, Height: l.height, DeviceScaleFactor: l.scale})
		return err
	})
}

// watch notes what must never happen in a tab: an error, a word of the console, whatever the page's policy refuses, and
// a request to anywhere else.
type watch struct {
	home  string
	mu    sync.Mutex
	wrong []string
}

func (w *watch) event(event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, w.home) && !strings.HasPrefix(e.Request.URL, "data:") {
			w.note("the page asks for %s", e.Request.URL)
		}
	case *network.EventLoadingFailed:
		if e.BlockedReason != "" {
			w.note("a request is refused: %s", e.BlockedReason)
		}
	case *log.EventEntryAdded:
		w.note("the log says: %s: %s (%s)", e.Entry.Level, e.Entry.Text, e.Entry.URL)
	case *runtime.EventExceptionThrown:
		w.note("the page fails: %s %s", e.ExceptionDetails.Text, e.ExceptionDetails.Exception.Description)
	case *runtime.EventConsoleAPICalled:
		w.note("the console says: %s", e.Type)
	case *page.EventJavascriptDialogOpening:
		w.note("a dialog opens: %s", e.Message)
	}
}

func (w *watch) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

func (w *watch) seen() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.wrong
}

// keep writes a picture where CI keeps what a run leaves behind.
func keep(t *testing.T, picture []byte, name string) {
	t.Helper()
	path := filepath.Join("..", "..", ".ci", "artefacts", "demo", name+".png")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, picture, 0o600); err != nil {
		t.Fatal(err)
	}
}

const longest = 15 * time.Second // a person waits no longer for what is to happen
