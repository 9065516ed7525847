package bot

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"sekisho/handlers/access"
	"sekisho/handlers/offboarding"
	"sekisho/store"
)

// textObject is one text of a message, as Slack's JSON has it.
type textObject struct {
	Type, Text      string
	Emoji, Verbatim bool
}

// textObjects are all texts under a value of decoded JSON, in one order.
func textObjects(v any) []textObject {
	var out []textObject
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			out = append(out, textObjects(item)...)
		}
	case map[string]any:
		if s, ok := v["text"].(string); ok {
			t := textObject{Text: s}
			t.Type, _ = v["type"].(string)
			t.Emoji, _ = v["emoji"].(bool)
			t.Verbatim, _ = v["verbatim"].(bool)
			return append(out, t)
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out = append(out, textObjects(v[key])...)
		}
	}
	return out
}

// textsIn are the texts of a drawing's body.
func textsIn(t require, body []byte) []textObject {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	return textObjects(v)
}

// require is a test, of package testing or rapid.
type require interface{ Fatal(args ...any) }

var (
	span = regexp.MustCompile("```[^`\n]+```|`[^`\n]+`")

	// ours are the only tags that this bot has a use for: a person, a user group, a channel, a time, a card that Slack links to.
	ours = regexp.MustCompile(`<https://example\.slack\.com/archives/C0APPROVALS/p\d+\|[^<>&|]+>|<@[UW][A-Z0-9]{1,30}>|<#[CG][A-Z0-9]{1,30}>|<!subteam\^S[A-Z0-9]{1,30}>|<!date\^-?\d+\^\{date_short_pretty\} \{time\}\|\d{4,5}-\d\d-\d\d \d\d:\d\d JST>`)

	// entity is how an escaped character looks.
	entity = regexp.MustCompile(`&(amp|lt|gt);`)

	link = regexp.MustCompile(`(?i)https?://|mailto:|www\.`)

	health = "https://health.aws.amazon.com" // the one address that the bot names itself
)

// skeleton is what Slack would read as markup in a mrkdwn text: code spans, our own tags and escapes taken out. It must
// be the same whatever comes from outside, and have no angle brackets, single ampersands or backticks.
func skeleton(mrkdwn string) (string, error) {
	rest, from := "", 0
	for _, at := range span.FindAllStringIndex(mrkdwn, -1) {
		before, inside, after := mrkdwn[from:at[0]], mrkdwn[at[0]:at[1]], mrkdwn[at[1]:]
		if !hasRoom(before, after) {
			return "", fmt.Errorf("no room around %s in %q, so it is no code span", inside, mrkdwn)
		}
		if strings.ContainsAny(inside, "<>") || strings.Contains(entity.ReplaceAllString(inside, ""), "&") { // Slack reads tags there too
			return "", fmt.Errorf("a tag in %s in %q", inside, mrkdwn)
		}
		rest, from = rest+before+"¶", at[1]
	}
	rest = ours.ReplaceAllString(rest+mrkdwn[from:], "¶")
	if strings.ContainsAny(rest, "<>&`") {
		return "", fmt.Errorf("%q is left of %q", rest, mrkdwn)
	}
	return rest, nil
}

// hasRoom tells whether Slack draws a code span, or bold, between two texts.
func hasRoom(before, after string) bool {
	return strings.ContainsAny(("\n" + before)[len(before):], " \n(") && strings.ContainsAny((after + "\n")[:1], " \n.,:;)")
}

// shows fails on what acts without showing. Line ends, of which the bot writes some itself, are counted elsewhere.
func shows(s string) error {
	for _, r := range s {
		if r != '\n' && r != '\ufe0f' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)) {
			return fmt.Errorf("%U in %q", r, s)
		}
	}
	return nil
}

// TestNothingFromOutsideIsMarkup: whatever others write, a drawing differs in what its code spans and plain texts say, and
// in nothing that Slack reads as markup.
func TestNothingFromOutsideIsMarkup(t *testing.T) {
	all, entries, turns := drawings(t), lines(t), taskLines(t)
	byKind := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if kind(name) != extreme { // the same, in more rows
			byKind[kind(name)] = append(byKind[kind(name)], name)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		evilText := func(field string) string { return visible(t, field) }
		tameText := func(string) string { return "tame" }
		p := penIn(rapid.SampledFrom(languages).Draw(t, "language"))
		folder := rapid.SampledFrom(slices.Sorted(maps.Keys(byKind))).Draw(t, "kind")
		d := all[rapid.SampledFrom(byKind[folder]).Draw(t, "drawing")]
		with := func(text func(string) string) any {
			return d.of(records{
				grant:  func(g store.Grant) store.Grant { g, _ = outside(g, store.Entry{}, text); return g },
				alert:  func(a store.Alert) store.Alert { return outsideAlert(a, text) },
				offer:  func(o access.Offer) access.Offer { return outsideOffer(o, text) },
				task:   func(t store.Task) store.Task { return outsideTask(t, text) },
				rule:   func(r access.Rotatable) access.Rotatable { return outsideRotatable(r, text) },
				report: func(r store.Report) store.Report { return outsideReport(r, text) },
				row:    func(a store.Alert) store.Alert { return outsideRow(a, text) },

				offboard: func(o store.Offboarding) store.Offboarding { return outsideOffboarding(o, text) },
				leaver:   func(l offboarding.Leaver) offboarding.Leaver { return outsideLeaver(l, text) },
			}).in(p)
		}
		sameMarkup(t, with(tameText), with(evilText))

		l := rapid.SampledFrom(entries).Draw(t, "entry")
		g, e := outside(l.grant, l.entry, evilText)
		tameG, tameE := outside(l.grant, l.entry, tameText)
		said, _ := p.Said(g, e)
		tameSaid, _ := p.Said(tameG, tameE)
		sameMarkup(t, tameSaid, said)

		each := rapid.SampledFrom(turns).Draw(t, "entry of a task")
		saidOf, _ := p.TaskSaid(outsideTask(each.task, evilText), outsideEntry(each.entry, evilText))
		tameOf, _ := p.TaskSaid(outsideTask(each.task, tameText), outsideEntry(each.entry, tameText))
		sameMarkup(t, tameOf, saidOf)

		lineOf := rapid.SampledFrom(offboardingLines(leavingNow())).Draw(t, "entry of an offboarding")
		evilLine, _ := p.OffboardingLine(outsideOffboarding(leavingNow(), evilText), outsideEntry(lineOf, evilText))
		tameLine, _ := p.OffboardingLine(outsideOffboarding(leavingNow(), tameText), outsideEntry(lineOf, tameText))
		sameSentence(t, tameLine, evilLine)

		press := store.Press{Refusal: access.Late, Facts: map[string]string{"state": "active", "by": visible(t, "by"), "user": visible(t, "user")}}
		tamePress := store.Press{Refusal: access.Late, Facts: map[string]string{"state": "active", "by": "tame"}}
		sameSentence(t, p.Refusal(tamePress), p.Refusal(press))
	})
}

// sameMarkup compares what Slack reads of two drawings.
func sameMarkup(t *rapid.T, tame, evil any) {
	if m, ok := evil.(Message); ok {
		sameSentence(t, tame.(Message).Text, m.Text)
	}
	a, b := textsIn(t, body(t, tame)), textsIn(t, body(t, evil))
	if len(a) != len(b) {
		t.Fatalf("%d texts, and %d with text from outside", len(a), len(b))
	}
	for i := range b {
		if err := shows(b[i].Text); err != nil {
			t.Fatal(err)
		}
		switch {
		case b[i].Type == "mrkdwn":
			if !b[i].Verbatim {
				t.Fatalf("Slack makes links of %q", b[i].Text)
			}
			sameSentence(t, a[i].Text, b[i].Text)
		case b[i].Type != "plain_text" || b[i].Emoji:
			t.Fatalf("%+v is neither mrkdwn nor plain", b[i])
		case strings.Count(a[i].Text, "\n") != strings.Count(b[i].Text, "\n"):
			t.Fatalf("a line end from outside in %q", b[i].Text)
		}
	}
}

func sameSentence(t *rapid.T, tame, evil string) {
	if err := shows(evil); err != nil {
		t.Fatal(err)
	}
	want, err := skeleton(tame)
	if err != nil {
		t.Fatal(err)
	}
	got, err := skeleton(evil)
	if err != nil {
		t.Fatal(err)
	}
	if link.MatchString(strings.ReplaceAll(got, health, "")) {
		t.Fatalf("a link in %q", got)
	}
	if blanks(got) != blanks(want) {
		t.Fatalf("Slack reads\n%s\nwhere it should read\n%s", got, want)
	}
}

// blanks takes out the places of code spans: an empty text has none.
func blanks(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "¶", ""), " ", "") }
