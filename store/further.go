package store

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

const (
	// MostFurther is how many addresses of further sign-ins a grant remembers, beside those that were approved.
	MostFurther = 3

	foldWithin = time.Minute      // of a sign-in that was told: another like it is counted only
	newsWindow = 15 * time.Minute // in which so many new messages tell of sign-ins; others change the messages that stand
	mostNews   = 3
)

// Facts of an entry about another sign-in.
const (
	FactRecalled = "recalled" // the Slack accounts whose approvals no longer count
	FactFolded   = "folded"   // it is the other record of a sign-in that stands here already: nobody is told
	FactNews     = "news"     // who gets a new message of it: InDM is the holder alone, ToApprovers those who have approved as well
)

// Further is the sign-ins of a grant's user besides the one that asked for it, all from one address and with MFA alike.
type Further struct {
	Signin           // the latest of them
	Times  int       `json:"-"`
	Noted  time.Time `json:"noted"`           // when an entry last told of one
	Apart  bool      `json:"apart,omitempty"` // no part of the card: what was asked for by hand is not about a sign-in
	By     Verb      `json:"by,omitempty"`    // what covers them: Approve, as they were on the card then, or Prolong
	Answer Verb      `json:"answer,omitempty"`
}

// alike reports whether two sign-ins are from the same address, with MFA alike, as far as the records say.
func alike(a, b Signin) bool { return a.Address == b.Address && a.MFA == b.MFA }

// covers reports whether a sign-in is no news after another one that was approved. `aws login` uses the session of a console sign-in,
// so one from the same address says nothing new; after an approved one, that MFA was used is no news, and that it was not is.
func covers(approved, s Signin) bool {
	return alike(approved, s) || approved.Address == s.Address && (s.untold() || approved.untold() && s.MFA == "yes")
}

// untold reports whether nobody knows if MFA was used, as a record of `aws login` never says.
func (s Signin) untold() bool { return s.Login && s.MFA == "" }

// showsAll reports whether a further sign-in brings nothing that approvals are bound to: it is like the one that asked, or an
// `aws login` from its address.
func (g Grant) showsAll(s Signin) bool {
	return alike(g.Signin, s) || s.untold() && s.Address != "" && s.Address == g.Signin.Address
}

// Covers reports whether a sign-in is as one that was approved, by address and MFA. What is unknown is not the same, but for the
// MFA of `aws login`.
func (g Grant) Covers(s Signin) bool {
	if s.Address == "" || s.MFA == "" && !s.Login {
		return false
	}
	return covers(g.Signin, s) || slices.ContainsFunc(g.Further, func(f Further) bool { return f.By != "" && covers(f.Signin, s) })
}

// pairs reports whether two records are of one sign-in by `aws login`: one of each kind, from the same known address, at most a
// minute apart by the times in them.
func pairs(a, b Signin) bool {
	return a.Login != b.Login && !a.Both && a.Address != "" && a.Address == b.Address && a.At.Sub(b.At).Abs() <= foldWithin
}

// Folded returns the grant once the other record of one of its sign-ins has come, and whether it is one. What it says of MFA is
// shown from then on, unless an approval was given by then. It is no such record if it says after that that there was no MFA.
func (g Grant) Folded(s Signin) (Grant, bool) {
	g.Further = slices.Clone(g.Further)
	free := g.State == Asked // nobody has allowed it yet
	if pairs(g.Signin, s) {
		return g, g.Signin.fold(s, free, free || !g.State.Open())
	}
	for i := range g.Further {
		f := &g.Further[i]
		if pairs(f.Signin, s) {
			return g, f.fold(s, f.By == "" && !g.Extension.Open(), f.By == "" && !g.Extension.Open())
		}
	}
	return g, false
}

// fold takes in the other record, if it may be: learns lets it say whether MFA was used, harmless is that it may say there was none.
func (s *Signin) fold(other Signin, learns, harmless bool) bool {
	if s.untold() && other.MFA != "yes" && !harmless {
		return false
	}
	if s.Both = true; s.MFA == "" && learns {
		s.MFA = other.MFA
	}
	return true
}

// Seen is what a further sign-in is to a grant.
type Seen struct {
	Told    bool // an entry tells of it: else one like it was told within the last minute
	Strange bool // its address and MFA are neither those that were asked with nor any that were seen since
	News    bool // people get a new message of it
}

// SignedIn returns the grant once its user has signed in again. What was asked for and approved stays as it is. moves says
// whether the sign-in moves the end of access, or asks for that.
func (g Grant) SignedIn(s Signin, now time.Time, moves bool) (Grant, Seen) {
	apart := g.Origin == Requested
	f, known := Further{Apart: apart}, false
	g.Further = slices.Clone(g.Further)
	at := slices.IndexFunc(g.Further, func(f Further) bool { return f.Apart == apart && alike(f.Signin, s) })
	if at >= 0 {
		f, known = g.Further[at], true
		s.First = f.First
		if f.At.After(s.At) {
			s.At = f.At
		}
	} else if !apart && alike(g.Signin, s) {
		f.Noted, known = g.Asked, true
		s.First = g.Signin.First && (g.State == Asked || g.State == Denied) // its address is known once it was approved
	}
	seen := Seen{Told: now.Sub(f.Noted) >= foldWithin, Strange: !known}
	switch {
	case !seen.Told && at >= 0:
		g.Further[at].Times++
		return g, seen
	case !seen.Told: // like the one that has just asked
		return g, seen
	case at >= 0:
		g.Further = slices.Delete(g.Further, at, at+1)
	}
	g, seen.News = g.news(now, seen.Strange, moves || !g.Covers(s))
	f.Signin, f.Noted, f.Answer = s, plain(now), ""
	f.Times++
	g.Further = append(g.Further, f)
	return g.forget(), seen
}

// timesOf is further sign-ins as progress has them: the Times alone, in their order.
type timesOf []Further

// IsZero reports whether there is nothing to write down.
func (t *timesOf) IsZero() bool { return len(*t) == 0 }

// MarshalJSON writes the times.
func (t timesOf) MarshalJSON() ([]byte, error) {
	all := make([]int, len(t))
	for i, f := range t {
		all[i] = f.Times
	}
	return json.Marshal(all)
}

// UnmarshalJSON reads them into sign-ins that are there.
func (t *timesOf) UnmarshalJSON(body []byte) error {
	var all []int
	err := json.Unmarshal(body, &all)
	for i := range min(len(all), len(*t)) {
		(*t)[i].Times = all[i]
	}
	return err
}

// news counts the new messages about sign-ins: a few within a quarter of an hour where each is from somewhere else, and one
// of those that are like others.
func (g Grant) news(now time.Time, strange, tells bool) (Grant, bool) {
	if now.Sub(g.MessageFrom) >= newsWindow {
		g.MessageFrom, g.Messages = plain(now), 0
	}
	if !tells || g.Messages >= mostNews || g.Messages > 0 && !strange {
		return g, false
	}
	g.Messages++
	return g, true
}

// forget drops the oldest further sign-ins where there are too many. Those that were approved stay.
func (g Grant) forget() Grant {
	open := 0
	for i, f := range slices.Backward(g.Further) {
		if f.By == Approve {
			continue
		}
		if open++; open > MostFurther {
			g.Forgotten += f.Times
			g.Further = slices.Delete(g.Further, i, i+1)
		}
	}
	return g
}

// Besides returns the further sign-ins that stand on the card.
func (g Grant) Besides() []Further {
	return slices.DeleteFunc(slices.Clone(g.Further), func(f Further) bool { return f.Apart })
}

// Unanswered returns the further sign-ins of which the holder has not said whether they were theirs.
func (g Grant) Unanswered() []Further {
	return slices.DeleteFunc(slices.Clone(g.Further), func(f Further) bool { return f.Answer != "" })
}

// Latest returns the sign-in that the holder is asked about: the latest without an answer, or the one that asked.
func (g Grant) Latest() Signin {
	if open := g.Unanswered(); len(open) > 0 {
		return open[len(open)-1].Signin
	}
	return g.Signin
}

// QuestionTerms is a digest of what the holder is asked about: the grant, and the sign-ins without an answer.
func (g Grant) QuestionTerms() string {
	open := g.Unanswered()
	if len(open) == 0 {
		return g.Terms()
	}
	shown := []any{g.Terms()}
	for _, f := range open {
		shown = append(shown, f.Address, f.MFA, f.Noted.Unix())
	}
	return digestOf(shown...)
}

// approvedBesides are the places of further sign-ins that an approval is bound to: until it is given all that the card shows,
// and from then on those that it showed.
func (g Grant) approvedBesides() [][]string {
	waits := g.State == Asked || g.State == Received || g.State == ""
	return places(g.Further, func(f Further) bool { return !f.Apart && !g.showsAll(f.Signin) && (waits || f.By == Approve) })
}

// openBesides are the places of further sign-ins that stand on the card.
func (g Grant) openBesides() [][]string {
	return places(g.Further, func(f Further) bool { return !f.Apart && !g.showsAll(f.Signin) })
}

// places returns the addresses of sign-ins, with what stands beside them, each once and in an order that does not change.
func places(further []Further, wanted func(Further) bool) [][]string {
	var out [][]string
	for _, f := range further {
		if !wanted(f) {
			continue
		}
		place := []string{f.Address, f.MFA}
		if f.First {
			place = append(place, "first")
		}
		out = append(out, place)
	}
	slices.SortFunc(out, func(a, b []string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	return out
}

// covered marks the further sign-ins on the card as covered by an approval: all, or those like one.
func (g Grant) covered(by Verb, only *Signin) Grant {
	g.Further = slices.Clone(g.Further)
	for i, f := range g.Further {
		if !f.Apart && f.By == "" && (only == nil || alike(f.Signin, *only)) {
			g.Further[i].By = by
		}
	}
	return g
}

// CanAnswer tells whether the person can still say whether a sign-in was theirs. Of one that was ignored they can once, if they were
// told of it.
func (g Grant) CanAnswer() bool {
	if g.State == Ignored {
		return g.Origin == SignIn && g.Refusal.Why != "" && g.Answer == ""
	}
	_, err := g.State.Next(NotMine)
	return err == nil
}

// answered notes the holder's answer, for all sign-ins that had none.
func (g Grant) answered(v Verb) Grant {
	if bySignIn := g.Origin != Requested || g.Signin != (Signin{}); v == NotMine || g.Answer == "" && bySignIn {
		g.Answer = v
	}
	g.Further = slices.Clone(g.Further)
	for i, f := range g.Further {
		if f.Answer == "" {
			g.Further[i].Answer = v
		}
	}
	return g
}

// Recall is an approval that no longer counts, of which its approver has not been told yet.
type Recall struct {
	Account   string    `json:"account"`
	Why       RecallWhy `json:"why"`
	Extension bool      `json:"extension,omitempty"` // it was one of an extension
	Entry     uint64    `json:"entry"`               // that tells of it
}

// RecallWhy is why an approval no longer counts.
type RecallWhy string

// The reasons of a recall.
const (
	BySignIn  RecallWhy = "sign_in" // there was another sign-in since
	ByRequest RecallWhy = "request" // what is asked for was changed by its requester
	ByRule    RecallWhy = "rule"    // the rule has changed, or the person behind the user
)

// Recalled returns the grant with its approvals, or those of its extension, taken back. Each approver is owed a message.
func (g Grant) Recalled(why RecallWhy, extension bool) (_ Grant, accounts []string) {
	approvals := &g.Approvals
	if extension {
		approvals = &g.Extension.Approvals
	}
	for _, a := range *approvals {
		if a.By == Rule {
			continue
		}
		accounts = append(accounts, a.By)
		g.Recalls = append(slices.Clip(slices.DeleteFunc(slices.Clone(g.Recalls), func(r Recall) bool { return r.Account == a.By && r.Extension == extension })),
			Recall{Account: a.By, Why: why, Extension: extension, Entry: g.Chain.Seq + 1})
	}
	*approvals = nil
	return g, accounts
}
