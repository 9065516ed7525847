package identity_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"sekisho/aws/fakeaws"
	"sekisho/aws/identity"
)

// What the policies of a group allow is read as IAM reads it: one value or several, patterns in any case, NotAction, and a Deny that
// takes it away from everybody.
func TestEscapes(t *testing.T) {
	for _, c := range []struct{ name, statements, want string }{
		{"nothing of IAM", `{"Effect": "Allow", "Action": ["s3:*", "iam:Get*", "iam:List*"], "Resource": "*"}`, ""},
		{"one action", `{"Effect": "Allow", "Action": "iam:createuser", "Resource": "*"}`, "iam:CreateUser"},
		{"a pattern", `[{"Effect": "Allow", "Action": ["IAM:Put?????olicy"], "Resource": "*"}]`, "iam:PutRolePolicy iam:PutUserPolicy"},
		{"on one's own user alone", `{"Effect": "Allow", "Action": "iam:CreateAccessKey", "Resource": "arn:aws:iam::*:user/${aws:username}"}`, "iam:CreateAccessKey"},
		{"all but some", `{"Effect": "Allow", "NotAction": ["organizations:*", "iam:A*", "iam:C*", "iam:D*", "iam:P*", "iam:S*"], "Resource": "*"}`,
			"iam:UpdateAccessKey iam:UpdateAssumeRolePolicy iam:UpdateLoginProfile iam:UpdateSAMLProvider"},
		{"power users", `{"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}`, ""},
		{"denied", `[{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]`, ""},
		{"denied of something", `[{"Effect": "Allow", "Action": "iam:CreateUser", "Resource": "*"}, {"Effect": "Deny", "Action": "iam:*", "Resource": "arn:aws:iam::1:user/x"}]`, "iam:CreateUser"},
		{"denied sometimes", `[{"Effect": "Allow", "Action": "iam:CreateUser", "Resource": "*"},
			{"Effect": "Deny", "Action": "iam:*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}]`, "iam:CreateUser"},
	} {
		cloud := fakeaws.New(fakeaws.Options{Accounts: []string{"123456789012"}})
		cloud.AddGroup("123456789012", "jit")
		cloud.AddGroupPolicy("123456789012", "jit", "100% of it", `{"Version": "2012-10-17", "Statement": `+c.statements+`}`)
		got, err := identity.Escapes(t.Context(), iam.NewFromConfig(cloud.Config("123456789012")), "jit")
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}
