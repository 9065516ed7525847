package demo_test

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sekisho/aws/trail"
	"sekisho/deploy/demo"
)

func TestTheStory(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string][]string{
		"en": {"Pending approval", "You can't approve", "Active", "[t.yamada]", "Expired", "confirms"},
		"ja": {"承認待ち", "自分の申請は承認できません", "利用中", "[t.yamada]", "失効", "AWSで確認しました"},
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			begin := time.Now()
			if err := demo.Play(t.Context(), &out, lang, nil); err != nil {
				t.Fatalf("%v\n%s", err, &out)
			}
			rest := out.String()
			for _, w := range want { // in this order
				_, after, ok := strings.Cut(rest, w)
				if !ok {
					t.Fatalf("no %q in the rest of the transcript:\n%s", w, &out)
				}
				rest = after
			}
			if took := time.Since(begin); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// Any record of a console sign-in that makes a card can be played: the real ones, with all that is odd in them.
func TestRealRecords(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../shared/events/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Skip("SKIPPED: the real events (../shared/events) are not here")
	}
	played := 0
	for _, path := range files {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		for lines := bufio.NewReader(file); ; {
			line, err := lines.ReadBytes('\n')
			if trail.Parse(line, nil).Class == trail.Request {
				played++
				if err := demo.Play(t.Context(), new(bytes.Buffer), "en", line); err != nil {
					t.Errorf("%s: %v\n%s", filepath.Base(path), err, line)
				}
			}
			if err != nil {
				break
			}
		}
	}
	if played < 10 {
		t.Errorf("only %d records played", played)
	}
}

func TestAnEventThatMakesNoCard(t *testing.T) {
	t.Parallel()
	for event, why := range map[string]string{
		`{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","userIdentity":{"type":"Root","accountId":"123456789012"},` +
			`"responseElements":{"ConsoleLogin":"Success"},"recipientAccountId":"123456789012"}`: "root",
		`not JSON`: "JSON",
		``:         "JSON",
	} {
		err := demo.Play(t.Context(), new(bytes.Buffer), "en", []byte(event))
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v, want an error that says %q", event, err, why)
		}
	}
}
