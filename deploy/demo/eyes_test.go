package demo_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Where a visitor looks.
func (v *visitor) messages() thing           { return thing{"list", v.say("place.log")} }
func (v *visitor) thread() thing             { return thing{"complementary", v.say("thread.title")} }
func (v *visitor) aws() thing                { return thing{"complementary", v.say("world.label")} }
func (v *visitor) feed() thing               { return thing{"list", v.say("feed.title")} }
func (v *visitor) tour() thing               { return thing{"region", v.say("tour.label")} }
func (v *visitor) banners() thing            { return thing{"status", ""} }
func (v *visitor) notes() thing              { return thing{"alert", ""} }
func (v *visitor) keys() thing               { return thing{"list", v.say("aws.rotated")} }
func (v *visitor) answer() thing             { return thing{"status", v.say("read.answer")} }
func (v *visitor) dialog(title string) thing { return thing{"dialog", v.say(title)} }

// shown is what can be read of an element. What is struck out stands between tildes.
const shown = `function () {
  const read = (n) => {
    if (n.nodeType === Node.TEXT_NODE) return n.data;
    if (n.nodeType !== Node.ELEMENT_NODE || !n.checkVisibility()) return "";
    let text = [...n.childNodes].map(read).join("");
    if (n.matches("input, textarea")) text = n.value;
    if (n.matches("select")) text = n.selectedOptions[0]?.text ?? "";
    if (n.tagName === "S") text = "~" + text + "~";
    return getComputedStyle(n).display.startsWith("inline") ? text : " " + text + " ";
  };
  return read(this).replace(/\s+/g, " ").trim();
}`

// sees waits until all of it can be read there.
func (v *visitor) sees(where thing, texts ...string) {
	v.t.Helper()
	v.until(fmt.Sprintf("see %q", texts), func(ctx context.Context) error {
		all, err := on[string](ctx, v, where, shown)
		if err != nil {
			return err
		}
		for _, text := range texts {
			if !strings.Contains(all, text) {
				return fmt.Errorf("%q is not in %q", text, all)
			}
		}
		return nil
	})
}

// lacks waits until a text can be read there no more.
func (v *visitor) lacks(where thing, text string) {
	v.t.Helper()
	v.until(fmt.Sprintf("miss %q", text), func(ctx context.Context) error {
		all, err := on[string](ctx, v, where, shown)
		if err == nil && strings.Contains(all, text) {
			err = fmt.Errorf("%q is in %q", text, all)
		}
		return err
	})
}

// misses waits until there is no thing of that name.
func (v *visitor) misses(role string, names ...string) {
	v.t.Helper()
	v.until(fmt.Sprintf("miss %s %q", role, names), func(ctx context.Context) error {
		all, err := v.all(ctx, role)
		for _, one := range all {
			if slices.Contains(names, one.name) {
				return fmt.Errorf("there is a %s %q", role, one.name)
			}
		}
		return err
	})
}

// decided waits until nothing can be pressed on the card any more.
func (v *visitor) decided() {
	v.t.Helper()
	v.misses("button", v.say("button.approve"), v.say("button.deny"), v.say("button.revoke"), v.say("button.finish"))
}

// faulted waits until a screen reader tells at the field what is wrong with it.
func (v *visitor) faulted(field, complaint string) {
	v.t.Helper()
	v.until("hear of "+field, func(ctx context.Context) error {
		told, err := on[string](ctx, v, thing{"textbox", field},
			`function () { return this.ariaInvalid + " " + this.ariaDescribedByElements?.map((n) => n.textContent).join(" "); }`)
		if err == nil && told != "true "+complaint {
			err = fmt.Errorf("it tells %q", told)
		}
		return err
	})
}

// onlyText makes sure that nothing people wrote has become an element, or ran.
func (v *visitor) onlyText() {
	v.t.Helper()
	v.until("find text only", func(ctx context.Context) error {
		found, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.querySelectorAll(
  ".columns :is(img, script, iframe, object, embed, video, style, link, i), dialog img, dialog script, a[href]:not(.skip)").length`))
		if err == nil && found > 0 {
			err = fmt.Errorf("%d elements are made of text", found)
		}
		return err
	})
}

// focus is the thing that the keyboard acts on.
func (v *visitor) focus() thing {
	v.t.Helper()
	active, err := chromedp.Run(v.ctx, chromedp.Evaluate[*runtime.RemoteObject]("document.activeElement"))
	if err != nil {
		v.t.Fatal(err)
	}
	found, err := chromedp.Call(v.ctx, accessibility.GetPartialAXTree, accessibility.GetPartialAXTreeParams{ObjectID: active.ObjectID})
	if err != nil || len(found.Nodes) == 0 {
		v.t.Fatalf("nothing tells what has the focus: %v", err)
	}
	return thing{textIn(found.Nodes[0].Role), textIn(found.Nodes[0].Name)}
}

// focusShows tells whether something is drawn around what has the focus, or around its label.
func (v *visitor) focusShows() bool {
	shows, err := chromedp.Run(v.ctx, chromedp.Evaluate[bool](`[document.activeElement, document.activeElement.closest("label")].some(
  (n) => n && getComputedStyle(n).outlineStyle !== "none" && parseFloat(getComputedStyle(n).outlineWidth) >= 2)`))
	return err == nil && shows
}

// picture is what the visitor sees, or a part of it.
func (v *visitor) picture(clip *page.Viewport) []byte {
	v.t.Helper()
	taken, err := chromedp.Call(v.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Clip: clip})
	if err != nil {
		v.t.Errorf("take a picture: %v", err)
		return nil
	}
	return taken.Data
}
