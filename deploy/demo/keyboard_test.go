package demo_test

import (
	"fmt"
	"slices"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// playKeyboard asks for access and tries to approve it, breaks a server and deactivates a key, without a mouse.
func playKeyboard(v *visitor) {
	v.sees(v.tour(), v.say("tour.1.title"))
	v.tabsTo(thing{"button", v.say("signin.do")})
	v.key(kb.Enter)
	v.sees(v.messages(), v.say("state.asked"))
	v.tabsTo(thing{"button", v.say("button.approve")})
	v.key(kb.Enter)
	v.sees(v.messages(), v.say("refusal.own"))
	v.holds(thing{"button", v.say("button.approve")})
	v.tabsTo(thing{"radio", v.nameOf("U0YAMADA")})
	v.key(kb.ArrowDown)
	v.tabsTo(thing{"button", v.say("button.deny")})
	v.key(kb.Enter)
	v.sees(v.dialog("form.title.deny"))
	v.key(kb.Escape)
	v.misses("dialog", v.say("form.title.deny"))
	v.holds(thing{"button", v.say("button.deny")})
	v.tabsTo(thing{"button", v.say("button.approve")})
	v.key(" ")
	v.sees(v.messages(), v.say("state.active"))

	hang := thing{"combobox", v.say("hang.title")}
	v.tabsTo(hang)
	v.key(kb.ArrowDown)
	v.button("feed.happened")
	v.sees(v.feed(), v.say("happened.hangs", "what", v.say("hang.aws")))
	v.tabsTo(hang)
	v.key(kb.ArrowUp)
	v.sees(v.feed(), v.say("happened.answers", "what", v.say("hang.aws")))
	v.holds(hang)

	v.tabsTo(thing{"DisclosureTriangle", v.say("fleet.title")})
	v.key(kb.Enter)
	server := thing{"combobox", "i-0batch2"}
	v.tabsTo(server)
	v.key(kb.ArrowDown)
	v.sees(v.keys(), "i-0batch2 ("+v.say("server.silent")+")")
	v.holds(server)
	v.tabsTo(thing{"button", ": " + v.say("fleet.off")})
	v.key(kb.Enter)
	v.sees(v.keys(), v.say("aws.refused"))
}

func (v *visitor) key(keys string) {
	v.t.Helper()
	v.steps.Add(1)
	if err := chromedp.Do(v.ctx, chromedp.KeyEvent(keys)); err != nil {
		v.t.Fatal(err)
	}
}

// holds makes sure that the focus is still where it was before all that has changed.
func (v *visitor) holds(what thing) {
	v.t.Helper()
	if at := v.focus(); at != what {
		v.t.Errorf("the focus has gone from %v to %v", what, at)
	}
}

// tabsTo goes to a thing by Tab alone, and sees where the focus is all the way.
func (v *visitor) tabsTo(what thing) {
	v.t.Helper()
	var way []string
	for range 80 {
		v.key(kb.Tab)
		at := v.focus()
		way = append(way, fmt.Sprint(at))
		if there, err := on[bool](v.ctx, v, what, `function () { return this === document.activeElement; }`); err == nil && there {
			if !v.focusShows() {
				v.t.Errorf("nothing shows that %v has the focus", at)
			}
			v.t.Logf("%d tabs to %v", len(way), what)
			return
		}
	}
	v.t.Fatalf("Tab does not lead to %v, but to %s", what, slices.Compact(way))
}
