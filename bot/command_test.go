package bot

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"sekisho/bot/fakeslack"
	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// TestOwnByCommand: what is typed about one's own access is a press of its button, if there is one that it can mean.
func TestOwnByCommand(t *testing.T) {
	one, asked := lived(t, request(), approve, plan, apply), changed(needsTwo)
	other := one
	other.ID, other.Target, other.Entitlement = "login-2", "jit-prod-readers", "prod-reader"
	waiting := lived(t, request(), approve, plan, apply, extend())
	atMax := one
	atMax.Until = atMax.Max
	for _, c := range []struct {
		typed string
		held  []store.Grant
		says  string
		press store.Grant
	}{
		{"finish", []store.Grant{asked}, "no access that could be ended", store.Grant{}},
		{"finish", []store.Grant{asked, one}, "I am ending your access to `jit-prod-operators`", one},
		{"FINISH  JIT-prod-readers ", []store.Grant{one, other}, "I am ending your access to `jit-prod-readers`", other},
		{"finish prod-reader", []store.Grant{one, other}, "I am ending your access to `jit-prod-readers`", other},
		{"finish <http://jit.example|jit-prod-readers>", []store.Grant{one, other}, "I am ending your access to `jit-prod-readers`", other},
		{"finish jit", []store.Grant{one, other}, "no access called `jit`", store.Grant{}},
		{"extend", []store.Grant{asked}, "no access that could be extended", store.Grant{}},
		{"extend", []store.Grant{one}, "asking for an extension of your access to `jit-prod-operators`", one},
		{"extend", []store.Grant{atMax, other}, "asking for an extension of your access to `jit-prod-readers`", other},
		{"extend prod-reader", []store.Grant{one, other}, "asking for an extension of your access to `jit-prod-readers`", other},
		{"extend", []store.Grant{atMax}, "ends as late as the rule allows", store.Grant{}},
		{"extend", []store.Grant{waiting}, "waits for approval already", store.Grant{}},
		{"extend nothing", []store.Grant{one}, "`/jit extend` asks for more time", store.Grant{}},
	} {
		t.Run(c.typed, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				d := &desk{access: access.Access{Held: c.held}}
				w.run(d)
				if said := w.jit(kato, c.typed); !strings.Contains(said, c.says) {
					t.Errorf("said %q, want %q", said, c.says)
				}
				if c.press.ID == "" {
					if n := len(d.presses()); n != 0 {
						t.Errorf("%d presses", n)
					}
					return
				}
				verb, terms := store.Finish, c.press.Terms()
				if strings.HasPrefix(c.typed, "extend") {
					verb, terms = store.AskMore, c.press.ExtensionTerms()
				}
				if got := d.presses(); len(got) != 1 || got[0].Verb != verb || got[0].On != c.press.ID || got[0].By != kato || got[0].Terms != terms ||
					got[0].Team == "" || !strings.HasPrefix(got[0].ID, store.PressPrefix) || got[0].Card != (store.Card{}) {
					t.Errorf("presses %+v, want %s of %s", got, verb, c.press.ID)
				}
			})
		})
	}
}

// TestChoicesByCommand: where several are meant they are shown, each with its button; once one is pressed they are gone.
func TestChoicesByCommand(t *testing.T) {
	held := choices(t, 2)
	for _, c := range []struct {
		typed, of, title string
		verb             store.Verb
		terms            string
	}{
		{"finish", "", "which one to end", store.Finish, held[1].Terms()},
		{"extend", "", "which one to extend", store.AskMore, held[1].ExtensionTerms()},
		{"revoke", kato + " ", "You approved this access", store.Revoke, held[1].Terms()},
		{"revoke <@U0YAMADA>", kato + " U0YAMADA", "this access of @山田 太郎", store.Revoke, held[1].Terms()},
		{"revoke @t.yamada", kato + " U0YAMADA", "this access of @山田 太郎", store.Revoke, held[1].Terms()},
	} {
		t.Run(c.typed, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				d := &desk{access: access.Access{Held: held}, revocable: held}
				w.run(d)
				said := w.jit(kato, c.typed)
				if !strings.Contains(said, c.title) || !strings.Contains(said, "jit-prod-2") || len(d.presses()) != 0 {
					t.Fatalf("said %s", said)
				}
				if c.of != "" && !slices.Equal(d.whose, []string{c.of}) {
					t.Errorf("asked for %q, want %q", d.whose, c.of)
				}
				list := w.Ephemerals(kato)[0]
				press := fakeslack.Press{User: kato, Channel: approvals, TS: list.TS, Block: held[1].ID, Action: string(c.verb)}
				if _, err := w.Click(press); (err != nil) != (c.verb == store.Revoke) {
					t.Fatalf("unconfirmed: %v", err)
				}
				if press.Confirmed = true; c.verb == store.Revoke {
					if _, err := w.Click(press); err != nil {
						t.Fatal(err)
					}
				}
				w.until(func() bool { return strings.Contains(w.Render(w.Ephemerals(kato)[0]), "I have taken that in.") })
				if _, err := w.Click(press); !errors.Is(err, fakeslack.ErrNotDrawn) {
					t.Errorf("pressed again: %v", err)
				}
				if got := d.presses(); len(got) != 1 || got[0].Verb != c.verb || got[0].On != held[1].ID || got[0].Terms != c.terms || got[0].Card != (store.Card{}) {
					t.Errorf("presses %+v", got)
				}
			})
		})
	}
}

// TestNothingToRevoke: who finds nothing reads who can, or why not.
func TestNothingToRevoke(t *testing.T) {
	for _, c := range []struct {
		typed, refusal string
		failed         error
		says           string
	}{
		{"revoke", "", nil, "no access that you approved"},
		{"revoke <@U0YAMADA|t.yamada>", "", nil, "Approvers of its rule and the security team can"},
		{"revoke", policy.NoPerson, nil, "isn't registered"},
		{"revoke", people.Guest, nil, "Guests of this workspace"},
		{"revoke", "", errors.New("no answer"), "try again in a minute"},
		{"revoke @nobody", "", nil, "can't tell whom you mean by `@nobody`"},
		{"revoke <!channel>", "", nil, "whom you mean by `&lt;!channel&gt;`"},
		{"revoke everybody", "", nil, "`/jit revoke` shows"},
	} {
		t.Run(c.typed, func(t *testing.T) {
			inSlack(t, func(t *testing.T, w *world) {
				d := &desk{refusal: c.refusal, failed: c.failed}
				w.run(d)
				w.jit(kato, c.typed)
				if said := w.Ephemerals(kato)[0]; !strings.Contains(said.Text, c.says) || len(said.Blocks) > 0 {
					t.Errorf("said %q, want %q; blocks %s", said.Text, c.says, said.Blocks)
				}
			})
		})
	}
}

// TestOnChoicesNobodyApproves: a list shows too little for that, whatever a payload claims. A press that is not on the card
// approves nothing (handlers.Moved); what can be pressed without one is written out once more.
func TestOnChoicesNobodyApproves(t *testing.T) {
	allowed := []store.Verb{store.AskMore, store.Finish, store.Revoke}
	for _, verb := range verbs {
		var cb slack.InteractionCallback
		cb.Type, cb.TriggerID, cb.User.ID, cb.Channel.ID = slack.InteractionTypeBlockActions, "1.2.3", kato, approvals
		cb.Container.IsEphemeral, cb.Container.MessageTs = true, "1763787600.000100"
		cb.ActionCallback.BlockActions = []*slack.BlockAction{{ActionID: string(verb), Value: "login-1 0011223344556677"}}
		p, err := pressOf(cb, time.UTC)
		if listed := slices.Contains(allowed, verb); err != nil || listed != (p.Card == store.Card{}) {
			t.Errorf("%s: %+v, %v", verb, p, err)
		}
	}
}
