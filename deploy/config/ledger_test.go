package config_test

import (
	"strings"
	"testing"
	"time"

	"sekisho/deploy/config"
)

func TestLedgerKeeps(t *testing.T) {
	for text, want := range map[string]time.Duration{"": 720 * time.Hour, "ledger: {}\n": 720 * time.Hour, "ledger: {keep: 72h}\n": 72 * time.Hour} {
		got, err := config.Parse([]byte(good + text))
		if err != nil || got.Policy.Keep != want {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
	for text, want := range map[string]string{
		"ledger: 720h\n":          "must be a mapping: write for example ledger: {keep: 720h}",
		"ledger: {keep: 71h}\n":   "71h is shorter than three days: write 72h or more",
		"ledger: {keep: never}\n": "is not a time",
		"ledger: {kept: 72h}\n":   "did you mean keep?",
	} {
		if _, err := config.Parse([]byte(good + text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestHeads(t *testing.T) {
	for text, want := range map[string]config.Heads{
		"ledger: {keep: 72h}\n": {},
		"ledger: {heads: {bucket: example-heads, account: 345678901234}}\n": {Bucket: "example-heads", Account: "345678901234", Prefix: "sekisho/", Days: 400},
		"ledger: {heads: {bucket: example-heads, account: \"012345678901\", prefix: a/b-, region: us-gov-west-1, days: 30}}\n": {
			Bucket: "example-heads", Account: "012345678901", Prefix: "a/b-", Region: "us-gov-west-1", Days: 30},
	} {
		got, err := config.Parse([]byte(good + text))
		if err != nil || got.Heads != want {
			t.Errorf("%q: %+v, %v, want %+v", text, got.Heads, err, want)
		}
	}
	for text, want := range map[string]string{
		"example-heads":                             `must be a mapping: write for example heads: {bucket: example-sekisho-heads, account: "345678901234"}`,
		"{bucket: example-heads}":                   `"heads" needs "account": write for example account: "345678901234"`,
		"{account: 345678901234}":                   `"heads" needs "bucket": write for example bucket: example-sekisho-heads`,
		"{bucket: s3://example, account: 1}":        `"s3://example" is not a bucket's name (3 to 63 small letters, digits and -): write for example bucket: example-sekisho-heads`,
		"{bucket: example.heads}":                   `"example.heads" is not a bucket's name`,
		"{bucket: example-heads, account: 34567}":   `"34567" is not an AWS account's id, which has twelve digits`,
		"{bucket: example-heads, days: 0}":          `"0" is not a number of days, from 1 to 9999: write for example days: 400`,
		"{bucket: example-heads, days: 9600h}":      `"9600h" is not a number of days`,
		"{bucket: example-heads, region: Tokyo}":    `"Tokyo" is not an AWS Region's name: write for example region: ap-northeast-1`,
		"{bucket: example-heads, prefix: a b}":      `"a b" is not the beginning of an object's name`,
		"{bucket: example-heads, retention: 400}":   `unknown key "retention"`,
		"{bucket: example-heads, acount: 34567890}": `did you mean account?`,
	} {
		if _, err := config.Parse([]byte(good + "ledger: {heads: " + text + "}\n")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
