package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// GroupPolicies is what [Escapes] calls of IAM.
type GroupPolicies interface {
	iam.ListAttachedGroupPoliciesAPIClient
	iam.ListGroupPoliciesAPIClient
	GetGroupPolicy(context.Context, *iam.GetGroupPolicyInput, ...func(*iam.Options)) (*iam.GetGroupPolicyOutput, error)
	GetPolicy(context.Context, *iam.GetPolicyInput, ...func(*iam.Options)) (*iam.GetPolicyOutput, error)
	GetPolicyVersion(context.Context, *iam.GetPolicyVersionInput, ...func(*iam.Options)) (*iam.GetPolicyVersionOutput, error)
}

// escapes are the actions by which a member can keep access beyond its end, or take more: keys, users, passwords, memberships,
// policies, roles and boundaries.
var escapes = []string{"iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:CreateAccessKey", "iam:CreateLoginProfile",
	"iam:CreateOpenIDConnectProvider", "iam:CreatePolicyVersion", "iam:CreateRole", "iam:CreateSAMLProvider", "iam:CreateServiceSpecificCredential", "iam:CreateUser",
	"iam:DeleteUserPermissionsBoundary", "iam:DeleteUserPolicy", "iam:DetachUserPolicy", "iam:PutGroupPolicy", "iam:PutRolePolicy", "iam:PutUserPermissionsBoundary",
	"iam:PutUserPolicy", "iam:SetDefaultPolicyVersion", "iam:UpdateAccessKey", "iam:UpdateAssumeRolePolicy", "iam:UpdateLoginProfile", "iam:UpdateSAMLProvider"}

// Escapes returns the actions that the policies of a group allow and by which its member can keep access beyond its end. It judges
// actions, not resources: one that is allowed somewhere counts. A Deny counts if it is of all resources and without a condition.
func Escapes(ctx context.Context, client GroupPolicies, group string) ([]string, error) {
	documents, err := documentsOf(ctx, client, group)
	if err != nil {
		return nil, fmt.Errorf("read policies of group %s: %w", group, err)
	}
	var allowed, denied []string
	for _, d := range documents {
		var policy struct{ Statement some[clause] }
		if err := json.Unmarshal([]byte(d), &policy); err != nil {
			return nil, fmt.Errorf("read policies of group %s: %w", group, err)
		}
		for _, c := range policy.Statement {
			switch {
			case c.Effect == "Allow":
				allowed = append(allowed, c.covered()...)
			case len(c.Condition) == 0 && slices.Contains(c.Resource, "*"):
				denied = append(denied, c.covered()...)
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(escapes), func(a string) bool { return !slices.Contains(allowed, a) || slices.Contains(denied, a) }), nil
}

// clause is a statement of a policy.
type clause struct {
	Effect                      string
	Action, NotAction, Resource some[string]
	Condition                   map[string]json.RawMessage
}

// covered returns those of the escapes that the statement is about.
func (c clause) covered() (out []string) {
	for _, a := range escapes {
		if len(c.NotAction) > 0 && !covers(c.NotAction, a) || covers(c.Action, a) {
			out = append(out, a)
		}
	}
	return out
}

// covers reports whether an action is among patterns, which IAM compares without regard to case.
func covers(patterns []string, action string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(strings.ToLower(p), strings.ToLower(action))
		return ok && err == nil
	})
}

// some is one value or a list of them, as policies have it.
type some[T any] []T

func (s *some[T]) UnmarshalJSON(raw []byte) error {
	var list []T
	if json.Unmarshal(raw, &list) == nil {
		*s = list
		return nil
	}
	var one T
	err := json.Unmarshal(raw, &one)
	*s = []T{one}
	return err
}

// documentsOf returns all policies of a group: its own, and those that are attached in the version that counts.
func documentsOf(ctx context.Context, client GroupPolicies, group string) (out []string, err error) {
	add := func(document *string) error {
		text, err := url.PathUnescape(aws.ToString(document)) // by RFC 3986: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PolicyVersion.html
		out = append(out, text)
		return err
	}
	for pages := iam.NewListGroupPoliciesPaginator(client, &iam.ListGroupPoliciesInput{GroupName: &group}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, name := range page.PolicyNames {
			got, err := client.GetGroupPolicy(ctx, &iam.GetGroupPolicyInput{GroupName: &group, PolicyName: &name})
			if err != nil {
				return nil, err
			}
			if err := add(got.PolicyDocument); err != nil {
				return nil, err
			}
		}
	}
	for pages := iam.NewListAttachedGroupPoliciesPaginator(client, &iam.ListAttachedGroupPoliciesInput{GroupName: &group}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range page.AttachedPolicies {
			policy, err := client.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: p.PolicyArn})
			if err != nil {
				return nil, err
			}
			version, err := client.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: p.PolicyArn, VersionId: policy.Policy.DefaultVersionId})
			if err != nil {
				return nil, err
			}
			if err := add(version.PolicyVersion.Document); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
