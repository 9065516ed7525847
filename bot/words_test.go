package bot

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// catalogue is one language's file: a key and its text, or its texts by plural form.
func catalogue(t *testing.T, language string) map[string][]string {
	t.Helper()
	raw, err := catalogues.ReadFile("words/" + language + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]any
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for key, value := range file {
		switch v := value.(type) {
		case string:
			out[key] = []string{v}
		case map[string]any:
			for _, form := range slices.Sorted(maps.Keys(v)) {
				out[key] = append(out[key], v[form].(string))
			}
		}
	}
	return out
}

// eachSentence calls test with every text of every language.
func eachSentence(t *testing.T, test func(t *testing.T, language, key, text string)) {
	t.Helper()
	for _, language := range languages {
		sentences := catalogue(t, language)
		for _, key := range slices.Sorted(maps.Keys(sentences)) {
			for _, text := range sentences[key] {
				t.Run(language+"/"+key, func(t *testing.T) { test(t, language, key, text) })
			}
		}
	}
}

var place = regexp.MustCompile(`{{\.(\w+)}}`)

// places are the names of what a text has places for, each once.
func places(texts []string) []string {
	var out []string
	for _, m := range place.FindAllStringSubmatch(strings.Join(texts, " "), -1) {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestCataloguesAreTwins(t *testing.T) {
	en, ja := catalogue(t, "en"), catalogue(t, "ja")
	if diff := cmp.Diff(slices.Sorted(maps.Keys(en)), slices.Sorted(maps.Keys(ja))); diff != "" {
		t.Errorf("keys (-en +ja):\n%s", diff)
	}
	for key := range en {
		if diff := cmp.Diff(places(en[key]), places(ja[key])); diff != "" {
			t.Errorf("places of %s (-en +ja):\n%s", key, diff)
		}
	}
}

// goneGroup ends the keys of what is said of a rule that excludes a user group which is gone.
const goneGroup = "unapprovable.group_gone"

// pressRefusals are all reasons why a press does nothing, but those for which something was allowed before.
func pressRefusals(t *testing.T) []string {
	t.Helper()
	approval := slices.DeleteFunc(constants(t, "../handlers/policy", "Refusals of an approval"), func(code string) bool { return code == policy.VoterGone })
	return slices.Concat(constants(t, "../handlers/access", "Refusals of a press"), constants(t, "../handlers", "Refusals of any press"), approval, constants(t, "../handlers/people", "Refusals of an account"))
}

// composed are the ends of the keys that the code puts together, by how they begin.
func composed(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{
		"refusal.":           append(pressRefusals(t), access.Losses...),
		"wish.":              wishRefusals(t),
		"dm.unasked.":        {string(store.Mine), string(store.NotMine)},
		"card.thing.":        slices.Collect(maps.Keys(parts)),
		"card.target.":       slices.Collect(maps.Keys(parts)),
		"card.trouble_take.": slices.Collect(maps.Keys(parts)),
		"card.":              {string(store.Mine), string(store.NotMine)}, // the answers
		"dm.":                {string(store.Mine), string(store.NotMine)},
		"card.ended_by.":     {string(store.Finish), string(store.Revoke)},
		"dm.ends.":           {string(store.Expire), string(store.Finish), string(store.Revoke)},
		"call.decision.":     {string(store.Approved), string(store.Denied), string(store.Lapsed), string(store.Withdrawn)},
		"besides.":           {string(store.Mine), string(store.NotMine)},
		"recall.":            {string(store.BySignIn), string(store.ByRequest), string(store.ByRule)},
	}
	for _, key := range []string{"alert.title.", "alert.text.", "alert.raised.", "alert.acting.", "alert.acted.", "alert.kept.",
		"button.remedy.", "button.keep.", "confirm.remedy.", "confirm.remedy_title."} {
		out[key] = constants(t, "../store", "The kinds of alert")
		if !slices.Contains([]string{"alert.title.", "alert.text.", "alert.raised."}, key) { // of its remedy it is said what is said of "not me"
			out[key] = slices.DeleteFunc(out[key], func(kind string) bool { return kind == string(store.Returned) })
		}
	}
	out["button.keep."] = slices.DeleteFunc(out["button.keep."], func(kind string) bool { return kind == string(store.Unknown) }) // until a date
	for _, key := range []string{"alert.title.", "alert.text.", "alert.raised."} {
		out[key] = append(out[key], permanent)
	}
	for key := range out { // of a key that is switched off again nobody has to decide anything
		if strings.HasPrefix(key, "alert.act") || key == "alert.kept." || strings.Contains(key, ".remedy") || key == "button.keep." {
			out[key] = slices.DeleteFunc(out[key], func(end string) bool { return end == string(store.Reused) })
		}
	}
	out["alert.gone."] = []string{string(store.Exposed), string(store.Reused), string(store.Outage), string(store.Unapprovable), goneGroup}
	for _, key := range []string{"alert.title.", "alert.text."} {
		out[key] = append(out[key], string(store.Unreadable), string(store.Tampered), string(store.Unconfigured), string(store.Outage), string(store.Unapprovable), goneGroup, "tampered.DoesNotFit", "tampered.IsRebuilt")
	}
	out["alert.means."] = []string{string(store.Tampered), string(store.Unapprovable), goneGroup, "tampered.DoesNotFit", "tampered.IsRebuilt"}
	for _, kind := range store.Findings {
		out["report.kind."] = append(out["report.kind."], string(kind))
		out["report.cure."] = append(out["report.cure."], string(kind))
	}
	for _, key := range []string{"report.button.", "report.sure.", "report.confirm.", "report.acting."} {
		out[key] = []string{"key", "password", "shut_out", "rotate_key"}
	}
	out["report.sure."], out["report.confirm."] = append(out["report.sure."], "restore"), append(out["report.confirm."], "restore")
	for _, f := range fullReport().Findings {
		if !f.Since.IsZero() && !slices.Contains(out["report.since."], string(f.Kind)) {
			out["report.since."] = append(out["report.since."], string(f.Kind))
		}
	}
	for _, key := range []string{"card.known_by.", "card.claimed."} {
		out[key] = constants(t, "../store", "The ways to know a person")
	}
	for _, key := range []string{"card.asked_by.", "dm.asked_by.", "digest.asked_by."} {
		out[key] = []string{"program", "role"}
	}
	for _, kind := range []string{"iam-group"} { // whose access can have been there before
		for _, sentence := range []string{"note", "over", "dm", "finishing", "confirm_revoke", "confirm_row", "confirm_finish"} {
			out["held."] = append(out["held."], sentence+"."+kind)
		}
		for _, state := range []string{string(store.Active), string(store.Ending), string(store.Ended), string(store.NotMine)} {
			out["held.state."] = append(out["held.state."], state+"."+kind)
		}
		for _, verb := range []store.Verb{store.Apply, store.Expire, store.Revoke, store.Finish, store.NotMine, store.Undo} {
			out["held.thread."] = append(out["held.thread."], string(verb)+"."+kind)
		}
		out["held.home."] = append(out["held.home."], kind)
	}
	for _, reason := range reasons {
		out["why."] = append(out["why."], strings.ToLower(reason))
	}
	for _, verb := range verbs {
		if verb != store.Remedy && verb != store.Keep { // named after what the alert is about
			out["button."] = append(out["button."], string(verb))
		}
	}
	for _, state := range constants(t, "../store", "The states of a grant") {
		if state != string(store.Ended) { // named after what ended it
			out["state."] = append(out["state."], state)
		}
	}
	for _, verb := range asksFirst {
		out["form.title."] = append(out["form.title."], string(verb))
	}
	out["state."] = append(out["state."], constants(t, "../store", "The states of a rotation")...)
	out["state."] = append(out["state."], constants(t, "../store", "The states of an offboarding")...)
	for _, kind := range constants(t, "../store", "The kinds of holding") {
		if kind != string(store.HeldUser) && kind != string(store.HeldPolicy) { // the one is a heading, the other always left
			out["offboard.open."], out["offboard.ended."] = append(out["offboard.open."], kind), append(out["offboard.ended."], kind)
		}
	}
	out["offboard.left."] = []string{store.ByHand, store.ByRotation, store.ByGrant, store.ToRotate}
	out["offboard.refused."] = offboardRefusals
	for _, e := range offboardingLines(leavingNow()) {
		out["offboard.said."] = append(out["offboard.said."], string(e.Verb))
	}
	for _, reason := range serverReasons {
		out["task.server."] = append(out["task.server."], strings.ToLower(reason))
	}
	out["rotate.refused."] = rotateRefusals
	for _, name := range append(taskVerbs(t), string(store.Done)) {
		ownWords := !slices.Contains([]store.Verb{store.Ask, store.Vote, store.Deny, store.Lapse, store.Withdraw, store.Remind, store.Escalate, store.Void}, store.Verb(name))
		if _, ok := penIn("en").TaskLine(rotation(), store.Entry{Verb: store.Verb(name), By: sato}); ok && ownWords {
			out["task.said."] = append(out["task.said."], name)
		}
	}
	for _, state := range alertStates {
		out["state."] = append(out["state."], string(state))
	}
	for _, name := range constants(t, "../store", "The verbs of a grant") {
		verb := store.Verb(name)
		if to, err := store.Approved.Next(verb); err == nil && (to == store.Ending || to == store.Ended) {
			out["state."] = append(out["state."], name)
		}
		if _, ok := penIn("en").Line(request(), store.Entry{Verb: verb, State: store.Active}); ok {
			out["thread."] = append(out["thread."], name)
		}
	}
	return out
}

func TestKeysAreThoseInUse(t *testing.T) {
	ends, used := composed(t), map[string]bool{}
	for _, key := range keysInSource(t) {
		if !strings.HasSuffix(key, ".") {
			used[key] = true
			continue
		}
		if len(ends[key]) == 0 {
			t.Errorf("the code puts keys together that begin with %q, and this test does not know their ends", key)
		}
		for _, end := range ends[key] {
			used[key+end] = true
		}
	}
	for _, key := range ofKeys {
		used[key+".access-key"] = true
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(used)), slices.Sorted(maps.Keys(catalogue(t, "en")))); diff != "" {
		t.Errorf("keys (-used in code +in the catalogues):\n%s", diff)
	}
}

func TestLanguageOfALocale(t *testing.T) {
	for locale, want := range map[string]string{
		"ja": "承認", "ja-JP": "承認", "en": "Approve", "en-US": "Approve", "en-GB": "Approve", "fr-FR": "Approve", "": "Approve", "no locale": "Approve",
	} {
		if got := In(locale).Say("button.approve", nil); got != want {
			t.Errorf("locale %q says %q, want %q", locale, got, want)
		}
	}
}

func TestMissingSentenceShowsItsKey(t *testing.T) {
	for _, language := range languages {
		if got := In(language).Say("state.never", nil); got != "state.never" {
			t.Errorf("%s: %q", language, got)
		}
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration][2]string{
		0:                             {"0 seconds", "0秒"},
		999 * time.Millisecond:        {"0 seconds", "0秒"},
		time.Second:                   {"1 second", "1秒"},
		time.Minute:                   {"1 minute", "1分"},
		time.Hour:                     {"1 hour", "1時間"},
		90 * time.Minute:              {"1 hour 30 minutes", "1時間30分"},
		24 * time.Hour:                {"24 hours", "24時間"},
		2*time.Hour + time.Second:     {"2 hours 1 second", "2時間1秒"},
		time.Hour + 61*time.Second:    {"1 hour 1 minute 1 second", "1時間1分1秒"},
		-time.Minute:                  {"0 seconds", "0秒"},
		10000*time.Hour + time.Minute: {"10000 hours 1 minute", "10000時間1分"},
	} {
		for i, language := range languages {
			if got := In(language).Span(d); got != want[i] {
				t.Errorf("%s in %s is %q, want %q", d, language, got, want[i])
			}
		}
	}
}
