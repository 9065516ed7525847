package store_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/store"
)

// later is when the step that a table tests happens: another time than all that led to it.
var later = noon.Add(time.Hour)

// living is a record of a kind to which entries happen.
type living[T any] interface {
	*T
	store.Record
	Fresh() []store.Entry
}

// happening is the value of such a record.
type happening[T any] interface {
	After(store.Entry) (T, error)
}

// cell is one place of a table of states: a verb in a state.
type cell struct {
	from store.State
	verb store.Verb
}

// grid reads a table of states: the states stand at the head, the verbs at the left, and in each cell the state that the verb
// leads to, or a dot.
func grid(t *testing.T, text string) (table map[cell]store.State, states []store.State, verbs []store.Verb) {
	t.Helper()
	table = map[cell]store.State{}
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		words := strings.Fields(line)
		if i == 0 {
			for _, w := range words[1:] {
				states = append(states, store.State(strings.TrimPrefix(w, "new")))
			}
			continue
		}
		verb := store.Verb(words[0])
		if len(words) != len(states)+1 || slices.Contains(verbs, verb) {
			t.Fatalf("the row of %s has %d cells of %d, or stands twice", verb, len(words)-1, len(states))
		}
		verbs = append(verbs, verb)
		for j, to := range words[1:] {
			if to != "." {
				table[cell{states[j], verb}] = store.State(to)
			}
		}
	}
	return table, states, verbs
}

// sameTable fails unless a table in the code is the one that was written out.
func sameTable(t *testing.T, want map[cell]store.State, code map[store.State]map[store.Verb]store.State) {
	t.Helper()
	for from, steps := range code {
		for verb, to := range steps {
			if want[cell{from, verb}] != to {
				t.Errorf("the code has: %s leads from %q to %s; the table of this test: %q", verb, from, to, want[cell{from, verb}])
			}
		}
	}
	for c, to := range want {
		if code[c.from][c.verb] != to {
			t.Errorf("the table of this test has: %s leads from %q to %s; the code: %q", c.verb, c.from, to, code[c.from][c.verb])
		}
	}
}

// checkGrid lets every verb happen in every state. ready returns a record in the state and an entry of the verb, so that nothing
// but the table of states can refuse it.
func checkGrid[T happening[T], P living[T]](t *testing.T, text string, ready func(*testing.T, store.State, store.Verb) (T, store.Entry)) {
	t.Helper()
	table, states, verbs := grid(t, text)
	for _, from := range states {
		for _, verb := range verbs {
			record, e := ready(t, from, verb)
			want, possible := table[cell{from, verb}]
			next, err := record.After(e)
			is := stateOf[T, P](t, next)
			switch {
			case possible && (err != nil || is != want):
				t.Errorf("%s while %q: %s, %v; want %s", verb, from, is, err, want)
			case !possible && (!errors.Is(err, store.ErrState) || is != from):
				t.Errorf("%s while %q: %s, %v; want ErrState", verb, from, is, err)
			case !possible && !bytes.Equal(body[T, P](t, next), body[T, P](t, record)):
				t.Errorf("%s while %q is refused, and the record is another", verb, from)
			}
		}
	}
}

// body is all of a record: its facts, its progress and its keys.
func body[T any, P living[T]](t *testing.T, record T) []byte {
	t.Helper()
	doc, err := store.Encode(P(&record))
	if err != nil {
		t.Fatal(err)
	}
	all, err := json.Marshal([]any{json.RawMessage(doc.Facts), json.RawMessage(doc.Progress), doc.Keys, len(P(&record).Fresh())})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func stateOf[T any, P living[T]](t *testing.T, record T) store.State {
	t.Helper()
	facts, _ := parts[T, P](t, record)
	var state store.State
	if len(facts["state"]) > 0 {
		if err := json.Unmarshal(facts["state"], &state); err != nil {
			t.Fatal(err)
		}
	}
	return state
}

// parts are a record's facts and its progress, by their names.
func parts[T any, P living[T]](t *testing.T, record T) (facts, progress map[string]json.RawMessage) {
	t.Helper()
	doc, err := store.Encode(P(&record))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(json.Unmarshal(doc.Facts, &facts), json.Unmarshal(doc.Progress, &progress)); err != nil {
		t.Fatal(err)
	}
	return facts, progress
}

// changed are the names by which two parts of a record differ, in order.
func changed(before, after map[string]json.RawMessage) []string {
	names := map[string]bool{}
	for name := range after {
		names[name] = names[name] || !bytes.Equal(before[name], after[name])
	}
	for name := range before {
		names[name] = names[name] || !bytes.Equal(before[name], after[name])
	}
	maps.DeleteFunc(names, func(_ string, differs bool) bool { return !differs })
	return slices.Sorted(maps.Keys(names))
}

// checkEffects lets every step of a table of states happen and compares what it changes with a table: the state, the verb, the
// facts that change and, behind a slash, what changes of the progress.
func checkEffects[T happening[T], P living[T]](t *testing.T, gridText, effects string, ready func(*testing.T, store.State, store.Verb) (T, store.Entry)) {
	t.Helper()
	table, _, _ := grid(t, gridText)
	want := map[cell]string{}
	for line := range strings.Lines(strings.TrimSpace(effects)) {
		words := strings.Fields(line)
		c := cell{store.State(strings.TrimPrefix(words[0], "new")), store.Verb(words[1])}
		if _, twice := want[c]; twice {
			t.Fatalf("%s of %q stands twice", c.verb, c.from)
		}
		want[c] = strings.Join(words[2:], " ")
	}
	for c := range table {
		record, e := ready(t, c.from, c.verb)
		next, err := record.After(e)
		if err != nil {
			t.Errorf("%s while %q: %v", c.verb, c.from, err)
			continue
		}
		facts, progress := parts[T, P](t, record)
		factsNext, progressNext := parts[T, P](t, next)
		got := strings.Join(append(append(changed(facts, factsNext), "/"), changed(progress, progressNext)...), " ")
		if got != want[c] {
			t.Errorf("%s while %q changes other things:\n got %s %s %s\nwant %s", c.verb, c.from, c.from, c.verb, got, want[c])
		}
		delete(want, c)
		names := changed(facts, factsNext)
		if c.from == "" { // no entry holds anything yet
			names = slices.Sorted(maps.Keys(factsNext))
		}
		entryHolds(t, c, P(&next).Fresh(), names, factsNext)
	}
	for c := range want {
		t.Errorf("%s while %q is no step of the table", c.verb, c.from)
	}
}

// entryHolds fails unless the last of a record's entries sets just the facts that changed, and has the digest of all facts as
// the entries up to it make them.
func entryHolds(t *testing.T, c cell, entries []store.Entry, names []string, facts map[string]json.RawMessage) {
	t.Helper()
	last := entries[len(entries)-1]
	if got := slices.Sorted(maps.Keys(last.Set)); !slices.Equal(got, names) {
		t.Errorf("the entry of %s while %q sets %v, and %v changed", c.verb, c.from, got, names)
	}
	rebuilt := map[string]json.RawMessage{}
	for _, e := range entries {
		for name, value := range e.Set {
			if rebuilt[name] = value; string(value) == "null" {
				delete(rebuilt, name)
			}
		}
	}
	if differ := changed(rebuilt, facts); len(differ) > 0 {
		t.Errorf("the entries up to %s while %q make other facts: %v", c.verb, c.from, differ)
	}
	all, err := json.Marshal(rebuilt)
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(all); last.Digest != hex.EncodeToString(sum[:]) {
		t.Errorf("the entry of %s while %q has the digest of other facts", c.verb, c.from)
	}
	if last.Verb != c.verb || last.Seq != uint64(len(entries)) || last.State == "" || len(facts["state"]) > 0 && string(facts["state"]) != fmt.Sprintf("%q", last.State) {
		t.Errorf("the entry of %s while %q is %d of %d: %s, to %s", c.verb, c.from, last.Seq, len(entries), last.Verb, last.State)
	}
}

// checkFutures lets several steps happen to one record, each as if the others had not: none of them changes the record that it
// happened to, nor what has come of another. The record's lists have room behind them, as those that grew have.
func checkFutures[T happening[T], P living[T]](t *testing.T, gridText string, ready func(*testing.T, store.State, store.Verb) (T, store.Entry)) {
	t.Helper()
	table, states, verbs := grid(t, gridText)
	for _, from := range states {
		for _, first := range verbs {
			if _, possible := table[cell{from, first}]; !possible {
				continue
			}
			record, e := ready(t, from, first)
			roomy(reflect.ValueOf(&record).Elem())
			before := body[T, P](t, record)
			next, err := record.After(e)
			if err != nil {
				t.Fatalf("%s while %q: %v", first, from, err)
			}
			was := body[T, P](t, next)
			for _, second := range verbs {
				_, other := ready(t, from, second)
				other.By, other.Note = "U0OTHER", "another note"
				_, _ = record.After(other) // the record may not be ready for it
				if !bytes.Equal(body[T, P](t, record), before) {
					t.Fatalf("%s changes the record that it happened to, which is %q", second, from)
				}
				if !bytes.Equal(body[T, P](t, next), was) {
					t.Fatalf("%s while %q changes what came of %s", second, from, first)
				}
			}
		}
	}
}

// roomy gives every list of a value room behind it.
func roomy(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				roomy(v.Field(i))
			}
		}
	case reflect.Slice:
		if v.Len() > 0 {
			grown := reflect.MakeSlice(v.Type(), v.Len(), v.Len()+4)
			reflect.Copy(grown, v)
			v.Set(grown)
		}
	}
}

// keysOf are the keys that a record declares in these indexes, or in all: an exclamation mark tells the unique ones.
func keysOf(t *testing.T, r store.Record, indexes ...string) []string {
	t.Helper()
	doc, err := store.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, k := range doc.Keys {
		mark := ""
		if k.Unique {
			mark = "!"
		}
		if len(indexes) == 0 || slices.Contains(indexes, k.Index) {
			out = append(out, k.Index+mark+" "+k.Value)
		}
	}
	slices.Sort(out)
	return out
}
