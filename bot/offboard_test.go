package bot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/handlers/offboarding"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

var (
	prodUser    = store.Holding{Kind: store.HeldUser, Account: "123456789012", AccountName: "production", User: "t.yamada"}
	stagingUser = store.Holding{Kind: store.HeldUser, Account: "210987654321", AccountName: "staging", User: "yamada"}
)

// thing is what a user has.
func thing(user store.Holding, kind store.HoldingKind, name string) store.Holding {
	user.Kind, user.Name = kind, name
	if kind == store.HeldGrant || kind == store.HeldRequest {
		user.Record = "login-" + name
	}
	return user
}

func ofHolding(v store.Verb, h store.Holding, note string) store.Entry {
	return store.Entry{Verb: v, By: store.Self, Note: note, Facts: h.Facts()}
}

// leavingFrom is an offboarding to which these have happened.
func leavingFrom(entries ...store.Entry) store.Offboarding {
	o := store.Offboarding{ID: store.OffboardingPrefix + "20261122T050500.000Z-U0YAMADA", Person: yamada, By: sato, Reason: "Last day is Friday <!channel>"}
	for i, e := range append([]store.Entry{{Verb: store.Begin, By: sato}, ofHolding(store.Found, prodUser, ""), ofHolding(store.Found, stagingUser, "")}, entries...) {
		e.At = signedIn.Add(time.Duration(i) * time.Second)
		var err error
		if o, err = o.After(e); err != nil {
			panic(err)
		}
	}
	o.Card = store.Card{Channel: approvals, TS: "1.2"}
	for i := range o.Holdings { // IAM has said who they are
		if len(entries) > 0 && o.Holdings[i].Kind == store.HeldUser {
			o.Holdings[i].UserID = "AIDA1"
		}
	}
	return o
}

// What somebody has, and what of it is left as it is.
var (
	things = []store.Holding{thing(prodUser, store.HeldGrant, "jit-prod-operators"), thing(prodUser, store.HeldRequest, "jit-prod-admins"),
		thing(prodUser, store.HeldGroup, "staff"), thing(prodUser, store.HeldKey, "AKIA1111111111111111"), thing(prodUser, store.HeldPassword, ""),
		thing(stagingUser, store.HeldGroup, "developers"), thing(stagingUser, store.HeldKey, "AKIA2222222222222222")}
	leftThings = map[string]store.Holding{store.ByHand: thing(prodUser, store.HeldPolicy, "read-billing"),
		store.ByRotation: thing(stagingUser, store.HeldKey, "AKIA3333333333333333"), store.ByGrant: thing(stagingUser, store.HeldKey, "AKIA4444444444444444"), store.ToRotate: thing(prodUser, store.HeldGrant, "svc-batch")}
)

func allFound() (out []store.Entry) {
	for _, h := range things {
		out = append(out, ofHolding(store.Found, h, ""))
	}
	for _, result := range []string{store.ByHand, store.ByRotation, store.ByGrant, store.ToRotate} {
		out = append(out, ofHolding(store.Found, leftThings[result], ""), ofHolding(store.Settled, leftThings[result], result))
	}
	return out
}

func allOver() []store.Entry {
	out := allFound()
	for _, h := range slices.Concat(things, []store.Holding{prodUser, stagingUser}) {
		out = append(out, ofHolding(store.Settled, h, store.WasEnded))
	}
	return append(out, store.Entry{Verb: store.Emptied, By: store.Self})
}

// leavingNow is one in the middle: an account that does not answer, and a group that may not be touched.
func leavingNow() store.Offboarding {
	return leavingFrom(append(allFound()[:5], ofHolding(store.Settled, things[0], store.WasEnded), ofHolding(store.Settled, things[3], store.WasEnded),
		ofHolding(store.Fail, things[2], "AccessDenied"), ofHolding(store.Fail, stagingUser, "Timeout"))...)
}

// offboardings are all looks of the card, by the names of their golden files.
func offboardings(*testing.T) map[string]store.Offboarding {
	looking := leavingFrom(allOver()...)
	looking.Retry = signedIn.Add(time.Minute)
	gone := ofHolding(store.Settled, stagingUser, store.WasGone)
	wasIn := thing(stagingUser, store.HeldGroup, "developers")
	newName := stagingUser
	newName.User, newName.UserID = "yamada-new", "AIDA2"
	renamed := []store.Entry{ofHolding(store.Found, wasIn, ""), ofHolding(store.Found, newName, ""), ofHolding(store.Settled, wasIn, store.WasRenamed),
		ofHolding(store.Settled, stagingUser, store.WasRenamed), ofHolding(store.Found, thing(newName, store.HeldGroup, "developers"), "")}
	many := allFound()
	for i := range 100 {
		many = append(many, ofHolding(store.Found, thing(prodUser, store.HeldGroup, fmt.Sprint("group-", i)), ""))
	}
	done := slices.Clone(many)
	for i := range 90 {
		done = append(done, ofHolding(store.Settled, thing(prodUser, store.HeldGroup, fmt.Sprint("group-", i)), store.WasEnded))
	}
	return map[string]store.Offboarding{
		"offboard/begun": leavingFrom(), "offboard/leaving": leavingFrom(allFound()...), "offboard/trouble": leavingNow(), "offboard/looking": looking,
		"offboard/departed": leavingFrom(append(allOver(), store.Entry{Verb: store.Done, By: store.Self})...),
		"offboard/lifted":   leavingFrom(append(allOver(), store.Entry{Verb: store.Done, By: store.Self}, store.Entry{Verb: store.Lift, By: kato, Note: "Back from leave <!here>"})...),
		"offboard/held":     leavingFrom(ofHolding(store.Found, things[0], ""), ofHolding(store.Settled, things[0], store.WasHeld), ofHolding(store.Found, thing(prodUser, store.HeldGroup, "jit-prod-operators"), "")),
		"offboard/nothing":  leavingFrom(ofHolding(store.Settled, prodUser, store.WasEnded), ofHolding(store.Found, wasIn, ""), ofHolding(store.Settled, wasIn, store.WasGone), gone, store.Entry{Verb: store.Emptied}, store.Entry{Verb: store.Done}),
		"offboard/renamed":  leavingFrom(renamed...),
		"offboard/most":     leavingFrom(done...), extreme + "offboard of many": leavingFrom(many...),
	}
}

// offboardingLines are the entries of which the thread tells.
func offboardingLines(o store.Offboarding) []store.Entry {
	return []store.Entry{{Verb: store.Begin, By: o.By}, ofHolding(store.Fail, things[2], "AccessDenied"), ofHolding(store.Fail, stagingUser, "Timeout"),
		{Verb: store.Emptied, By: store.Self}, {Verb: store.Done, By: store.Self}, {Verb: store.Lift, By: kato, Note: "x"}}
}

// leavers are all looks of the form.
func leavers() map[string]offboarding.Leaver {
	key := func(id string, active bool) offboarding.Key { return offboarding.Key{ID: id, Active: active} }
	prod := offboarding.LeaverUser{Holding: prodUser, Has: offboarding.Holds{Groups: []offboarding.Group{{Name: "jit-prod-operators"}, {Name: "staff"}}, Password: true,
		Keys: []offboarding.Key{key("AKIA1111111111111111", true), key("AKIA0000000000000000", false)}, Policies: []string{"read-billing"}}}
	staging := offboarding.LeaverUser{Holding: stagingUser, Has: offboarding.Holds{Keys: []offboarding.Key{key("AKIA3333333333333333", true), key("AKIA4444444444444444", true)}},
		Held: []store.Holding{withResult(thing(stagingUser, store.HeldKey, "AKIA3333333333333333"), store.ByRotation), withResult(thing(stagingUser, store.HeldKey, "AKIA4444444444444444"), store.ByGrant)}}
	live, waiting := request(), request()
	live.State, live.Until = store.Active, signedIn.Add(4*time.Hour)
	extending := live
	extending.Extension = store.Extension{By: yamada, Until: signedIn.Add(8 * time.Hour)}
	handed := live
	handed.State, handed.Outcome, handed.Target = store.Ended, store.HandOver, "svc-batch"
	full := offboarding.Leaver{Person: yamada, Users: []offboarding.LeaverUser{prod, staging}, Grants: []store.Grant{live, extending, waiting, handed}}
	other := stagingUser
	other.User = "yamada-old"
	silent := offboarding.Leaver{Person: yamada, Users: []offboarding.LeaverUser{{Holding: prodUser}, {Holding: stagingUser, Trouble: "Timeout"}, {Holding: other, Gone: true}}}
	many := offboarding.Leaver{Person: yamada}
	for range mostLeaverUsers + 1 {
		u := prod
		u.Has.Groups, u.Has.Policies = slices.Repeat([]offboarding.Group{{Name: "group"}}, 12), slices.Repeat([]string{"policy"}, 12)
		many.Users, many.Grants = append(many.Users, u), append(many.Grants, extending)
	}
	over := leavingFrom(append(allOver(), store.Entry{Verb: store.Done, By: store.Self})...)
	running := leavingNow()
	return map[string]offboarding.Leaver{"form/offboard-lift": {Person: yamada, Standing: &over}, "form/offboard-standing": {Person: yamada, Standing: &running},
		"form/offboard": full, "form/offboard-silent": silent, extreme + "form of a leaver": many}
}

func withResult(h store.Holding, result string) store.Holding {
	h.Result = result
	return h
}

// worstOffboarding makes everything of an offboarding that comes from outside as long as it can be, out of one text. Each
// thing stays with its user.
func worstOffboarding(o store.Offboarding, text string) store.Offboarding {
	return outsideOffboarding(o, func(string) string { return fill(text, 300) })
}

func outsideOffboarding(o store.Offboarding, text func(field string) string) store.Offboarding {
	if o.ID == "" {
		return o
	}
	o.ID, o.Person, o.By, o.Reason = store.OffboardingPrefix+text("id"), store.Person(text("person")), text("by"), text("reason")
	renamed := map[string]store.Holding{}
	o.Holdings = slices.Clone(o.Holdings)
	for i, h := range o.Holdings {
		of := h.Account + h.User
		if _, ok := renamed[of]; !ok {
			renamed[of] = store.Holding{Account: fmt.Sprint(len(renamed), text("account")), AccountName: text("account name"), User: text("user")}
		}
		h.Account, h.AccountName, h.User = renamed[of].Account, renamed[of].AccountName, renamed[of].User
		if h.Name != "" {
			h.Name = text("name")
		}
		if h.Work.Trouble != "" && !slices.Contains(reasons, h.Work.Trouble) {
			h.Work.Trouble = text("trouble")
		}
		o.Holdings[i] = h
	}
	return o
}

func worstLeaver(l offboarding.Leaver, text string) offboarding.Leaver {
	l = outsideLeaver(l, func(string) string { return fill(text, 300) })
	l.Grants = slices.Clone(l.Grants)
	for i, g := range l.Grants {
		l.Grants[i] = worst(g, text)
	}
	return l
}

func outsideLeaver(l offboarding.Leaver, text func(field string) string) offboarding.Leaver {
	if l.Person == "" {
		return l
	}
	l.Person, l.Users, l.Grants = store.Person(text("person")), slices.Clone(l.Users), slices.Clone(l.Grants)
	for i, u := range l.Users {
		u.Account, u.AccountName, u.User = text("account"), text("account name"), text("user")
		u.Has.Groups, u.Has.Policies = slices.Clone(u.Has.Groups), slices.Clone(u.Has.Policies)
		for i := range u.Has.Groups {
			u.Has.Groups[i].Name = text("name")
		}
		for i := range u.Has.Policies {
			u.Has.Policies[i] = text("name")
		}
		l.Users[i] = u
	}
	for i, g := range l.Grants {
		l.Grants[i], _ = outside(g, store.Entry{}, text)
	}
	return l
}

// What is lost in a card of a hundred things is what has ended, and it says so.
func TestAnOffboardingOfManyThings(t *testing.T) {
	all := offboardings(t)
	for _, name := range []string{"offboard/most", extreme + "offboard of many"} {
		shown := strings.Join(penIn("en").offboardLines(all[name]), "\n")
		open := strings.Count(shown, stepRunning)
		switch {
		case name == "offboard/most" && (!strings.Contains(shown, "90 more, ended") || open != 10+len(things)):
			t.Errorf("%d open:\n%s", open, shown)
		case strings.HasPrefix(name, extreme) && !strings.Contains(shown, "being removed"):
			t.Errorf("%d open:\n%s", open, shown)
		}
	}
	o := worstOffboarding(all[extreme+"offboard of many"], "漢")
	if shown := strings.Join(penIn("en").offboardLines(o), "\n"); !strings.Contains(shown, "more: the ledger has all") {
		t.Errorf("it does not say that it is cut:\n%s", shown)
	}
}

// TestOffboardByCommand: a form opens at once, is filled with what the person has, and confirms it, or says why not.
func TestOffboardByCommand(t *testing.T) {
	for _, typed := range []string{"offboard <@" + yamada + ">", "OFFBOARD <@" + yamada + "|t.yamada>", "offboard " + yamada} {
		inSlack(t, func(t *testing.T, w *world) {
			d := &desk{leaver: leavers()["form/offboard"]}
			w.run(d)
			if _, err := w.Slash(kato, approvals, "/jit", typed); err != nil {
				t.Fatal(err)
			}
			w.until(func() bool {
				form, open := w.Modal(kato)
				return open && strings.Contains(w.RenderView(form), "staff")
			})
			form, _ := w.Modal(kato)
			shown := w.RenderView(form)
			for _, part := range []string{"t.yamada", "AKIA0000000000000000", "inactive", "Console password", "left to its rotation", "read-billing", "pending approval"} {
				if !strings.Contains(shown, part) {
					t.Errorf("no %q in\n%s", part, shown)
				}
			}
			d.set(people.BeingOffboarded)
			if delivery, err := w.Submit(kato, form.ID, map[string]string{reasonField: "last day"}); err != nil || !strings.Contains(string(delivery.Response), "being offboarded already") {
				t.Errorf("refused: %s, %v", delivery.Response, err)
			}
			d.set("")
			if delivery, err := w.Submit(kato, form.ID, map[string]string{reasonField: "last day"}); err != nil || delivery.Problem != "" {
				t.Errorf("%+v, %v", delivery, err)
			}
			if _, open := w.Modal(kato); open {
				t.Error("the form stays open")
			}
			ends := kato + " ends " + yamada + ": last day"
			if want := []string{kato + " looks at " + yamada, ends, ends}; !slices.Equal(d.ended, want) {
				t.Errorf("%q, want %q", d.ended, want)
			}
		})
	}
}

func (d *desk) set(refusal string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refusal = refusal
}

// TestNobodyToOffboard: who may not, or names nobody, reads why.
func TestNobodyToOffboard(t *testing.T) {
	for refusal, says := range map[string]string{policy.NotSecurity: "Only the security team", offboarding.NoLeaver: "no IAM user in the configuration", "": "try again in a minute"} {
		inSlack(t, func(t *testing.T, w *world) {
			d := &desk{refusal: refusal}
			if refusal == "" {
				d.failed = errors.New("no answer")
			}
			w.run(d)
			if _, err := w.Slash(kato, approvals, "/jit", "offboard <@"+yamada+">"); err != nil {
				t.Fatal(err)
			}
			w.until(func() bool {
				form, open := w.Modal(kato)
				return open && strings.Contains(w.RenderView(form), says)
			})
		})
	}
	inSlack(t, func(t *testing.T, w *world) {
		w.run(&desk{})
		if said := w.jit(kato, "offboard"); !strings.Contains(said, "choose the person") {
			t.Errorf("without a name: %q", said)
		}
	})
}

// TestHelpNamesWhatOneMay: only who may offboard people is told how.
func TestHelpNamesWhatOneMay(t *testing.T) {
	for user, told := range map[string]bool{kato: true, yamada: false} {
		inSlack(t, func(t *testing.T, w *world) {
			w.run(&desk{})
			if said := w.jit(user, "help"); strings.Contains(said, "offboard") != told || !strings.Contains(said, "/jit request") {
				t.Errorf("%s reads %q", user, said)
			}
		})
	}
}

// TestOffboardingIsTold: the card stands in the security channel, and who confirmed it is called in its thread.
func TestOffboardingIsTold(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		o := leavingNow()
		card, err := w.voice.Offboarding(t.Context(), store.Offboarding{ID: o.ID, Person: o.Person, By: o.By, State: store.Leaving})
		if err != nil {
			t.Fatal(err)
		}
		o.Card = card
		if again, err := w.voice.Offboarding(t.Context(), o); again != card || err != nil {
			t.Errorf("redrawn at %v, %v; was at %v", again, err, card)
		}
		for _, e := range append(offboardingLines(o), ofHolding(store.Found, things[0], "")) {
			if _, err := w.voice.OffboardingThread(t.Context(), o, e); err != nil {
				t.Error(err)
			}
		}
		if said := w.Render(w.Messages(card.Channel)[0]); !strings.Contains(said, "AccessDenied") {
			t.Errorf("the card says %s", said)
		}
	})
}
