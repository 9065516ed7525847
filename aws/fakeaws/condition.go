package fakeaws

import (
	"slices"
	"strings"
)

// operators are those of conditions that are known. Those of ARNs match patterns.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
var operators = map[string]func(values oneOrMany, of string) bool{
	"StringEquals":    func(v oneOrMany, of string) bool { return slices.Contains(v, of) },
	"StringNotEquals": func(v oneOrMany, of string) bool { return !slices.Contains(v, of) },
	"StringLike":      func(v oneOrMany, of string) bool { return v.match(of) },
	"StringNotLike":   func(v oneOrMany, of string) bool { return !v.match(of) },
	"ArnEquals":       func(v oneOrMany, of string) bool { return v.match(of) },
	"ArnNotEquals":    func(v oneOrMany, of string) bool { return !v.match(of) },
	"ArnLike":         func(v oneOrMany, of string) bool { return v.match(of) },
	"ArnNotLike":      func(v oneOrMany, of string) bool { return !v.match(of) },
}

// callerKeys are the condition keys that are known, in small letters.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
var callerKeys = map[string]func(principal) string{
	"aws:principalarn":     principal.principalARN,
	"aws:principalaccount": func(p principal) string { return p.account.id },
	"aws:userid":           func(p principal) string { return p.userID },
}

// principalARN is a user's, or for a session that of its role.
func (who principal) principalARN() string {
	if who.user != nil {
		return who.arn
	}
	role, _, _ := strings.Cut(strings.TrimPrefix(who.arn, "arn:aws:sts::"+who.account.id+":assumed-role/"), "/")
	return "arn:aws:iam::" + who.account.id + ":role/" + role
}
