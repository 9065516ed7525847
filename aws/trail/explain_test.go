package trail_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"sekisho/aws/trail"
)

var update = flag.Bool("update", false, "write the golden file anew")

func TestExplain(t *testing.T) {
	events, err := os.Open("testdata/synthetic.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer events.Close()
	var got bytes.Buffer
	if _, err := (trail.Explainer{Account: configured}).Explain(&got, events, ""); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/synthetic.golden"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("Explain (-want +got):\n%s", diff)
	}
}

func TestExplainLines(t *testing.T) {
	const (
		event   = `{"eventSource":"s3.amazonaws.com","eventName":"PutObject"}`
		ignored = `,"class":"ignore","why":"not a console sign-in: s3.amazonaws.com PutObject","id":"","account":"","user":""}` + "\n"
		tooLong = `,"class":"invalid","why":"longer than 1048576 bytes","id":"","account":"","user":""}` + "\n"
	)
	spaces := strings.Repeat(" ", trail.MaxBody-len(event))
	for _, test := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"a program's request", wished(t), `{"line":1,"class":"request","why":"a program asks for prod-operator","id":"","account":"","user":"t.yamada"}` + "\n"},
		{"a wrong one", wished(t, "iam_user", nil), `{"line":1,"class":"invalid","why":"iam_user is missing, or has what no iam_user has","id":"","account":"","user":""}` + "\n"},
		{"one that names no entitlement", wished(t, "entitlement", nil), `{"line":1,"class":"invalid","why":"entitlement is missing, or has what no entitlement has","id":"","account":"","user":""}` + "\n"},
		{"a record with its key", `{"entitlement":1,` + event[1:], `{"line":1` + ignored},
		{"only a byte order mark", "\ufeff", ""},
		{"one", event + "\n", `{"line":1` + ignored},
		{"no line end", event, `{"line":1` + ignored},
		{"carriage returns", event + "\r\n" + event + "\r\n", `{"line":1` + ignored + `{"line":2` + ignored},
		{"byte order mark", "\ufeff" + event, `{"line":1` + ignored},
		{"blank lines", "\n \t\r\n" + event + "\n\n\n" + event + "\n", `{"line":3` + ignored + `{"line":6` + ignored},
		{"the longest", "\ufeff" + event + spaces + "\r\n" + event, `{"line":1` + ignored + `{"line":2` + ignored},
		{"one byte longer", event + spaces + " \n" + event, `{"line":1` + tooLong + `{"line":2` + ignored},
		{"much longer", "\n" + strings.Repeat(event+spaces, 5) + "\n" + event, `{"line":2` + tooLong + `{"line":3` + ignored},
		{"longer at the end", event + "\n" + strings.Repeat("x", 3*trail.MaxBody), `{"line":1` + ignored + `{"line":2` + tooLong},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got bytes.Buffer
			if _, err := (trail.Explainer{}).Explain(&got, iotest.HalfReader(strings.NewReader(test.in)), ""); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.String()); diff != "" {
				t.Errorf("Explain (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExplainErrors(t *testing.T) {
	broken := errors.New("broken")
	half := io.MultiReader(strings.NewReader("{}\n{"), iotest.ErrReader(broken))
	var out bytes.Buffer
	if _, err := (trail.Explainer{}).Explain(&out, half, ""); !errors.Is(err, broken) {
		t.Errorf("reading: %v", err)
	}
	if lines := strings.Count(out.String(), "\n"); lines != 1 {
		t.Errorf("%d lines were written before the error, want 1", lines)
	}
	closed, w := io.Pipe()
	closed.CloseWithError(broken)
	if _, err := (trail.Explainer{}).Explain(w, strings.NewReader("{}\n"), ""); !errors.Is(err, broken) {
		t.Errorf("writing: %v", err)
	}
}
