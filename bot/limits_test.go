package bot

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"sekisho/bot/fakeslack"
	"sekisho/store"
)

// Our own limits. Slack documents none for all blocks together: messages were refused from 11,341 runes on
// (https://github.com/slackapi/bolt-js/issues/2867).
const (
	mostBlockText   = 9000      // of all blocks together
	mostMessageText = 4000      // chat.update refuses more
	mostResponse    = 20 << 10  // bytes: Socket Mode drops an answer that is longer
	mostView        = 250 << 10 // bytes
)

func TestDrawingsFit(t *testing.T) {
	kit := readBlockKit(t)
	eachDrawing(t, func(t *testing.T, name string, d drawing, p Pen) { checkFits(t, kit, name, d.in(p)) })
}

func TestWorstDrawingsFit(t *testing.T) {
	all, kit := drawings(t), readBlockKit(t)
	for name, text := range longest {
		if testing.Short() && name != "family" {
			continue // drawing has no goroutines
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for name, d := range all {
				for _, language := range languages {
					checkFits(t, kit, name+"."+language, worstOf(d, text).in(penIn(language)))
				}
			}
		})
	}
}

func checkFits(t *testing.T, kit blockKit, name string, drawn any) {
	t.Helper()
	raw := body(t, drawn)
	checkBlockKit(t, kit, name, raw)
	var err error
	switch drawn := drawn.(type) {
	case Message:
		err = fakeslack.CheckMessage(raw)
		total := 0
		for _, text := range textsIn(t, raw) {
			total += utf8.RuneCountInString(text.Text)
		}
		if total >= mostBlockText {
			t.Errorf("%s: texts of %d runes together", name, total)
		}
		checkSentence(t, name, drawn.Text)
	case slack.OptionsResponse:
		if len(raw) >= mostResponse {
			t.Errorf("%s: %d bytes", name, len(raw))
		}
	default:
		if err = fakeslack.CheckView(raw); len(raw) > mostView {
			t.Errorf("%s: %d bytes", name, len(raw))
		}
	}
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if strings.Contains(string(raw), "no value") {
		t.Errorf("%s: a sentence has a place for what it was not given: %s", name, raw)
	}
}

func TestWorstSentencesFit(t *testing.T) {
	told, presses, wishes, kit := lines(t), refusals(t), wishRefusals(t), readBlockKit(t)
	for name, text := range longest {
		long := fill(text, 300)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, language := range languages {
				p := penIn(language)
				for _, l := range told {
					l.entry.By, l.entry.Note, l.entry.Facts = long, long, map[string]string{"address": long}
					said, _ := p.Said(worst(l.grant, text), l.entry)
					checkFits(t, kit, l.name, said)
				}
				for _, l := range taskLines(t) {
					said, _ := p.TaskSaid(worstTask(l.task, text), outsideEntry(l.entry, func(string) string { return long }))
					checkFits(t, kit, l.name, said)
				}
				for _, e := range offboardingLines(leavingNow()) {
					said, _ := p.OffboardingLine(worstOffboarding(leavingNow(), text), outsideEntry(e, func(string) string { return long }))
					checkSentence(t, string(e.Verb), said)
				}
				for _, refusal := range rotateRefusals {
					checkSentence(t, refusal, p.RotateRefusal(wishRefused(refusal, long)))
				}
				for _, refusal := range wishes {
					checkSentence(t, refusal, p.WishRefusal(wishRefused(refusal, long)))
				}
				for why, press := range presses {
					press.Facts = maps.Clone(press.Facts)
					for _, name := range []string{"by", "person", "hours", "example"} {
						press.Facts[name] = long
					}
					checkSentence(t, why, p.Refusal(press))
				}
			}
		})
	}
}

// TestWorstWordsFit: every sentence of both catalogues with the longest that its places can take is one that Slack takes as
// a message, and where it stands in a block is checked with that.
func TestWorstWordsFit(t *testing.T) {
	longestPlace := code(fill("&", 300)) + "\n" + mention("U"+strings.Repeat("A", 30))
	eachSentence(t, func(t *testing.T, language, key, text string) {
		d := data{"PluralCount": 99999}
		for _, name := range places([]string{text}) {
			d[name] = longestPlace
		}
		checkSentence(t, key, In(language).Say(key, d))
	})
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

// TestALongJapaneseReason is cut for the card at a letter that people see as one, and stays within Slack's limit.
func TestALongJapaneseReason(t *testing.T) {
	begin := strings.Repeat("障", reasonLength-2)
	reason := begin + "👩🏽" + strings.Repeat("害", 3000-reasonLength) // the skin tone is the last rune that would fit
	g := changed(func(g *store.Grant) { byHand(g); g.Reason = reason })
	for _, language := range languages {
		m := penIn(language).Card(g)
		checkFits(t, readBlockKit(t), language, m)
		texts := textsIn(t, body(t, m))
		if !slices.ContainsFunc(texts, func(o textObject) bool { return o.Text == begin+"…" && o.Type == "plain_text" }) {
			t.Errorf("%s: the reason is not on the card, or cut in another way: %+v", language, texts)
		}
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
	for in, want := range map[string]string{
		"S0LEADS": "<!subteam^S0LEADS>", "": "", "U0SATO": "`U0SATO`", "s0leads": "`s0leads`", "channel": "`channel`",
		"S0LEADS> <!channel": "`S0LEADS&gt; &lt;!channel`", "S0LEADS|x": "`S0LEADS|x`", "S0LEADS\n": "`S0LEADS`",
	} {
		if got := mentionGroup(in); got != want {
			t.Errorf("mentionGroup(%q) is %q, want %q", in, got, want)
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
