package store

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Verify compares a record with all its entries. It returns how many of these fit, from the first, and what does not fit: no
// entry does that comes after one that does not.
//
// An entry fits if its hash and the one before lead to it, if the facts that it and those before it changed have its digest, if
// the record's table of states has the step, and if a grant's end is within what was approved. The record fits if its facts are
// those after its last entry.
func Verify(doc Doc, entries []Entry) (fit int, fault error) {
	_, wrong := blank(doc) // its entries can fit all the same: what they tell is followed by the kind that the id is made for
	blankOf := kinds[KindByID(doc.ID)].blank
	if !hasEntries(blankOf()) {
		return 0, cmp.Or(wrong, verifyWritten(doc, entries))
	}
	v := verifier{id: doc.ID, blank: func() lived { return blankOf().(lived) }, old: true}
	for _, e := range entries {
		if err := v.take(e); err != nil {
			return fit, cmp.Or(wrong, err)
		}
		fit++
	}
	return fit, cmp.Or(wrong, v.end(doc))
}

// verifyWritten compares a record that was written once with its digest.
func verifyWritten(doc Doc, entries []Entry) error {
	if len(entries) > 0 {
		return fmt.Errorf("%w: its kind has no entries, this one has %d", ErrRecord, len(entries))
	}
	if !doc.Old && doc.Chain != (Chain{Head: sumOf(doc.Facts)}) {
		return fmt.Errorf("%w: its facts are not those of which the digest was written", ErrRecord)
	}
	_, err := Decode(doc)
	return err
}

// verifier follows the entries of a record.
type verifier struct {
	id    string
	blank func() lived
	at    Chain
	state State
	old   bool // no entry so far holds facts
	facts []byte
	is    lived // by these facts
}

// take takes the next entry in.
func (v *verifier) take(e Entry) error {
	switch {
	case e.Seq != v.at.Seq+1 || e.Prev != v.at.Head || e.Hash == "" || e.Hash != e.digest():
		return fmt.Errorf("verify entry %d of %s: %w", v.at.Seq+1, v.id, ErrChain)
	case e.Record != v.id:
		return fmt.Errorf("%w: entry %d is one of %q", ErrRecord, e.Seq, e.Record)
	}
	if e.Digest != "" || !v.old {
		if err := v.follow(e); err != nil {
			return fmt.Errorf("%w: entry %d (%s) %w", ErrRecord, e.Seq, e.Verb, err)
		}
	}
	v.at, v.state = Chain{Seq: e.Seq, Head: e.Hash, At: e.At}, e.State
	return nil
}

// follow takes in the facts that an entry changed.
func (v *verifier) follow(e Entry) error {
	facts, err := merge(v.facts, e.Set)
	if err != nil {
		return err
	}
	if sumOf(facts) != e.Digest {
		return errors.New("has not the digest of the facts that it and those before it changed")
	}
	was, is := v.is, v.blank()
	if err := json.Unmarshal(facts, is); err != nil {
		return fmt.Errorf("has facts that cannot be read: %w", err)
	}
	if to, ok := is.leads(v.state, e.Verb); !ok || to != e.State || *is.state() != e.State {
		return fmt.Errorf("leads from %s to %s, which cannot be", orNew(v.state), orNew(e.State))
	}
	v.facts, v.is, v.old = facts, is, false
	if was, ok := was.(*Grant); ok {
		return is.(*Grant).keepsTo(*was, e)
	}
	return nil
}

// end compares the record with where its entries have led.
func (v *verifier) end(doc Doc) error {
	r, err := Decode(doc)
	if err == nil {
		err = doc.Chain.endsAt(v.at)
	}
	if err != nil {
		return err
	}
	switch state := *r.(lived).state(); {
	case state != v.state:
		return fmt.Errorf("%w: it is %s, its last entry led to %s", ErrRecord, orNew(state), orNew(v.state))
	case doc.Old != v.old:
		return fmt.Errorf("%w: whether entries hold its facts is not as it says", ErrRecord)
	case v.old || sumOf(doc.Facts) == sumOf(v.facts):
		return nil
	}
	return v.others(doc.Facts)
}

// others says which facts are not those after the last entry.
func (v *verifier) others(facts []byte) error {
	was, err := fieldsOf(v.facts)
	if err != nil {
		return err
	}
	is, err := fieldsOf(facts)
	if err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(difference(was, is)))
	if len(names) == 0 {
		return fmt.Errorf("%w: its facts stand in other bytes than after entry %d", ErrRecord, v.at.Seq)
	}
	first := names[0]
	return fmt.Errorf("%w: entry %d left other facts: %s; %s was %s and is %s", ErrRecord, v.at.Seq, strings.Join(names, ", "),
		first, clip(was[first]), clip(is[first]))
}

// clip is a value as far as a sentence has room for it.
func clip(value json.RawMessage) string {
	const room = 80
	switch text := []rune(string(value)); {
	case len(text) == 0:
		return "nothing"
	case len(text) > room:
		return string(text[:room]) + "..."
	}
	return string(value)
}

// settled are the facts of a grant that nothing changes once it is approved.
var settled = []string{"account", "auto", "duration", "endless", "entitlement", "exclusive", "from", "kind", "longest", "max", "origin",
	"risk", "signin", "start", "steps", "subject", "target", "to"}

// keepsTo reports what an entry has made of a grant that no entry may.
func (g *Grant) keepsTo(was Grant, e Entry) error {
	gives := e.Verb == Approve || e.Verb == Extend || e.Verb == Prolong
	switch {
	case was.State.Live() && slices.ContainsFunc(settled, func(name string) bool { _, set := e.Set[name]; return set }):
		return fmt.Errorf("changes what was approved: %s", strings.Join(slices.Sorted(maps.Keys(e.Set)), ", "))
	case e.Verb == Approve && (!g.Met() || !g.Max.Equal(g.Start.Add(g.Longest))):
		return errors.New("approves without the approvals that are needed, or for longer than was asked")
	case !g.Until.Equal(was.Until) && (!gives || !g.Until.Equal(e.Until)):
		return fmt.Errorf("moves the end to %s, and does not say so", stamp(g.Until))
	case g.Until.After(g.Max):
		return fmt.Errorf("lets access end %s, which is after %s, its latest end", stamp(g.Until), stamp(g.Max))
	case was.Planned && was.AlreadyHeld() != g.AlreadyHeld():
		return errors.New("changes whether the access was there before")
	}
	return nil
}
