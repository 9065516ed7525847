package demo

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/handlers/access"
	"sekisho/store"
)

// rotates has somebody ask for a rotation and somebody else approve it, and returns its key from before.
func (s *stage) rotates(t *testing.T) (r access.Rotation, old string) {
	t.Helper()
	r = s.settings().Policy.Rotations[0]
	old = s.aws.Keys(r.Account, r.User)[0].ID
	s.must(t, action{Do: "say", As: yamada, Channel: approvals, Text: "/jit rotate " + r.ID})
	v := s.sees(t, yamada, "the form is open", func(v state) bool { return v.Modal != nil && v.Modal.Submit != "" })
	s.must(t, action{Do: "submit", As: yamada, View: v.Modal.ID, Values: map[string]string{"reason": "a lost laptop"}})
	v = s.sees(t, sato, "there is a card", func(v state) bool { return len(v.Places[0].Messages) == 1 })
	s.approve(t, sato, v.Places[0].Messages[0])
	return r, old
}

// pressOn presses a button of the one card.
func (s *stage) pressOn(t *testing.T, verb store.Verb) {
	t.Helper()
	card := s.state(sato).Places[0].Messages[0]
	s.must(t, action{Do: "click", As: sato, Channel: approvals, TS: card.TS, Action: string(verb), Confirmed: true})
}

// reads waits until the one card says it.
func (s *stage) reads(t *testing.T, words ...string) {
	t.Helper()
	s.sees(t, sato, strings.Join(words, " and "), func(v state) bool {
		text := string(v.Places[0].Messages[0].Blocks)
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
	})
}

// is waits until a key is on or off.
func (s *stage) is(t *testing.T, r access.Rotation, key string, on bool) {
	t.Helper()
	s.sees(t, sato, key+" changes", func(state) bool {
		return slices.Contains(s.aws.Keys(r.Account, r.User), fakeaws.Key{ID: key, Active: on})
	})
}

// hastens lets time pass until the state is so.
func (s *stage) hastens(t *testing.T, what string, ok func(state) bool) {
	t.Helper()
	for late := time.Now().Add(20 * time.Second); !ok(s.state(sato)); {
		if time.Now().After(late) {
			t.Fatalf("it never is so that %s", what)
		}
		s.must(t, action{Do: "skip", Name: "15m"})
		time.Sleep(200 * time.Millisecond) // for the bot to look
	}
}

// The clock moves once the servers that were told of a key have taken it: else they would work on with the old one for as long as
// it moves.
func TestServersAnswerBeforeTheClockMoves(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	_, old := s.rotates(t)
	s.reads(t, "Telling the servers", "running")
	s.must(t, action{Do: "skip", Name: "1h"})
	for _, id := range servers {
		if key := s.fleet.get(id).key; key == old {
			t.Errorf("%s uses the old key", id)
		}
	}
}

// A server that does not take the key is named on the card, and nothing is retired; once it is well, the rotation goes on.
func TestAServerThatIsBroken(t *testing.T) {
	t.Parallel()
	for broken, why := range map[mood]string{silent: "offline", fails: "Systems Manager says `Failed`", wrong: "uses `AKIA"} {
		t.Run(string(broken), func(t *testing.T) {
			t.Parallel()
			s := onStage(t, "en")
			s.must(t, action{Do: "server", Name: "i-0batch2", Value: string(broken)})
			r, old := s.rotates(t)
			s.reads(t, "Telling the servers", "running")
			s.must(t, action{Do: "skip", Name: "1h"})
			s.reads(t, "2 of 3 done", "`i-0batch2` `ip-i-0batch2`: "+why, "Try again")
			s.is(t, r, old, true)
			if m := s.fleet.get("i-0batch2"); m.key != old {
				t.Errorf("the broken server uses %s", m.key)
			}

			s.must(t, action{Do: "server", Name: "i-0batch2", Value: string(well)})
			if broken == silent { // the others are told again in seconds
				s.pressOn(t, store.Again)
				s.reads(t, "1 running")
			}
			s.hastens(t, "all servers answer", func(v state) bool {
				return strings.Contains(string(v.Places[0].Messages[0].Blocks), "3 of 3 done")
			})
			s.hastens(t, "the old key is off", func(state) bool {
				return slices.Contains(s.aws.Keys(r.Account, r.User), fakeaws.Key{ID: old})
			})
		})
	}
}

// A server that says it has the new key, and uses the old one, keeps that from being retired.
func TestAServerThatUsesTheOldKey(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	s.must(t, action{Do: "server", Name: "i-0batch3", Value: string(stale)})
	r, old := s.rotates(t)
	s.reads(t, "Telling the servers", "running")
	s.must(t, action{Do: "skip", Name: "15m"})
	s.reads(t, "Watching the replaced key", "3 of 3 done")
	proof := s.state(sato).NextTurn
	s.must(t, action{Do: "skip", Name: "end"})
	v := s.sees(t, sato, "it is watched for longer", func(v state) bool { return v.NextTurn.After(proof) })
	uses := func(v state) string {
		i := slices.IndexFunc(v.Cloud, func(a account) bool { return a.Servers != nil })
		return v.Cloud[i].Servers[2].Key
	}
	if uses(v) != old {
		t.Errorf("the page shows that it uses %s", uses(v))
	}
	s.reads(t, "I watch it anew")
	s.is(t, r, old, true)
	s.must(t, action{Do: "server", Name: "i-0batch3", Value: string(well)})
	if uses(s.state(sato)) == old {
		t.Error("it uses the old key still")
	}
	s.must(t, action{Do: "skip", Name: "end"})
	s.is(t, r, old, false)
	s.reads(t, "Replaced key deactivated")
	s.must(t, action{Do: "skip", Name: "end"})
	s.reads(t, "Rotated")
	if keys := s.aws.Keys(r.Account, r.User); len(keys) != 1 || !s.state(sato).NextTurn.IsZero() {
		t.Errorf("keys %v, and next comes %s", keys, s.state(sato).NextTurn)
	}
}

// A key that servers are to use, and that is switched off by hand, stops the rotation until it is on again.
func TestAKeySwitchedOffByHand(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	r, old := s.rotates(t)
	s.reads(t, "Telling the servers", "running")
	s.must(t, action{Do: "skip", Name: "15m"})
	s.reads(t, "Watching the replaced key")
	now := s.fleet.get(servers[0]).key
	s.must(t, action{Do: "key", Name: now})
	s.must(t, action{Do: "skip", Name: "1h"})
	s.reads(t, "It does not go on yet")
	s.is(t, r, old, true)
	s.must(t, action{Do: "key", Name: now, On: true})
	s.must(t, action{Do: "skip", Name: "1h"})
	s.is(t, r, old, false)
}

// Who asked for a key reads its secret, and nobody else; the page shows all of it but what is secret.
func TestReadingASecret(t *testing.T) {
	t.Parallel()
	s := onStage(t, "en")
	read := func(user, secret string) string {
		t.Helper()
		out, err := s.do(action{Do: "read", Account: production, User: user, Name: secret})
		if err != nil || strings.Contains(string(out), fakeaws.Canary) {
			t.Fatalf("%s, %v", out, err)
		}
		return string(out)
	}
	if said := read("t.yamada", "sekisho/svc-batch"); !strings.Contains(said, "AccessDeniedException") {
		t.Errorf("a person reads what is the servers': %s", said)
	}
	s.must(t, action{Do: "say", As: yamada, Channel: approvals, Text: "/jit request"})
	v := s.sees(t, yamada, "the form is filled", func(v state) bool { return v.Modal != nil && strings.Contains(string(v.Modal.Blocks), "batch-key") })
	s.must(t, action{Do: "click", As: yamada, View: v.Modal.ID, Block: "target", Action: "target", Value: "batch-key"})
	v = s.sees(t, yamada, "it asks for how long", func(v state) bool { return strings.Contains(string(v.Modal.Blocks), "duration:batch-key") })
	s.must(t, action{Do: "submit", As: yamada, View: v.Modal.ID, Values: map[string]string{"reason": "by hand", "duration:batch-key": "3600"}})
	v = s.sees(t, sato, "there is a card", func(v state) bool { return len(v.Places[0].Messages) == 1 })
	s.approve(t, sato, v.Places[0].Messages[0])
	s.reads(t, "Active")
	issued := s.aws.Secrets(production)[1].Name
	key := s.aws.Keys(production, "svc-batch")[1].ID
	if said := read("t.yamada", issued); !strings.Contains(said, key) || !strings.Contains(said, "****") {
		t.Errorf("who asked reads %s", said)
	}
	if said := read("a.mori", issued); !strings.Contains(said, "AccessDeniedException") {
		t.Errorf("somebody else reads %s", said)
	}
	s.reads(t, "The requester alone can read it")
	s.must(t, action{Do: "open", Account: production, Name: issued})
	if said := read("a.mori", issued); !strings.Contains(said, key) {
		t.Errorf("somebody else reads of the open secret %s", said)
	}
	s.must(t, action{Do: "skip", Name: "15m"})
	s.reads(t, "others than the requester may be able to read it")
	s.sees(t, suzuki, "security is alarmed", func(v state) bool { return strings.Contains(written(t, v), "Secret open to others") })
	if strings.Contains(written(t, s.state(yamada)), fakeaws.Canary) {
		t.Error("the page has a secret")
	}
	s.must(t, action{Do: "skip", Name: "end"})
	s.reads(t, "is deactivated")
	s.must(t, action{Do: "skip", Name: "end"})
	s.reads(t, "Its secret in Secrets Manager is gone")
}
