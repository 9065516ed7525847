package identity

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"sekisho/handlers/access"
)

// TestASecretSaysNothingOfItself prints, logs and encodes a secret in every way, by itself and inside of other values. One
// way out is meant: what Secrets Manager keeps.
func TestASecretSaysNothingOfItself(t *testing.T) {
	text := "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	s := secret{&text}
	p := pair{"AKIAEXAMPLE", s}
	nested := struct{ inner *pair }{&p}
	said := map[string]string{}
	for name, v := range map[string]any{"secret": s, "its address": &s, "pair": p, "address of the pair": &p, "inside": nested,
		"list": []pair{p}, "map": map[string]secret{"a": s}, "error": fmt.Errorf("store %v: %w", p, errors.New("no"))} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			said[name+" "+verb] = fmt.Sprintf(verb, v)
		}
		body, err := json.Marshal(v)
		said[name+" JSON"] = fmt.Sprint(string(body), err)
		for kind, logged := range logs(v) {
			said[name+" "+kind] = logged
		}
	}
	for way, out := range said {
		if shows(out, text) {
			t.Errorf("%s: %s", way, out)
		}
	}
	if fmt.Sprint(s) != hidden || said["secret JSON"] != `"***"<nil>` || !strings.Contains(said["secret log"], hidden) {
		t.Errorf("it is not seen that something is hidden: %v, %s, %s", s, said["secret JSON"], said["secret log"])
	}
	if kept := *p.value(); !strings.Contains(kept, text) {
		t.Errorf("Secrets Manager gets %s", kept)
	}
}

// logs writes a value with both handlers of slog.
func logs(v any) map[string]string {
	var text, object bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("said", "v", v)
	slog.New(slog.NewJSONHandler(&object, nil)).Info("said", "v", v)
	return map[string]string{"log": text.String(), "log in JSON": object.String()}
}

// shows tells whether an output has the secret in it, as it is, quoted, or in hexadecimal.
func shows(out, secret string) bool {
	return strings.Contains(out, secret) || strings.Contains(strings.ToLower(out), fmt.Sprintf("%x", secret)) ||
		strings.Contains(out, strings.ReplaceAll(secret, "/", `\/`))
}

// TestThePolicyOfASecret is word for word: one user may read, and whoever has another id is denied, whatever else allows it.
func TestThePolicyOfASecret(t *testing.T) {
	reader := access.User{ID: "AIDAALICE", ARN: "arn:aws:iam::123456789012:user/alice"}
	const want = `{"Version": "2012-10-17", "Statement": [
		{"Sid": "Requester", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/alice"},
			"Action": "secretsmanager:GetSecretValue", "Resource": "*"},
		{"Sid": "NobodyElse", "Effect": "Deny", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*",
			"Condition": {"StringNotEquals": {"aws:userid": "AIDAALICE"}}}]}`
	if got := policyFor(reader); !samePolicy(got, want) {
		t.Errorf("it is %s", got)
	}
	for _, other := range []string{"", "{}", strings.Replace(want, `"Deny"`, `"Allow"`, 1), strings.Replace(want, "AIDAALICE", "AIDABOB", 1),
		strings.Replace(want, "user/alice", "user/bob", 1), strings.Replace(want, `"AWS": "arn:aws:iam::123456789012:user/alice"`, `"AWS": "*"`, 1),
		strings.Replace(want, "StringNotEquals", "StringNotEqualsIfExists", 1), strings.Replace(want, "]}", `, {"Effect": "Allow", "Principal": "*"}]}`, 1)} {
		if samePolicy(other, policyFor(reader)) {
			t.Errorf("taken for the same: %s", other)
		}
	}
}
