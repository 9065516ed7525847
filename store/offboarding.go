package store

import (
	"cmp"
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
	WasGone    = "gone"     // the IAM user is no more, or the name is another's
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
	Record      string      `json:"record,omitempty"`  // the id of the request or grant
	Result      string      `json:"result,omitempty"`
	Work        Work        `json:"work,omitzero"` // tries in vain, while it is to be ended
}

// Is tells whether two are the same thing, whatever has become of it.
func (h Holding) Is(other Holding) bool {
	return h.Kind == other.Kind && h.Account == other.Account && strings.EqualFold(h.User, other.User) && h.Name == other.Name && h.Record == other.Record
}

// Left tells whether it is not ended, and is not going to be by this offboarding.
func (h Holding) Left() bool {
	return h.Result == ByHand || h.Result == ByRotation || h.Result == ByGrant || h.Result == ToRotate
}

// Facts names the holding in an entry.
func (h Holding) Facts() map[string]string {
	out := map[string]string{}
	for key, value := range map[string]string{"kind": string(h.Kind), "account": h.Account, "account_name": h.AccountName,
		"user": h.User, "user_id": h.UserID, "name": h.Name, "record": h.Record} {
		if value != "" {
			out[key] = value
		}
	}
	return out
}

// HoldingOf is the holding that an entry names.
func HoldingOf(f map[string]string) Holding {
	return Holding{Kind: HoldingKind(f["kind"]), Account: f["account"], AccountName: f["account_name"],
		User: f["user"], UserID: f["user_id"], Name: f["name"], Record: f["record"]}
}

// ErrHeld says that an offboarding would be over while something is left to be ended, or that it does not know the holding.
var ErrHeld = errors.New("not so with what the person has")

// Offboarding ends all that a person has. Its states and verbs are in offboardstate.go.
type Offboarding struct {
	ID      string `json:"id"`
	Version uint64 `json:"-"`
	Chain   Chain  `json:"chain"`

	Person string    `json:"person"` // by their first Slack user id
	By     string    `json:"by"`     // who confirmed it
	Reason string    `json:"reason"`
	Begun  time.Time `json:"begun,omitzero"`

	State    State     `json:"state"`
	Holdings []Holding `json:"holdings,omitempty"` // in the order in which they were found
	Ended    time.Time `json:"ended,omitzero"`

	Work
	Telling

	fresh []Entry
}

// Fresh returns the entries that have not been written yet.
func (o Offboarding) Fresh() []Entry { return o.fresh }

// OffboardingSlot is what the one open offboarding of a person holds.
func OffboardingSlot(person string) string { return OffboardingPrefix + person }

// Open tells whether the offboarding is not over.
func (o Offboarding) Open() bool { return len(nextOffboarding[o.State]) > 0 && o.State != "" }

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
	return o.with(h, func(known *Holding) { known.Work, known.UserID = Work{}, cmp.Or(known.UserID, h.UserID) })
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
	}
	return time.Time{}, false
}

func (o *Offboarding) doc() (Doc, error) {
	keys := laneKeys(o.Due)
	if o.Open() {
		keys = append(keys, Key{Index: SlotIndex, Value: OffboardingSlot(o.Person), Unique: true})
	}
	keys = append(keys, o.Work.keys()...)
	return encode(o.ID, o.Version, o, keys, o.fresh)
}

func (o *Offboarding) saved() { o.Version, o.fresh = o.Version+1, nil }

// differs tells in what the offboarding is not what its entries say.
func (o *Offboarding) differs(entries []Entry) []error {
	return o.Chain.differs(o.ID, o.State, entries)
}
