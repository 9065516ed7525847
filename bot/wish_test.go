package bot

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"sekisho/bot/fakeslack"
	"sekisho/handlers"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// wishRefusals are all reasons why something cannot be asked for.
func wishRefusals(t *testing.T) []string {
	t.Helper()
	return slices.Concat(constants(t, "../handlers/policy", "Refusals of a request"), constants(t, "../handlers/policy", "Refusals of a wished start"), constants(t, "../handlers/access", "Refusals of a wish"),
		[]string{policy.RuleGone, policy.NoPerson, people.Guest, people.Stranger, people.BeingOffboarded, handlers.TooOld})
}

// offer is something that a person may ask for.
func offer(id, target string, change func(*access.Offer)) access.Offer {
	steps := []store.Step{{By: []string{"usergroup:S0LEADS"}, Count: 1}}
	o := access.Offer{AccountName: "production", Users: []string{"t.yamada"}, Decision: policy.Decision{Rule: id, Steps: steps},
		Entitlement: policy.Entitlement{ID: id, Kind: "iam-group", Account: "123456789012", Target: target, ReasonRequired: true,
			Duration: 4 * time.Hour, Longest: 12 * time.Hour, Steps: steps}}
	change(&o)
	return o
}

func offers() []access.Offer {
	return []access.Offer{
		offer("prod-operator", "jit-prod-operators", func(*access.Offer) {}),
		offer("prod-admin", "jit-prod-admins", func(o *access.Offer) {
			o.Risk, o.Users, o.Duration, o.Longest = store.High, []string{"t.yamada", "t.yamada-admin"}, 20*time.Minute, 90*time.Minute
			o.Ticket = &policy.Ticket{Pattern: regexp.MustCompile(`\AOPS-\d+\z`), Example: "OPS-123"}
			o.Decision.Steps = append(o.Decision.Steps, store.Step{By: []string{"usergroup:S0CHIEFS"}, Count: 1})
		}),
		offer("prod-reader", "jit-prod-readers", func(o *access.Offer) { o.ReasonRequired, o.Decision.Auto = false, time.Hour }),
		offer("prod-nights", "jit-prod-nights", func(o *access.Offer) {
			o.Decision = policy.Decision{Refusal: policy.OutsideHours,
				Why: []policy.Reason{{Key: policy.OutsideHours, Facts: map[string]string{"hours": "mon-fri 09:00-18:00 Asia/Tokyo"}}}}
		}),
	}
}

// forms are the form of a request, drawn for what was chosen.
func forms() map[string]about {
	all := offers()
	return map[string]about{
		"open":    {offers: all},
		"chosen":  {offers: all, chosen: "prod-operator"},
		"admin":   {offers: all, chosen: "prod-admin"},
		"itself":  {offers: all, chosen: "prod-reader"},
		"refused": {offers: all, chosen: "prod-nights"},
		"only":    {offers: all[:1]},
		"no-such": {offers: all, note: "There is nothing called `prod` that you may ask for. Did you mean this? `/jit request prod-reader`"},
		"endless": {offers: []access.Offer{offer("batch-key", "svc-batch", func(o *access.Offer) { o.Endless = true })}},
	}
}

// manyOffers are as many as a configuration may have.
func manyOffers(n int) []access.Offer {
	var out []access.Offer
	for i := range n {
		out = append(out, offer(fmt.Sprintf("%064d", i), "jit-prod-operators", func(*access.Offer) {}))
	}
	return out
}

// wishRefused is a refusal with all facts that one could have.
func wishRefused(refusal, text string) policy.Decision {
	facts := map[string]string{"longest": "4h0m0s", "shortest": "1m0s", "example": text, "until": fmt.Sprint(signedIn.Unix()), "latest": fmt.Sprint(signedIn.Add(30 * 24 * time.Hour).Unix()), "hours": "mon-fri 09:00-18:00", "code": "LimitExceeded"}
	return policy.Decision{Refusal: refusal, Why: []policy.Reason{{Key: refusal, Facts: facts}}}
}

// TestSuggestionsAmongTenThousand come while Slack waits, and so does the form.
func TestSuggestionsAmongTenThousand(t *testing.T) {
	var all []access.Offer
	for i := range 10_000 {
		all = append(all, offer(fmt.Sprint("rule-", i), fmt.Sprint("group-", i), func(*access.Offer) {}))
	}
	begin := time.Now()
	for typed, want := range map[string]int{"rule-9999": 1, "group-123": 11, "nothing": 0, "": mostOptions} {
		if got := len(penIn("en").suggestions(all, typed).Options); got != want {
			t.Errorf("%q suggests %d, want %d", typed, got, want)
		}
	}
	if err := fakeslack.CheckView(encoded(t, penIn("ja").WishForm(all, signedIn, "rule-9999", ""))); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestSuggestions(t *testing.T) {
	for typed, want := range map[string][]string{
		"": {"prod-operator", "prod-admin", "prod-reader", "prod-nights"}, "ADMIN": {"prod-admin"}, "jit-prod-r": {"prod-reader"}, "staging": nil,
	} {
		var got []string
		for _, o := range penIn("en").suggestions(offers(), typed).Options {
			got = append(got, o.Value)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q suggests %q, want %q", typed, got, want)
		}
	}
}

// ask types /jit request and returns the form once it is drawn.
func (w *world) wishForm(user string) fakeslack.View {
	w.t.Helper()
	if d, err := w.Slash(user, approvals, "/jit", "request"); err != nil || !d.Acked || d.Problem != "" {
		w.t.Fatalf("typed: %+v, %v", d, err)
	}
	var form fakeslack.View
	w.until(func() bool {
		v, open := w.Modal(user)
		form = v
		return open && v.PrivateMetadata != ""
	})
	return form
}

// choose chooses in the form, and returns it as it is redrawn.
func (w *world) choose(user, target string) fakeslack.View {
	w.t.Helper()
	form, _ := w.Modal(user)
	if _, err := w.Click(fakeslack.Press{User: user, View: form.ID, Block: targetField, Action: targetField, Value: target}); err != nil {
		w.t.Fatal(err)
	}
	w.until(func() bool {
		v, _ := w.Modal(user)
		form = v
		return strings.HasSuffix(v.PrivateMetadata, " "+target)
	})
	return form
}

func TestRequestByHand(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{offers: offers()}
		w.run(d)
		form := w.wishForm(yamada)
		if form.Title != "アクセス申請" {
			t.Errorf("title %q", form.Title)
		}
		form = w.choose(yamada, "prod-admin")
		values := map[string]string{targetField: "prod-admin", periodField + ":prod-admin": "3600", userField + ":123456789012": "t.yamada-admin",
			reasonField: "Roll *back*.", ticketField: " OPS-7 "}
		d.decide(wishRefused(policy.NoTicket, "OPS-123"))
		if delivery, err := w.Submit(yamada, form.ID, values); err != nil || delivery.Problem != "" {
			t.Fatalf("submitted: %+v, %v", delivery, err)
		}
		form, open := w.Modal(yamada)
		if want := map[string]string{ticketField: "チケット番号を入力してください(例: OPS-123)。"}; !open || !cmp.Equal(form.Errors, want) {
			t.Errorf("open %t, errors %v, want %v", open, form.Errors, want)
		}
		d.decide(policy.Decision{})
		delivery, err := w.Submit(yamada, form.ID, nil)
		if err != nil || delivery.Problem != "" {
			t.Fatalf("submitted again: %+v, %v", delivery, err)
		}
		if _, open := w.Modal(yamada); open {
			t.Error("the form stays open")
		}
		if again := w.Redeliver(delivery); again.Problem != "" || again.Response != nil {
			t.Errorf("sent once more: %+v", again)
		}
		if len(d.wished()) != 2 || d.wished()[1].ID != d.wished()[0].ID {
			t.Fatalf("wishes %+v: want the same one each time, and none for what was taken in", d.wished())
		}
		got := d.wished()[1]
		if !regexp.MustCompile(`^request-\d{8}T\d{6}Z-V\w+-[0-9a-f]{8}$`).MatchString(got.ID) {
			t.Errorf("id %q", got.ID)
		}
		got.ID = ""
		want := access.Wish{By: yamada, Entitlement: "prod-admin", User: "t.yamada-admin", Duration: time.Hour, Reason: "Roll *back*.", Ticket: "OPS-7"}
		if got != want {
			t.Errorf("wish %+v, want %+v", got, want)
		}
	})
}

// TestAllErrorsEachTime: all that is wrong stands at the fields at once, two about one field together, and again each time that
// the form is sent.
func TestAllErrorsEachTime(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{offers: offers()}
		w.run(d)
		w.wishForm(kato)
		form := w.choose(kato, "prod-admin")
		wrong := wishRefused(policy.TooLong, "OPS-123")
		for _, key := range []string{policy.NoReason, policy.NoTicket, policy.NotYourUser, policy.OutsideHours, policy.StartPast} {
			wrong.Also = append(wrong.Also, wishRefused(key, "OPS-123").Why...)
		}
		d.decide(wrong)
		want := map[string]string{periodField + ":prod-admin": "Longest allowed is 4 hours.", reasonField: "Say why you need it.",
			ticketField: "Give the number of a ticket, such as OPS-123.", userField + ":123456789012": "This IAM user isn't registered for you. Choose another one.",
			startsField: "It can start within these hours only: mon-fri 09:00-18:00. The start has passed. Leave it empty to start once it is approved."}
		for n := 1; n <= 3; n++ {
			if delivery, err := w.Submit(kato, form.ID, map[string]string{reasonField: "x", ticketField: "y"}); err != nil || delivery.Problem != "" {
				t.Fatalf("submitted: %+v, %v", delivery, err)
			}
			shown, open := w.Modal(kato)
			if diff := cmp.Diff(want, shown.Errors); !open || diff != "" || shown.Refused != n || len(d.wished()) != n {
				t.Errorf("time %d, open %t, shown %d times:\n%s", n, open, shown.Refused, diff)
			}
		}
	})
}

// TestChoosingKeepsWhatWasTyped: and a form that is sent before it has been redrawn for a choice comes back.
func TestChoosingKeepsWhatWasTyped(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{offers: offers()}
		w.run(d)
		form := w.wishForm(kato)
		delivery, err := w.Submit(kato, form.ID, map[string]string{targetField: "prod-reader", reasonField: "To look."})
		if err != nil || delivery.Problem != "" || len(d.wished()) != 0 {
			t.Fatalf("submitted: %+v, %v, wishes %+v", delivery, err, d.wished())
		}
		w.until(func() bool { form, _ = w.Modal(kato); return strings.HasSuffix(form.PrivateMetadata, " prod-reader") })
		if _, err := w.Submit(kato, form.ID, nil); err != nil {
			t.Fatal(err)
		}
		if len(d.wished()) != 1 || d.wished()[0].Reason != "To look." || d.wished()[0].Duration != 4*time.Hour || d.wished()[0].User != "" {
			t.Errorf("wishes %+v", d.wished())
		}
	})
}

func TestManyTargetsAreSearched(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{}
		for i := range 300 {
			d.offers = append(d.offers, offer(fmt.Sprintf("rule-%03d", i), fmt.Sprintf("group-%03d", i), func(*access.Offer) {}))
		}
		w.run(d)
		form := w.wishForm(kato)
		if delivery, err := w.Suggest(kato, form.ID, targetField, "group-299"); err != nil || delivery.Problem != "" {
			t.Fatalf("suggested: %+v, %v", delivery, err)
		}
		form = w.choose(kato, "rule-299")
		if _, err := w.Submit(kato, form.ID, map[string]string{reasonField: "To look."}); err != nil || len(d.wished()) != 1 || d.wished()[0].Entitlement != "rule-299" {
			t.Errorf("%v, wishes %+v", err, d.wished())
		}
	})
}

// TestRequestNamesItsTarget: the form opens on what is typed behind the command, or says what could be meant.
func TestRequestNamesItsTarget(t *testing.T) {
	all := append(offers(), offer("prod2-operator", "jit-twice", func(*access.Offer) {}), offer("prod3-operator", "jit-twice", func(*access.Offer) {}))
	for _, c := range []struct{ user, typed, chosen, says string }{
		{kato, "prod-reader", "prod-reader", ""}, {kato, "PROD-Reader", "prod-reader", ""}, {kato, "jit-prod-readers", "prod-reader", ""},
		{kato, "jit-twice", "", ""}, {kato, "prod-raeder", "", "There is nothing called `prod-raeder` that you may ask for. Did you mean this? `/jit request prod-reader`"},
		{sato, "prod-reade", "", "`prod-reade` という申請できる対象はありません。 `/jit request prod-reader` のことですか？"},
		{kato, "<!here> *all*", "", "There is nothing called `&lt;!here&gt; *all*` that you may ask for."},
	} {
		t.Run(c.typed, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				w.run(&desk{offers: all})
				if d, err := w.Slash(c.user, approvals, "/jit", "request "+c.typed); err != nil || !d.Acked || d.Problem != "" {
					t.Fatalf("typed: %+v, %v", d, err)
				}
				var form fakeslack.View
				w.until(func() bool {
					var open bool
					form, open = w.Modal(c.user)
					return open && form.PrivateMetadata != ""
				})
				if _, chosen, _ := strings.Cut(form.PrivateMetadata, " "); chosen != c.chosen {
					t.Errorf("the form is drawn for %q, want %q", chosen, c.chosen)
				}
				var blocks []struct {
					Type string
					Text struct{ Text string }
				}
				if err := json.Unmarshal(form.Blocks, &blocks); err != nil || blocks[0].Text.Text != c.says {
					t.Errorf("it says %q, want %q, %v", blocks[0].Text.Text, c.says, err)
				}
			})
		})
	}
}

// TestTheKindOfAccessIsNamed where it is chosen, within Slack's room for an option.
func TestTheKindOfAccessIsNamed(t *testing.T) {
	key := offer("batch-key", "svc-batch", func(o *access.Offer) { o.Kind = "access-key" })
	for language, want := range map[string][2]string{
		"en": {"Access key of svc-batch (production)", "IAM group jit-prod-operators (production)"},
		"ja": {"svc-batch のアクセスキー (production)", "IAMユーザーグループ jit-prod-operators (production)"},
	} {
		p := penIn(language)
		if got := [2]string{p.option(key).Text.Text, p.option(offers()[0]).Text.Text}; got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
		if got := p.suggestions([]access.Offer{key, offers()[0]}, "access key").Options; language == "en" && (len(got) != 1 || got[0].Value != "batch-key") {
			t.Errorf("the kind is not found: %d options", len(got))
		}
		long := offer("x", fill("漢", 128), func(o *access.Offer) { o.Kind, o.AccountName = "access-key", fill("漢", 64) })
		if n := len([]rune(p.option(long).Text.Text)); n > 75 {
			t.Errorf("%s: %d letters", language, n)
		}
	}
}

func TestShortcutOpensTheForm(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		w.run(&desk{refusal: policy.NoPerson})
		if delivery, err := w.Shortcut(kato, wishForm); err != nil || !delivery.Acked {
			t.Fatalf("%+v, %v", delivery, err)
		}
		want := "Your Slack account isn't registered"
		w.until(func() bool { v, open := w.Modal(kato); return open && strings.Contains(string(v.Blocks), want) })
		if v, _ := w.Modal(kato); v.Submit != "" {
			t.Errorf("a form that cannot be filled in has the button %q", v.Submit)
		}
	})
}

// TestCommands: everything else is answered to the person only, in their language.
func TestCommands(t *testing.T) {
	for _, c := range []struct{ user, typed, want string }{
		{kato, "HELP", "`/jit request` asks for access"}, {kato, "finish", "no access that could be ended"},
		{sato, "help", "AWSへのアクセスを申請します"}, {kato, "open <!channel> now", "I don't know `open`."},
		{kato, "rquest", "I don't know `rquest`. Did you mean this? `/jit request`"}, {kato, "lits", "Did you mean this? `/jit list`"},
		{kato, "requ", "I don't know `requ`.\n"}, {sato, "extnd", "`extnd` という操作はありません。 `/jit extend` のことですか？"},
		{sato, "`<!here>`", "`'&lt;!here&gt;'` という操作はありません。"},
	} {
		inSlack(t, func(t *testing.T, w *world) {
			w.run(&desk{})
			if delivery, err := w.Slash(c.user, elsewhere, "/jit", c.typed); err != nil || !delivery.Acked || delivery.Problem != "" {
				t.Fatalf("%q: %+v, %v", c.typed, delivery, err)
			}
			w.until(func() bool { return len(w.Ephemerals(c.user)) > 0 })
			if got := w.Ephemerals(c.user); len(got) != 1 || !strings.Contains(got[0].Text, c.want) {
				t.Errorf("%q: %+v, want %q", c.typed, got, c.want)
			}
		})
	}
}

// TestReasonsThatCanBeSeen: a rule that wants a reason is not satisfied by characters that do not show.
func TestReasonsThatCanBeSeen(t *testing.T) {
	for typed, want := range map[string]string{" \u200b\n\u3164": "", "a\nb": "a\nb", fill("漢", 2000): cut(fill("漢", 2000), reasonLength)} {
		var cb slack.InteractionCallback
		cb.User.ID, cb.View.ID, cb.View.PrivateMetadata = "U1", "V1", "20261122T050000Z"
		cb.View.State = &slack.ViewState{Values: map[string]map[string]slack.BlockAction{reasonField: {reasonField: {Value: typed}}}}
		if got, err := filledIn(cb); err != nil || got.Reason != want {
			t.Errorf("%q becomes %q, %v", typed, got.Reason, err)
		}
	}
}

// FuzzFilledIn: any payload is refused, or is a wish of who sent it, with an id that can be one.
func FuzzFilledIn(f *testing.F) {
	f.Add(`{"type":"view_submission","user":{"id":"U1"},"view":{"id":"V1","callback_id":"request","private_metadata":"20261122T050000Z prod","state":{"values":
		{"target":{"target":{"selected_option":{"value":"prod"}}},"duration:prod":{"duration":{"selected_option":{"value":"9223372036854775807"}}},"user:":{"user":{}}}}}}`)
	f.Add(`{"view":{"callback_id":"request","state":{"values":null}}}`)
	f.Fuzz(func(t *testing.T, payload string) {
		var cb slack.InteractionCallback
		if json.Unmarshal([]byte(payload), &cb) != nil {
			t.Skip("Slack's library refuses it")
		}
		got, err := filledIn(cb)
		if err == nil && (got.By != cb.User.ID || isNoID(got.ID) || len([]rune(got.Reason)) > reasonLength) {
			t.Errorf("%+v", got)
		}
	})
}
