package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/store"
)

// Reader reads what the users of an account have, and of the managed ones what they have of their own.
type Reader interface {
	Inventory(ctx context.Context, account string, managed []string) (Inventory, error)
}

// surveyTime is for one account: a report takes seconds, and each managed user three calls.
const surveyTime = 3 * time.Minute

// Survey reads all that an audit judges. It writes nothing.
type Survey struct {
	Rules     Rules
	Reader    Reader
	Directory people.Directory // nil: who has left Slack is not asked
	DB        store.DB         // nil: which keys are under a grant or a rotation, and what is kept, is not known
}

// Surveyed is what came of a survey.
type Surveyed struct {
	Accounts []store.Audited // by their names
	Findings []store.Finding // in the order of the kinds
	Unjudged bool            // who has left Slack is not known

	rows map[string]store.Alert // that reports have shown, by id; nil without the ledger
}

// Take surveys all accounts. What could not be read is in the error, and does not keep the others from being judged.
func (s Survey) Take(ctx context.Context, now time.Time) (Surveyed, error) {
	out := Surveyed{Unjudged: s.Directory == nil}
	left, err := s.left(ctx)
	if err != nil {
		out.Unjudged = true
	}
	errs := []error{err}
	names := s.Rules.Accounts
	for _, id := range slices.SortedFunc(maps.Keys(names), func(a, b string) int { return cmp.Compare(names[a], names[b]) }) {
		found, in, err := s.account(ctx, id, left, now)
		one := store.Audited{Account: id, AccountName: names[id], Made: in.Made, Odd: in.Odd}
		if err != nil {
			one.Trouble = handlers.CodeOf(err)
			errs = append(errs, fmt.Errorf("audit %s: %w", names[id], err))
		}
		out.Accounts, out.Findings = append(out.Accounts, one), append(out.Findings, found...)
	}
	sortFindings(out.Findings)
	errs = append(errs, s.kept(ctx, &out, now))
	return out, errors.Join(errs...)
}

// kept adds what the ledger has of the findings: which are kept until a time.
func (s Survey) kept(ctx context.Context, out *Surveyed, now time.Time) (err error) {
	if s.DB == nil {
		return nil
	}
	if out.rows, err = store.StaleAlerts(ctx, s.DB); err != nil {
		return fmt.Errorf("read what is kept: %w", err)
	}
	for i, f := range out.Findings {
		if a := out.rows[f.ID()]; a.IsKept(now) && !a.Finding.Another(f) {
			out.Findings[i].Kept = a.Keeping
		}
	}
	return nil
}

func (s Survey) account(ctx context.Context, id string, left []store.Person, now time.Time) ([]store.Finding, Inventory, error) {
	ctx, cancel := handlers.Outside(ctx, surveyTime)
	defer cancel()
	in, err := s.Reader.Inventory(ctx, id, s.Rules.Managed(id))
	if err != nil {
		return nil, Inventory{}, err
	}
	keys, err := s.keys(ctx, id)
	if err != nil {
		return nil, Inventory{}, err
	}
	return s.Rules.Findings(id, in, Known{Keys: keys, Left: left}, now), in, nil
}

// left are the people of the configuration with an IAM user who have left Slack.
func (s Survey) left(ctx context.Context) ([]store.Person, error) {
	if s.Directory == nil {
		return nil, nil
	}
	directory := s.Directory.Lately() // a remedy asks anew
	var out []store.Person
	for _, person := range s.Rules.People.WithUsers() {
		gone, err := people.HasLeft(ctx, s.Rules.People, directory, person)
		if err != nil {
			return nil, fmt.Errorf("ask whether %s has left Slack: %w", person, err)
		}
		if gone {
			out = append(out, person)
		}
	}
	return out, nil
}

// keys are the ids of the keys in an account that a live grant has issued, or an open rotation looks after.
func (s Survey) keys(ctx context.Context, account string) ([]string, error) {
	if s.DB == nil {
		return nil, nil
	}
	var out []string
	for _, l := range s.Rules.keyUsers() {
		if l.Account != account {
			continue
		}
		held, err := heldKeys(ctx, s.DB, l)
		if err != nil {
			return nil, err
		}
		out = append(out, held...)
	}
	return out, nil
}

// heldKeys are those of one user. One record at a time holds a user's keys.
func heldKeys(ctx context.Context, db store.DB, l people.Login) ([]string, error) {
	id, err := store.Holder(ctx, db, store.KeySlot(l.Account, l.User))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	holder, err := store.Load(ctx, db, id)
	switch holder := holder.(type) {
	case *store.Task:
		return []string{holder.New, holder.Old}, nil
	case *store.Grant:
		return []string{holder.Effects[store.FactKey]}, nil
	}
	return nil, err
}
