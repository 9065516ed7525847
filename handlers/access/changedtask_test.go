package access_test

import (
	"testing"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/store"
)

// A rotation that somebody has edited does nothing more, whatever it says by then: no key is made, switched or deleted. Security hears
// of it, and nobody can press on it.
func TestAChangedRotationDoesNothing(t *testing.T) {
	for name, c := range map[string]struct{ was, is string }{
		"the old key":           {`"old":"AKIA`, `"old":"AKIX`},
		"the new key":           {`"new":"AKIA`, `"new":"AKIX`},
		"when it deletes":       {`"deletes":"2000-`, `"deletes":"1999-`},
		"the user":              {`"user":"svc-batch"`, `"user":"svc-other"`},
		"the account":           {`"account":"1`, `"account":"9`},
		"the secret":            {`"secret":"prod/`, `"secret":"test/`},
		"which key is old":      {`"state":"resting"`, `"back":true,"state":"resting"`},
		"back before the proof": {`"state":"resting"`, `"state":"proving"`},
		"that it deletes now":   {`"state":"resting"`, `"state":"deleting"`},
		"who approved":          {`"by":"U0KATO"`, `"by":"U0EVIL"`},
		"a deletion approved":   {`"effects":`, `"deletion":[{"by":"U0KATO","at":"2000-01-01T00:00:10Z","steps":[1]}],"effects":`},
		"no facts":              {`{`, `[`},
	} {
		t.Run(name, func(t *testing.T) {
			inRotation(t, byTwo, func(w *world, old string) {
				id := w.resting(old)
				before, is := w.task(id), w.aws.Keys(account, batch)
				w.stop()
				w.forge(id, c.was, c.is)
				writes := w.writes()
				w.keeper = w.newKeeper()
				w.run()
				w.wait(time.Minute)
				w.told(id, map[bool]string{true: store.CannotBeRead, false: store.DoesNotFit}[name == "no facts"])
				for _, verb := range []store.Verb{store.Delete, store.PutBack} {
					w.n++
					if refusal := w.pressed(store.Press{ID: store.PressPrefix + string(verb), By: "U0CHIEF", Verb: verb, On: id, Terms: before.Terms(),
						Card: before.Card}); refusal != handlers.Unusable {
						t.Errorf("%s: %q", verb, refusal)
					}
				}
				w.wait(soonDeleted + time.Hour)
				if n := w.writes() - writes; n != 0 {
					t.Errorf("%d writes to AWS; the keys were %v and are %v", n, is, w.aws.Keys(account, batch))
				}
			})
		})
	}
}

// An offboarding that somebody has edited does nothing more, and security hears of it. The person stays barred, and nobody lifts that
// while the record does not fit.
func TestAChangedOffboardingBarsThePerson(t *testing.T) {
	for name, c := range map[string]struct{ was, is string }{
		"who":             {`"person":"U0YAMADA"`, `"person":"U0OTHER"`},
		"that it lifts":   {`"state":"departed"`, `"state":"lifted"`},
		"that it goes on": {`"state":"departed"`, `"state":"leaving"`},
		"what":            {`"result":"`, `"result":"x`},
		"no facts":        {`{`, `[`},
	} {
		t.Run(name, func(t *testing.T) {
			offboarded(t, func(w *world, id string) {
				w.stop()
				w.forge(id, c.was, c.is)
				writes := w.writes()
				w.keeper = w.newKeeper()
				w.run()
				w.wait(time.Minute)
				w.told(id, map[bool]string{true: store.CannotBeRead, false: store.DoesNotFit}[name == "no facts"])
				for i, later := range []time.Duration{0, 24 * time.Hour} {
					w.wait(later)
					login := string(rune('a' + i))
					w.signIn(login)
					w.wait(5 * time.Second)
					if g := w.grant(login); g.State != store.Ignored || g.Note != people.BeingOffboarded {
						t.Errorf("a sign-in is %s %s", g.State, g.Note)
					}
					if d := w.asks(wish(login, nil)); d.Refusal != people.BeingOffboarded {
						t.Errorf("a request: %q", d.Refusal)
					}
					if refusal, err := w.offboarder.Lift(t.Context(), "U0CHIEF", "U0YAMADA", "back"); err != nil || refusal != handlers.Unusable {
						t.Errorf("lifted: %q, %v", refusal, err)
					}
				}
				if n := w.writes() - writes; n != 0 {
					t.Errorf("%d writes to AWS", n)
				}
			})
		})
	}
}
