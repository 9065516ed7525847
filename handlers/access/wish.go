package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"sekisho/handlers"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// Refusals of a wish, beside those of a decision.
const (
	NoUsers   = "no_users"   // the person has no IAM user in the account
	NoUser    = "no_user"    // IAM has no user of this name
	Already   = "already"    // the person has it
	Waits     = "waits"      // they have asked for it, and that waits for approvals
	InUse     = "in_use"     // another person has it, or has asked for it, and it is for one at a time
	NotSender = "not_sender" // sent by somebody else than the IAM user that it names, if there is one
	NotNamed  = "not_named"  // sent by a role that the configuration does not name for this IAM user
	TooMany   = "too_many"   // this program has asked too often
	TooOften  = "too_often"  // this person has
)

// lookTime is for what is looked up while a person waits for their form to close.
const lookTime = time.Second

// WishPrefix begins the id of every request that a person wrote.
const WishPrefix = "request-"

// Wish is what a person asks for by hand, or by a program of theirs. Slack vouches for By, SQS for Sender; all else is a
// claim.
type Wish struct {
	ID          string // begins with WishPrefix; made of the form and what it says, so that sending it twice asks once
	By          string // Slack user id
	Sender      string // who sent it through SQS, by SQS's word; who that is, the next two, is found out
	UserID      string // of User, as IAM says
	Role        string // the role that asks, behind its account's name; "" if User does
	Entitlement string
	User        string        // an IAM user of the person; "" for the only one that they have in the account
	Duration    time.Duration // 0: the rule's
	From        time.Time     // when it begins, if not once it is approved
	To          time.Time     // when it ends, instead of the duration
	Reason      string
	Ticket      string
	Sent        time.Time // of a program's, when it came into the queue, by SQS's clock
}

// Offer is an entitlement that a person may ask for.
type Offer struct {
	policy.Entitlement
	AccountName string
	Users       []string        // the person's IAM users in the account
	Decision    policy.Decision // as of now, on a form that is filled in well
}

// Offers returns what a person may ask for where they have an IAM user, in the order of the configuration, or why that is nothing. What is refused to
// everybody now is among it, with its refusal: whoever looks for it should read why.
func (k *Keeper) Offers(ctx context.Context, by string) ([]Offer, string, error) {
	account, err := k.Directory.Account(ctx, by)
	if err != nil {
		return nil, "", err
	}
	person := k.Policy.People.Of(by)
	switch refusal := account.Refusal(); {
	case refusal != "":
		return nil, refusal, nil
	case person == "":
		return nil, policy.NoPerson, nil
	}
	k = k.lately() // for the person reads it, and what they send is decided on anew
	var out []Offer
	var unknown error
	refusal := policy.NotAsker
	for _, rule := range k.Policy.Entitlements {
		g := store.Grant{Origin: store.Requested, Entitlement: rule.ID, Subject: store.Subject{Person: person}, Reason: "x"} // as if one were written
		if rule.Ticket != nil {
			g.Ticket = rule.Ticket.Example
		}
		q, err := k.question(ctx, g, k.Time(), rule)
		if err != nil {
			unknown = fmt.Errorf("decide on %s: %w", rule.ID, err)
			k.Log.Warn("entitlement is not offered", "to", by, "err", unknown)
			continue // a user group that is gone does not take the others away
		}
		d := k.Policy.DecideOn(rule, q)
		if d.Refusal == policy.NotAsker || d.Refusal == policy.Excluded {
			continue
		}
		users := k.Policy.People.Users(person, rule.Account)
		if len(users) == 0 {
			refusal = NoUsers
			continue
		}
		out = append(out, Offer{rule, k.Policy.Accounts[rule.Account], users, d})
	}
	switch {
	case len(out) > 0:
		return out, "", nil
	case unknown != nil:
		return nil, "", unknown
	}
	return nil, refusal, nil
}

// Request takes in a wish. With a refusal nothing was stored; without one it is durable, now or since an earlier delivery.
func (k *Keeper) Request(ctx context.Context, w Wish) (policy.Decision, error) {
	_, err := store.LoadGrant(ctx, k.DB, w.ID)
	if !errors.Is(err, store.ErrNotFound) {
		return policy.Decision{Rule: w.Entitlement}, err
	}
	asker := k.Policy.People.OrSelf(w.By).Account()
	if k.asking.often(asker, personAsksAnHour, k.Time()) {
		d := policy.Decision{Rule: w.Entitlement}
		d.Refuse(TooOften)
		return d, nil
	}
	var silent error // why IAM does not say whether they have it
	g, d, err := k.wished(ctx, w)
	if err == nil && d.Refusal == "" {
		d, silent, err = k.taken(ctx, g, d)
	}
	if err != nil || d.Refusal != "" {
		return d, err
	}
	g.Received = k.Now().UTC().Round(0)
	g, err = g.After(store.Entry{Verb: store.Receive, By: w.By, At: k.Time()})
	if err == nil && silent != nil { // who asked hears at once that it takes longer
		g, err = g.After(store.Entry{Verb: store.Fail, By: store.Self, At: k.Time(), Note: handlers.CodeOf(silent)})
	}
	if err == nil {
		err = k.Save(ctx, &g)
	}
	if err != nil && !errors.Is(err, store.ErrConflict) {
		return d, fmt.Errorf("receive %s: %w", w.ID, err)
	}
	k.asking.count(asker)
	return d, nil
}

// wished decides on a wish, and returns what it asks for. The IAM user has not been read yet.
func (k *Keeper) wished(ctx context.Context, w Wish) (store.Grant, policy.Decision, error) {
	rule, _ := k.Policy.Rule(w.Entitlement) // Decide says if there is none
	person := k.Policy.People.Of(w.By)
	g := store.Grant{ID: w.ID, Origin: store.Requested, Program: w.Sender != "", Role: w.Role, Kind: rule.Kind, Entitlement: w.Entitlement, Account: rule.Account,
		AccountName: k.Policy.Accounts[rule.Account], Target: rule.Target, Exclusive: rule.Exclusive, Endless: rule.Endless, Duration: w.Duration, Reason: w.Reason}
	if rule.Ticket != nil {
		g.Ticket = w.Ticket
	}
	g.Subject = store.Subject{User: w.User, UserID: w.UserID, Person: person}
	now := k.Time()
	var mistimed string
	if g.From, g.To, mistimed = w.term(now); mistimed != "" { // how long it lasts, and in which hours, hangs on them
		g.From, g.To = time.Time{}, time.Time{}
	}
	q, err := k.question(ctx, g, now, rule)
	if err != nil {
		return g, policy.Decision{}, err
	}
	if q.Account, err = k.Directory.Account(ctx, w.By); err != nil {
		return g, policy.Decision{}, err
	}
	if q.Leaves, err = k.Leavers.Leaves(ctx, person); err != nil {
		return g, policy.Decision{}, err
	}
	d := k.Policy.Decide(q)
	if mistimed != "" {
		d = d.RefuseTime(mistimed, "latest", strconv.FormatInt(now.Add(farthest).Unix(), 10))
	}
	if err := k.attendRule(ctx, &d, q, rule, g.Role); err != nil || d.Refusal != "" && !slices.Contains(policy.Written, d.Refusal) {
		return g, d, err
	}
	g.Duration = d.Duration
	switch users := k.Policy.People.Users(person, rule.Account); {
	case len(users) == 0:
		d.Refuse(NoUsers, "account", rule.Account)
	case w.User == "" && len(users) == 1:
		g.Subject.User = users[0]
	case !slices.Contains(users, w.User):
		d.Refuse(policy.NotYourUser)
	}
	return g, d, nil
}

// taken refuses what the person has already: to prolong it takes another approval. While IAM does not answer (silent says
// why) that is left to what reads the user again before there is a card.
func (k *Keeper) taken(ctx context.Context, g store.Grant, d policy.Decision) (_ policy.Decision, silent, err error) {
	look, cancel := handlers.Outside(ctx, lookTime)
	defer cancel()
	user, err := k.Users.User(look, g.Account, g.Subject.User)
	switch {
	case errors.Is(err, people.ErrNoUser):
		d.Refuse(NoUser, "user", g.Subject.User)
		return d, nil, nil
	case err != nil:
		k.Log.Warn("IAM user of a wish is not known yet", "id", g.ID, "err", err)
		return d, err, nil
	}
	g.Subject.UserID = user.ID
	if d.RefuseByAWS(k.impossible(look, g)); d.Refusal != "" {
		return d, nil, nil
	}
	holder, err := k.findHolder(ctx, g)
	if errors.Is(err, store.ErrNotFound) {
		return d, nil, nil
	}
	if err != nil {
		return d, nil, err
	}
	holds, is := holder.(*store.Grant)
	if !is {
		d.Refuse(InUse)
		return d, nil, nil
	}
	held := *holds
	switch {
	case !k.Policy.holds(g.Subject.Person, held) && held.State.Open():
		d.Refuse(InUse)
	case has(held, k.Time()):
		d.Refusal, d.Why = Already, append(d.Why, already(held))
	case held.State == store.Asked && held.Origin == store.Requested:
		d.Refusal, d.Why = Waits, append(d.Why, policy.Reason{Key: Waits, Facts: describeWindow(held, k.Time())})
	}
	return d, nil, nil
}

// impossible is why something could not be given whoever approves it, as far as AWS says so now.
func (k *Keeper) impossible(ctx context.Context, g store.Grant) string {
	var refused *handlers.Refused
	if _, err := k.cloud(g).Plan(ctx, g, nil); errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

// already is why what somebody has is not asked for.
func already(held store.Grant) policy.Reason {
	facts := map[string]string{"until": strconv.FormatInt(held.Until.Unix(), 10)}
	if held.Ahead() {
		facts["from"] = strconv.FormatInt(held.Start.Unix(), 10)
	}
	if held.AlreadyHeld() {
		facts["held"] = "true"
	}
	return policy.Reason{Key: Already, Facts: facts}
}

// has tells whether a grant gives access that is not about to end.
func has(g store.Grant, now time.Time) bool {
	return (g.State == store.Approved || g.State == store.Active) && !g.Over(now)
}

// wish asks for what a person wrote, once IAM has said who the user is: everything is decided again, on what is so now.
func (k *Keeper) wish(ctx context.Context, g store.Grant, now store.Subject) error {
	if sent := g.Subject.UserID; !k.Policy.People.Same(now.Person, g.Subject.Person) || now.KnownBy != "" || sent != "" && sent != now.UserID { // the name is another user's now
		return k.ignore(ctx, g, policy.NotYourUser)
	}
	g.Subject.UserID = now.UserID
	if _, ok := k.Policy.roleOf(g); !ok && g.Role != "" {
		return k.ignore(ctx, g, NotNamed)
	}
	rule, _ := k.Policy.Rule(g.Entitlement)
	q, err := k.question(ctx, g, k.Time(), rule)
	if err != nil {
		return k.fail(ctx, g, err)
	}
	d := k.Policy.Decide(q)
	if err := k.attendRule(ctx, &d, q, rule, g.Role); err != nil {
		return k.fail(ctx, g, err)
	}
	if d.Refusal == "" {
		d.RefuseByAWS(k.impossible(ctx, k.under(g, rule, d)))
	}
	switch {
	case d.Refusal != "":
		return k.ignoreFor(ctx, g, d.LastReason())
	case k.isStale(g, d):
		return k.giveUp(ctx, g)
	}
	return k.ask(ctx, k.under(g, rule, d), d)
}

// under is a request as the rule and a decision on it make it.
func (k *Keeper) under(g store.Grant, rule policy.Entitlement, d policy.Decision) store.Grant {
	g.AccountName, g.NotBy = k.Policy.Accounts[g.Account], k.Policy.notBy(g)
	g.Kind, g.Entitlement, g.Target, g.Exclusive, g.Endless, g.AllowsIAM = rule.Kind, rule.ID, rule.Target, rule.Exclusive, rule.Endless, rule.AllowsIAM
	limit := k.Time().Add(rule.Within)
	if g.Origin == store.Requested && !g.Received.IsZero() {
		limit = k.lapsesAsked(g)
	}
	g.Duration, g.Longest, g.Lapses = d.Duration, d.Longest, lapses(g, limit)
	g.Steps, g.Auto, g.Risk, g.Escalation = d.Steps, d.Auto, d.Risk, rule.Escalation.Begin(k.Time())
	return g
}
