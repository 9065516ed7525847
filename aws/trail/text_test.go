package trail_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekisho/aws/trail"
	"sekisho/store"
)

func TestParseSignin(t *testing.T) {
	at := func(s string) time.Time {
		t.Helper()
		when, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return when.UTC()
	}
	base := store.Signin{At: at("2026-01-15T09:30:00Z"), Address: "192.0.2.10", MFA: "yes", Region: "us-east-2",
		Principal: "AIDASYNTHETICEXAMPLE1"}
	tests := []struct {
		path  string
		value any
		set   func(*store.Signin)
	}{
		{"eventTime", "2022-03-16 19:17:41", func(s *store.Signin) { s.At = at("2022-03-16T19:17:41Z") }},
		{"eventTime", "2024-06-03 15:23:22.000000001", func(s *store.Signin) { s.At = at("2024-06-03T15:23:22.000000001Z") }},
		{"eventTime", "2018-01-26T15:58:33.475+0900", func(s *store.Signin) { s.At = at("2018-01-26T06:58:33.475Z") }},
		{"eventTime", "2026-01-24T00:00:00.123Z", func(s *store.Signin) { s.At = at("2026-01-24T00:00:00.123Z") }},
		{"eventTime", "0000-01-01T00:00:00+23:59", func(s *store.Signin) { s.At = time.Time{} }},
		{"eventTime", "9999-12-31T23:59:59-23:59", func(s *store.Signin) { s.At = time.Time{} }},
		{"eventTime", "yesterday", func(s *store.Signin) { s.At = time.Time{} }},
		{"eventTime", absent, func(s *store.Signin) { s.At = time.Time{} }},
		{"additionalEventData.MFAUsed", "YES", nil},
		{"additionalEventData.MFAUsed", "No", func(s *store.Signin) { s.MFA = "no" }},
		{"additionalEventData.MFAUsed", "maybe", func(s *store.Signin) { s.MFA = "" }},
		{"additionalEventData", nil, func(s *store.Signin) { s.MFA = "" }},
		{"sourceIPAddress", "2001:db8::1", func(s *store.Signin) { s.Address = "2001:db8::1" }},
		{"sourceIPAddress", "AWS Internal", func(s *store.Signin) { s.Address = "AWS Internal" }},
		{"sourceIPAddress", "rds.amazonaws.com", func(s *store.Signin) { s.Address = "rds.amazonaws.com" }},
		{"sourceIPAddress", "fe80::1%\u202e\x1b[31m", func(s *store.Signin) { s.Address = "fe80::1%??[31m" }},
		{"sourceIPAddress", "1\u200b.2\n.3", func(s *store.Signin) { s.Address = "1?.2?.3" }},
		{"sourceIPAddress", strings.Repeat("é", 99), func(s *store.Signin) { s.Address = strings.Repeat("?", 64) }},
		{"awsRegion", "eu-west-2r", func(s *store.Signin) { s.Region = "eu-west-2r" }},
		{"awsRegion", absent, func(s *store.Signin) { s.Region = "" }},
		{"userIdentity.principalId", absent, func(s *store.Signin) { s.Principal = "" }},
		{"userIdentity.principalId", "AIDA\u200bX", func(s *store.Signin) { s.Principal = "AIDA?X" }},
	}
	for _, test := range tests {
		want := base
		if test.set != nil {
			test.set(&want)
		}
		got := trail.Parse(encode(t, with(signin(), test.path, test.value)), configured)
		if diff := cmp.Diff(want, got.Request.Signin); diff != "" {
			t.Errorf("%s = %v: %s (-want +got):\n%s", test.path, test.value, got.Why, diff)
		}
		if _, err := json.Marshal(got.Request); err != nil {
			t.Errorf("%s = %v: the ledger cannot hold it: %v", test.path, test.value, err)
		}
	}
}
