package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// SealPrefix begins the id of every seal.
const SealPrefix = "seal-"

const (
	changedIndex = "changed" // every record that is sealed, by when it changed last and what it has come to
	sealIndex    = "seal"    // the seals, the newest first
	spentIndex   = "spent"   // what can be deleted after a time, as in the index of what has changed
)

const (
	sealOverlap  = time.Hour       // how much later than its time a change may be committed, and is sealed all the same
	sealedWithin = 5 * time.Minute // in which what is committed is sealed, while the ledger can be written to
	maxSealed    = 1000            // records in a seal,
	maxSeal      = 256 << 10       // and about its bytes: an item of DynamoDB has 400 KB
)

// SealReason says what a seal was made for.
type SealReason string

// The reasons for a seal.
const (
	SealStart  SealReason = "start"
	SealMinute SealReason = "minute"
	SealStop   SealReason = "stop"
)

// Sealed is what a seal has of a record.
type Sealed struct {
	ID   string `json:"id"`
	Seq  uint64 `json:"seq"`            // of its last entry; of a record without entries how often it has changed for good
	Head string `json:"head"`           // that entry's hash, or the digest of the record
	Gone bool   `json:"gone,omitempty"` // it is deleted from now on
}

// Seal binds what many records had come to at a time, and the seal before. It is written once and never changed.
type Seal struct {
	Head `json:"-"`

	ID      string     `json:"id"`
	Number  uint64     `json:"number"` // from 1, without gaps
	At      time.Time  `json:"at"`
	Why     SealReason `json:"why"`
	Prev    string     `json:"prev,omitempty"` // the hash of the seal before
	Records []Sealed   `json:"records"`
}

// SealHead names a seal with its hash, and by that all that was sealed until then.
type SealHead struct {
	Number uint64
	Hash   string
	At     time.Time
}

func (h SealHead) String() string { return fmt.Sprintf("%d:%s", h.Number, h.Hash) }

// UnmarshalText reads what String writes.
func (h *SealHead) UnmarshalText(text []byte) error {
	number, hash, _ := strings.Cut(string(text), ":")
	n, err := strconv.ParseUint(number, 10, 64)
	sum, notHex := hex.DecodeString(hash)
	if err != nil || n == 0 || notHex != nil || len(sum) != sha256.Size {
		return fmt.Errorf("%q is no head: write the number of a seal, a colon and its hash of 64 digits", text)
	}
	h.Number, h.Hash = n, hash
	return nil
}

func sealID(number uint64) string { return fmt.Sprintf("%s%012d", SealPrefix, number) }

func (s *Seal) id() string    { return s.ID }
func (s *Seal) progress() any { return &struct{}{} }

func (s *Seal) keys() []Key {
	return []Key{{Index: sealIndex, Value: fmt.Sprintf("%020d", math.MaxUint64-s.Number)}}
}

// changedKeys put a record where the next sweep finds what it has come to. There are none for one that has had no entry since
// there are seals.
func (c Chain) changedKeys() []Key {
	if c.At.IsZero() {
		return nil
	}
	return []Key{changedKey(c.At, c.Seq, c.Head)}
}

func changedKey(at time.Time, seq uint64, head string) Key {
	return Key{Index: changedIndex, Value: fmt.Sprintf("%s/%010d/%s", stamp(at), seq, head)}
}

// change reads a row of the index of what has changed. What is no such row has no head.
func change(r Row) (s Sealed, at string) {
	at, rest, _ := strings.Cut(r.Value, "/")
	seq, head, _ := strings.Cut(rest, "/")
	n, err := strconv.ParseUint(seq, 10, 64)
	if err != nil {
		return Sealed{}, ""
	}
	return Sealed{ID: r.ID, Seq: n, Head: head}, at
}

func sumOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// sumOfAll returns the sum of values. What cannot be encoded is not saved either.
func sumOfAll(values ...any) string {
	body, _ := json.Marshal(values)
	return sumOf(body)
}

// loadSeal reads a seal and its head.
func loadSeal(ctx context.Context, db DB, id string) (Seal, SealHead, error) {
	doc, err := db.Get(ctx, id)
	if err != nil {
		return Seal{}, SealHead{}, err
	}
	var s Seal
	if err := decode(doc, &s); err != nil {
		return Seal{}, SealHead{}, err
	}
	return s, SealHead{Number: s.Number, Hash: sumOf(doc.Facts), At: s.At}, nil
}

// LoadSeal reads the seal with a number.
func LoadSeal(ctx context.Context, db DB, number uint64) (Seal, error) {
	s, _, err := loadSeal(ctx, db, sealID(number))
	return s, err
}

// LastSeal returns the head of a ledger, or ErrNotFound where nothing is sealed.
func LastSeal(ctx context.Context, db DB) (SealHead, error) {
	rows, err := db.List(ctx, sealIndex, "", 1)
	if err != nil {
		return SealHead{}, err
	}
	if len(rows) == 0 {
		return SealHead{}, ErrNotFound
	}
	_, head, err := loadSeal(ctx, db, rows[0].ID)
	return head, err
}

// Sealer seals what changes in a ledger. One goroutine at a time may use it; others may seal the same ledger meanwhile.
type Sealer struct {
	db     DB
	last   SealHead        // no number: nothing is sealed yet
	known  map[Sealed]bool // what is sealed of the time that is looked at again; nil: to be read
	before time.Time       // when the sweep before the last one was
	swept  time.Time

	unsealed map[Sealed]bool // what could be deleted, and was never sealed
}

// NewSealer returns one for a ledger.
func NewSealer(db DB) *Sealer { return &Sealer{db: db} }

// Sweep seals all that has changed and is not sealed yet, in as many seals as it takes, and returns how many those are.
// Nothing new makes none. Its cost grows with what has changed in the last hour, and not with what there is.
func (s *Sealer) Sweep(ctx context.Context, now time.Time, why SealReason) (int, error) {
	for try := 0; ; try++ {
		n, err := s.sweep(ctx, plain(now), why)
		if err != nil {
			s.known = nil // what of it is written is not known
		}
		if !errors.Is(err, ErrConflict) || try == 3 { // not: another engine was faster
			return n, err
		}
	}
}

func (s *Sealer) sweep(ctx context.Context, now time.Time, why SealReason) (int, error) {
	if s.known == nil {
		if err := s.load(ctx, now); err != nil {
			return 0, fmt.Errorf("read what is sealed: %w", err)
		}
	}
	fresh, err := s.changed(ctx, earlier(s.before, now).Add(-sealOverlap))
	if err != nil {
		return 0, fmt.Errorf("list what has changed: %w", err)
	}
	seals := 0
	for ; len(fresh) > 0; seals++ {
		n := fitting(fresh)
		if err := s.put(ctx, now, why, fresh[:n]); err != nil {
			return seals, fmt.Errorf("write seal %d: %w", s.last.Number+1, err)
		}
		fresh = fresh[n:]
	}
	s.before, s.swept = s.swept, now
	return seals, nil
}

// changed lists what has changed since a time and is not sealed, and forgets what is sealed of the time before.
func (s *Sealer) changed(ctx context.Context, since time.Time) ([]Sealed, error) {
	var fresh []Sealed
	listed := map[Sealed]bool{}
	for from := stamp(since); ; {
		rows, err := s.db.List(ctx, changedIndex, from, maxSealed)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			c, _ := change(r)
			if c.Head != "" && !s.known[c] && !listed[c] {
				fresh = append(fresh, c)
			}
			listed[c] = true
		}
		if len(rows) < maxSealed {
			s.known = listed
			return fresh, ctx.Err()
		}
		from = rows[len(rows)-1].Value + "!" // no two records have one value: their heads differ
	}
}

// fitting returns how many of these go into one seal.
func fitting(fresh []Sealed) int {
	bytes := 0
	for i, f := range fresh {
		if bytes += len(f.ID) + len(f.Head) + 50; i == maxSealed || bytes > maxSeal {
			return max(i, 1)
		}
	}
	return len(fresh)
}

func (s *Sealer) put(ctx context.Context, now time.Time, why SealReason, records []Sealed) error {
	seal := Seal{ID: sealID(s.last.Number + 1), Number: s.last.Number + 1, At: now, Why: why, Prev: s.last.Hash, Records: records}
	doc, err := document(&seal)
	if err != nil {
		return err
	}
	if err := s.db.Put(ctx, doc); err != nil {
		return err
	}
	s.last = SealHead{Number: seal.Number, Hash: sumOf(doc.Facts), At: now}
	return nil
}

// load finds the last seal, and what was sealed in the time that is looked at again.
func (s *Sealer) load(ctx context.Context, now time.Time) error {
	last, err := LastSeal(ctx, s.db)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	s.last, s.before, s.swept = last, last.At, last.At
	known := map[Sealed]bool{}
	since := earlier(last.At, now).Add(-sealOverlap)
	for n := last.Number; n > 0; n-- {
		seal, _, err := loadSeal(ctx, s.db, sealID(n))
		if err != nil {
			return err
		}
		if seal.At.Before(since) {
			break
		}
		for _, r := range seal.Records {
			known[r] = true
		}
	}
	s.known = known
	return nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
