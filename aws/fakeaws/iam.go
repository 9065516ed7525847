package fakeaws

import (
	"maps"
	"regexp"
	"slices"
	"time"
)

var iamActions = map[string]action{
	"GetUser":                   {do: (*AWS).getUser},
	"ListUsers":                 {do: (*AWS).listUsers},
	"GetRole":                   {do: (*AWS).getRole},
	"GetGroup":                  {do: (*AWS).getGroup},
	"ListGroups":                {do: (*AWS).listGroups},
	"ListGroupsForUser":         {do: (*AWS).listGroupsForUser},
	"AddUserToGroup":            {do: (*AWS).addUserToGroup, write: true},
	"RemoveUserFromGroup":       {do: (*AWS).removeUserFromGroup, write: true},
	"GetLoginProfile":           {do: (*AWS).getLoginProfile},
	"DeleteLoginProfile":        {do: (*AWS).deleteLoginProfile, write: true},
	"CreateAccessKey":           {do: (*AWS).createAccessKey, write: true},
	"ListAccessKeys":            {do: (*AWS).listAccessKeys},
	"UpdateAccessKey":           {do: (*AWS).updateAccessKey, write: true},
	"DeleteAccessKey":           {do: (*AWS).deleteAccessKey, write: true},
	"GetAccessKeyLastUsed":      {do: (*AWS).getAccessKeyLastUsed},
	"ListGroupPolicies":         {do: (*AWS).listGroupPolicies},
	"ListAttachedGroupPolicies": {do: (*AWS).listAttachedGroupPolicies},
	"GetGroupPolicy":            {do: (*AWS).getGroupPolicy},
	"ListUserPolicies":          {do: (*AWS).listUserPolicies},
	"ListAttachedUserPolicies":  {do: (*AWS).listAttachedUserPolicies},
	"ListMFADevices":            {do: (*AWS).listMFADevices},
	"GenerateCredentialReport":  {do: (*AWS).generateCredentialReport, write: true},
	"GetCredentialReport":       {do: (*AWS).getCredentialReport},
}

// groupsPerUser is a quota that nobody can have raised.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entities
const groupsPerUser = 10

// getUser shows a user with his tags; without a name the caller, who must then be
// a user. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html
func (a *AWS) getUser(r *request) (any, error) {
	u, err := r.userOrCaller()
	if err != nil {
		return nil, err
	}
	return userResult{u.xml(true)}, nil
}

// getGroup shows a group and a page of the members that readers see.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html
func (a *AWS) getGroup(r *request) (any, error) {
	g, err := r.group()
	if err != nil {
		return nil, err
	}
	r.caller.account.iam.settle(r.now)
	users, next, err := page(r, sorted(g.seen), func(u *user) string { return u.name })
	if err != nil {
		return nil, err
	}
	out := groupResult{Group: g.xml(), pageXML: next}
	for _, u := range users {
		out.Users = append(out.Users, u.xml(false))
	}
	return out, nil
}

// listGroupsForUser shows a page of the groups in which readers see a user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupsForUser.html
func (a *AWS) listGroupsForUser(r *request) (any, error) {
	u, err := r.user()
	if err != nil {
		return nil, err
	}
	iam := &r.caller.account.iam
	iam.settle(r.now)
	groups, next, err := page(r, iam.memberships(u, visibly), func(g *group) string { return g.name })
	if err != nil {
		return nil, err
	}
	out := groupsResult{pageXML: next}
	for _, g := range groups {
		out.Groups = append(out.Groups, g.xml())
	}
	return out, nil
}

// listGroups shows a page of the account's groups. All have the path "/".
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroups.html
func (a *AWS) listGroups(r *request) (any, error) {
	all, err := under(r, r.caller.account.iam.allGroups())
	if err != nil {
		return nil, err
	}
	groups, next, err := page(r, all, func(g *group) string { return g.name })
	if err != nil {
		return nil, err
	}
	out := groupsResult{pageXML: next}
	for _, g := range groups {
		out.Groups = append(out.Groups, g.xml())
	}
	return out, nil
}

// addUserToGroup succeeds for a member too, quota or not; that much is known from
// use: https://github.com/cloud-custodian/cloud-custodian/issues/4730
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html
func (a *AWS) addUserToGroup(r *request) (any, error) {
	g, u, err := r.membership()
	if err != nil || g.members[u] {
		return nil, err
	}
	iam := &r.caller.account.iam
	if len(iam.memberships(u, truly)) >= groupsPerUser {
		return nil, refuse("LimitExceeded", "Cannot exceed quota for GroupsPerUser: %d", groupsPerUser)
	}
	iam.set(g, u, true, r.now)
	return nil, nil
}

// removeUserFromGroup succeeds for a non-member too, as adding does for a member.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveUserFromGroup.html
func (a *AWS) removeUserFromGroup(r *request) (any, error) {
	g, u, err := r.membership()
	if err != nil || !g.members[u] {
		return nil, err
	}
	r.caller.account.iam.set(g, u, false, r.now)
	return nil, nil
}

func (r *request) membership() (*group, *user, error) {
	g, err := r.group()
	if err != nil {
		return nil, nil, err
	}
	u, err := r.user()
	return g, u, err
}

func (r *request) user() (*user, error) {
	name := r.Params["UserName"]
	// Longer than a user's name can be: the model has it so for existing ones.
	if err := checkName("userName", name, 128); err != nil {
		return nil, err
	}
	u := r.caller.account.iam.users[fold(name)]
	if u == nil {
		return nil, refuse("NoSuchEntity", "The user with name %s cannot be found.", name)
	}
	return u, nil
}

// userOrCaller is the user named, else the one who calls.
func (r *request) userOrCaller() (*user, error) {
	if _, named := r.Params["UserName"]; named {
		return r.user()
	}
	for _, u := range r.caller.account.iam.users {
		if u.id == r.caller.userID {
			return u, nil
		}
	}
	return nil, refuse("ValidationError", "Must specify userName when calling with non-User credentials")
}

func (r *request) group() (*group, error) {
	name := r.Params["GroupName"]
	if err := checkName("groupName", name, 128); err != nil {
		return nil, err
	}
	g := r.caller.account.iam.groups[fold(name)]
	if g == nil {
		return nil, refuse("NoSuchEntity", "The group with name %s cannot be found.", name)
	}
	return g, nil
}

var friendlyName = regexp.MustCompile(`^[\w+=,.@-]+$`)

// checkName holds a name against IAM's pattern.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names
func checkName(field, name string, most int) error {
	switch {
	case len(name) > most:
		return refuse("ValidationError",
			"1 validation error detected: Value at '%s' failed to satisfy constraint: Member must have length less than or equal to %d",
			field, most)
	case !friendlyName.MatchString(name):
		return refuse("ValidationError",
			"The specified value for %s is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-", field)
	}
	return nil
}

type userResult struct{ User userXML }

type groupResult struct {
	Group groupXML
	Users []userXML `xml:"Users>member"`
	pageXML
}

type groupsResult struct {
	Groups []groupXML `xml:"Groups>member"`
	pageXML
}

type userXML struct {
	Path, UserName, UserId, Arn, CreateDate string

	PasswordLastUsed string `xml:",omitempty"`

	Tags []tagXML `xml:"Tags>member"`
}

type groupXML struct {
	Path, GroupName, GroupId, Arn, CreateDate string
}

type tagXML struct{ Key, Value string }

// xml shows a user; only GetUser shows the tags too.
func (u *user) xml(tags bool) userXML {
	out := userXML{Path: "/", UserName: u.name, UserId: u.id, Arn: u.arn, CreateDate: stamp(u.created)}
	if u.password != nil && !u.password.used.IsZero() {
		out.PasswordLastUsed = stamp(u.password.used)
	}
	if tags {
		for _, key := range slices.Sorted(maps.Keys(u.tags)) {
			out.Tags = append(out.Tags, tagXML{key, u.tags[key]})
		}
	}
	return out
}

func (g *group) xml() groupXML {
	return groupXML{"/", g.name, g.id, g.arn, stamp(g.created)}
}

// stamp writes a time as the Query services do.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
