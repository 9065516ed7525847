package fakeaws

import (
	"maps"
	"net/url"
	"slices"
)

// AddGroupPolicy gives a group a policy of its own.
func (a *AWS) AddGroupPolicy(account, name, policy, document string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	a.settle()
	g := a.account(account).group(name)
	if g.policies == nil {
		g.policies = map[string]string{}
	}
	g.policies[policy] = document
}

// listGroupPolicies shows a page of the names of a group's own policies.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupPolicies.html
func (a *AWS) listGroupPolicies(r *request) (any, error) {
	g, err := r.group()
	if err != nil {
		return nil, err
	}
	policies, next, err := page(r, slices.Sorted(maps.Keys(g.policies)), func(name string) string { return name })
	return policiesResult{policies, next}, err
}

// listAttachedGroupPolicies shows a page of the managed policies that a group has: none, as there are none here.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedGroupPolicies.html
func (a *AWS) listAttachedGroupPolicies(r *request) (any, error) {
	if _, err := r.group(); err != nil {
		return nil, err
	}
	_, next, err := page(r, nil, policyName)
	return attachedResult{pageXML: next}, err
}

// getGroupPolicy shows a policy of a group's own.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroupPolicy.html
func (a *AWS) getGroupPolicy(r *request) (any, error) {
	g, err := r.group()
	if err != nil {
		return nil, err
	}
	document, ok := g.policies[r.Params["PolicyName"]]
	if !ok {
		return nil, refuse("NoSuchEntity", "The group policy with name %s cannot be found.", r.Params["PolicyName"])
	}
	return groupPolicyResult{g.name, r.Params["PolicyName"], url.PathEscape(document)}, nil
}

type groupPolicyResult struct{ GroupName, PolicyName, PolicyDocument string }
