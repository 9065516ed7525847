package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"sekisho/store"
	"sekisho/store/boltdb"
)

func FuzzVisible(f *testing.F) {
	for _, s := range []string{"t.yamada", "違う", "a\x1b[2J", "\u202eabc", "a\u200bb", "\U000e0041", "\u3164", "\r\n\t", "\x9b31m", "\xff", "é́", `\u0041`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		shown := visible(s)
		for _, r := range shown {
			if !unicode.IsGraphic(r) || unicode.Is(unicode.Cf, r) {
				t.Errorf("%q shows %q", s, r)
			}
		}
		body, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var want, back string
		if err := errors.Join(json.Unmarshal(body, &want), json.Unmarshal([]byte(visible(string(body))), &back)); err != nil || back != want {
			t.Errorf("%q came back as %q, %v", s, back, err)
		}
	})
}

func TestTableIsStraight(t *testing.T) {
	var out bytes.Buffer
	table(&out, [][]string{{"漢字", "x"}, {"abc", "y"}, {"e\u0301", "z", ""}})
	if want := "漢字  x\nabc   y\ne\u0301     z\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}

// A large ledger says every second how far it is; a small one says nothing.
func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said bytes.Buffer
		p := &progress{ctx: t.Context(), to: io.Discard, say: &said, told: time.Now()}
		for range 5 {
			if _, err := p.Write(make([]byte, 1<<20)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(600 * time.Millisecond)
		}
		if want := "copied 3 MB\ncopied 5 MB\n"; said.String() != want {
			t.Errorf("said %q, want %q", said.String(), want)
		}
	})
}

// Whoever presses Ctrl-C gets an error, no half of a file, and no file that is left behind.
func TestInterrupted(t *testing.T) {
	temporary, folder := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temporary)
	path := filepath.Join(folder, "ledger.db")
	db, err := boltdb.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	l, s := &ledgerCommands{Path: path}, streams{out: io.Discard, err: io.Discard}
	for name, run := range map[string]func(context.Context, streams, *ledgerCommands) error{
		"show": showCommand{}.Run, "export": exportCommand{Format: "jsonl"}.Run, "verify": verifyCommand{}.Run, "backup": backupCommand{Out: filepath.Join(folder, "out.db")}.Run,
	} {
		if err := run(ctx, s, l); !errors.Is(err, errInterrupted) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for folder, want := range map[string]int{temporary: 0, folder: 1} {
		if files, err := os.ReadDir(folder); err != nil || len(files) != want {
			t.Errorf("left behind: %v, %v", files, err)
		}
	}
}

// No cell begins what a spreadsheet would reckon or call, and none loses what it says.
func FuzzHarmless(f *testing.F) {
	for _, s := range []string{"", "t.yamada", "=1+1", " =1+1", "\t@SUM(1)", "-2", "＝HYPERLINK(\"x\")", "a\n=1", "\n=1", "\u200b=1", "\ufeff=1", "違う", `"`, "'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		cell := harmless(s)
		if strings.IndexAny(strings.TrimSpace(cell), formula) == 0 {
			t.Errorf("%q is written as %q", s, cell)
		}
		if plain := strings.TrimPrefix(cell, "'"); strings.ReplaceAll(visible(plain), `\u000a`, "") != strings.ReplaceAll(visible(strings.TrimPrefix(s, "'")), `\u000a`, "") {
			t.Errorf("%q became %q", s, cell)
		}
	})
}

// A long export says every second how far it is.
func TestExportProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said bytes.Buffer
		x := exporter{put: func(happening) error { return nil }, say: &said, told: time.Now()}
		for range 5 {
			if err := x.record(store.Doc{ID: "login-1", Kind: store.KindGrant, Version: 1, Facts: []byte("{}"), Entries: make([]store.Entry, 100)}, nil); err != nil {
				t.Fatal(err)
			}
			time.Sleep(600 * time.Millisecond)
		}
		if want := "exported 300 entries\nexported 500 entries\n"; said.String() != want {
			t.Errorf("said %q, want %q", said.String(), want)
		}
	})
}
