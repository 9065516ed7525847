package demo_test

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"sekisho/store"
)

var pictures = flag.Bool("pictures", false, "take the pictures of the READMEs anew")

// A picture of the page as a whole, and those of the conversation with AWS beside it.
var (
	whole = look{1440, 900, 1.5, false}
	near  = look{1232, 768, 1.5, false}
)

// TestPictures takes the pictures of the READMEs: go test ./deploy/demo -run TestPictures -pictures
func TestPictures(t *testing.T) {
	if !*pictures {
		t.SkipNow()
	}
	browser := chromium(t)
	for _, lang := range []string{"en", "ja"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			v := visits(t, browser, lang, near, new(atomic.Int64))
			takeStory(v, lang)
			takeRequest(v, lang)
			takeRotation(visits(t, browser, lang, near, new(atomic.Int64)), lang)
		})
	}
}

// takeStory tells the main job in five pictures, and what the page is in one.
func takeStory(v *visitor, lang string) {
	v.button("tour.close")
	v.signsIn("t.yamada")
	v.takes(lang, "1-request", v.story())
	v.screen(whole)
	v.takes(lang, "page", nil)
	v.screen(near)

	v.button("button.approve")
	v.sees(v.messages(), v.say("refusal.own"))
	v.takes(lang, "2-refused", v.story())

	v.becomes("U0SATO")
	v.button("button.approve")
	v.sees(v.messages(), v.say("state.active"), v.say("message.replies", "n", "2"))
	v.takes(lang, "3-approved", v.story())

	v.kills()
	v.screen(whole) // the list of events is far down on the other
	v.press("button", v.say("clock.end"))
	v.button("feed.happened")
	v.sees(v.feed(), v.begins("happened.skipped"))
	v.screen(near)
	v.takes(lang, "4-later", v.story())

	v.lever("bot", "bot.start")
	v.sees(v.messages(), v.say("state.expire"), v.say("message.replies", "n", "4"))
	v.sees(v.aws(), v.say("bot.works"))
	v.takes(lang, "5-ended", v.story())
}

// takeRequest has the form of a request in one picture, and the Home tab in another.
func takeRequest(v *visitor, lang string) {
	v.screen(whole)
	v.becomes("U0YAMADA")
	v.button("compose.shortcut")
	v.chooses(v.say("ask.target"), "jit-prod-admins")
	v.sees(v.dialog("ask.title"), v.say("ask.high"))
	v.types(v.say("ask.reason"), map[string]string{"en": "The batch server does not start any more", "ja": "バッチサーバーが起動しないため"}[lang])
	v.types(v.say("card.ticket"), "OPS-7")
	v.writes(lang, "form", v.around(v.dialog("ask.title")))
	v.submits()
	v.goesHome()
	v.sees(v.home(), v.say("button.withdraw"))
	v.screen(look{1232, 560, 1.5, false})
	v.takes(lang, "home", v.around(v.home()))
}

// takeRotation has a rotation in one picture, in the middle of it: a server goes on with the old key.
func takeRotation(v *visitor, lang string) {
	v.button("tour.close")
	v.opens("fleet.title")
	v.chooses("i-0batch2", v.say("server.wrong"))
	v.opens("fleet.title") // shuts it
	v.sends("/jit rotate batch")
	v.sees(v.dialog("rotate.title"), v.say("ask.reason"))
	v.types(v.say("ask.reason"), map[string]string{"en": "A laptop with the key was lost", "ja": "キーの入ったPCを紛失したため"}[lang])
	v.submits()
	v.becomes("U0SATO")
	v.presses(store.Approve, v.messages(), v.servers("0", "3", "0"))
	v.button("clock.15m")
	v.sees(v.messages(), v.servers("2", "0", "1"))
	v.takes(lang, "rotation", v.story())
}

// around is where a thing is on the page.
func (v *visitor) around(what thing) *page.Viewport {
	v.t.Helper()
	clip := &page.Viewport{Scale: 1}
	v.until("see where it is", func(ctx context.Context) error {
		at, err := on[[]float64](ctx, v, what, `function () { const r = this.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; }`)
		if err == nil {
			clip.X, clip.Y, clip.Width, clip.Height = at[0], at[1], at[2], at[3]
		}
		return err
	})
	return clip
}

// story is what tells it: all but the people, from the name of the channel to the last IAM user, as far as the screen goes.
func (v *visitor) story() *page.Viewport {
	v.t.Helper()
	clip := &page.Viewport{X: 256, Y: 48, Width: float64(near.width) - 256, Scale: 1}
	v.until("see AWS", func(ctx context.Context) error {
		end, err := on[float64](ctx, v, thing{"region", v.say("aws.title")}, `function () { return this.getBoundingClientRect().bottom; }`)
		clip.Height = min(end+4, float64(near.height)) - clip.Y
		return err
	})
	return clip
}

func (v *visitor) screen(l look) {
	v.t.Helper()
	v.until("look", func(ctx context.Context) error { return chromedp.Do(ctx, seenAs(l)) })
}

// takes writes a picture, with the mouse out of it and nothing that passes by itself.
func (v *visitor) takes(lang, name string, clip *page.Viewport) {
	v.t.Helper()
	v.until("take the mouse away", func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, 0, 0))
	})
	v.until("see no notes", func(ctx context.Context) error {
		notes, err := on[string](ctx, v, v.notes(), shown)
		if err == nil && notes != "" {
			err = fmt.Errorf("there is %q", notes)
		}
		return err
	})
	v.writes(lang, name, clip)
}

// writes writes a picture as it is now.
func (v *visitor) writes(lang, name string, clip *page.Viewport) {
	v.t.Helper()
	small, err := paletted(v.picture(clip))
	if err != nil {
		v.t.Fatalf("%s: %v", name, err)
	}
	path := filepath.Join("pictures", lang, name+".png")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		v.t.Fatal(err)
	}
	if err := os.WriteFile(path, small, 0o644); err != nil {
		v.t.Fatal(err)
	}
	v.t.Logf("%s: %d bytes", path, len(small))
}

// paletted is a picture with its 256 most frequent colours only: a third of the bytes, and the eye sees no difference.
func paletted(raw []byte) ([]byte, error) {
	full, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	bounds, count := full.Bounds(), map[color.Color]int{}
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			count[full.At(x, y)]++
		}
	}
	frequent := slices.SortedFunc(maps.Keys(count), func(a, b color.Color) int { return cmp.Compare(count[b], count[a]) })
	small := image.NewPaletted(bounds, frequent[:min(256, len(frequent))])
	index := map[color.Color]uint8{}
	for c := range count {
		index[c] = uint8(small.Palette.Index(c))
	}
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			small.SetColorIndex(x, y, index[full.At(x, y)])
		}
	}
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, small)
	return out.Bytes(), err
}
