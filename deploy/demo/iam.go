package demo

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// called is a user or a group of IAM, by a name of theirs.
type called struct{ account, name string }

// names are what users and groups are called that were renamed, by what they were called at first: the configuration goes
// on to call them that. The zero value has none.
type names struct {
	mu            sync.Mutex
	users, groups map[called]string
}

// of returns the name of now.
func (n *names) of(all *map[called]string, account, first string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return cmp.Or((*all)[called{account, first}], first)
}

func (n *names) set(all *map[called]string, account, first, to string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if *all == nil {
		*all = map[called]string{}
	}
	(*all)[called{account, first}] = to
}

// userNow returns what a user is called now who was called so at first.
func (w *world) userNow(account, first string) string {
	return w.named.of(&w.named.users, account, first)
}

// groupNow returns what a group is called now that was called so at first.
func (w *world) groupNow(account, first string) string {
	return w.named.of(&w.named.groups, account, first)
}

// everybody returns those as whom somebody signs in, each by the name of now.
func (s *stage) everybody() []login {
	all := slices.Clone(s.logins)
	for i, l := range all {
		all[i].user = s.userNow(l.account, l.user)
	}
	return all
}

// login returns the one who is called so now.
func (s *stage) login(account, user string) (login, bool) {
	all := s.everybody()
	i := slices.IndexFunc(all, func(l login) bool { return l.account == account && l.user == user })
	if i < 0 {
		return login{}, false
	}
	return all[i], true
}

// firstNames returns the accounts and first names of all users and groups of the demo.
func (s *stage) firstNames() (users, groups []called) {
	c := s.settings()
	for _, l := range s.logins {
		users = append(users, called{l.account, l.user})
	}
	for _, r := range c.Policy.Rotations {
		users = append(users, called{r.Account, r.User})
	}
	for _, e := range groupsOf(c) {
		groups = append(groups, called{e.Account, e.Target})
	}
	return users, groups
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html
var iamName = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)

// rename gives a user or a group of IAM another name, past the bot. The unique id stays, and the configuration goes on to
// have the first name.
func (s *stage) rename(a action) error {
	s.renaming.Lock()
	defer s.renaming.Unlock()
	users, groups := s.firstNames()
	all, now, rename, table, done := users, s.userNow, s.aws.RenameUser, &s.named.users, "renamed_user"
	if a.Value == "group" {
		all, now, rename, table, done = groups, s.groupNow, s.aws.RenameGroup, &s.named.groups, "renamed_group"
	}
	i := slices.IndexFunc(all, func(c called) bool { return c.account == a.Account && now(c.account, c.name) == a.Name })
	taken := func(c called) bool {
		return c.account == a.Account && strings.EqualFold(now(c.account, c.name), a.Text)
	}
	switch {
	case i < 0:
		return say("error.no_such", "name", a.Name)
	case !iamName.MatchString(a.Text):
		return say("error.no_name", "name", a.Text)
	case a.Text == a.Name || a.Text == unmanaged || slices.ContainsFunc(slices.Concat(all[:i], all[i+1:]), taken):
		return say("error.name_taken", "name", a.Text)
	}
	rename(a.Account, a.Name, a.Text)
	s.named.set(table, a.Account, all[i].name, a.Text)
	s.happen(done, map[string]string{"name": a.Name, "new": a.Text})
	s.glance()
	return nil
}

// slackTag is the tag that says whose an IAM user is.
const slackTag = "sekisho:slack-user-id"

// tag writes a Slack account into the tag of an IAM user, or takes the tag away.
func (s *stage) tag(a action) error {
	l, ok := s.login(a.Account, a.User)
	switch known := slices.ContainsFunc(taggable(s.language()), func(p person) bool { return p.ID == a.Value }); {
	case !ok:
		return say("error.no_login", "user", a.User)
	case a.Value != "" && !known:
		return say("error.action")
	}
	s.aws.TagUser(l.account, l.user, slackTag, a.Value)
	s.mu.Lock()
	if s.tags == nil {
		s.tags = map[string]string{}
	}
	s.tags[l.userID] = a.Value
	s.mu.Unlock()
	done := "tagged"
	if a.Value == "" {
		done = "untagged"
	}
	s.happen(done, map[string]string{"user": a.User, "id": a.Value})
	return nil
}

// tagOf returns the Slack account that the tag of an IAM user names, or "".
func (s *stage) tagOf(l login) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tags[l.userID]
}

// taggable are all Slack accounts that a tag can name: also guests, who has left, and the bot's own.
func taggable(lang string) []person {
	var out []person
	for _, u := range usersIn(lang) {
		out = append(out, person{ID: u.ID, Name: u.Name, Real: u.RealName, Guest: u.Restricted, Left: u.Deleted})
	}
	return append(out, person{ID: botUser, Name: "sekisho", Real: "Sekisho", App: true})
}

// glance has the bot look at its groups at once, which it does every five minutes.
func (s *stage) glance() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bot != nil {
		s.running.Go(s.bot.look)
	}
}
