package bot

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"sekisho/handlers/policy"
	"sekisho/store"
)

var audited = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// fullReport has more of each kind than is shown, and of each kind all that it can say.
func fullReport() store.Report {
	old := audited.AddDate(0, -5, -3)
	var found []store.Finding
	for _, kind := range store.Findings {
		for i := range 7 {
			f := store.Finding{Kind: kind, Account: "123456789012", AccountName: "production", User: fmt.Sprint("user-", i), Cure: cures[kind]}
			switch kind {
			case store.OwnPolicy:
				f.Policies = []string{"PowerUserAccess", "by-hand"}
			case store.IdlePassword:
				f.Since = old
			case store.RootKey, store.OwnKey, store.IdleKey, store.OldKey:
				f.Since, f.Made, f.Key = old, old.Add(time.Duration(i)*time.Hour), fmt.Sprintf("AKIAIOSFODNN7EXAMP%02d", i)
			}
			if kind == store.OldKey && i == 0 {
				f.Rotation, f.Cure = "batch", store.RotateKey
			}
			found = append(found, f)
		}
	}
	return store.NewReport(audited, []store.Audited{{Account: "123456789012", AccountName: "production", Made: audited.Add(-90 * time.Minute)}}, found, 0, false)
}

// reported is a report with its rows.
type reported struct {
	report store.Report
	rows   []store.Alert
}

// rowsOf are the rows of a report as it comes.
func rowsOf(r store.Report) []store.Alert {
	var rows []store.Alert
	for _, f := range r.Findings {
		a := store.Alert{ID: f.ID(), Kind: store.Stale, Account: f.Account, AccountName: f.AccountName, Report: r.ID, Finding: &f, Subject: store.Subject{User: f.User}}
		rows = append(rows, rowAfter(a, store.Entry{Verb: store.Raise, By: store.Self}))
	}
	return rows
}

// rowAfter lets something happen to a row, a minute after each other.
func rowAfter(a store.Alert, entries ...store.Entry) store.Alert {
	for i, e := range entries {
		e.At = audited.Add(time.Duration(i) * time.Minute)
		var err error
		if a, err = a.After(e); err != nil {
			panic(err)
		}
	}
	return a
}

var (
	pressRow  = store.Entry{Verb: store.Remedy, By: sato}
	keyOff    = store.Entry{Verb: store.Done, By: store.Self, Facts: map[string]string{store.FactKeys: "AKIAIOSFODNN7EXAMPLE"}}
	undoRow   = store.Entry{Verb: store.Restore, By: sato}
	keyOn     = store.Entry{Verb: store.Restored, By: store.Self, Facts: map[string]string{store.FactKeys: "AKIAIOSFODNN7EXAMPLE"}}
	keepRow   = store.Entry{Verb: store.Keep, By: sato, Until: audited.AddDate(0, 2, 0), Note: "The partner moves to roles by then."}
	failRow   = store.Entry{Verb: store.Fail, By: store.Self, Note: "AccessDenied"}
	refuseRow = store.Entry{Verb: store.Refuse, By: store.Self, Note: policy.Impossible, Facts: map[string]string{"code": "LimitExceeded"}}
	lapseRow  = store.Entry{Verb: store.Lapse, By: store.Self}
	goneRow   = store.Entry{Verb: store.Vanish, By: store.Self}
	userGone  = store.Entry{Verb: store.Done, By: store.Self, Facts: map[string]string{"user": "gone"}}
)

// lives are what can become of a row, by what is found.
var lives = []struct {
	name string
	kind store.FindingKind
	life []store.Entry
}{
	{"shutting out", store.Left, []store.Entry{pressRow}},
	{"shut out", store.Left, []store.Entry{pressRow, {Verb: store.Done, By: store.Self,
		Facts: map[string]string{store.FactPassword: "true", store.FactKeys: "AKIAIOSFODNN7EXAMPLE"}}}},
	{"deactivating fails", store.OwnKey, []store.Entry{pressRow, failRow}},
	{"deactivated", store.OwnKey, []store.Entry{pressRow, keyOff}},
	{"activating", store.OwnKey, []store.Entry{pressRow, keyOff, undoRow}},
	{"activated", store.OwnKey, []store.Entry{pressRow, keyOff, undoRow, keyOn}},
	{"kept", store.OwnPolicy, []store.Entry{keepRow}},
	{"kept before", store.OwnPolicy, []store.Entry{keepRow, lapseRow}},
	{"reported again", store.OwnPolicy, []store.Entry{keepRow, undoRow}},
	{"deleted", store.NoMFA, []store.Entry{pressRow, {Verb: store.Done, By: store.Self, Facts: map[string]string{store.FactPassword: "true"}}}},
	{"user gone", store.IdlePassword, []store.Entry{pressRow, userGone}},
	{"no longer so", store.IdleKey, []store.Entry{pressRow, goneRow}},
	{"covered by what was deactivated", store.OldKey, nil},
	{"beginning to rotate", store.OldKey, []store.Entry{pressRow}},
	{"rotating", store.OldKey, []store.Entry{pressRow, {Verb: store.Done, By: store.Self, Facts: map[string]string{store.FactTask: "task-batch-1"}}}},
	{"not rotated", store.OldKey, []store.Entry{pressRow, refuseRow}},
}

// deciding is a report on which everything has happened that can.
func deciding() reported {
	var found []store.Finding
	for i, l := range lives {
		f := store.Finding{Kind: l.kind, Account: "123456789012", AccountName: "production", User: fmt.Sprint("user-", i), Cure: cures[l.kind]}
		if l.name == "covered by what was deactivated" {
			f.User, f.Made = found[3].User, found[3].Made
		} else if l.kind == store.OldKey {
			f.Rotation, f.Cure = "batch", store.RotateKey
		}
		if l.kind == store.OwnKey || l.kind == store.OldKey {
			f.Key, f.Made, f.Since, f.Used = "AKIAIOSFODNN7EXAMPLE", audited.AddDate(0, -4, 0), audited.AddDate(0, -4, 0), audited.AddDate(0, 0, -1)
		}
		found = append(found, f)
	}
	r := store.NewReport(audited, []store.Audited{{Account: "123456789012", AccountName: "production", Made: audited.Add(-90 * time.Minute)}}, found, 0, false)
	r.Kept = 3
	rows := rowsOf(r)
	for i, l := range lives {
		rows[i] = rowAfter(rows[i], l.life...)
	}
	return reported{r, rows}
}

var cures = map[store.FindingKind]store.Cure{store.RootKey: store.DeleteKey, store.Left: store.ShutOut, store.OwnKey: store.DeactivateKey, store.OwnPolicy: store.MovePolicy, store.NoMFA: store.AddMFA,
	store.IdlePassword: store.DeletePassword, store.IdleKey: store.DeactivateKey, store.OldKey: store.ReplaceKey}

func reports() map[string]reported {
	read := store.Audited{Account: "123456789012", AccountName: "production", Made: audited.Add(-90 * time.Minute)}
	some := store.NewReport(audited, []store.Audited{read, {Account: "210987654321", AccountName: "staging", Trouble: "AccessDenied"}}, []store.Finding{
		{Kind: store.Left, Account: "123456789012", AccountName: "production", User: "k.tanaka", Cure: store.DeleteUser},
		{Kind: store.NoMFA, Account: "123456789012", AccountName: "production", User: store.RootUser, Cure: store.AddMFA},
		{Kind: store.OldKey, Account: "123456789012", AccountName: "production", User: "svc-batch", Key: "AKIAIOSFODNN7EXAMPLE",
			Since: audited.AddDate(0, -4, 0), Made: audited.AddDate(0, -4, 0), Used: audited, Rotation: "batch", Cure: store.RotateKey},
	}, 0, false)
	some.Unjudged = true
	whole := func(r store.Report) reported { return reported{r, rowsOf(r)} }
	passed := deciding()
	passed.report = passed.report.Passed(audited.Add(24 * time.Hour))
	for i := range passed.rows[:len(passed.rows)/2] {
		passed.rows[i].Report = "report-newer"
	}
	odd := store.Audited{Account: "123456789012", AccountName: "production", Made: audited.Add(-90 * time.Minute), Odd: []store.OddRow{
		{Line: 7, User: "svc-batch", Why: `access_key_1_active is "maybe"`}, {Line: 9, Why: `it has 3 cells, not 22, and begins with "t.yamada,arn"`}}}
	return map[string]reported{"clean": whole(store.NewReport(audited, []store.Audited{read}, nil, 0, false)), "some": whole(some),
		"odd":    whole(store.NewReport(audited, []store.Audited{odd}, nil, 0, false)),
		"unread": whole(store.NewReport(audited, []store.Audited{read, {Account: "210987654321", AccountName: "staging", Trouble: "AccessDenied"}}, nil, 0, false)),
		"full":   whole(fullReport()), "deciding": deciding(), "passed": passed}
}

// rowLine is an entry of a row, and the row as it is after it.
type rowLine struct {
	name  string
	row   store.Alert
	entry store.Entry
}

// rowLines are those of which something is said in the report's thread.
func rowLines() []rowLine {
	var out []rowLine
	for i, a := range deciding().rows {
		entries := a.Fresh()
		out = append(out, rowLine{lives[i].name, a, entries[len(entries)-1]})
	}
	return slices.DeleteFunc(out, func(l rowLine) bool {
		_, ok := penIn("en").RowSaid(l.row, l.entry)
		return !ok
	})
}

// worstRow is a row of which everything that comes from outside is as long as it can be, or longer.
func worstRow(a store.Alert, text string) store.Alert {
	return outsideRow(a, func(string) string { return fill(text, 300) })
}

// What was pressed, and what is no longer to be pressed, has no button; what stands on a newer report has none here.
func TestButtonsOfRows(t *testing.T) {
	want := map[string][]store.Verb{"": {store.Remedy, keepUntil}, "shut out": {store.Restore}, "deactivated": {store.Restore}, "kept": {store.Restore},
		"activated": {store.Remedy, keepUntil}, "kept before": {keepUntil}, "reported again": {keepUntil}, "not rotated": {store.Remedy, keepUntil}}
	p, d := penIn("en"), deciding()
	has := func(r store.Report, a store.Alert) (out []store.Verb) {
		for _, e := range p.rowButtons(r, a) {
			out = append(out, store.Verb(e.(*slack.ButtonBlockElement).ActionID))
		}
		return out
	}
	for i, l := range lives {
		if l.name == "covered by what was deactivated" {
			if blocks := p.row(d.report, d.report.Findings[i], d.rows[i], true); len(blocks) != 1 {
				t.Errorf("%s: %d blocks", l.name, len(blocks))
			}
			continue
		}
		if got := has(d.report, d.rows[i]); !slices.Equal(got, want[l.name]) {
			t.Errorf("%s: %v, want %v", l.name, got, want[l.name])
		}
		for _, verb := range has(d.report.Passed(audited), d.rows[i]) {
			if verb != store.Restore {
				t.Errorf("%s: %s on a report that has passed", l.name, verb)
			}
		}
		if l.name == "kept" && len(has(d.report.Passed(audited), d.rows[i])) != 1 {
			t.Error("what is kept for months can be reported again only until the next report")
		}
	}
}

// A form is wrong where its date or its reason is, and says so at the field.
func TestKeepForm(t *testing.T) {
	for name, c := range map[string]struct {
		date, why string
		want      []string
	}{
		"right": {"2026-12-31", "until then", nil}, "today": {"2026-11-22", "x", []string{untilField}}, "no date": {"", "x", []string{untilField}},
		"in two years": {"2028-11-22", "x", []string{untilField}}, "blanks": {"2026-12-31", " \n", []string{noteField}}, "nothing": {"", "", []string{noteField, untilField}},
	} {
		form := slack.View{CallbackID: string(keepUntil), State: &slack.ViewState{Values: map[string]map[string]slack.BlockAction{
			untilField: {untilField: {SelectedDate: c.date}}, noteField: {noteField: {Value: c.why}}}}}
		var p store.Press
		if !readForm(&p, form, penIn("en").Zone) || p.Verb != store.Keep {
			t.Fatalf("%s: %+v", name, p)
		}
		if got := slices.Sorted(maps.Keys(penIn("en").pressWrong(p, audited))); !slices.Equal(got, c.want) {
			t.Errorf("%s: wrong are %v, want %v", name, got, c.want)
		}
		if name == "right" && p.Until.In(penIn("en").Zone).Format(time.DateTime) != "2026-12-31 00:00:00" {
			t.Errorf("until %s", p.Until)
		}
	}
}

// A report shows the first of each kind, and says how many more there are.
func TestReportSaysWhatItLeavesOut(t *testing.T) {
	r := fullReport()
	if want := 7 * len(store.Findings); r.Total() != want || len(r.Findings) >= want {
		t.Errorf("%d findings, %d of them held; want %d, and fewer", r.Total(), len(r.Findings), want)
	}
}

// Who activates the keys of a user again reads which they are: both.
func TestBothKeysAreNamed(t *testing.T) {
	both := "AKIAIOSFODNN7EXAMPL1,AKIAIOSFODNN7EXAMPL2"
	a := rowAfter(rowsOf(fullReport())[0], pressRow, store.Entry{Verb: store.Done, By: store.Self, Facts: map[string]string{store.FactKeys: both}})
	for _, e := range penIn("en").rowButtons(store.Report{}, a) {
		if text := e.(*slack.ButtonBlockElement).Confirm.Text.Text; !strings.Contains(text, "AKIAIOSFODNN7EXAMPL1, AKIAIOSFODNN7EXAMPL2") {
			t.Errorf("%s", text)
		}
	}
}
