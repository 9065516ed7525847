package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekisho/deploy/config"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// rotations are added to what is good.
const rotations = `rotations:
  - {id: batch, account: production, user: svc-batch, secret: prod/svc-batch, by: usergroup:S01SRE}
  - id: web
    account: production
    user: svc-web
    secret: prod/svc-web
    older_than: 2160h
    servers: {tag: sekisho-key, value: svc-web, path: /usr/local/sbin/sekisho-key}
    by: [usergroup:S01SRE, U01ABCDEF]
    approve: [{by: usergroup:S01LEADS}]
    escalate: {after: 1h, to: U01ABCDEF}
    within: 8h
    proof: 48h
    grace: 168h
`

// batchKey is a key that has no end.
const batchKey = `  - {id: batch-key, kind: access-key, account: production, user: SVC-batch, approve: [{by: usergroup:S01LEADS}], duration: none}
`

const rotated = good + rotations

func TestRotations(t *testing.T) {
	c, err := config.Parse([]byte(strings.Replace(rotated, "security: [", batchKey+"security: [", 1)))
	if err != nil {
		t.Fatal(err)
	}
	want := []access.Rotation{
		{ID: "batch", Account: "123456789012", User: "svc-batch", Secret: "prod/svc-batch", Rotators: []string{"usergroup:S01SRE"},
			Within: 24 * time.Hour, Proof: 24 * time.Hour, Grace: 72 * time.Hour},
		{ID: "web", Account: "123456789012", User: "svc-web", Secret: "prod/svc-web", OlderThan: 2160 * time.Hour,
			Fleet:    store.Fleet{Key: "sekisho-key", Value: "svc-web", Path: "/usr/local/sbin/sekisho-key"},
			Rotators: []string{"usergroup:S01SRE", "U01ABCDEF"}, Steps: []store.Step{{By: []string{"usergroup:S01LEADS"}, Count: 1}},
			Escalation: &policy.Escalation{After: time.Hour, To: []string{"U01ABCDEF"}}, Within: 8 * time.Hour, Proof: 48 * time.Hour, Grace: 168 * time.Hour},
	}
	if d := cmp.Diff(want, c.Policy.Rotations); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if e := c.Policy.Entitlements[2]; !e.Endless || e.Duration != 24*time.Hour || !e.Exclusive {
		t.Errorf("%+v", e)
	}
}

func TestMistakesOfRotations(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"a shell in the path", "path: /usr/local/sbin/sekisho-key", "path: /bin/sh -c", "is not a script's path"},
		{"no path", ", path: /usr/local/sbin/sekisho-key", "", "needs one of path and document"},
		{"both", "path: /usr/local/sbin/sekisho-key", "path: /a, document: fetch", "needs one of path and document"},
		{"a user twice", "user: svc-web", "user: SVC-Batch", `"SVC-Batch" has a rotation already, on line 32`},
		{"a secret twice", "secret: prod/svc-web", "secret: prod/svc-batch", "is the secret of a rotation already, on line 32"},
		{"an id twice", "id: web", "id: batch", "is the id of a rotation already, on line 32"},
		{"an ARN for a name", "secret: prod/svc-web", "secret: arn:aws:secretsmanager:us-east-1:1:secret:x", "is not a secret's name"},
		{"nobody", ", by: usergroup:S01SRE}", "}", `needs "by"`},
		{"any server", "value: svc-web", `value: "*"`, "is not a tag's value"},
		{"no end without a rotation", "user: SVC-batch", "user: svc-other", `"batch-key" has no end, which is for access keys that are rotated`},
		{"no end of a group", "kind: access-key, account: production, user: SVC-batch", "kind: iam-group, account: production, group: x", "has no end, which is for access keys"},
		{"escalated when it has ended", "after: 1h", "after: 8h", "after is not shorter than within"},
		{"escalated to who may approve", "to: U01ABCDEF", "to: usergroup:S01LEADS", "usergroup:S01LEADS may approve from the start"},
		{"nothing to escalate", "    approve: [{by: usergroup:S01LEADS}]\n    escalate", "    escalate", `"escalate" of what nobody has to approve: add approve, or take it away`},
		{"no proof", "proof: 48h", "proof: 0s", "is shorter than a minute"},
	} {
		text := strings.Replace(rotated, "security: [", batchKey+"security: [", 1)
		if !strings.Contains(text, c.old) {
			t.Fatalf("%s: %q is not there", c.name, c.old)
		}
		_, err := config.Parse([]byte(strings.Replace(text, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}
