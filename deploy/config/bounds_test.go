package config_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"sekisho/deploy/config"
)

// limit is for a machine that is busy with other tests under the race detector, where a second has become twelve. What it
// guards against grows with the square of the file.
const limit = 45 * time.Second

// TestParseInBoundedTime reads a megabyte of each thing that made goccy/go-yaml slow.
func TestParseInBoundedTime(t *testing.T) {
	const size = 1 << 20
	fill := func(piece string) string { return strings.Repeat(piece, size/len(piece)) }
	count := func(format string) string {
		var out strings.Builder
		for i := 0; out.Len()+len(format)+8 < size; i++ {
			fmt.Fprintf(&out, format, i)
		}
		return out.String()
	}
	stairs := func(piece string) string {
		var out strings.Builder
		for i := 0; out.Len()+i+len(piece) < size; i++ {
			out.WriteString(strings.Repeat(" ", i) + piece)
		}
		return out.String()
	}
	for name, text := range map[string]string{
		"[": fill("["), "{": fill("{a: "), "- - -": fill("- "), "a: a: a:": fill("a: "), "%": fill("%"), "&": fill("&a "),
		"keys": count("a%d: b\n"), "empty keys": count("a%d:\n"), "empty entries": fill("- \n"), "deeper and deeper": stairs("a:\n"),
		"people": "people:\n" + count("  - {slack: U%08d}\n"), "wrong people on a line": "people: [" + count("{slacc: U%d}, ") + "]",
		"one word": fill("a"), "one quote": `"` + fill(`\n`), "lines with tabs": fill("\ta\n"),
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			_, err := config.Parse([]byte(text))
			if err == nil {
				t.Fatal("no mistake was found")
			}
			said := err.Error()
			if took := time.Since(begin); took > limit {
				t.Errorf("it took %v", took)
			}
			if len(said) > size {
				t.Errorf("the text of the error has %d bytes", len(said))
			}
		})
	}
}

// FuzzParse holds any file to the promises: no panic, in time, an error that is text and says where.
func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(laughs))
	for _, piece := range []string{"accounts:", "? a\n: b", "a: |+\n  b", "[{by: [a:b]}]", "{a: {b: c}}", "- -", "\ufeff---\n...\n", "a: \"\\x", "<<: *a", "'a': !!b c", "a:\n- b\n -c", "%YAML 1.2\n---\n"} {
		f.Add([]byte(piece))
		f.Add([]byte(strings.Replace(good, "production", piece, 1)))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		begin := time.Now()
		c, err := config.Parse(source)
		if took := time.Since(begin); took > limit {
			t.Errorf("it took %v", took)
		}
		if err == nil {
			if c.Policy == nil || len(c.Policy.Accounts) == 0 || len(c.Policy.Entitlements) == 0 || c.Zone == nil {
				t.Errorf("a configuration with nothing in it: %+v", c)
			}
			return
		}
		if said := err.Error(); !utf8.ValidString(said) || strings.ContainsAny(said, "\x1b\r\x00") {
			t.Errorf("not fit for a terminal: %q", said)
		}
	})
}
