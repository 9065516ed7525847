package cli_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/aws/heads"
	"sekisho/store"
)

// A ledger of which the seals were made anew from an earlier point fits together, and lacks the heads that are in the bucket.
func TestLedgerVerifyWithStoredHeads(t *testing.T) {
	const name, owner = "example-heads", "345678901234"
	a := fakeaws.New(fakeaws.Options{Accounts: []string{production, owner}})
	a.AddBucket(owner, name, true, production)
	a.AddBucket(owner, "not-ours", true)
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	accessKey, secretKey := a.Credentials(production)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": secretKey} {
		t.Setenv(name, value)
	}
	config := func(ledger string) string {
		return written(t, `accounts: {production: {id: "`+production+`"}}
slack: {approvals: C0APPROVALS}
queues: {sign_ins: https://sqs.us-east-1.amazonaws.com/`+production+`/sign-ins}
people: [{slack: U0YAMADA, iam_users: [production/t.yamada]}, {slack: U0SATO}]
entitlements:
  - {id: ops, kind: iam-group, account: production, group: jit-ops, on_login: true, approve: [{by: U0SATO}], duration: {default: 1h, max: 4h}}
`+ledger)
	}
	stored := config(`ledger: {heads: {bucket: ` + name + `, account: "` + owner + `"}}`)
	path := sealedLedger(t)
	verify := func(path, config string, code int, want ...string) {
		t.Helper()
		got, out, errOut := run("ledger", "verify", "--ledger", path, "--config", config)
		for _, w := range want {
			if got != code || !strings.Contains(out+errOut, w) {
				t.Errorf("exit %d, want %d and %q in\n%s%s", got, code, w, out, errOut)
			}
		}
	}
	bucket := heads.In(a.Config(production), heads.Place{Bucket: name, Account: owner, Prefix: "sekisho/", Days: 400}, time.Now)
	keep := func() {
		t.Helper()
		var head store.SealHead
		if err := head.UnmarshalText([]byte(printedHead(t, path))); err != nil {
			t.Fatal(err)
		}
		if err := bucket.Store(t.Context(), head); err != nil {
			t.Fatal(err)
		}
	}

	verify(path, stored, 1, "there is no head in s3://example-heads/sekisho/: the bot stores the first within two days")
	verify(path, config("ledger: {keep: 72h}"), 1, "names no bucket: write ledger: {heads: ...}, or leave --config away")
	verify(path, config(`ledger: {heads: {bucket: not-ours, account: "`+owner+`"}}`), 1, "list heads in s3://not-ours/sekisho/: ", "AccessDenied")
	keep()
	earlier := filepath.Join(t.TempDir(), "earlier.db")
	if err := os.WriteFile(earlier, must(os.ReadFile(path))(t), 0o600); err != nil {
		t.Fatal(err)
	}
	end(t, path, "login-2")
	seal(t, path, noon.Add(4*time.Hour))
	keep()
	verify(path, stored, 0, "s3://example-heads/sekisho/: 2 heads, the newest of seal 4, stored 20", ", 0 faults")

	end(t, earlier, "login-2")
	seal(t, earlier, noon.Add(5*time.Hour))
	if code, out, errOut := run("ledger", "verify", "--ledger", earlier); code != 0 {
		t.Fatalf("without the heads: exit %d\n%s%s", code, out, errOut)
	}
	const lacks = ": ledger and seals disagree: seal 4 has the hash "
	verify(earlier, stored, 1, earlier+lacks, ", 1 fault", "does not fit together")
	for _, o := range a.Objects(name) { // as far as one comes with the bot's credentials, and others who may delete
		a.DeleteObject(name, o.Key)
	}
	verify(earlier, stored, 1, earlier+lacks)
}
