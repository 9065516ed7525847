package access

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// standing returns what holds the slot that a sign-in asks for, or a window of it that has begun, if it is an open request or
// live access.
func (k *Keeper) standing(ctx context.Context, asks store.Grant) (g store.Grant, stands bool, err error) {
	holder, err := k.findHolder(ctx, asks)
	held, is := holder.(*store.Grant)
	if err != nil || !is {
		return g, false, handlers.IgnoreUnknown(err)
	}
	return *held, held.State.Open() && held.State != store.Ending && !held.Over(k.Time()), nil
}

// Folded is why a sign-in has no card: operators read it in the ledger.
const Folded = "the other record of one sign-in by aws login, at most a minute apart"

// folded returns a grant with a sign-in that is the other record of one of its own, and whether it is that.
func folded(g, into store.Grant) (store.Grant, bool) {
	next, ok := into.Folded(g.Signin)
	return next, ok && into.Account == g.Account && into.Subject.UserID == g.Subject.UserID
}

// fold ends the other record of a sign-in, both in one write. Nobody is written to but those whose approvals no longer count, as
// the card says by now whether MFA was used.
func (k *Keeper) fold(ctx context.Context, g, was, into store.Grant, now time.Time) error {
	e := store.Entry{Verb: store.Again, By: store.Self, At: now, Facts: signInFacts(g, into, store.Seen{})}
	e.Facts[store.FactFolded] = "true"
	into, err := recalled(into, &e, was.Terms(), was.ExtensionTerms(), true).After(e)
	if err != nil {
		return err
	}
	g.Into = into.ID
	if g, err = g.After(store.Entry{Verb: store.Merge, By: store.Self, At: now, Note: Folded, Facts: map[string]string{"into": into.ID}}); err != nil {
		return err
	}
	return k.Save(ctx, &into, &g)
}

// beside lets a sign-in stand beside what was asked for and approved, which it does not change, both in one write. Where a rule
// refuses the sign-in it does no more than that.
func (k *Keeper) beside(ctx context.Context, g, into store.Grant, refusal string) error {
	now := k.Time()
	if next, ok := folded(g, into); ok {
		return k.fold(ctx, g, into, next, now)
	}
	into, err := k.signedIn(ctx, g, into, refusal, now)
	if err != nil {
		return k.fail(ctx, g, err)
	}
	g.Into = into.ID
	e := store.Entry{Verb: store.Merge, By: store.Self, At: now, Note: refusal, Facts: map[string]string{"into": into.ID}}
	if g, err = g.After(e); err != nil {
		return err
	}
	return k.Save(ctx, &into, &g)
}

// DeniedLately is why a sign-in asks nobody: an approver has denied what it would ask for within the last hour. A request that
// comes again and again must not be approved in the end by an approver who is tired of it.
const DeniedLately = "denied_lately"

const deniedFor = time.Hour

// findDenied returns the request of a sign-in's slot that was denied within the last hour.
func (k *Keeper) findDenied(ctx context.Context, g store.Grant, now time.Time) (denied store.Grant, lately bool, err error) {
	if g.Origin != store.SignIn {
		return denied, false, nil
	}
	denied, err = store.DeniedLast(ctx, k.DB, g.Slot())
	if errors.Is(err, store.ErrNotFound) {
		return denied, false, nil
	}
	return denied, err == nil && denied.Subject.UserID == g.Subject.UserID && now.Sub(denied.Ended) < deniedFor, err
}

// joinDenied lets a sign-in stand in the thread of what was denied, and its person read why nobody is asked.
func (k *Keeper) joinDenied(ctx context.Context, g, denied store.Grant, now time.Time) error {
	if next, ok := folded(g, denied); ok {
		return k.fold(ctx, g, denied, next, now)
	}
	g.Into = denied.ID
	denied, err := k.signedIn(ctx, g, denied, DeniedLately, now)
	if err != nil {
		return err
	}
	return k.ignoreTold(ctx, g, store.Refusal{Why: DeniedLately}, "what it asks for was denied less than "+deniedFor.String()+" ago", &denied)
}

// move is what a further sign-in does to the end of access: it moves it (Extend), asks for that (AskMore), or leaves it (Again).
type move struct {
	verb    store.Verb
	until   time.Time
	steps   []store.Step // that the asking needs
	because string       // of it
	why     string       // it would move the end, and does not
}

// moveOf decides what a sign-in does to the end of access: everything that made the access allowed is asked again.
func (k *Keeper) moveOf(ctx context.Context, g, into store.Grant, refusal string, now time.Time) (move, error) {
	m := move{verb: store.Again, until: window(into, g.Signin.At, now), why: refusal}
	if refusal != "" || !into.State.Live() {
		return m, nil
	}
	var err error
	switch m.verb = k.Policy.prolongs(into, g.Signin, g.Subject.Person, m.until); m.verb {
	case store.Extend:
		_, m.why, err = k.prolonged(ctx, into, g.Signin.At, now)
	case store.AskMore:
		var more policy.Decision
		more, err = k.more(ctx, into, m.until, now)
		m.why, m.steps, m.because = cmp.Or(k.Policy.unchanged(into), more.Lost()), more.Steps, more.Because()
	}
	if m.why != "" {
		m.verb = store.Again
	}
	return m, err
}

// signedIn returns a grant once its user has signed in again. An open request shows from then on what is so now.
func (k *Keeper) signedIn(ctx context.Context, g, into store.Grant, refusal string, now time.Time) (store.Grant, error) {
	m, err := k.moveOf(ctx, g, into, refusal, now)
	if err != nil {
		return into, err
	}
	shown, shownLater := into.Terms(), into.ExtensionTerms()
	counted, seen := into.SignedIn(g.Signin, now, m.verb != store.Again)
	next := counted
	if next.State == store.Asked && next.Origin != store.Requested && refusal == "" {
		next = asNow(next, g)
	}
	if !seen.Told && next.Terms() == shown {
		return counted, nil
	}
	e := store.Entry{Verb: store.Again, By: store.Self, At: now, Facts: signInFacts(g, next, seen)}
	switch {
	case m.verb == store.Extend:
		e.Verb, e.Until = store.Extend, m.until
	case next.State.Live() && next.Origin != store.Requested:
		e.Note = m.why
	}
	next = recalled(next, &e, shown, shownLater, seen.Strange)
	if next, err = next.After(e); err != nil || m.verb != store.AskMore {
		return next, err
	}
	next.Extension = store.Extension{Steps: m.steps, Signin: &g.Signin}
	return next.After(store.Entry{Verb: store.AskMore, By: store.Self, At: now, Until: m.until, Facts: map[string]string{"from": g.ID, "why": m.because}})
}

// recalled takes back the approvals of a request, or of an extension that waits, if something else was shown when they were given.
func recalled(g store.Grant, e *store.Entry, shown, shownLater string, signIn bool) store.Grant {
	why, extension := store.ByRule, g.State == store.Active && g.Extension.Open()
	if signIn {
		why = store.BySignIn
	}
	if changed := g.State == store.Asked && g.Terms() != shown || extension && g.ExtensionTerms() != shownLater; !changed {
		return g
	}
	return recall(g, e, why, extension)
}

// recall takes approvals back, and notes in the entry whose they were.
func recall(g store.Grant, e *store.Entry, why store.RecallWhy, extension bool) store.Grant {
	g, accounts := g.Recalled(why, extension)
	if len(accounts) > 0 {
		e.Facts[store.FactRecalled] = strings.Join(accounts, " ")
	}
	return g
}

// signInFacts is what an entry says of a further sign-in.
func signInFacts(g, into store.Grant, seen store.Seen) map[string]string {
	out := map[string]string{"from": g.ID, "address": g.Signin.Address, "mfa": g.Signin.MFA}
	if g.Signin.First {
		out["first"] = "true"
	}
	switch apart := into.Origin == store.Requested; {
	case seen.News && apart:
		out[store.FactNews] = store.InDM
	case seen.News:
		out[store.FactNews] = store.ToApprovers
	}
	return out
}

// prolongs decides what another sign-in does to live access: it prolongs it (Extend), it asks for that (AskMore), or it stands
// beside it (Again). The end is that which the sign-in would give. What was asked for by hand, what was there before and what
// an approver has limited no sign-in prolongs, nor one without MFA where the rule demands it, nor one of somebody else.
func (p *Settings) prolongs(g store.Grant, s store.Signin, person store.Person, until time.Time) store.Verb {
	rule, ok := p.Rule(g.Entitlement)
	switch {
	case !ok || g.Origin == store.Requested || g.AlreadyHeld() || g.Limited() || !until.After(g.Until):
		return store.Again
	case !p.People.Same(person, g.Subject.Person) || rule.MFARequired && s.MFA != policy.WithMFA:
		return store.Again
	case rule.Prolong == policy.ProlongAlways || rule.Prolong != policy.ProlongAsk && g.Covers(s):
		return store.Extend
	case g.State == store.Active && !g.Extension.Open() && until.Sub(g.Until) >= store.ShortestTerm:
		return store.AskMore
	}
	return store.Again
}

// seenMark is the name of the mark that a user's access was approved from an address.
func seenMark(account, userID, address string) string {
	return store.SeenPrefix + account + "/" + userID + "/" + address
}

// isFirst reports whether no access of a user was approved from an address yet. An unknown address is none.
func (k *Keeper) isFirst(ctx context.Context, account, userID, address string) (bool, error) {
	if address == "" {
		return false, nil
	}
	m, err := store.LoadMark(ctx, k.DB, seenMark(account, userID, address))
	return m.At.IsZero(), err
}

// seenMarks are the marks that an approval makes: of the addresses that it was given to and that have none yet.
func (k *Keeper) seenMarks(ctx context.Context, before, after store.Grant) ([]store.Record, error) {
	var signIns []store.Signin
	switch {
	case before.State == store.Asked && after.State == store.Approved:
		signIns = append(signIns, after.Signin)
		for _, f := range after.Besides() {
			signIns = append(signIns, f.Signin)
		}
	case before.Extension.Signin != nil && after.Until.Equal(before.Extension.Until):
		signIns = append(signIns, *before.Extension.Signin)
	}
	var out []store.Record
	made := map[string]bool{"": true}
	for _, s := range signIns {
		if made[s.Address] {
			continue
		}
		made[s.Address] = true
		m, err := store.LoadMark(ctx, k.DB, seenMark(after.Account, after.Subject.UserID, s.Address))
		if err != nil {
			return nil, err
		}
		if m.At.IsZero() {
			m.At = k.Time().UTC().Round(0)
			out = append(out, &m)
		}
	}
	return out, nil
}
