package audit

import (
	"context"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Workflow makes the reports of an audit, and does what is pressed on their rows. A row is an alert: the workflow of alerts asks Mend and
// TellRow about those of the kind store.Stale.
type Workflow struct {
	*handlers.Engine
	Rules     Rules
	Reader    Reader
	Mender    Mender
	Directory people.Directory
	Notifier  Notifier
	Leaves    func(ctx context.Context, person store.Person, account, userID string) (bool, error)   // whether somebody is being offboarded
	Rotate    func(ctx context.Context, by, rule string) (task string, d policy.Decision, err error) // begins a rotation

	reporting chan struct{} // held by who draws a report
}

// Notifier shows reports to people.
type Notifier interface {
	// Report draws a report with its rows, where it stands or on a new message, and returns where it stands now.
	Report(ctx context.Context, r store.Report, rows []store.Alert) (store.Card, error)
	// ReportThread says in the thread of a report what has happened to a row.
	ReportThread(ctx context.Context, r store.Report, a store.Alert, e store.Entry) error
}

// New returns a workflow with these fields, registered with its engine.
func New(w Workflow) *Workflow {
	w.reporting = make(chan struct{}, 1)
	w.Register(store.KindReport, handlers.Workflow{Tell: w.tellReport, Channel: "security"})
	return &w
}

// update changes an alert by a pure function of what it is now.
func (w *Workflow) update(ctx context.Context, id string, change func(store.Alert) (store.Alert, error)) (store.Alert, error) {
	return handlers.Change(ctx, w.Engine, store.LoadAlert, id, change)
}
