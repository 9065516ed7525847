package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"sekisho/handlers/access"
)

// policyFor lets one IAM user read a secret, and denies it to everybody else, whatever their own policies say. They are
// told by their unique id, which a rename does not change and a user who is made anew under the same name does not have.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable (aws:userid)
// Without an ARN nobody is allowed anything, as there is nobody: a policy cannot name who is gone.
func policyFor(reader access.User) string {
	said := []map[string]any{
		{"Sid": "Requester", "Effect": "Allow", "Principal": map[string]string{"AWS": reader.ARN}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"},
		{"Sid": "NobodyElse", "Effect": "Deny", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*",
			"Condition": map[string]any{"StringNotEquals": map[string]string{"aws:userid": reader.ID}}},
	}
	if reader.ARN == "" {
		said = said[1:]
	}
	body, _ := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": said}) // strings cannot fail
	return string(body)
}

// isReadableBy tells whether the secret's policy is that of the reader and no other, as Secrets Manager shows it.
func isReadableBy(ctx context.Context, client Secrets, name string, reader access.User) (bool, error) {
	out, err := client.GetResourcePolicy(ctx, &secretsmanager.GetResourcePolicyInput{SecretId: aws.String(name)})
	if err != nil {
		return false, fmt.Errorf("read policy of secret %s: %w", name, err)
	}
	return samePolicy(aws.ToString(out.ResourcePolicy), policyFor(reader)), nil
}

// samePolicy tells whether two policies say the same: the order of keys, white space, and a list of one in place of its
// element mean nothing.
func samePolicy(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(bare(x), bare(y))
}

// bare has no lists of one.
func bare(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = bare(v[i])
		}
		if len(v) == 1 {
			return v[0]
		}
	case map[string]any:
		for key := range v {
			v[key] = bare(v[key])
		}
	}
	return v
}

// readableBy puts the policy of the reader. To put the same one again changes nothing.
func readableBy(ctx context.Context, client Secrets, name string, reader access.User) error {
	_, err := client.PutResourcePolicy(ctx, &secretsmanager.PutResourcePolicyInput{SecretId: aws.String(name), ResourcePolicy: aws.String(policyFor(reader)),
		BlockPublicPolicy: aws.Bool(true)})
	if err != nil {
		return fmt.Errorf("put policy of secret %s: %w", name, err)
	}
	return nil
}
