package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// ErrSealed says that a ledger is not what was sealed of it.
var ErrSealed = errors.New("ledger and seals disagree")

// sealing is what a record was sealed as, and by which seal.
type sealing struct {
	Sealed
	number uint64
	at     time.Time
}

// seals are those of a ledger under audit.
type seals struct {
	last     SealHead
	of       map[string][]sealing // by record
	unsealed []string             // when the records changed last that are in no seal as they are
	begun    time.Time            // of the first seal
	first    []string             // when the records had changed that were sealed then
}

// readSeals follows the seals from the first. Each must name the one before by its number and the hash of its bytes.
func (a *audit) readSeals(ctx context.Context, w Whole) error {
	for id := SealPrefix; ; {
		doc, err := w.Next(ctx, id)
		if errors.Is(err, ErrNotFound) || !strings.HasPrefix(doc.ID, SealPrefix) {
			return ctx.Err() // what cannot be read is told when the records are
		}
		id = doc.ID
		if err == nil {
			a.seal(doc)
		}
	}
}

func (a *audit) seal(d Doc) {
	before := a.seals.last
	var s Seal
	if err := json.Unmarshal(d.Facts, &s); err != nil { // which is told when the records are read
		s = Seal{Number: before.Number + 1, Prev: before.Hash, At: before.At}
	}
	switch {
	case s.Number != before.Number+1 || d.ID != sealID(s.Number):
		a.fault(d.ID, fmt.Errorf("%w: it is seal %d and follows seal %d: those between were deleted", ErrSealed, s.Number, before.Number))
	case s.Prev != before.Hash:
		a.fault(d.ID, fmt.Errorf("%w: it does not follow seal %d as that is now: one of the two was edited", ErrSealed, before.Number))
	}
	a.seals.last = SealHead{Number: s.Number, Hash: sumOf(d.Facts), At: s.At}
	if before.Number == 0 {
		a.seals.begun = s.At
	}
	for _, r := range s.Records {
		if r.Gone {
			a.gone(r, s)
			continue
		}
		a.seals.of[r.ID] = append(a.seals.of[r.ID], sealing{Sealed: r, number: s.Number, at: s.At})
	}
}

// gone notes that a record is deleted, and forgets what was sealed of it before. What was not sealed like that must not be.
func (a *audit) gone(r Sealed, s Seal) {
	before := a.seals.of[r.ID]
	if !slices.ContainsFunc(before, func(b sealing) bool { return b.Seq == r.Seq && b.Head == r.Head }) {
		a.fault(r.ID, fmt.Errorf("%w: seal %d of %s says that it was deleted, and it was never sealed like that", ErrSealed, s.Number, stamp(s.At)))
	}
	a.seals.of[r.ID] = []sealing{{Sealed: r, number: s.Number, at: s.At}}
}

// sealed compares a record with all that was sealed of it. The first difference is told.
func (a *audit) sealed(d Doc, declares []Key) {
	var now Sealed
	var changed string
	for _, k := range declares {
		if k.Index == changedIndex {
			now, changed = change(Row{Value: k.Value, ID: d.ID})
		}
	}
	known := false
	for _, s := range a.seals.of[d.ID] {
		if err := s.differs(now, d.Entries); err != nil && !s.Gone { // else it came anew since
			a.fault(d.ID, err)
			break
		}
		known = known || s.Seq == now.Seq && s.Head == now.Head
		if n := uint64(len(d.Entries)); s.at.Equal(a.seals.begun) && 0 < s.Seq && s.Seq <= n && d.Entries[s.Seq-1].Digest != "" {
			a.seals.first = append(a.seals.first, stamp(d.Entries[s.Seq-1].At))
		}
	}
	switch {
	case known || changed == "":
	case changed >= stamp(a.seals.last.At.Add(-sealOverlap)) && d.Old: // the first sweep of this build seals it
	case changed >= stamp(a.seals.last.At.Add(-sealOverlap)):
		a.seals.unsealed = append(a.seals.unsealed, changed)
	default:
		a.fault(d.ID, fmt.Errorf("%w: it changed last on %s and is in no seal, though seal %d was made on %s", ErrSealed,
			changed, a.seals.last.Number, stamp(a.seals.last.At)))
	}
}

// differs tells whether a record has not come from what was sealed of it. Of one without entries only what it is now can be
// compared.
func (s sealing) differs(now Sealed, entries []Entry) error {
	switch n := uint64(len(entries)); {
	case s.Seq > max(n, now.Seq):
		return fmt.Errorf("%w: it was sealed at %d on %s by seal %d, and stands at %d: it is an older copy, or was cut off", ErrSealed,
			s.Seq, stamp(s.at), s.number, max(n, now.Seq))
	case n == 0 && s.Seq == now.Seq && s.Head != now.Head, n > 0 && (s.Seq > n || s.Seq == 0 || entries[s.Seq-1].Hash != s.Head):
		return fmt.Errorf("%w: at %d it is not what seal %d has sealed on %s: it was edited since", ErrSealed, s.Seq, s.number, stamp(s.at))
	}
	return nil
}

// missing tells what was sealed and is not there, and which seals are not.
func (a *audit) missing() {
	a.missingSeals()
	for _, id := range slices.Sorted(maps.Keys(a.seals.of)) {
		all := a.seals.of[id]
		last := all[len(all)-1]
		if last.Gone {
			continue
		}
		a.fault(id, fmt.Errorf("%w: it was sealed at %d on %s by seal %d, and is not there", ErrSealed, last.Seq, stamp(last.at), last.number))
	}
}

// missingSeals tells that a ledger went on for long after its last seal, or before its first one. What changes is sealed within
// minutes; it may be committed an hour after its time. Records of an older build are older than their first seal.
func (a *audit) missingSeals() {
	if from, to, long := span(a.seals.unsealed); long {
		a.fault(sealID(a.seals.last.Number+1), fmt.Errorf("%w: it is not there, and %d records that changed from %s to %s are in no seal: "+
			"seals were deleted, or none could be written for so long", ErrSealed, len(a.seals.unsealed), from, to))
	}
	if from, to, long := span(a.seals.first); long {
		a.fault(sealID(1), fmt.Errorf("%w: it is the first, and has what changed from %s to %s: all seals before it were deleted",
			ErrSealed, from, to))
	}
}

// span returns the first and the last of some times, and reports whether what changed then cannot have waited for one seal.
func span(times []string) (from, to string, long bool) {
	if len(times) == 0 {
		return "", "", false
	}
	from, to = slices.Min(times), slices.Max(times)
	first, err := time.Parse(time.RFC3339Nano, from)
	last, notTime := time.Parse(time.RFC3339Nano, to)
	return from, to, err == nil && notTime == nil && last.Sub(first) > sealOverlap+sealedWithin
}

// CheckHead tells whether a ledger has a seal that was made of it, and so all that was sealed until then.
func CheckHead(ctx context.Context, w Whole, want SealHead) error {
	doc, err := w.Next(ctx, sealID(want.Number-1))
	if errors.Is(err, ErrNotFound) || err == nil && doc.ID != sealID(want.Number) {
		return fmt.Errorf("%w: seal %d is not in it: this is an older copy, or its end was cut off", ErrSealed, want.Number)
	}
	if err != nil {
		return err
	}
	if hash := sumOf(doc.Facts); hash != want.Hash {
		return fmt.Errorf("%w: seal %d has the hash %s: this is an older copy that went on by itself, or was edited", ErrSealed, want.Number, hash)
	}
	return nil
}
