package demo_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// visitor is a person at the page. They find things by role and name, as a screen reader tells them, and act with a mouse
// and a keyboard. Whatever they look for may take a moment.
type visitor struct {
	t     *testing.T
	ctx   context.Context
	words map[string]string
	steps *atomic.Int64 // what was done or looked at
}

// thing is what a visitor can name.
type thing struct{ role, name string }

// visits opens the page of a new demo. What must never happen there fails the test.
func visits(t *testing.T, browser context.Context, lang string, l look, steps *atomic.Int64) *visitor {
	t.Helper()
	ctx, w := tab(t, browser, opened(t, lang), l)
	v := &visitor{t, ctx, vocabulary(t, lang), steps}
	t.Cleanup(func() {
		for _, wrong := range w.seen() {
			t.Error(wrong)
		}
		if t.Failed() {
			keep(t, v.picture(nil), "failed "+strings.ReplaceAll(t.Name(), "/", " "))
		}
	})
	return v
}

// vocabulary is all that the page and the bot say in a language.
func vocabulary(t *testing.T, lang string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, folder := range []string{"page", filepath.Join("..", "..", "bot")} {
		raw, err := os.ReadFile(filepath.Join(folder, "words", lang+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var all map[string]any // those that count have several forms
		if err := json.Unmarshal(raw, &all); err != nil {
			t.Fatal(err)
		}
		for key, text := range all {
			if _, twice := out[key]; twice {
				t.Fatalf("both the page and the bot have words for %s", key)
			}
			out[key], _ = text.(string)
		}
	}
	return out
}

// say is a sentence with what stands in for its names, whoever says it.
func (v *visitor) say(key string, values ...string) string {
	v.t.Helper()
	text := v.words[key]
	if text == "" {
		v.t.Fatalf("no words for %s", key)
	}
	for i := 0; i < len(values); i += 2 {
		text = strings.NewReplacer("{"+values[i]+"}", values[i+1], "{{."+values[i]+"}}", values[i+1]).Replace(text)
	}
	return text
}

// begins is a sentence up to what stands for something in it.
func (v *visitor) begins(key string) string {
	v.t.Helper()
	before, _, _ := strings.Cut(v.say(key), "{")
	return before
}

// until tries until it goes well.
func (v *visitor) until(what string, try func(context.Context) error) {
	v.t.Helper()
	v.steps.Add(1)
	ctx, cancel := context.WithTimeout(v.ctx, longest)
	defer cancel()
	var last error
	for {
		err := try(ctx)
		switch {
		case err == nil:
			return
		case ctx.Err() != nil:
			v.t.Fatalf("%s: %v", what, cmp.Or(last, err))
		}
		last = err
		time.Sleep(20 * time.Millisecond)
	}
}

// spot is where a thing can be pressed: it has come into view, stands still, can be used, and nothing lies on top of it.
const spot = `async function () {
  this.scrollIntoView({ block: "nearest", inline: "nearest" });
  const middle = () => { const r = this.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; };
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const before = middle();
  await frame(); await frame();
  const now = middle();
  const hit = document.elementFromPoint(...now);
  const own = hit && (this.contains(hit) || hit.closest("label")?.control === this);
  if (!own || this.disabled || String(before) !== String(now)) return [];
  this.wasPressed = false;
  document.addEventListener("click", ({ target }) => {
    const twin = this.textContent && target.closest(this.localName); // what was drawn in its place at that very moment
    this.wasPressed ||= this.contains(target) || twin?.textContent === this.textContent;
  }, { capture: true });
  return now;
}`

var errNoSpot, errMissed = errors.New("it is there, but cannot be pressed"), errors.New("it moved away under the mouse")

// press presses a thing with the mouse. What moved at that very moment is pressed again, as a person would.
func (v *visitor) press(role, name string) {
	v.t.Helper()
	v.until("press "+name, func(ctx context.Context) error {
		object, err := v.find(ctx, thing{role, name})
		if err != nil {
			return err
		}
		at, err := call[[]float64](ctx, object, spot)
		if err != nil {
			return err
		}
		if len(at) == 0 {
			return errNoSpot
		}
		if err := chromedp.Do(ctx, chromedp.MouseClickXY(at[0], at[1])); err != nil {
			return err
		}
		hit, err := call[bool](ctx, object, `function () { return this.wasPressed; }`)
		if err == nil && !hit {
			err = errMissed
		}
		return err
	})
}

// inView checks that what is said against a field can be seen, and not only scrolled to.
func (v *visitor) inView(field string) {
	v.t.Helper()
	v.until("see what is wrong with "+field, func(ctx context.Context) error {
		seen, err := on[bool](ctx, v, thing{"textbox", field}, `function () {
  const error = this.closest("[data-input]").querySelector(".error").getBoundingClientRect();
  const body = this.closest(".modal-body").getBoundingClientRect();
  return error.height > 0 && error.top >= body.top - 1 && error.bottom <= body.bottom + 1;
}`)
		if err == nil && !seen {
			err = errors.New("it is out of view")
		}
		return err
	})
}

// button presses the button that says so.
func (v *visitor) button(key string) {
	v.t.Helper()
	v.press("button", v.say(key))
}

// lever pulls one beside the clock.
func (v *visitor) lever(part, does string) {
	v.t.Helper()
	v.press("button", v.say("switch."+part)+": "+v.say(does))
}

// kills kills the bot, and waits until it is dead.
func (v *visitor) kills() {
	v.t.Helper()
	v.lever("bot", "bot.kill")
	v.sees(v.banners(), v.say("banner.dead"))
}

// becomes has the visitor act as somebody.
func (v *visitor) becomes(id string) {
	v.t.Helper()
	v.press("radio", v.nameOf(id))
}

// nameOf is how a person is listed: who they are, and what they do here.
func (v *visitor) nameOf(id string) string { return v.say("role." + id) }

// signsIn has somebody sign in to the console, and waits for the card.
func (v *visitor) signsIn(user string) {
	v.t.Helper()
	v.chooses(v.say("signin.user"), user)
	v.button("signin.do")
	v.sees(v.messages(), v.say("state.asked"), user+" → ")
}

// confirms answers a dialog that asks for confirmation.
func (v *visitor) confirms(title, answer string) {
	v.t.Helper()
	v.sees(v.dialog(title))
	v.button(answer)
}

// submits sends the form that is open: its last button does, whatever the form calls it.
func (v *visitor) submits() {
	v.t.Helper()
	buttons, err := v.all(v.ctx, "button")
	if err != nil || len(buttons) == 0 {
		v.t.Fatalf("no button in the form: %v", err)
	}
	v.press("button", buttons[len(buttons)-1].name)
}

// chooses picks the option that begins so.
func (v *visitor) chooses(name, option string) {
	v.t.Helper()
	v.until("choose "+option, func(ctx context.Context) error {
		done, err := on[bool](ctx, v, thing{"combobox", name}, `function (part) {
  const options = [...this.options];
  const option = options.find((o) => o.text.startsWith(part)) ?? options.find((o) => o.text.includes(part));
  if (!option || this.disabled) return false;
  this.value = option.value;
  this.dispatchEvent(new Event("input", { bubbles: true }));
  this.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}`, option)
		if err == nil && !done {
			err = fmt.Errorf("there is no option %q", option)
		}
		return err
	})
}

// dates enters a moment that comes so much later, by the clocks of who looks.
func (v *visitor) dates(field string, later time.Duration) {
	v.t.Helper()
	moment := time.Now().In(time.FixedZone("JST", 9*60*60)).Add(later).Format("2006-01-02T15:04")
	v.until("enter "+moment, func(ctx context.Context) error {
		_, err := on[bool](ctx, v, thing{"DateTime", field}, `function (moment) { this.value = moment; return true; }`, moment)
		return err
	})
}

// types writes into a field.
func (v *visitor) types(field, text string) {
	v.t.Helper()
	v.press("textbox", field)
	v.until("type", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
		return err
	})
}
