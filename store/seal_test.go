package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/store"
)

// request is a request that came in at a time.
func request(t testing.TB, id string, at time.Time) store.Grant {
	t.Helper()
	g, err := store.Grant{ID: id, Account: "1", Subject: store.Subject{UserID: id}, Target: "jit-ops"}.After(store.Entry{Verb: store.Receive, By: store.Self, At: at})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func save(t testing.TB, db store.DB, records ...store.Record) {
	t.Helper()
	if err := store.Save(t.Context(), db, records...); err != nil {
		t.Fatal(err)
	}
}

func sweep(t testing.TB, s *store.Sealer, at time.Time, want int) {
	t.Helper()
	if n, err := s.Sweep(t.Context(), at, store.SealMinute); err != nil || n != want {
		t.Fatalf("at %s: %d seals, %v, want %d", at.Format(time.TimeOnly), n, err, want)
	}
}

// ignore ends a request.
func ignore(t testing.TB, db store.DB, g store.Grant, at time.Time) store.Grant {
	t.Helper()
	g, err := g.After(store.Entry{Verb: store.Ignore, By: store.Self, At: at})
	if err != nil {
		t.Fatal(err)
	}
	save(t, db, &g)
	return g
}

// docsOf returns all that stands in a ledger.
func docsOf(t testing.TB, db store.Whole) []store.Doc {
	t.Helper()
	var docs []store.Doc
	for d, err := db.Next(t.Context(), ""); !errors.Is(err, store.ErrNotFound); d, err = db.Next(t.Context(), d.ID) {
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, d)
	}
	return docs
}

// sealsOf returns the seals of a ledger, in order.
func sealsOf(t testing.TB, db store.DB) []store.Seal {
	t.Helper()
	var out []store.Seal
	for {
		d, err := db.Get(t.Context(), fmt.Sprintf("%s%012d", store.SealPrefix, len(out)+1))
		if errors.Is(err, store.ErrNotFound) {
			return out
		}
		var s store.Seal
		if err := errors.Join(err, json.Unmarshal(d.Facts, &s)); err != nil {
			t.Fatal(err)
		}
		if len(d.Facts) > 300<<10 || len(s.Records) > 1000 {
			t.Errorf("%s has %d records and %d bytes", d.ID, len(s.Records), len(d.Facts))
		}
		out = append(out, s)
	}
}

// sealedOnce fails unless each of so many records is in the seals once, and an audit finds nothing.
func sealedOnce(t *testing.T, db *store.Mem, records int) {
	t.Helper()
	times := map[store.Sealed]int{}
	for _, s := range sealsOf(t, db) {
		for _, r := range s.Records {
			times[r]++
		}
	}
	for r, n := range times {
		if n != 1 {
			t.Errorf("%s was sealed %d times at %d", r.ID, n, r.Seq)
		}
	}
	if len(times) != records {
		t.Errorf("%d are sealed, want %d", len(times), records)
	}
	sound(t, db)
}

func sound(t *testing.T, db store.Whole) {
	t.Helper()
	if _, err := store.Audit(t.Context(), db, func(f store.Fault) { t.Errorf("%s: %v", f.ID, f.Err) }); err != nil {
		t.Fatal(err)
	}
}

// sealedLedger has two grants, a press and a mark, in three seals: the first grant was sealed twice.
func sealedLedger(t *testing.T) (db, before *store.Mem) {
	t.Helper()
	db, before = &store.Mem{}, &store.Mem{}
	s := store.NewSealer(db)
	g1, g2 := request(t, "login-1", noon), request(t, "login-2", noon)
	save(t, db, &g1, &g2, &store.Press{ID: "press-1", By: "U1", At: noon}, &store.Mark{ID: "mark-seen-1/AIDA/203.0.113.9", At: noon})
	sweep(t, s, noon.Add(time.Minute), 1)
	for _, d := range docsOf(t, db) {
		d.Version = 0
		if err := before.Put(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	ignore(t, db, g1, noon.Add(2*time.Minute))
	sweep(t, s, noon.Add(2*time.Minute), 1)
	p, err := store.LoadPress(t.Context(), db, "press-1")
	if err != nil {
		t.Fatal(err)
	}
	p = p.Judge(noon.Add(3 * time.Minute))
	save(t, db, &p)
	sweep(t, s, noon.Add(3*time.Minute), 1)
	return db, before
}

// What was sealed cannot be taken away, put back or written anew, also where all that is left fits together.
func TestAuditFindsWhatIsNotAsItWasSealed(t *testing.T) {
	db, before := sealedLedger(t)
	sound(t, db)
	old := docsOf(t, before)
	forged := request(t, "login-2", noon.Add(time.Second))
	other := kept(t, &forged)[0]
	for name, c := range map[string]struct {
		tamper func([]store.Doc) []store.Doc
		want   string
	}{
		"a grant is deleted": {without("login-2"), "login-2: .* it was sealed at 1 on 2026-11-22T12:01:00.000000000Z by seal 1, and is not there"},
		"a press is deleted": {without("press-1"), "press-1: .* it was sealed at 2 .* and is not there"},
		"a mark is deleted":  {without("mark-seen-1/AIDA/203.0.113.9"), "mark-seen-.* and is not there"},
		"an older copy of a grant": {with(docOf(old, "login-1")),
			"login-1: .* it was sealed at 2 on .* by seal 2, and stands at 1: it is an older copy"},
		"an older copy of a press":  {with(docOf(old, "press-1")), "press-1: .* it was sealed at 2 .* stands at 1: it is an older copy"},
		"another history":           {with(other), "login-2: .* at 1 it is not what seal 1 has sealed .* it was edited since"},
		"another press":             {edited("press-1", `"by":"U1"`, `"by":"U2"`), "press-1: .* at 2 it is not what seal 3 has sealed"},
		"another mark":              {edited("mark-seen-1/AIDA/203.0.113.9", "12:00", "11:00"), "mark-seen-.* at 1 it is not what seal 1 has sealed"},
		"an edited seal":            {edited("seal-000000000002", "login-1", "login-9"), "seal-000000000003: .* it does not follow seal 2 as that is now"},
		"a seal is deleted":         {without("seal-000000000002"), "seal-000000000003: .* it is seal 3 and follows seal 1"},
		"the first seal is deleted": {without("seal-000000000001"), "seal-000000000002: .* it is seal 2 and follows seal 0"},
		"seals change places": {func(docs []store.Doc) []store.Doc {
			a, b := docOf(docs, "seal-000000000001"), docOf(docs, "seal-000000000002")
			a.ID, b.ID = b.ID, a.ID
			return with(b)(with(a)(docs))
		}, "seal-000000000001: .* it is seal 2 and follows seal 0"},
		"a seal that cannot be read": {edited("seal-000000000002", "{", "["), "seal-000000000003: .* does not follow"},
	} {
		t.Run(name, func(t *testing.T) {
			_, faults := audit(t, c.tamper(docsOf(t, db))...)
			if !slices.ContainsFunc(faults, func(f store.Fault) bool { return matches(c.want, f.ID+": "+f.Err.Error()) }) {
				t.Errorf("found %v, want %s", faults, c.want)
			}
		})
	}
}

// A change that was committed without its row, or long before the seals that were made since, is named.
func TestAuditFindsWhatWasNeverSealed(t *testing.T) {
	db, _ := sealedLedger(t)
	s := store.NewSealer(db)
	late, recent := request(t, "login-3", noon.Add(-time.Hour)), request(t, "login-4", noon.Add(2*time.Hour))
	save(t, db, &recent)
	sweep(t, s, noon.Add(2*time.Hour), 1)
	sweep(t, s, noon.Add(2*time.Hour), 0)
	save(t, db, &late)
	sweep(t, s, noon.Add(2*time.Hour), 0) // it was three hours late
	_, faults := audit(t, docsOf(t, db)...)
	if len(faults) != 1 || !matches("it changed last on 2026-11-22T11:00.* and is in no seal, though seal 4", faults[0].Err.Error()) {
		t.Errorf("found %v", faults)
	}
}

// The head that was read before tells an older copy of the whole ledger, and one whose last seal was edited.
func TestCheckHead(t *testing.T) {
	db, before := sealedLedger(t)
	head, err := store.LastSeal(t.Context(), db)
	if err != nil || head.Number != 3 {
		t.Fatal(head, err)
	}
	var read store.SealHead
	if err := read.UnmarshalText([]byte(head.String())); err != nil || read.Number != head.Number || read.Hash != head.Hash {
		t.Fatalf("read %v, %v of %v", read, err, head)
	}
	if err := store.CheckHead(t.Context(), db, read); err != nil {
		t.Error(err)
	}
	if err := before.Put(t.Context(), store.Doc{ID: "task-1", Facts: []byte(`{}`)}); err != nil { // stands behind the seals
		t.Fatal(err)
	}
	if err := store.CheckHead(t.Context(), before, read); !errors.Is(err, store.ErrSealed) || !strings.Contains(err.Error(), "seal 3 is not in it") {
		t.Errorf("an older copy: %v", err)
	}
	last := &store.Mem{}
	for _, d := range edited("seal-000000000003", "press-1", "press-2")(docsOf(t, db)) {
		d.Version = 0
		if err := last.Put(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.CheckHead(t.Context(), last, read); !errors.Is(err, store.ErrSealed) || !strings.Contains(err.Error(), "seal 3 has the hash") {
		t.Errorf("an edited seal: %v", err)
	}
	for _, wrong := range []string{"", "3", "3:", "0:" + read.Hash, "-1:" + read.Hash, "3:" + read.Hash[1:], "3:" + read.Hash + "00", "x:" + read.Hash, ":" + read.Hash} {
		if err := new(store.SealHead).UnmarshalText([]byte(wrong)); err == nil {
			t.Errorf("%q is a head", wrong)
		}
	}
}

// Nothing new makes no seal; a record that is changed again is sealed again, and its progress is not.
func TestSweepSealsWhatIsNew(t *testing.T) {
	db := &store.Mem{}
	s := store.NewSealer(db)
	sweep(t, s, noon, 0)
	g := request(t, "login-1", noon)
	save(t, db, &g)
	sweep(t, s, noon, 1)
	for i := range 100 {
		sweep(t, s, noon.Add(time.Duration(i)*time.Minute), 0)
	}
	g.Tries = 7
	save(t, db, &g)
	p := store.Press{ID: "press-1", At: noon.Add(100 * time.Minute)}
	save(t, db, &p)
	sweep(t, s, noon.Add(100*time.Minute), 1)
	p = p.Failed(p.At)
	save(t, db, &p)
	sweep(t, s, noon.Add(101*time.Minute), 0)
	ignore(t, db, g, noon.Add(102*time.Minute))
	sweep(t, s, noon.Add(102*time.Minute), 1)
	sealedOnce(t, db, 3)
}

// A change that is committed up to an hour after its time is sealed, also one that was stuck while the whole machine slept.
func TestSweepSealsWhatIsLate(t *testing.T) {
	db := &store.Mem{}
	s := store.NewSealer(db)
	first, late, stuck := request(t, "login-1", noon), request(t, "login-2", noon.Add(5*time.Minute)), request(t, "login-3", noon.Add(time.Hour))
	save(t, db, &first)
	for at := range 60 {
		sweep(t, s, noon.Add(time.Duration(at)*time.Minute), map[bool]int{true: 1}[at == 0])
	}
	save(t, db, &late)
	sweep(t, s, noon.Add(time.Hour), 1)
	morning := noon.Add(20 * time.Hour)
	sweep(t, s, morning, 0)
	save(t, db, &stuck)
	sweep(t, s, morning.Add(time.Minute), 1)
	sealedOnce(t, db, 3)
}

// failing is a ledger that dies before or after its n-th write.
type failing struct {
	*store.Mem
	puts   int
	before bool
}

var errKilled = errors.New("killed")

func (f *failing) Put(ctx context.Context, docs ...store.Doc) error {
	if f.puts--; f.puts == 0 && f.before {
		return errKilled
	}
	if err := f.Mem.Put(ctx, docs...); err != nil || f.puts != 0 {
		return err
	}
	return errKilled
}

// Whichever write is the last one of a process, it or the next one seals the rest, and nothing twice.
func TestSweepKilledBetweenSeals(t *testing.T) {
	const n = 2500
	whole := &store.Mem{}
	for i := range n {
		g := request(t, fmt.Sprint("login-", i), noon.Add(time.Duration(i)*time.Millisecond))
		save(t, whole, &g)
	}
	docs := docsOf(t, whole)
	for kill := 1; kill <= 3; kill++ {
		for _, before := range []bool{true, false} {
			db := &store.Mem{}
			for _, d := range docs {
				d.Version = 0
				if err := db.Put(t.Context(), d); err != nil {
					t.Fatal(err)
				}
			}
			dying := store.NewSealer(&failing{db, kill, before})
			if _, err := dying.Sweep(t.Context(), noon, store.SealMinute); !errors.Is(err, errKilled) {
				t.Fatalf("killed at %d: %v", kill, err)
			}
			if before { // it goes on
				sweep(t, dying, noon.Add(time.Minute), 3-kill+1)
			} else { // another process does
				sweep(t, store.NewSealer(db), noon.Add(time.Minute), 3-kill)
			}
			sealedOnce(t, db, n)
		}
	}
}

// Ten thousand changes of a minute take ten seals, which fit where they have to go.
func TestSweepOfAStorm(t *testing.T) {
	db := &store.Mem{}
	for i := range 10_000 {
		g := request(t, fmt.Sprintf("login-%05d-%s", i, strings.Repeat("x", 90)), noon.Add(time.Duration(i)*time.Millisecond))
		save(t, db, &g)
	}
	begin := time.Now()
	sweep(t, store.NewSealer(db), noon.Add(time.Minute), 10)
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	records := 0
	for _, s := range sealsOf(t, db) {
		records += len(s.Records)
	}
	if records != 10_000 {
		t.Errorf("%d are sealed", records)
	}
}

// Ids as long as they can be make smaller seals.
func TestSealsFitIntoAnItem(t *testing.T) {
	db := &store.Mem{}
	for i := range 900 {
		g := request(t, fmt.Sprintf("login-%03d-%s", i, strings.Repeat("x", 400)), noon)
		save(t, db, &g)
	}
	sweep(t, store.NewSealer(db), noon, 2)
	sealedOnce(t, db, 900)
}

// Two engines on one ledger make one chain, and seal nothing twice.
func TestTwoSealers(t *testing.T) {
	db := &store.Mem{}
	a, b := store.NewSealer(db), store.NewSealer(db)
	for i := range 20 {
		at := noon.Add(time.Duration(i) * time.Minute)
		g := request(t, fmt.Sprint("login-", i), at)
		save(t, db, &g)
		first, second := a, b
		if i%3 == 0 {
			first, second = b, a
		}
		sweep(t, first, at, 1)
		sweep(t, second, at.Add(time.Second), 0)
	}
	sealedOnce(t, db, 20)
}

// The clock ran ahead by two years, was reset, and stood in the future once more: the chain goes on, and all of it is sealed.
func TestSweepWhileTheClockJumps(t *testing.T) {
	db := &store.Mem{}
	s := store.NewSealer(db)
	for i, at := range []time.Time{noon, noon.AddDate(2, 0, 0), noon.Add(time.Minute), noon.Add(2 * time.Minute), noon.AddDate(0, 0, 7), noon.Add(3 * time.Minute)} {
		g := request(t, fmt.Sprint("login-", i), at)
		save(t, db, &g)
		sweep(t, s, at, 1)
		if i == 3 {
			s = store.NewSealer(db)
		}
		sweep(t, s, at, 0)
	}
	sealedOnce(t, db, 6)
}

// counting is a ledger that counts what is asked of it.
type counting struct {
	*store.Mem
	gets, lists, rows, puts int
}

func (c *counting) Get(ctx context.Context, id string) (store.Doc, error) {
	c.gets++
	return c.Mem.Get(ctx, id)
}

func (c *counting) List(ctx context.Context, index, from string, limit int) ([]store.Row, error) {
	rows, err := c.Mem.List(ctx, index, from, limit)
	c.lists++
	c.rows += len(rows)
	return rows, err
}

func (c *counting) Put(ctx context.Context, docs ...store.Doc) error {
	c.puts++
	return c.Mem.Put(ctx, docs...)
}

// A sweep costs what has changed: no record is read or written for it, however many there are.
func TestSweepCostsWhatHasChanged(t *testing.T) {
	db := &counting{Mem: &store.Mem{}}
	for i := range 5000 {
		g := request(t, fmt.Sprintf("login-%05d", i), noon.Add(-48*time.Hour))
		save(t, db, &g)
	}
	s := store.NewSealer(db)
	sweep(t, s, noon.Add(-48*time.Hour), 5)
	sweep(t, s, noon.Add(-time.Minute), 0)
	sweep(t, s, noon, 0)
	g := request(t, "login-new", noon)
	save(t, db, &g)
	*db = counting{Mem: db.Mem}
	sweep(t, s, noon.Add(time.Minute), 1)
	if db.gets != 0 || db.lists != 1 || db.rows != 1 || db.puts != 1 {
		t.Errorf("%d reads, %d lists of %d rows, %d writes", db.gets, db.lists, db.rows, db.puts)
	}
}

func BenchmarkSweep(b *testing.B) {
	for _, n := range []int{1, 1000, 10_000} {
		b.Run(fmt.Sprint("changed=", n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				db := &store.Mem{}
				for i := range n {
					g := request(b, fmt.Sprintf("login-%05d", i), noon)
					save(b, db, &g)
				}
				b.StartTimer()
				if _, err := store.NewSealer(db).Sweep(b.Context(), noon, store.SealMinute); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func matches(pattern, s string) bool {
	at := 0
	for _, part := range strings.Split(pattern, ".*") {
		i := strings.Index(s[at:], part)
		if i < 0 {
			return false
		}
		at += i + len(part)
	}
	return true
}

func docOf(docs []store.Doc, id string) store.Doc {
	return docs[slices.IndexFunc(docs, func(d store.Doc) bool { return d.ID == id })]
}

// without is a ledger from which a record was deleted with all that stands of it.
func without(id string) func([]store.Doc) []store.Doc {
	return func(docs []store.Doc) []store.Doc {
		return slices.DeleteFunc(docs, func(d store.Doc) bool { return d.ID == id })
	}
}

// with is a ledger in which a record is another one.
func with(other store.Doc) func([]store.Doc) []store.Doc {
	return func(docs []store.Doc) []store.Doc { return append(without(other.ID)(docs), other) }
}

// edited is a ledger in which a record says something else, and its rows are written to suit.
func edited(id, was, is string) func([]store.Doc) []store.Doc {
	return func(docs []store.Doc) []store.Doc {
		d := docOf(docs, id)
		for _, body := range []*[]byte{&d.Facts, &d.Progress} {
			*body = bytes.Replace(*body, []byte(was), []byte(is), 1)
		}
		return with(d)(docs)
	}
}

// spent is a ledger with a sign-in that was ignored, a press that was judged, and what is never deleted, all of them sealed.
func spent(t *testing.T) (*store.Mem, *store.Sealer) {
	t.Helper()
	db := &store.Mem{}
	s := store.NewSealer(db)
	over, open := request(t, "login-1", noon), request(t, "login-2", noon)
	waits := store.Press{ID: "press-2", At: noon}
	judged := store.Press{ID: "press-1", At: noon}.Judge(noon)
	unheard := store.Press{ID: "press-3", At: noon}.Judge(noon)
	unheard.Refusal = "own"
	save(t, db, &over, &open, &waits, &judged, &unheard, &store.Mark{ID: "mark-seen-1/AIDA/203.0.113.9", At: noon})
	ignore(t, db, over, noon)
	sweep(t, s, noon.Add(time.Minute), 1)
	return db, s
}

// Of all records just those go that came to nothing, once their time is up: by a seal that says so, and an audit finds nothing.
func TestDeleteTakesWhatIsSpent(t *testing.T) {
	db, s := spent(t)
	for _, c := range []struct {
		before time.Time
		want   int
	}{{noon, 0}, {noon.Add(time.Second), 2}, {noon.AddDate(1, 0, 0), 0}} {
		if n, err := s.Delete(t.Context(), noon.AddDate(0, 1, 0), c.before); err != nil || n != c.want {
			t.Fatalf("before %s: %d, %v, want %d", c.before, n, err, c.want)
		}
	}
	var left []string
	for _, d := range docsOf(t, db) {
		left = append(left, d.ID)
	}
	if want := []string{"login-2", "mark-seen-1/AIDA/203.0.113.9", "press-2", "press-3", "seal-000000000001", "seal-000000000002"}; !slices.Equal(left, want) {
		t.Errorf("left %v, want %v", left, want)
	}
	if gone := sealsOf(t, db)[1].Records; len(gone) != 2 || !gone[0].Gone || gone[0].Seq != 2 || !gone[1].Gone || gone[0].ID == gone[1].ID {
		t.Errorf("sealed %+v", gone)
	}
	sound(t, db)
	g := request(t, "login-1", noon.AddDate(0, 2, 0)) // the event comes once more
	save(t, db, &g)
	sweep(t, s, noon.AddDate(0, 2, 0), 1)
	sound(t, db)
	_, faults := audit(t, without("login-1")(docsOf(t, db))...)
	if len(faults) != 1 || !matches("it was sealed at 1 on .* by seal 3, and is not there", faults[0].Err.Error()) {
		t.Errorf("found %v", faults)
	}
}

// Whichever write is the last one of a process, the next one deletes what is left, and an audit finds nothing in between.
func TestDeleteKilled(t *testing.T) {
	for kill := 1; kill <= 3; kill++ {
		for _, before := range []bool{true, false} {
			db, _ := spent(t)
			dying := store.NewSealer(&failing{db, kill, before})
			if _, err := dying.Delete(t.Context(), noon.AddDate(0, 1, 0), noon.Add(time.Second)); !errors.Is(err, errKilled) {
				t.Fatalf("killed at %d: %v", kill, err)
			}
			sound(t, db)
			if _, err := store.NewSealer(db).Delete(t.Context(), noon.AddDate(0, 1, 0), noon.Add(time.Second)); err != nil {
				t.Fatal(err)
			}
			sound(t, db)
			if n := len(docsOf(t, db)) - len(sealsOf(t, db)); n != 4 {
				t.Errorf("killed at %d: %d records are left", kill, n)
			}
		}
	}
}

// What was edited, or never sealed, is not deleted: it is evidence.
func TestDeleteKeepsWhatIsNotAsItWasSealed(t *testing.T) {
	db, s := spent(t)
	late := ignore(t, db, request(t, "login-9", noon), noon)
	if n, err := s.Delete(t.Context(), noon.AddDate(0, 1, 0), noon.Add(time.Second)); err != nil || n != 2 {
		t.Fatalf("%d, %v", n, err)
	}
	if _, err := db.Get(t.Context(), late.ID); err != nil {
		t.Error(err)
	}
	for range 3 {
		if n, err := s.Delete(t.Context(), noon.AddDate(0, 1, 0), noon.Add(time.Second)); err != nil || n != 0 {
			t.Errorf("%d, %v", n, err)
		}
	}
	if n := len(sealsOf(t, db)); n != 2 {
		t.Errorf("%d seals", n)
	}
}

// A seal that says that something was deleted which was never sealed like that is no excuse.
func TestAuditFindsAFalseDeletion(t *testing.T) {
	db, _ := sealedLedger(t)
	docs := edited("seal-000000000003", `"id":"press-1",`, `"gone":true,"id":"press-1",`)(docsOf(t, db))
	if _, faults := audit(t, without("press-1")(docs)...); !slices.ContainsFunc(faults, func(f store.Fault) bool {
		return f.ID == "press-1" && matches("seal 3 of .* says that it was deleted, and it was never sealed like that", f.Err.Error())
	}) {
		t.Errorf("found %v", faults)
	}
}

// Where all seals are gone, or the last ones, the records give it away: they went on for long and are in none.
func TestAuditFindsThatSealsAreGone(t *testing.T) {
	db := &store.Mem{}
	s := store.NewSealer(db)
	for hour := range 5 {
		at := noon.Add(time.Duration(hour) * time.Hour)
		g := request(t, fmt.Sprint("login-", hour), at)
		save(t, db, &g)
		sweep(t, s, at.Add(time.Minute), 1)
	}
	fresh := request(t, "login-fresh", noon.Add(5*time.Hour)) // the next sweep seals it
	save(t, db, &fresh)
	sound(t, db)
	for left, want := range []string{
		"seal-000000000001: .* 6 records that changed from 2026-11-22T12:00:00.000000000Z to 2026-11-22T17:00:00.000000000Z are in no seal",
		"seal-000000000002: .* 5 records that changed from 2026-11-22T13:00:00",
		"seal-000000000003: .* 4 records that changed from 2026-11-22T14:00:00",
		"seal-000000000004: .* 3 records that changed from 2026-11-22T15:00:00",
	} {
		docs := docsOf(t, db)
		for n := left + 1; n <= 5; n++ {
			docs = without(fmt.Sprintf("%s%012d", store.SealPrefix, n))(docs)
		}
		_, faults := audit(t, docs...)
		if len(faults) != 1 || !matches(want, faults[0].ID+": "+faults[0].Err.Error()) {
			t.Errorf("%d seals are left: found %v, want %s", left, faults, want)
		}
	}
	docs := docsOf(t, db)
	for n := range 5 {
		docs = without(fmt.Sprintf("%s%012d", store.SealPrefix, n+1))(docs)
	}
	anew := &store.Mem{} // on which a bot is started
	for _, d := range docs {
		d.Version = 0
		if err := anew.Put(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	sweep(t, store.NewSealer(anew), noon.Add(6*time.Hour), 1)
	want := "seal-000000000001: .* it is the first, and has what changed from 2026-11-22T12:00:00.* to 2026-11-22T17:00:00"
	if _, faults := audit(t, docsOf(t, anew)...); len(faults) != 1 || !matches(want, faults[0].ID+": "+faults[0].Err.Error()) {
		t.Errorf("sealed anew: found %v, want %s", faults, want)
	}
}

// What an older build wrote is in no seal before the first sweep of this one, and no seal is missed by that.
func TestAuditMissesNoSealsOfAnOlderBuild(t *testing.T) {
	docs := kept(t, &store.Press{ID: "press-1", At: noon}, &store.Press{ID: "press-2", At: noon.Add(3 * time.Hour)})
	for _, old := range []bool{true, false} {
		for i := range docs {
			docs[i].Old = old
		}
		if _, faults := audit(t, docs...); len(faults) > 0 == old {
			t.Errorf("of an older build %t: %v", old, faults)
		}
	}
}
