package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/store"
)

// keyNames are the indexes in which a record stands, beside the lanes and that of what has changed, each once.
func keyNames(t *testing.T, r store.Record) string {
	t.Helper()
	var out []string
	for _, key := range keysOf(t, r) {
		index, _, _ := strings.Cut(key, " ")
		if index != "changed" && !slices.Contains(store.Lanes(), store.Lane(index)) && !slices.Contains(out, index) {
			out = append(out, index)
		}
	}
	return strings.Join(out, " ")
}

// In which indexes a record stands, by its state. An exclamation mark tells a key that one record at a time holds.
func TestWhereEachStateIsFound(t *testing.T) {
	grants := func(state store.State, change func(*store.Grant)) store.Record {
		g := plainGrant(t, state, change)
		return &g
	}
	same := func(*store.Grant) {}
	group := func(g *store.Grant) { g.Effects = map[string]string{store.FactGroup: "AGPA1"} }
	alerts := func(kind store.AlertKind, state store.State) store.Record {
		a, _ := readyAlert(kind)(t, state, store.Fail)
		return &a
	}
	tasks := func(state store.State) store.Record {
		task, _ := readyTask(t, state, store.Fail)
		return &task
	}
	for _, c := range []struct {
		name string
		r    store.Record
		want string
	}{
		{"a grant that is received", grants(store.Received, same), ""},
		{"ignored", grants(store.Ignored, same), "spent"},
		{"merged", grants(store.Merged, same), ""},
		{"asked", grants(store.Asked, same), "decided holder slot! voter"},
		{"asked, without a card", grants(store.Asked, func(g *store.Grant) { g.Card = store.Card{} }), "decided holder slot! uncarded voter"},
		{"asked, on a digest", grants(store.Asked, func(g *store.Grant) { g.Digest = true }), "card decided holder slot! voter"},
		{"asked, of nobody", grants(store.Asked, func(g *store.Grant) { g.Subject.Person = "" }), "holder slot!"},
		{"asked, claimed", grants(store.Asked, func(g *store.Grant) { g.Claim.Owner = "w" }), "claim decided holder slot! voter"},
		{"denied", grants(store.Denied, same), "decided denied pastof"},
		{"denied by its person", grants(store.Denied, func(g *store.Grant) { g.Outcome = store.NotMine }), "pastof"},
		{"denied by an offboarding", grants(store.Denied, func(g *store.Grant) { g.Offboarding = "offboard-1" }), "decided pastof"},
		{"lapsed", grants(store.Lapsed, same), "pastof"},
		{"withdrawn", grants(store.Withdrawn, same), "pastof"},
		{"approved", grants(store.Approved, same), "decided gave holder slot!"},
		{"approved, of a group that is not planned", grants(store.Approved, group), "decided gave holder slot!"},
		{"active", grants(store.Active, same), "decided gave holder slot!"},
		{"active, of a group", grants(store.Active, group), "decided gave group holder slot!"},
		{"active, extension", grants(store.Active, func(g *store.Grant) {
			g.Extension = store.Extension{Until: noon.Add(8 * time.Hour), Steps: g.Steps}
		}), "decided gave holder slot! voter"},
		{"active, by a rule", grants(store.Active, func(g *store.Grant) { g.Approvals = []store.Approval{{By: store.Rule}} }), "holder slot!"},
		{"ending", grants(store.Ending, group), "decided gave group holder slot!"},
		{"ended", grants(store.Ended, group), "decided group past pastof"},
		{"ended, looked at twice", grants(store.Ended, func(g *store.Grant) { group(g); g.Rechecks = 2 }), "decided pastof"},
		{"ended, handed over", grants(store.Ended, func(g *store.Grant) { g.Outcome = store.HandOver }), "decided handed pastof"},

		{"a rotation that is asked", tasks(store.Asked), "decided slot! voter"},
		{"making", tasks(store.Making), "decided slot!"},
		{"handing", tasks(store.Handing), "decided slot!"},
		{"deleting", tasks(store.Deleting), "decided slot!"},
		{"denied", tasks(store.Denied), "decided"},
		{"lapsed", tasks(store.Lapsed), ""},
		{"rotated", tasks(store.Rotated), "decided"},

		{"a member who is raised", alerts(store.Unknown, store.Raised), "member"},
		{"kept", alerts(store.Unknown, store.Kept), "member"},
		{"acting", alerts(store.Unknown, store.Acting), ""},
		{"gone", alerts(store.Unknown, store.Gone), ""},
		{"a row", alerts(store.Stale, store.Raised), "stale"},
		{"acted", alerts(store.Stale, store.Acted), "stale"},
		{"kept", alerts(store.Stale, store.Kept), "stale"},
		{"gone", alerts(store.Stale, store.Gone), ""},
		{"a group that cannot be read", alerts(store.Unreadable, store.Raised), "unreadable"},
		{"gone", alerts(store.Unreadable, store.Gone), ""},
		{"a record that cannot be read", alerts(store.Tampered, store.Raised), "tampered"},
		{"gone", alerts(store.Tampered, store.Gone), ""},
		{"an alarm", alerts(store.NotMe, store.Raised), ""},
		{"a report", ptr(store.NewReport(noon, nil, nil, 0, false)), "report!"},
		{"a report that has its time", ptr(store.NewReport(noon, nil, nil, 0, false).Passed(noon)), ""},
		{"a press", &store.Press{ID: "press-1"}, ""},
		{"a mark", &store.Mark{ID: "mark-clock"}, ""},
		{"a seal", &store.Seal{ID: "seal-1"}, "seal"},
	} {
		if got := keyNames(t, c.r); got != c.want {
			t.Errorf("%s (%T) stands in %q, want %q", c.name, c.r, got, c.want)
		}
	}
}

// What is sealed of a record: its last entry and when that was. Progress is not sealed, and what became of a press is.
func TestWhatIsSealedOfARecord(t *testing.T) {
	g := asked()
	was := keysOf(t, &g, "changed")
	if want := []string{fmt.Sprintf("changed 2026-11-22T12:00:00.000000000Z/%010d/%s", g.Chain.Seq, g.Chain.Head)}; !slices.Equal(was, want) {
		t.Errorf("%q, want %q", was, want)
	}
	g.Retry, g.Told, g.Claim.Owner = later, heard(1), "w"
	if got := keysOf(t, &g, "changed"); !slices.Equal(got, was) {
		t.Errorf("progress changed what is sealed: %q", got)
	}
	if old := (store.Grant{ID: "login-1"}); len(keysOf(t, &old, "changed")) != 0 {
		t.Error("a record without entries is sealed")
	}
	for name, c := range map[string]struct {
		change func(*store.Press)
		want   bool
	}{
		"who pressed":    {func(p *store.Press) { p.By = "U2" }, true},
		"what":           {func(p *store.Press) { p.Verb = store.Deny }, true},
		"what came back": {func(p *store.Press) { p.Refusal = "late" }, true},
		"it was judged":  {func(p *store.Press) { *p = p.Judge(later) }, true},
		"the sentence":   {func(p *store.Press) { p.Facts = map[string]string{"a": "b"} }, true},
		"a try":          {func(p *store.Press) { *p = p.Failed(later) }, false},
		"it was heard":   {func(p *store.Press) { p.Heard = true }, false},
	} {
		p := store.Press{ID: "press-1", By: "U1", Verb: store.Approve, At: noon}
		was := keysOf(t, &p, "changed")
		if c.change(&p); slices.Equal(keysOf(t, &p, "changed"), was) == c.want {
			t.Errorf("%s of a press: sealed anew %t", name, !c.want)
		}
	}
	for id, want := range map[string]int{"mark-clock": 0, "mark-seen-1/AIDA1/203.0.113.9": 1, "mark-unseen-1": 0} {
		if got := keysOf(t, &store.Mark{ID: id, At: noon}, "changed"); len(got) != want {
			t.Errorf("%s: sealed %q", id, got)
		}
	}
}

// What names a seal, and what does not.
func TestHeadsOfSeals(t *testing.T) {
	hash := strings.Repeat("0a", 32)
	for text, want := range map[string]bool{
		"1:" + hash: true, "007:" + hash: true, "18446744073709551615:" + hash: true,
		"": false, ":": false, "1": false, "1:": false, "0:" + hash: false, "-1:" + hash: false, "+1:" + hash: false, "1.5:" + hash: false,
		"18446744073709551616:" + hash: false, "1:" + hash[1:]: false, "1:" + hash + "0a": false, "1:" + hash[:62] + "zz": false,
		" 1:" + hash: false, "1: " + hash: false, "1:" + hash + "\n": false, "1:1:" + hash: false, hash + ":1": false,
	} {
		var h store.SealHead
		err := h.UnmarshalText([]byte(text))
		if (err == nil) != want {
			t.Errorf("%q: %v", text, err)
		}
		if err != nil && h != (store.SealHead{}) {
			t.Errorf("%q is refused, and read as %s", text, h)
		}
		if back := (store.SealHead{}); err == nil && (back.UnmarshalText([]byte(h.String())) != nil || back != h) {
			t.Errorf("%q comes back as %s", text, back)
		}
	}
}

// A change that is committed up to an hour after its time is sealed by the next sweep; a later one is not, and an audit names it.
func TestHowLateAChangeIsSealed(t *testing.T) {
	for late, want := range map[time.Duration]int{0: 1, time.Hour - 1: 1, time.Hour: 1, time.Hour + 1: 0, 48 * time.Hour: 0} {
		db := &store.Mem{}
		first := request(t, "login-1", noon)
		save(t, db, &first)
		s := store.NewSealer(db)
		sweep(t, s, noon, 1)
		sweep(t, s, noon.Add(time.Minute), 0) // the sweep before the last one was at noon
		second := request(t, "login-2", noon.Add(-late))
		save(t, db, &second)
		sweep(t, s, noon.Add(2*time.Minute), want)
	}
}

// What is no record is an error, and nothing that can be taken for one. Nothing of it panics.
func TestHostileBodies(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000)
	ids := []string{"login-1", "press-1", "alert-1", "task-1", "offboard-1", "report-1", "seal-000000000001", "mark-1"}
	for _, facts := range []string{"", " ", "{", "[]", "7", `"text"`, "true", `{"id":7}`, `{"id":"x"`, `{"id":"x"}}`, `{"id":"x"},`, "\x00", "{\"id\":\"\xff\"", deep, `{"id":["x"]}`} {
		for _, id := range ids {
			if r, err := store.Decode(store.Doc{ID: id, Kind: store.KindByID(id), Facts: []byte(facts)}); err == nil || !slices.Equal(store.BrokenIn(err), []string{id}) {
				t.Errorf("%s with the facts %.20q: %v, %v", id, facts, r, err)
			}
		}
	}
	for _, progress := range []string{"{", "[]", "7", `"text"`, `{"tries":"many"}`, `{"told":7}`, `{"tell_at":"soon"}`, `{"told":{"card":-1}}`, deep} {
		if r, err := store.Decode(store.Doc{ID: "login-1", Kind: store.KindGrant, Facts: []byte(`{"id":"login-1"}`), Progress: []byte(progress)}); err == nil || !slices.Equal(store.BrokenIn(err), []string{"login-1"}) {
			t.Errorf("the progress %.20q: %v, %v", progress, r, err)
		}
	}
	// A body that names no record, or another one, is not the record that it stands under.
	for _, id := range ids {
		for _, facts := range []string{"null", "{}", `{"id":""}`, `{"id":"login-2"}`, `{"id":"` + id + ` "}`, `{"id":null,"state":"active"}`} {
			if r, err := store.Decode(store.Doc{ID: id, Kind: store.KindByID(id), Facts: []byte(facts)}); !errors.Is(err, store.ErrRecord) || !slices.Equal(store.BrokenIn(err), []string{id}) {
				t.Errorf("%s with the facts %s: %v, %v", id, facts, r, err)
			}
		}
	}
	// More progress than there are rows, less, and none: the rows stay those of the facts.
	facts := `{"id":"offboard-1","holdings":[{"kind":"user","account":"1","user":"a"},{"kind":"key","account":"1","user":"a"}]}`
	for progress, want := range map[string]string{`{}`: "0 0", `{"holdings":null}`: "0 0", `{"holdings":[]}`: "0 0", `{"holdings":[{"tries":1}]}`: "1 0",
		`{"holdings":[{"tries":1},{"tries":2},{"tries":3}]}`: "1 2", `{"holdings":[{"kind":"group","tries":4,"result":"ended"}]}`: "4 0"} {
		r, err := store.Decode(store.Doc{ID: "offboard-1", Kind: store.KindOffboarding, Facts: []byte(facts), Progress: []byte(progress)})
		if err != nil {
			t.Fatalf("%s: %v", progress, err)
		}
		h := r.(*store.Offboarding).Holdings
		if got := fmt.Sprint(h[0].Work.Tries, " ", h[1].Work.Tries); len(h) != 2 || got != want || h[0].Kind != store.HeldUser || h[0].Result != "" {
			t.Errorf("%s: %+v", progress, h)
		}
	}
}

// Facts that were edited are found by their digest, whatever was edited and however little.
func TestEachEditedFactIsFound(t *testing.T) {
	for _, r := range []store.Record{ptr(asked()), ptr(begun()), ptr(leaving()), ptr(raised()), ptr(store.NewReport(noon, nil, nil, 0, false))} {
		doc := kept(t, r)[0]
		if _, err := store.Verify(doc, doc.Entries); err != nil {
			t.Fatalf("%s: %v", doc.ID, err)
		}
		var facts map[string]json.RawMessage
		if err := json.Unmarshal(doc.Facts, &facts); err != nil {
			t.Fatal(err)
		}
		for name := range facts {
			cut := doc
			less := map[string]json.RawMessage{}
			for other, value := range facts {
				if other != name {
					less[other] = value
				}
			}
			body, err := json.Marshal(less)
			if err != nil {
				t.Fatal(err)
			}
			if cut.Facts = body; !errors.Is(second(store.Verify(cut, doc.Entries)), store.ErrRecord) {
				t.Errorf("%s without its %s: %v", doc.ID, name, second(store.Verify(cut, doc.Entries)))
			}
		}
	}
}

func second(_ int, err error) error { return err }

// An offboarding is found by every Slack account that the person had, whichever of them is the first by now.
func TestAnOffboardingIsFoundByEveryAccount(t *testing.T) {
	o := store.Offboarding{ID: store.OffboardingPrefix + "1", Person: "U0A", Accounts: []string{"U0A", "U0B", "U0C"}, State: store.Leaving}
	doc, err := store.Encode(&o)
	if err != nil {
		t.Fatal(err)
	}
	for _, account := range o.Accounts {
		if !slices.Contains(doc.Keys, store.Key{Index: store.SlotIndex, Value: store.OffboardingSlot(account), Unique: true}) {
			t.Errorf("it is not found by %s: %v", account, doc.Keys)
		}
	}
}
