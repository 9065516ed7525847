package bot

import (
	"errors"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"sekisho/bot/fakeslack"
	"sekisho/handlers/access"
	"sekisho/store"
)

// aKey is a request for an access key of a system's user.
func aKey(g *store.Grant) {
	byHand(g)
	g.Entitlement, g.Kind, g.Target, g.Exclusive = "batch-key", "access-key", "svc-batch", true
}

// What happens to an access key.
var (
	planKey  = store.Entry{Verb: store.Plan, Facts: map[string]string{"key_user": "AIDASVCBATCH", "keys_before": "", "secret": "sekisho/svc-batch/access-key-20261122T051200Z"}}
	applyKey = store.Entry{Verb: store.Apply, Facts: map[string]string{"access_key": "AKIASEKISHOEXAMPLE00", "issued_at": "2026-11-22T05:12:00Z",
		"secret_arn": "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:sekisho/svc-batch/access-key-20261122T051200Z-a1B2c3"}}
	undoKey  = store.Entry{Verb: store.Undo, Facts: map[string]string{"deactivated": "AKIASEKISHOEXAMPLE00"}, Until: signedIn.Add(30 * time.Hour)}
	handOver = store.Entry{Verb: store.HandOver, Facts: with(map[string]string{"rotation": "batch", "next_secret": "sekisho/svc-batch"}, applyKey.Facts)}
	cleared  = store.Entry{Verb: store.Clear}
	expose   = store.Entry{Verb: store.Expose}
)

// keyCards are access keys in the states in which their cards are not like others'.
func keyCards(t *testing.T) map[string]store.Grant {
	t.Helper()
	one, endless := changed(aKey), changed(func(g *store.Grant) { aKey(g); g.Endless = true })
	return map[string]store.Grant{
		"key-asked":          one,
		"key-endless":        endless,
		"key-granting":       lived(t, endless, approve, planKey),
		"key-active":         lived(t, one, approve, planKey, applyKey),
		"key-exposed":        lived(t, one, approve, planKey, applyKey, expose),
		"key-protected":      lived(t, one, approve, planKey, applyKey, expose, store.Entry{Verb: store.Protect}),
		"key-ending-exposed": lived(t, one, approve, planKey, applyKey, expose, expire),
		"key-open-for-ever":  lived(t, endless, approve, planKey, handOver, expose),
		"key-ending-trouble": lived(t, one, approve, planKey, applyKey, expire, failed("AccessDenied")),
		"key-disabled":       lived(t, one, approve, planKey, applyKey, expire, undoKey),
		"key-deleted":        lived(t, one, approve, planKey, applyKey, expire, undoKey, cleared),
		"key-handed-over":    lived(t, endless, approve, planKey, handOver),
		"key-trouble":        lived(t, one, approve, planKey, failed("AccessDenied")),
		"key-refused":        lived(t, one, approve, refused("TwoKeys"), undo),
	}
}

// A key is issued; a group is granted.
func TestAKeyIsIssuedNeverGranted(t *testing.T) {
	granted := regexp.MustCompile(`付与|(?i:\bgrant|\bgiven?\b)`)
	for name, g := range keyCards(t) {
		for _, language := range languages {
			p := penIn(language)
			said := []string{string(encoded(t, p.Card(g))), string(encoded(t, p.DM(g))), string(encoded(t, p.Digest([]store.Grant{g}))), string(encoded(t, p.Reminder(g)))}
			for _, e := range g.Fresh() {
				line, _ := p.Line(g, e)
				said = append(said, line)
			}
			for _, text := range said {
				if at := granted.FindString(text); at != "" {
					t.Errorf("%s, %s: %q in %s", name, language, at, text)
				}
			}
		}
	}
}

// Who reads the secret may have another region set, or none.
func TestTheCommandNamesTheRegion(t *testing.T) {
	arn := "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:sekisho/svc-batch-a1B2c3"
	moved := tasks(t)["handing-holder"]
	moved.Effects = map[string]string{"secret_arn": arn}
	for _, language := range languages {
		p := penIn(language)
		for name, m := range map[string]Message{"issued": p.DM(keyCards(t)["key-active"]), "exposed": p.DM(keyCards(t)["key-exposed"]), "moved": p.KeyMoved(moved)} {
			if said := string(encoded(t, m)); !strings.Contains(said, "get-secret-value --region ap-northeast-1 ") {
				t.Errorf("%s, %s: %s", name, language, said)
			}
		}
	}
	for _, wrong := range []string{"", "arn", "arn:aws:secretsmanager:` rm:1:secret:x"} {
		if got := regionOf(wrong); got != "REGION" {
			t.Errorf("%q is in %q", wrong, got)
		}
	}
}

// The command that reads the secret is for its requester: the card, which everybody reads, does not have it.
func TestTheCommandIsForTheRequesterAlone(t *testing.T) {
	command := "aws secretsmanager get-secret-value"
	for name, g := range keyCards(t) {
		for _, language := range languages {
			p := penIn(language)
			card, dm := string(encoded(t, p.Card(g))), string(encoded(t, p.DM(g)))
			if strings.Contains(card, command) {
				t.Errorf("%s, %s: the card says how to read the secret", name, language)
			}
			if got, want := strings.Contains(dm, command), g.State == store.Active || g.Outcome == store.HandOver; got != want {
				t.Errorf("%s, %s: the requester reads the command: %t, want %t", name, language, got, want)
			}
		}
	}
}

// with has the entries of more as well.
func with[T any](some, more map[string]T) map[string]T {
	maps.Copy(some, more)
	return some
}

// Whoever was given a key reads in a message of their own where the next one is, and the card names them without the command.
func TestWhereTheNextKeyIs(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		arn := "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:sekisho/svc-batch-a1B2c3"
		task := tasks(t)["handing-holder"]
		task.Effects["secret_arn"] = arn
		if err := w.voice.KeyMoved(t.Context(), task); err != nil {
			t.Fatal(err)
		}
		if said := w.Messages(w.DM(kato)); len(said) != 1 || !strings.Contains(said[0].Text, "--secret-id "+arn+"`") {
			t.Errorf("the holder reads %+v", said)
		}
		if card := string(encoded(t, penIn("en").Task(task))); !strings.Contains(card, kato) || strings.Contains(card, arn) {
			t.Errorf("the card says %s", card)
		}
		w.SetUser(fakeslack.User{ID: "U0LEFT", Deleted: true})
		task.Holder = "U0LEFT"
		if err := w.voice.KeyMoved(t.Context(), task); !errors.Is(err, access.ErrUnreachable) {
			t.Errorf("who has left: %v", err)
		}
	})
}
