package bot

import (
	"fmt"
	"testing"
	"time"

	"sekisho/store"
)

var audited = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// fullReport has more of each kind than is shown, and of each kind all that it can say.
func fullReport() store.Report {
	old := audited.AddDate(0, -5, -3)
	var found []store.Finding
	for _, kind := range store.Findings {
		for i := range 7 {
			f := store.Finding{Kind: kind, Account: "123456789012", AccountName: "production", User: fmt.Sprint("user-", i)}
			switch kind {
			case store.OwnPolicy:
				f.Policies = []string{"PowerUserAccess", "by-hand"}
			case store.IdlePassword:
				f.Since = old
			case store.OwnKey, store.IdleKey, store.OldKey:
				f.Since, f.Key = old, fmt.Sprintf("AKIAIOSFODNN7EXAMP%02d", i)
			}
			if kind == store.OldKey && i == 0 {
				f.Rotation = "batch"
			}
			found = append(found, f)
		}
	}
	return store.NewReport(audited, []store.Audited{{Account: "123456789012", AccountName: "production", Made: audited.Add(-90 * time.Minute)}}, found)
}

func reports() map[string]store.Report {
	read := store.Audited{Account: "123456789012", AccountName: "production", Made: audited.Add(-90 * time.Minute)}
	some := store.NewReport(audited, []store.Audited{read, {Account: "210987654321", AccountName: "staging", Trouble: "AccessDenied"}}, []store.Finding{
		{Kind: store.Left, Account: "123456789012", AccountName: "production", User: "k.tanaka"},
		{Kind: store.NoMFA, Account: "123456789012", AccountName: "production", User: "<root_account>"},
		{Kind: store.OldKey, Account: "123456789012", AccountName: "production", User: "svc-batch", Key: "AKIAIOSFODNN7EXAMPLE",
			Since: audited.AddDate(0, -4, 0), Rotation: "batch"},
	})
	some.Unjudged = true
	return map[string]store.Report{"clean": store.NewReport(audited, []store.Audited{read}, nil), "some": some,
		"unread": store.NewReport(audited, []store.Audited{read, {Account: "210987654321", AccountName: "staging", Trouble: "AccessDenied"}}, nil), "full": fullReport()}
}

// A report shows the first of each kind, and says how many more there are.
func TestReportSaysWhatItLeavesOut(t *testing.T) {
	r := fullReport()
	if want := 7 * len(store.Findings); r.Total() != want || len(r.Findings) != 4*len(store.Findings) {
		t.Errorf("%d findings, %d of them held; want %d and four of each kind", r.Total(), len(r.Findings), want)
	}
}
