package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"sekisho/bot/fakeslack"
	"sekisho/store"
)

// Our own limits. Slack documents none for all blocks together: messages were refused from 11,341 runes on
// (https://github.com/slackapi/bolt-js/issues/2867).
const (
	mostBlockText   = 9000 // of all blocks together
	mostMessageText = 4000 // chat.update refuses more
)

const (
	family = "👨‍👩‍👧‍👦" // four people joined by three zero width joiners
	zalgo  = "e̶̢̛̗̟̹̓͌"
	markup = "<!channel> <@U0SATO|x> <https://evil.example|*click*> `*_~&amp;"
)

// fill repeats a text until it is as long as it may be.
func fill(text string, runes int) string {
	all := []rune(strings.Repeat(text, runes/utf8.RuneCountInString(text)+1))
	return string(all[:runes])
}

// worst makes everything in a grant that comes from outside as long as it can be, or longer, out of one text.
func worst(g store.Grant, text string) store.Grant {
	g.ID, g.Entitlement = "login-"+strings.Repeat("f", 64), fill(text, 64)
	g.Account, g.AccountName = "123456789012", fill(text, 128)
	g.Subject.User, g.Target = fill(text, 64), fill(text, 128)
	if g.Subject.Person != "" {
		g.Subject.Person = fill(text, 256) // the value of an IAM tag
	}
	g.Signin.Address, g.Signin.MFA = fill(text, 64), fill(text, 64)
	g.Duration, g.Longest = 9999*time.Hour+59*time.Minute+59*time.Second, 99999*time.Hour+59*time.Minute
	g.Steps, g.Reason, g.Ticket, g.Risk = []store.Step{{Count: 10}, {Count: 10}, {Count: 10}}, fill(text, 3000), fill(text, 200), store.High
	if g.State == store.Asked {
		g.Auto = g.Longest
	}
	g.Approvals = slices.Clip(g.Approvals) // which others that run at the same time append to as well
	for i := range 29 {
		g.Approvals = append(g.Approvals, store.Approval{By: "U0" + strings.Repeat("A", 20), Steps: []int{i%3 + 1}, Note: fill(text, 3000)})
	}
	for i := range g.Approvals {
		if g.Approvals[i].Duration > 0 {
			g.Approvals[i].Duration = g.Duration - time.Second
		}
	}
	if g.Refusal.Facts != nil {
		g.Refusal.Facts = map[string]string{"hours": fill(text, 3000)}
	}
	if g.Declined.By != "" {
		g.Declined.By, g.Declined.Note = fill(text, 300), fill(text, 3000)
	}
	if g.Extension.Open() {
		g.Extension.By, g.Extension.Steps, g.Extension.Approvals = g.Subject.Person, g.Steps, g.Approvals
	}
	if g.Note != "" {
		g.Note = fill(text, 3000)
	}
	if g.Trouble != "" {
		g.Trouble = fill(text, 256)
	}
	return g
}

// longest are the texts that a worst grant is made of: several bytes, several UTF-16 units or several runes to what people
// take for a letter, what is escaped to five characters, what is taken out.
var longest = map[string]string{
	"ascii": "a", "japanese": "漢", "ampersands": "&", "markup": markup, "family": family, "marks": zalgo, "blank": " \u200b\n",
	"skin": "👍🏽",
}

// worstAlert is the same for an alert.
func worstAlert(a store.Alert, text string) store.Alert {
	g := worst(store.Grant{Subject: a.Subject, Work: a.Work}, text)
	a.ID, a.Account, a.AccountName = store.AlertPrefix+g.ID, g.Account, g.AccountName
	a.Subject, a.Target, a.Signin, a.Trouble = g.Subject, g.Target, g.Signin, g.Trouble // the rest is ours
	if a.Effects["inactive_keys"] != "" {
		a.Effects = map[string]string{"inactive_keys": fill(text, 300)}
	}
	return a
}

func TestWorstViewsFit(t *testing.T) {
	all := views(t)
	grants := cards(t)
	for _, name := range []string{"approved-trouble", "active-kept", "asked-mine", "active-extension-high"} {
		g := grants[name]
		g.Digest = true
		all["digest/all "+name] = view{kind: "digest", grants: slices.Repeat([]store.Grant{g}, onDigest)} // worse than a mixture
	}
	for name, text := range longest {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for name, v := range all {
				v = v.of(func(g store.Grant) store.Grant { return worst(g, text) }, func(a store.Alert) store.Alert { return worstAlert(a, text) })
				for i := range v.grants {
					v.grants[i].ID += fmt.Sprint(i)
				}
				for _, language := range languages {
					checkFits(t, name+"."+language, v.in(penIn(language)))
				}
			}
		})
	}
}

func checkFits(t *testing.T, name string, m Message) {
	t.Helper()
	raw := rawBlocks(t, m)
	if err := fakeslack.CheckMessage(raw); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	total := 0
	for _, text := range textsIn(t, raw) {
		total += utf8.RuneCountInString(text.Text)
	}
	if total >= mostBlockText {
		t.Errorf("%s: texts of %d runes together", name, total)
	}
	checkSentence(t, name, m.Text)
	if strings.Contains(string(raw), "no value") {
		t.Errorf("%s: a sentence has a place for what it was not given: %s", name, raw)
	}
}

func TestWorstFormFits(t *testing.T) {
	id := strings.Repeat("f", idLength)
	for name, form := range pressForms(t, store.Press{On: id, Terms: id, Card: store.Card{Channel: id, TS: id}}, worst(changed(needsBoth), "&")) {
		if err := fakeslack.CheckView(encoded(t, form)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWorstSentencesFit(t *testing.T) {
	told, presses := lines(t), refusals(t)
	for name, text := range longest {
		long := fill(text, 300)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, language := range languages {
				p := penIn(language)
				for _, l := range told {
					l.entry.By, l.entry.Note, l.entry.Facts = long, long, map[string]string{"address": long}
					m, _ := p.Said(worst(l.grant, text), l.entry)
					checkFits(t, l.name, m)
				}
				for why, press := range presses {
					press.Facts = map[string]string{"state": press.Facts["state"], "outcome": press.Facts["outcome"], "by": long, "at": press.Facts["at"]}
					checkSentence(t, why, p.Refusal(press))
				}
			}
		})
	}
}

func checkSentence(t *testing.T, name, s string) {
	t.Helper()
	if n := utf8.RuneCountInString(s); n == 0 || n >= mostMessageText {
		t.Errorf("%s: %d runes", name, n)
	}
	if strings.Contains(s, "<no value>") {
		t.Errorf("%s has a place for what it was not given: %s", name, s)
	}
}

// TestCut looks at the place where a text from outside is cut.
func TestCut(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"fits", "abcde", "abcde"},
		{"is too long", "abcdef", "abcd…"},
		{"ends in a space", "abc def", "abc…"},
		{"japanese", "利用期間です", "利用期間…"},
		{"beyond the basic plane", "𠮷𠮷𠮷𠮷𠮷𠮷", "𠮷𠮷𠮷𠮷…"},
		{"within an emoji of two runes", "abc👍🏽def", "abc…"},
		{"within a letter of three runes", "abce\u0301\u0302def", "abc…"},
		{"marks alone", "\u0301\u0301\u0301\u0301\u0301\u0301", "…"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := cut(c.in, 5); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "t.yamada", "t.yamada"},
		{"line ends", "a\r\nb\u2028c\u0085d", "a b c d"},
		{"zero width", "a\u200bb\u2060c\ufeffd", "a b c d"},
		{"bidirectional", "a\u202eb\u2066c", "a b c"},
		{"control", "a\x00b\x1b[31mc\x7f", "a b [31mc"},
		{"filler letters", "a\u3164b\u115fc", "a b c"},
		{"tags", "a\U000e0041b", "a b"},
		{"emoji joined", family, "👨 👩 👧 👦"},
		{"emoji with a variant", "❤️!", "❤!"},
		{"kanji with a variant", "葛\U000e0100城", "葛城"},
		{"blanks", " a \t  b ", "a b"},
		{"nothing to see", " \u200b\n\ufe0f", ""},
		{"no utf-8", "a\xffb", "a�b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := clean(c.in, 100); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestCodeOf: what Slack counts is what is left after escaping.
func TestCodeOf(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"0123456789", "`0123456789`"},
		{"0123456789a", "`012345678…`"},
		{"&&", "`&amp;&amp;`"},
		{"&&&", "`&amp;…`"},
		{"abcde&", "`abcde&amp;`"},
		{"abcdef&", "`abcdef…`"},
		{"abcd<x>", "`abcd&lt;x…`"},
		{"a`b", "`a'b`"},
		{" ", ""},
	} {
		if got := codeOf(c.in, 10); got != c.want {
			t.Errorf("codeOf(%q) is %s, want %s", c.in, got, c.want)
		}
	}
}

func TestMention(t *testing.T) {
	for in, want := range map[string]string{
		"U0SATO": "<@U0SATO>", "W012A3CDE": "<@W012A3CDE>", "": "", "sekisho": "`sekisho`", "HERE": "`HERE`", "S0LEADS": "`S0LEADS`",
		"U0SATO> <!here": "`U0SATO&gt; &lt;!here`", "u0sato": "`u0sato`", "U0サトウ": "`U0サトウ`", "U0SATO\n": "`U0SATO`",
		"U" + strings.Repeat("0", 31): "`U" + strings.Repeat("0", 31) + "`",
	} {
		if got := mention(in); got != want {
			t.Errorf("mention(%q) is %q, want %q", in, got, want)
		}
	}
}

func ExampleWords_Span() {
	fmt.Println(In("en-US").Span(90 * time.Minute))
	fmt.Println(In("ja-JP").Span(90 * time.Minute))
	// Output:
	// 1 hour 30 minutes
	// 1時間30分
}
