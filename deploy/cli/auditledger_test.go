package cli_test

import (
	"errors"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/store"
	"sekisho/store/boltdb"
)

// issued is a grant that has given a key of svc-batch.
func issued(t *testing.T, key string) store.Grant {
	t.Helper()
	at := time.Now().Add(-time.Hour)
	g := store.Grant{ID: "request-1", Origin: store.Requested, Kind: "access-key", Entitlement: "batch-key", Account: production, Exclusive: true, Target: "svc-batch",
		Subject: store.Subject{User: "t.yamada", UserID: "AIDAYAMADA", Person: "U0YAMADA"}, Duration: 4 * time.Hour, Longest: 4 * time.Hour, Steps: []store.Step{{By: []string{"U0SATO"}, Count: 1}}}
	for _, e := range []store.Entry{{Verb: store.Receive}, {Verb: store.Ask}, {Verb: store.Approve, Until: at.Add(4 * time.Hour), Steps: []int{1}}, {Verb: store.Plan},
		{Verb: store.Apply, Facts: map[string]string{store.FactKey: key}}} {
		e.By, e.At = "U0SATO", at
		var err error
		if g, err = g.After(e); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// TestAuditKnowsTheLedger: a key that the bot has issued has its end, which only the ledger knows, also while the bot is at
// work on it. A key beside it is told of either way.
func TestAuditKnowsTheLedger(t *testing.T) {
	a := fakeaws.New(fakeaws.Options{Accounts: []string{production}})
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	a.AddUser(production, "svc-batch", nil)
	given, theirs := a.AddKey(production, "svc-batch"), a.AddKey(production, "svc-batch")
	ledger := filepath.Join(t.TempDir(), "sekisho.db")
	db := must(boltdb.Open(ledger))(t)
	g := issued(t, given)
	if err := errors.Join(store.Save(t.Context(), db, &g), db.Close()); err != nil {
		t.Fatal(err)
	}
	accessKey, secretKey := a.Credentials(production)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": accessKey,
		"AWS_SECRET_ACCESS_KEY": secretKey, "SLACK_BOT_TOKEN": "", "SEKISHO_LEDGER": ""} {
		t.Setenv(name, value)
	}
	path := written(t, `accounts: {production: {id: "`+production+`"}}
slack: {approvals: C0APPROVALS}
queues: {sign_ins: https://sqs.us-east-1.amazonaws.com/`+production+`/q}
people: [{slack: U0YAMADA, iam_users: [production/t.yamada]}, {slack: U0SATO}]
entitlements:
  - {id: batch-key, kind: access-key, account: production, user: svc-batch, approve: [{by: U0SATO}], duration: {default: 1h, max: 4h}}
`)
	eachWay(t, ledger, func(t *testing.T) { knowsLedger(t, path, ledger, given, theirs) })
}

// knowsLedger audits with the ledger and without it.
func knowsLedger(t *testing.T, path, ledger, given, theirs string) {
	t.Helper()
	for name, c := range map[string]struct {
		args  []string
		given bool // it is told of
		note  bool
	}{
		"without":        {nil, true, true},
		"with":           {[]string{"--ledger", ledger}, false, false},
		"with, as a csv": {[]string{"--ledger", ledger, "--format", "csv"}, false, false},
	} {
		code, out, errOut := run(append([]string{"audit", "--config", path}, c.args...)...)
		if code != 0 || errOut != "" {
			t.Fatalf("%s the ledger: exits with %d: %s", name, code, errOut)
		}
		if strings.Contains(out, given) != c.given || !strings.Contains(out, theirs) || strings.Contains(out, "say --ledger FILE") != c.note {
			t.Errorf("%s the ledger: issued is %s, the user's own %s:\n%s", name, given, theirs, out)
		}
	}
}
