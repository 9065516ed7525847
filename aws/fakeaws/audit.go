package fakeaws

import (
	"regexp"
	"slices"
	"strings"
)

// AddMFA gives a user a virtual MFA device.
func (a *AWS) AddMFA(account, name string) {
	a.toUser(account, name, func(u *user) { u.mfa = a.now() })
}

// AddUserPolicy gives a user a policy of his own, of which only the name is kept.
func (a *AWS) AddUserPolicy(account, name, policy string) {
	a.toUser(account, name, func(u *user) {
		u.inline = append(u.inline, policy)
		slices.Sort(u.inline)
	})
}

// AttachUserPolicy attaches a managed policy to a user, of which only the ARN is kept.
func (a *AWS) AttachUserPolicy(account, name, arn string) {
	a.toUser(account, name, func(u *user) {
		u.attached = append(u.attached, arn)
		slices.SortFunc(u.attached, func(x, y string) int { return strings.Compare(policyName(x), policyName(y)) })
	})
}

func (a *AWS) toUser(account, name string, do func(*user)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	a.settle()
	do(a.account(account).user(name))
}

// policyName is the part of a managed policy's ARN behind its path.
func policyName(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// listUsers shows a page of the account's users, without their tags. All have the
// path "/".
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html
func (a *AWS) listUsers(r *request) (any, error) {
	all, err := under(r, r.caller.account.iam.everybody())
	if err != nil {
		return nil, err
	}
	users, next, err := page(r, all, func(u *user) string { return u.name })
	if err != nil {
		return nil, err
	}
	out := usersResult{pageXML: next}
	for _, u := range users {
		out.Users = append(out.Users, u.xml(false))
	}
	return out, nil
}

// pathPrefix is the pattern of a PathPrefix, which may be a full path or the beginning of one.
var pathPrefix = regexp.MustCompile(`^/[!-\x7f]*$`)

// under keeps what is below the path that was asked for: all of it for "/", and nothing for a longer one.
func under[T any](r *request, items []T) ([]T, error) {
	prefix, ok := r.Params["PathPrefix"]
	switch {
	case !ok || prefix == "/":
		return items, nil
	case !pathPrefix.MatchString(prefix) || len(prefix) > 512:
		return nil, refuse("ValidationError", "The specified value for pathPrefix is invalid. It must begin with /.")
	}
	return nil, nil
}

// listUserPolicies shows a page of the names of a user's own policies.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserPolicies.html
func (a *AWS) listUserPolicies(r *request) (any, error) {
	u, err := r.user()
	if err != nil {
		return nil, err
	}
	policies, next, err := page(r, u.inline, func(name string) string { return name })
	return policiesResult{policies, next}, err
}

// listAttachedUserPolicies shows a page of the managed policies that a user has.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedUserPolicies.html
func (a *AWS) listAttachedUserPolicies(r *request) (any, error) {
	u, err := r.user()
	if err != nil {
		return nil, err
	}
	arns, next, err := page(r, u.attached, policyName)
	if err != nil {
		return nil, err
	}
	out := attachedResult{pageXML: next}
	for _, arn := range arns {
		out.Policies = append(out.Policies, attachedXML{policyName(arn), arn})
	}
	return out, nil
}

// listMFADevices shows a user's device, if he has one; without a name, the caller's.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html
func (a *AWS) listMFADevices(r *request) (any, error) {
	u, err := r.userOrCaller()
	if err != nil {
		return nil, err
	}
	var out devicesResult
	if !u.mfa.IsZero() {
		serial := "arn:aws:iam::" + r.caller.account.id + ":mfa/" + u.name
		out.Devices = []deviceXML{{u.name, serial, stamp(u.mfa)}}
	}
	return out, nil
}

type usersResult struct {
	Users []userXML `xml:"Users>member"`
	pageXML
}

type policiesResult struct {
	Names []string `xml:"PolicyNames>member"`
	pageXML
}

type attachedResult struct {
	Policies []attachedXML `xml:"AttachedPolicies>member"`
	pageXML
}

type attachedXML struct{ PolicyName, PolicyArn string }

type devicesResult struct {
	Devices []deviceXML `xml:"MFADevices>member"`
	pageXML
}

type deviceXML struct{ UserName, SerialNumber, EnableDate string }
