package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"sekisho/aws/fakeaws"
	"sekisho/deploy/config"
	"sekisho/store"
)

// told is how soon people hear of what somebody has done to a key by hand.
const told = store.LookEvery + 15*time.Second

// withKey is a bot that has issued a key, which has an end unless it is endless.
func withKey(t *testing.T, rest time.Duration, endless bool, test func(k *keys, g store.Grant)) {
	t.Helper()
	how := graceOf(rest)
	how.slackStep = nil
	if endless {
		with := how.config
		how.config = func(c *config.Config) {
			with(c)
			c.Policy.Entitlements[len(c.Policy.Entitlements)-1].Endless = true
		}
	}
	alive(t, how, func(s *sim) {
		k := newKeys(s, 0)
		k.lasts = longest
		g := k.approved(endless)
		k.wait(10 * time.Second)
		g = k.reload(g)
		if !g.KeyStands() {
			t.Fatalf("the grant is %s (%s)", g.State, g.Trouble)
		}
		test(k, g)
	})
}

// past are what has happened to a grant.
func (k *keys) past(g store.Grant) []store.Verb {
	entries, err := k.mem.Entries(context.Background(), g.ID, 0)
	if err != nil || k.reload(g).Chain.Verify(entries) != nil {
		k.t.Fatal(err)
	}
	var out []store.Verb
	for _, e := range entries {
		out = append(out, e.Verb)
	}
	return out
}

// shown is a grant's card and its thread, as people read them.
func (k *keys) shown(g store.Grant) string {
	g = k.reload(g)
	text := []string{k.card(g)}
	for _, m := range k.slack.Thread(g.Card.Channel, g.Card.TS) {
		text = append(text, m.Text)
	}
	return strings.Join(text, "\n")
}

// A key that somebody activates by hand after its end is off again within five minutes, until it is deleted, also while the
// same user's next key is in use: the ledger has it, the thread, and each time a new message in the security channel.
func TestAKeyThatIsActivatedAfterItsEnd(t *testing.T) {
	t.Parallel()
	for _, next := range []bool{false, true} {
		withKey(t, 3*time.Hour, false, func(k *keys, g store.Grant) {
			key := g.Effects["access_key"]
			k.wait(longest + 15*time.Minute) // it has ended, and the rechecks have been
			var other store.Grant
			if next {
				other = k.approvedAs("request-2", false)
				k.wait(10 * time.Second)
				if other = k.reload(other); !other.KeyStands() {
					t.Fatalf("the next one is %s (%s %s)", other.State, other.Outcome, other.Note)
				}
			}
			for n := 1; n <= 2; n++ {
				k.aws.SetKey(account, batch, key, true)
				k.wait(told)
				if k.active(key) {
					t.Fatalf("time %d, another holds the slot: %t: the key works", n, next)
				}
				if got := len(k.slack.Messages(security)); got != n {
					t.Errorf("time %d: %d messages in the security channel", n, got)
				}
				if _, text := k.latest(security); !strings.Contains(text, key) || !strings.Contains(text, phrase("alert.gone.reused")) {
					t.Errorf("time %d: the alert says\n%s", n, text)
				}
				if text := k.shown(g); strings.Count(text, "activated again after its end") != n {
					t.Errorf("time %d: card and thread say\n%s", n, text)
				}
			}
			if next && !k.active(other.Effects["access_key"]) {
				t.Error("the next key does not work")
			}
			ended := k.reload(g)
			if ended.State != store.Ended || !ended.Clearing.After(time.Now().Add(3*time.Hour-2*told)) {
				t.Errorf("%s, to be cleared away %s", ended.State, ended.Clearing)
			}
			k.wait(time.Until(ended.Clearing) + 15*time.Second)
			if ids := k.ids(); slices.Contains(ids, key) {
				t.Errorf("the key is left: %v", ids)
			}
			if past := k.past(g); !isWithin(past, []store.Verb{store.Drift, store.Undo, store.Drift, store.Undo, store.Clear}) {
				t.Errorf("entries %v", past)
			}
		})
	}
}

// The same of a key whose request ended while it was being issued: Secrets Manager was silent from the moment on at which the
// key was in the secret, so the ledger does not name it yet.
func TestAnUnnamedKeyThatIsActivatedAfterItsEnd(t *testing.T) {
	t.Parallel()
	how := graceOf(3 * time.Hour)
	how.slackStep = nil
	alive(t, how, func(s *sim) {
		k := newKeys(s, 0)
		k.lasts = longest
		stored := false
		k.failing(func(c fakeaws.Call) *fakeaws.Failure {
			if stored && c.Service == "secretsmanager" {
				return &fakeaws.Failure{Hang: true}
			}
			stored = stored || c.Action == "PutSecretValue"
			return nil
		})
		g := k.approved(false)
		k.wait(longest + 15*time.Second)
		k.answering()
		k.wait(15 * time.Minute)
		if g = k.reload(g); g.State != store.Ended || g.Effects["access_key"] != "" || len(k.ids()) != 1 || k.active(k.ids()[0]) {
			t.Fatalf("the grant is %s (%s) with %v, the keys are %v", g.State, g.Trouble, g.Effects, k.ids())
		}
		key := k.ids()[0]
		for n := 1; n <= 2; n++ {
			k.aws.SetKey(account, batch, key, true)
			k.wait(told)
			if _, text := k.latest(security); k.active(key) || !strings.Contains(text, key) || len(k.slack.Messages(security)) != n {
				t.Errorf("time %d: the key works: %t; of %d messages the last says\n%s", n, k.active(key), len(k.slack.Messages(security)), text)
			}
			if text := k.shown(g); strings.Count(text, "activated again after its end") != n || !strings.Contains(text, "Access key `"+key+"` is deactivated") {
				t.Errorf("time %d: card and thread say\n%s", n, text)
			}
		}
		k.wait(4 * time.Hour)
		k.issueIsOver(k.reload(g))
	})
}

// A key that works again just after its end is found by the look a minute after it, also while the same user's next key is in
// use by then.
func TestAKeyOnAgainIsSeenByTheRechecks(t *testing.T) {
	t.Parallel()
	withKey(t, time.Hour, false, func(k *keys, g store.Grant) {
		k.wait(time.Until(g.Until) + 10*time.Second)
		ended := k.reload(g)
		if ended.State != store.Ended {
			t.Fatal(ended.State)
		}
		other := k.approvedAs("request-2", false)
		k.wait(10 * time.Second)
		k.aws.SetKey(account, batch, g.Effects["access_key"], true)
		k.wait(time.Until(ended.Ended) + time.Minute + 15*time.Second)
		other = k.reload(other)
		if k.active(g.Effects["access_key"]) || !other.KeyStands() || !k.active(other.Effects["access_key"]) {
			t.Errorf("the next grant is %s, keys %+v", other.State, k.aws.Keys(account, batch))
		}
		if n := len(k.slack.Messages(security)); n != 1 {
			t.Errorf("%d messages in the security channel", n)
		}
	})
}

// A grace time of minutes is what the card says: key and secret go then, and what lands late is still looked for.
func TestAGraceOfMinutesIsHonoured(t *testing.T) {
	t.Parallel()
	withKey(t, 2*time.Minute, false, func(k *keys, g store.Grant) {
		k.wait(time.Until(g.Until) + 15*time.Second)
		ended := k.reload(g)
		if ended.State != store.Ended || ended.Clearing.Sub(ended.Ended) != 2*time.Minute || len(k.ids()) != 1 {
			t.Fatalf("%s, from %s to %s, keys %v", ended.State, ended.Ended, ended.Clearing, k.ids())
		}
		k.wait(time.Until(ended.Clearing) + 15*time.Second)
		if s := k.aws.Secrets(account); len(k.ids()) != 0 || s[0].Deletes.IsZero() {
			t.Errorf("when the card says that they go: keys %v, secret %+v", k.ids(), s[0])
		}
		late := k.aws.AddKeyAt(account, batch, g.Until.Add(-longest)) // by a call of the issue that was given up
		k.wait(9 * time.Minute)
		if slices.Contains(k.ids(), late) {
			t.Error("a key that came up late is left")
		}
		want := []store.Verb{store.Recheck, store.Clear, store.Drift}
		if past := k.past(g); !isWithin(past, want) {
			t.Errorf("entries %v, want %v in this order", past, want)
		}
	})
}

// isWithin tells whether some verbs happened, in their order.
func isWithin(past, want []store.Verb) bool {
	for _, v := range past {
		if len(want) > 0 && v == want[0] {
			want = want[1:]
		}
	}
	return len(want) == 0
}

// opens lets everybody in the account read the grant's secret, as an administrator can.
func (k *keys) opens(g store.Grant, policy string) {
	k.t.Helper()
	sm, id := secretsmanager.NewFromConfig(k.aws.Config(account)), g.Effects["secret"]
	_, err := sm.PutResourcePolicy(context.Background(), &secretsmanager.PutResourcePolicyInput{SecretId: &id, ResourcePolicy: &policy})
	if err != nil {
		k.t.Fatal(err)
	}
}

const openPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + account +
	`:root"},"Action":"secretsmanager:GetSecretValue","Resource":"*"}]}`

// The policy of a secret that is no longer its requester's alone is an alert within five minutes, for as long as the key
// stands, also without an end; and the card does not say that the requester alone reads it. Security puts it back, or somebody
// does by hand.
func TestASecretThatIsOpenedIsAnAlert(t *testing.T) {
	t.Parallel()
	for _, endless := range []bool{false, true} {
		for _, byHand := range []bool{false, true} {
			withKey(t, time.Hour, endless, func(k *keys, g store.Grant) {
				own := k.aws.Secrets(account)[0].Policy
				k.opens(g, openPolicy)
				k.wait(told)
				alert, text := k.latest(security)
				for _, want := range []string{g.Effects["secret"], "t.yamada", batch, g.Effects["access_key"], "[ Put the policy back ]"} {
					if !strings.Contains(text, want) {
						t.Errorf("no %q in the alert\n%s", want, text)
					}
				}
				if text := k.shown(g); !strings.Contains(text, "others than the requester may be able to read it") {
					t.Errorf("the card says\n%s", text)
				}
				k.wait(time.Minute)
				if n := len(k.slack.Messages(security)); n != 1 {
					t.Errorf("%d messages in the security channel", n)
				}
				if byHand {
					k.opens(g, own)
					k.wait(told)
				} else if err := k.clicks("U0CHIEF", alert, store.Remedy, true); err != nil {
					t.Fatal(err)
				}
				k.wait(10 * time.Second)
				if got := k.aws.Secrets(account)[0].Policy; got != own {
					t.Errorf("the policy is %s", got)
				}
				if text := k.shown(g); !strings.Contains(text, "The requester alone can read it.") || strings.Contains(text, "others than the requester may be able to read it") {
					t.Errorf("endless %t, by hand %t: afterwards the card says\n%s", endless, byHand, text)
				}
				if _, text := k.latest(security); strings.Contains(text, "[ ") || !strings.Contains(text, "✅") {
					t.Errorf("afterwards the alert says\n%s", text)
				}
				if past := k.past(g); !isWithin(past, []store.Verb{store.Expose, store.Protect}) {
					t.Errorf("entries %v", past)
				}
				k.opens(g, openPolicy) // once more
				k.wait(told)
				if n := len(k.slack.Messages(security)); n != 2 {
					t.Errorf("the second time: %d messages in the security channel", n)
				}
			})
		}
	}
}

// The alert about an opened secret is over with the key: at its end, or once a rotation has replaced it.
func TestTheAlertAboutASecretEndsWithTheKey(t *testing.T) {
	t.Parallel()
	for _, endless := range []bool{false, true} {
		withKey(t, time.Hour, endless, func(k *keys, g store.Grant) {
			k.opens(g, openPolicy)
			k.wait(told)
			if endless {
				k.aws.DeleteKey(account, batch, g.Effects["access_key"])
				k.wait(told)
			} else {
				k.wait(time.Until(g.Until) + 15*time.Second)
			}
			k.wait(10 * time.Second)
			if _, text := k.latest(security); strings.Contains(text, "[ ") || !strings.Contains(text, phrase("alert.gone.exposed")) {
				t.Errorf("endless %t: the alert says\n%s", endless, text)
			}
			calls := len(k.aws.Calls())
			k.wait(2 * told)
			for _, c := range k.aws.Calls()[calls:] {
				if c.Action == "GetResourcePolicy" {
					t.Errorf("endless %t: the secret of a key that is over is looked at", endless)
				}
			}
		})
	}
}
