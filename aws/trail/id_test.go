package trail_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"sekisho/aws/trail"
)

// TestRequestID: every delivery of a record has one id, and another record has another.
func TestRequestID(t *testing.T) {
	for _, odd := range []any{absent, nil, "", "a/b", "..", "a b", "a\x00", strings.Repeat("a", 65)} {
		record := with(with(signin(), "eventID", odd), "resources", []any{fields{"b": 1, "a": []any{true, nil, "x&y"}}})
		id := trail.Parse(encode(t, record), nil).Request.ID
		if len(id) != len("login-")+32 {
			t.Fatalf("eventID %v: id %q", odd, id)
		}
		var indented bytes.Buffer
		if err := json.Indent(&indented, encode(t, envelope(record)), "", "\t"); err != nil {
			t.Fatal(err)
		}
		reordered := strings.Replace(string(encode(t, record)), `{"a":[true,null,"x\u0026y"],"b":1}`,
			`{"b":1,"\u0061":[true,null,"x&y"]}`, 1)
		if reordered == string(encode(t, record)) {
			t.Fatal("nothing was reordered")
		}
		for _, same := range []string{string(encode(t, envelope(record))), indented.String(), reordered} {
			if got := trail.Parse([]byte(same), nil).Request.ID; got != id {
				t.Errorf("eventID %v: id %q, want %q of %s", odd, got, id, same)
			}
		}
		for _, other := range []fields{
			with(record, "eventTime", "2026-01-15T09:30:01Z"),
			with(record, "resources", []any{fields{"b": "1", "a": []any{true, nil, "x&y"}}}),
			with(record, "resources", []any{fields{"b": 1, "a": []any{nil, true, "x&y"}}}),
			with(record, "userIdentity.userName", "mateo"),
		} {
			if got := trail.Parse(encode(t, other), nil).Request.ID; got == id || got == "" {
				t.Errorf("eventID %v: id %q of another record", odd, got)
			}
		}
	}
}

// TestRequestIDDoubledKey: what is hashed is read, so a doubled key in it is refused at any depth.
func TestRequestIDDoubledKey(t *testing.T) {
	hashed := string(encode(t, with(with(signin(), "eventID", absent), "resources", []any{fields{"a": 1}})))
	named := string(encode(t, with(signin(), "resources", []any{fields{"a": 1}})))
	double := strings.NewReplacer(`{"a":1}`, `{"a":1,"a":2}`)
	if got := trail.Parse([]byte(double.Replace(hashed)), nil); got.Class != trail.Invalid {
		t.Errorf("without an eventID: %s, %q", got.Class, got.Why)
	}
	if got := trail.Parse([]byte(double.Replace(named)), nil); got.Class != trail.Request {
		t.Errorf("with an eventID: %s, %q", got.Class, got.Why)
	}
}
