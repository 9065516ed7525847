package demo_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestBrowser plays as a user at the page in a real browser, from its start to its end each time.
func TestBrowser(t *testing.T) {
	judged(t)
	browser := chromium(t)
	var steps atomic.Int64
	t.Cleanup(func() { t.Logf("%d browser steps", steps.Load()) })
	for _, c := range []struct {
		name  string
		langs []string
		play  func(*visitor)
	}{
		{"tour", []string{"en", "ja"}, playTour},
		{"draft", []string{"en"}, playDraft},
		{"two approvals", []string{"en", "ja"}, playTwo},
		{"killed", []string{"en", "ja"}, playKilled},
		{"form", []string{"en", "ja"}, playForm},
		{"request", []string{"en", "ja"}, playRequest},
		{"later", []string{"en", "ja"}, playLater},
		{"extension", []string{"en", "ja"}, playExtension},
		{"escalation", []string{"en", "ja"}, playEscalation},
		{"leaver", []string{"en", "ja"}, playLeaver},
		{"home", []string{"en", "ja"}, playHome},
		{"pages", []string{"en"}, playPages},
		{"issue", []string{"en", "ja"}, playIssue},
		{"rotation", []string{"en", "ja"}, playRotation},
		{"old key", []string{"en", "ja"}, playOldKey},
		{"record", []string{"en", "ja"}, playRecord},
		{"audit", []string{"en", "ja"}, playAudit},
		{"by hand", []string{"en", "ja"}, playByHand},
		{"markup", []string{"en"}, playMarkup},
		{"keyboard", []string{"en", "ja"}, playKeyboard},
	} {
		for _, lang := range c.langs {
			t.Run(c.name+"/"+lang, func(t *testing.T) {
				t.Parallel()
				c.play(visits(t, browser, lang, wide, &steps))
			})
		}
	}
	for _, lang := range []string{"en", "ja"} {
		t.Run("anew/"+lang, func(t *testing.T) {
			t.Parallel()
			testAnew(t, browser, lang)
		})
	}
	t.Run("watch", func(t *testing.T) {
		t.Parallel()
		testWatch(t, browser)
	})
}

// testAnew starts the server anew under an open page, which says that what was there is gone.
func testAnew(t *testing.T, browser context.Context, lang string) {
	url, end := served(t, lang, "127.0.0.1:0")
	ctx, _ := tab(t, browser, url, wide)
	v := &visitor{t, ctx, vocabulary(t, lang), &atomic.Int64{}}
	v.signsIn("t.yamada")
	end()
	v.sees(v.banners(), v.say("banner.lost"))
	served(t, lang, strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/"))
	v.sees(v.notes(), v.say("anew"))
	v.lacks(v.messages(), "t.yamada → "+operators)
	v.signsIn("t.yamada")
}

// testWatch does what must never happen, and finds it noted: the watch over the others is awake.
func testWatch(t *testing.T, browser context.Context) {
	ctx, w := tab(t, browser, opened(t, "en"), wide)
	for _, c := range []struct{ script, want string }{
		{`document.body.append(Object.assign(new Image(), { src: "https://elsewhere.example/x.png" }))`, "elsewhere.example"},
		{`document.body.setAttribute("style", "color: red")`, "Content Security Policy"},
		{`console.info("hello")`, "console says"},
		{`setTimeout(() => { throw new Error("oh") })`, "Error: oh"},
		{`setTimeout(() => fetch("http://127.0.0.2:1/"))`, "127.0.0.2"},
		{`setTimeout(() => alert(1))`, "a dialog"}, // the last: it stays
	} {
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](c.script+"; 1")); err != nil {
			t.Fatalf("%s: %v", c.script, err)
		}
		late := time.Now().Add(longest)
		for !strings.Contains(strings.Join(w.seen(), "\n"), c.want) {
			if time.Now().After(late) {
				t.Fatalf("nobody noted %s: %q", c.script, w.seen())
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
}
