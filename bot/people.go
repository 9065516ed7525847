package bot

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"sekisho/handlers/people"
)

// How long an answer of Slack is good for: membership decides who may approve, a person's language and zone only how we speak.
const (
	groupAge  = time.Minute
	readerAge = time.Hour
	userAge   = time.Minute
)

// How long a list is good for, that is only read; and how long is waited for a newer one than there is: the audit alone reads the users.
const (
	groupsAge      = time.Minute
	groupsPatience = time.Second
	usersAge       = 10 * time.Minute
	pageLength     = 200 // which Slack recommends for users.list
)

// People reads users and user groups from Slack, and remembers them for a while. Make one with NewPeople. What decides asks about one of
// them; what is only read, about many, goes by the lists: see Lately. No method is called while Slack wants no calls of it.
type People struct {
	API *slack.Client
	Now func() time.Time

	allGroups                                          *snapshot[map[string][]string]
	allUsers                                           *snapshot[map[string]people.Account]
	listGroups, listUsers, askGroup, askUser, askEmail *pace

	mu      sync.Mutex
	groups  map[string]remembered[userGroup]
	readers map[string]remembered[reader]
	users   map[string]remembered[people.Account]
	team    map[string]remembered[string]
}

// reader is how a person reads.
type reader struct {
	locale string         // such as "ja-JP"
	zone   *time.Location // nil if Slack names none that is known here
}

var _ people.Directory = (*People)(nil)

// NewPeople returns a directory. It reaches for nothing yet.
func NewPeople(api *slack.Client, now func() time.Time) *People {
	p := &People{API: api, Now: now, listGroups: newPace(listEvery), listUsers: newPace(listEvery), askGroup: newPace(0), askUser: newPace(0), askEmail: newPace(0)}
	p.allGroups = &snapshot[map[string][]string]{age: groupsAge, patience: groupsPatience, load: p.loadGroups}
	p.allUsers = &snapshot[map[string]people.Account]{age: usersAge, patience: loadTime, load: p.loadUsers}
	return p
}

// user asks about one.
func (p *People) user(ctx context.Context, id string) (u *slack.User, err error) {
	err = p.askUser.unlessResting(func() error {
		u, err = p.API.GetUserInfoContext(ctx, id)
		return err
	})
	return u, err
}

type remembered[T any] struct {
	value T
	until time.Time
}

// userGroup is what Slack says of one.
type userGroup struct {
	members []string
	gone    bool // deleted or disabled
}

// Members implements handlers.Directory.
func (p *People) Members(ctx context.Context, group string) ([]string, error) {
	g, err := recall(p, &p.groups, group, groupAge, func() (userGroup, error) {
		var members []string
		err := p.askGroup.unlessResting(func() (err error) {
			members, err = p.API.GetUserGroupMembersContext(ctx, group)
			return err
		})
		if answers(err, []string{"no_such_subteam"}) {
			return userGroup{gone: true}, nil
		}
		if err != nil {
			return userGroup{}, fmt.Errorf("read members of %s: %w", group, err)
		}
		return userGroup{members: members}, nil
	})
	if g.gone {
		return nil, fmt.Errorf("read members of %s: %w", group, people.ErrNoGroup)
	}
	return g.members, err
}

// reader returns how a person reads; nothing of it if Slack does not tell, which is no reason not to speak to them.
func (p *People) reader(ctx context.Context, user string) reader {
	r, _ := recall(p, &p.readers, user, readerAge, func() (reader, error) {
		info, err := p.user(ctx, user)
		if err != nil {
			return reader{}, err
		}
		r := reader{locale: info.Locale}
		if zone, err := time.LoadLocation(info.TZ); err == nil && info.TZ != "" {
			r.zone = zone
		}
		return r, nil
	})
	return r
}

// penFor writes in a person's language, and times in their zone: in another one where Slack does not tell theirs.
func (p *People) penFor(ctx context.Context, user string, zone *time.Location) Pen {
	r := p.reader(ctx, user)
	return Pen{Words: In(r.locale), Zone: cmp.Or(r.zone, zone)}
}

// Account implements handlers.Directory. Whom Slack does not know is as good as deleted: an IAM tag can name anybody. Whoever is of another workspace is a stranger, also one of a channel that is
// shared by Slack Connect.
func (p *People) Account(ctx context.Context, user string) (people.Account, error) {
	return recall(p, &p.users, user, userAge, func() (people.Account, error) {
		u, err := p.user(ctx, user)
		if answers(err, []string{"user_not_found"}) {
			return people.Account{Deleted: true}, nil
		}
		if err != nil {
			return people.Account{}, fmt.Errorf("read user %s: %w", user, err)
		}
		return p.account(ctx, u)
	})
}

func (p *People) account(ctx context.Context, u *slack.User) (people.Account, error) {
	home, err := p.home(ctx)
	if err != nil {
		return people.Account{}, err
	}
	return accountOf(u, home), nil
}

// accountOf returns what a user is in a workspace.
func accountOf(u *slack.User, home string) people.Account {
	return people.Account{Bot: u.IsBot, Guest: u.IsRestricted || u.IsUltraRestricted, Deleted: u.Deleted,
		Stranger: u.IsStranger || u.TeamID != home}
}

// home is the bot's own workspace.
func (p *People) home(ctx context.Context) (string, error) {
	return recall(p, &p.team, "", readerAge, func() (string, error) {
		me, err := p.API.AuthTestContext(ctx)
		if err != nil {
			return "", fmt.Errorf("read own workspace: %w", err)
		}
		return me.TeamID, nil
	})
}

// ByEmail implements handlers.Directory. It needs the scope users:read.email. Only a member of the workspace is found: of
// anybody else it is others who vouch for the address.
func (p *People) ByEmail(ctx context.Context, email string) (string, error) {
	var u *slack.User
	err := p.askEmail.unlessResting(func() (err error) {
		u, err = p.API.GetUserByEmailContext(ctx, email)
		return err
	})
	if answers(err, []string{"users_not_found"}) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look up user by e-mail: %w", err)
	}
	account, err := p.account(ctx, u)
	if err != nil || account != (people.Account{}) {
		return "", err
	}
	return u.ID, nil
}

// recall returns what is remembered, or asks and remembers: an answer ages from the moment it was asked for. Errors are
// not remembered. The lock is not held while asking: two may ask at once, and nobody waits for somebody else's question.
func recall[T any](p *People, memory *map[string]remembered[T], key string, age time.Duration, ask func() (T, error)) (T, error) {
	p.mu.Lock()
	r, ok := (*memory)[key]
	p.mu.Unlock()
	now := p.Now()
	if ok && now.Before(r.until) {
		return r.value, nil
	}
	value, err := ask()
	if err != nil {
		return value, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if *memory == nil {
		*memory = map[string]remembered[T]{}
	}
	(*memory)[key] = remembered[T]{value, now.Add(age)}
	return value, nil
}
