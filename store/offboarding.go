package store

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// OffboardingPrefix begins the id of every offboarding.
const OffboardingPrefix = "offboard-"

// HoldingKind is a kind of what a person can have.
type HoldingKind string

// The kinds of holding. Another one needs who finds and ends it, and words of its own; nothing else here.
const (
	HeldUser     HoldingKind = "user"     // an IAM user, which is done with once nothing else of it is left
	HeldRequest  HoldingKind = "request"  // that waits for approvals
	HeldGrant    HoldingKind = "grant"    // that is live
	HeldGroup    HoldingKind = "group"    // membership of an IAM group that no live grant gives
	HeldKey      HoldingKind = "key"      // an active access key
	HeldPassword HoldingKind = "password" // to the console
	HeldPolicy   HoldingKind = "policy"   // of the user's own
)

// What has become of a holding; "" is to be ended still. By the last four it is left as it is.
const (
	WasEnded   = "ended"    // and read back
	WasHeld    = "held"     // the request is over, and took nothing back: the membership was there before, and stands apart
	WasGone    = "gone"     // the IAM user is no more, or the name is another's
	WasRenamed = "renamed"  // the IAM user has another name now, under which all that it has stands anew
	ByHand     = "by_hand"  // somebody has to do it
	ByRotation = "rotation" // it is a rotation's, which goes on
	ByGrant    = "grant"    // another person's grant ends it
	ToRotate   = "handed"   // it is another IAM user's key, given without an end: who knows it can use it until somebody rotates it
)

// Holding is one thing that a person who leaves has, and what has become of it.
type Holding struct {
	Kind        HoldingKind `json:"kind"`
	Account     string      `json:"account"`
	AccountName string      `json:"account_name,omitempty"`
	User        string      `json:"user"`              // the IAM user
	UserID      string      `json:"user_id,omitempty"` // of a HeldUser, once IAM has said it
	Name        string      `json:"name,omitempty"`    // of the group, policy or target; the id of the key
	ID          string      `json:"id,omitempty"`      // the unique id of a group, which a rename keeps
	Record      string      `json:"record,omitempty"`  // the id of the request or grant
	Result      string      `json:"result,omitempty"`
	Work        Work        `json:"-"` // tries in vain, while it is to be ended
}

// Is tells whether two are the same thing, whatever has become of it. Where both have a unique id the name does not count.
func (h Holding) Is(other Holding) bool {
	same := h.Kind == other.Kind && h.Account == other.Account && strings.EqualFold(h.User, other.User) && h.Record == other.Record
	if h.ID != "" && other.ID != "" {
		return same && h.ID == other.ID
	}
	return same && h.Name == other.Name
}

// Left tells whether it is not ended, and is not going to be by this offboarding.
func (h Holding) Left() bool {
	return h.Result == ByHand || h.Result == ByRotation || h.Result == ByGrant || h.Result == ToRotate
}

// Facts names the holding in an entry.
func (h Holding) Facts() map[string]string {
	out := map[string]string{}
	for key, value := range map[string]string{"kind": string(h.Kind), "account": h.Account, "account_name": h.AccountName,
		"user": h.User, "user_id": h.UserID, "name": h.Name, "id": h.ID, "record": h.Record} {
		if value != "" {
			out[key] = value
		}
	}
	return out
}

// HoldingOf is the holding that an entry names.
func HoldingOf(f map[string]string) Holding {
	return Holding{Kind: HoldingKind(f["kind"]), Account: f["account"], AccountName: f["account_name"],
		User: f["user"], UserID: f["user_id"], Name: f["name"], ID: f["id"], Record: f["record"]}
}

// ErrHeld says that an offboarding would be over while something is left to be ended, or that it does not know the holding.
var ErrHeld = errors.New("not so with what the person has")

// Offboarding ends all that a person has. Its states and verbs are in offboardstate.go.
type Offboarding struct {
	Head `json:"-"`

	ID string `json:"id"`

	Person   Person    `json:"person"`
	Accounts []string  `json:"accounts,omitempty"` // all their Slack accounts when it began
	By       string    `json:"by"`                 // the Slack account that confirmed it
	Reason   string    `json:"reason"`
	Begun    time.Time `json:"begun,omitzero"`

	State    State     `json:"state"`
	Holdings []Holding `json:"holdings,omitempty"` // in the order in which they were found
	Ended    time.Time `json:"ended,omitzero"`
	Lifted   *Lifting  `json:"lifted,omitempty"`

	Work    `json:"-"`
	Telling `json:"-"`
	Voided  bool `json:"-"` // the person's approvals of what waits no longer count: each has its own entry
}

func (o *Offboarding) id() string    { return o.ID }
func (o *Offboarding) state() *State { return &o.State }

func (o *Offboarding) leads(from State, v Verb) (State, bool) { return offboardings.leads(*o, from, v) }

func (o *Offboarding) progress() any {
	return &struct {
		*Work
		*Telling
		Holdings *workOn `json:"holdings,omitzero"`
		Voided   *bool   `json:"voided"`
	}{&o.Work, &o.Telling, (*workOn)(&o.Holdings), &o.Voided}
}

// workOn is holdings as progress has them: the work on each, in their order.
type workOn []Holding

// IsZero reports whether there is nothing to write down.
func (w *workOn) IsZero() bool {
	return !slices.ContainsFunc(*w, func(h Holding) bool { return h.Work != Work{} })
}

// MarshalJSON writes the work alone.
func (w workOn) MarshalJSON() ([]byte, error) {
	all := make([]Work, len(w))
	for i, h := range w {
		all[i] = h.Work
	}
	return json.Marshal(all)
}

// UnmarshalJSON reads it into holdings that are there.
func (w *workOn) UnmarshalJSON(body []byte) error {
	var all []Work
	err := json.Unmarshal(body, &all)
	for i := range min(len(all), len(*w)) {
		(*w)[i].Work = all[i]
	}
	return err
}

// Lifting is that a person who was offboarded may ask again, and why.
type Lifting struct {
	By  string    `json:"by"`
	At  time.Time `json:"at"`
	Why string    `json:"why"`
}

// OffboardingSlot names the slot of a Slack account. The offboarding that stands of a person holds those of all their
// accounts, so that it is found whichever of them the configuration gives first by now.
func OffboardingSlot(account string) string { return OffboardingPrefix + account }

// leaverIndex has the offboardings that stand by the IAM users that they end: by unique id, and by [UserName].
const leaverIndex = "leaver"

// OffboardedUser returns the id of the offboarding that stands of an IAM user, or ErrNotFound. The user is given by
// the account and the unique id, which no other user ever has.
func OffboardedUser(ctx context.Context, db DB, account, userID string) (string, error) {
	return leaverOf(ctx, db, account+"/"+userID)
}

// OffboardedName returns the id of the offboarding that stands of an IAM user of a name, or ErrNotFound. The name can be
// another user's by now.
func OffboardedName(ctx context.Context, db DB, account, user string) (string, error) {
	return leaverOf(ctx, db, UserName(account, user))
}

func leaverOf(ctx context.Context, db DB, value string) (string, error) {
	rows, err := db.List(ctx, leaverIndex, value, 1)
	if err == nil && (len(rows) == 0 || rows[0].Value != value) {
		err = ErrNotFound
	}
	if err != nil {
		return "", err
	}
	return rows[0].ID, nil
}

// Open reports whether something is to be ended still, or looked for.
func (o Offboarding) Open() bool { return o.State == Leaving || o.State == Looking }

// Stands reports whether the person is kept from access: from the beginning until security lifts it.
func (o Offboarding) Stands() bool { return o.Open() || o.State == Departed }

// Find returns what is known of a holding.
func (o Offboarding) Find(h Holding) (Holding, bool) {
	i := slices.IndexFunc(o.Holdings, h.Is)
	if i < 0 {
		return Holding{}, false
	}
	return o.Holdings[i], true
}

// ToEnd are the holdings that are to be ended still.
func (o Offboarding) ToEnd() []Holding {
	return slices.DeleteFunc(slices.Clone(o.Holdings), func(h Holding) bool { return h.Result != "" })
}

// Users are the IAM users, in their order.
func (o Offboarding) Users() []Holding {
	return slices.DeleteFunc(slices.Clone(o.Holdings), func(h Holding) bool { return h.Kind != HeldUser })
}

// Of are the other holdings of an IAM user.
func (o Offboarding) Of(user Holding) []Holding {
	return slices.DeleteFunc(slices.Clone(o.Holdings), func(h Holding) bool {
		return h.Kind == HeldUser || h.Record != "" || h.Account != user.Account || !strings.EqualFold(h.User, user.User)
	})
}

// Tried notes one more try in vain that is no news.
func (o Offboarding) Tried(h Holding, now time.Time) Offboarding {
	return o.with(h, func(h *Holding) { h.Work.Failed(now) })
}

// Answered takes note that AWS has answered about an IAM user, which the card has to show where people have heard that it had
// not.
func (o Offboarding) Answered(h Holding, now time.Time) Offboarding {
	if known, ok := o.Find(h); ok && known.Work.Trouble != "" {
		o.Told = maps.Clone(o.Told)
		delete(o.Told, OnCard)
		o.TellAt = plain(now)
	}
	return o.with(h, func(known *Holding) { known.Work = Work{} })
}

// with changes what is known of a holding.
func (o Offboarding) with(h Holding, change func(*Holding)) Offboarding {
	o.Holdings = slices.Clone(o.Holdings)
	for i := range o.Holdings {
		if o.Holdings[i].Is(h) {
			change(&o.Holdings[i])
		}
	}
	return o
}

// Due tells when the offboarding wants to be looked at in a lane, and whether it does at all.
func (o Offboarding) Due(lane Lane) (time.Time, bool) {
	switch lane {
	case Take:
		return later(o.Retry, o.Claim.End), o.Open()
	case Tell:
		return o.TellAt, o.Telling.behind(o.Chain.Seq, OnCard, InThread)
	case Redraw:
		return o.TellAt, o.Presses()
	}
	return time.Time{}, false
}

func (o *Offboarding) keys() []Key {
	keys := laneKeys(o.Due)
	if o.Stands() {
		keys = append(keys, o.personKeys()...)
	}
	return append(append(keys, o.Work.keys()...), o.Chain.changedKeys()...)
}

// personKeys put the offboarding where its person is found, by each Slack account and by each IAM user.
func (o *Offboarding) personKeys() []Key {
	var keys []Key
	for _, account := range union([]string{o.Person.Account()}, o.Accounts) {
		keys = append(keys, Key{Index: SlotIndex, Value: OffboardingSlot(account), Unique: true})
	}
	for _, user := range o.Users() {
		names := []string{UserName(user.Account, user.User)}
		if user.UserID != "" {
			names = append(names, user.Account+"/"+user.UserID)
		}
		for _, name := range names {
			if key := (Key{Index: leaverIndex, Value: name}); !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}
