package identity

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"sekisho/handlers"
	"sekisho/store"
)

// library is a Systems Manager that has one document.
type library struct {
	SSM
	content string
}

func (l library) GetDocument(context.Context, *ssm.GetDocumentInput, ...func(*ssm.Options)) (*ssm.GetDocumentOutput, error) {
	return &ssm.GetDocumentOutput{Content: aws.String(l.content)}, nil
}

// TestDocumentsThatAreTaken: both parameters must come in the environment. What is put into a script as text would be run.
func TestDocumentsThatAreTaken(t *testing.T) {
	const (
		arn  = `"SecretArn": {"type": "String", "interpolationType": "ENV_VAR"}`
		key  = `"KeyId": {"type": "String", "interpolationType": "ENV_VAR"}`
		head = `{"schemaVersion": "2.2", "parameters": {`
	)
	for content, taken := range map[string]bool{
		head + arn + "," + key + `}}`:                                                      true,
		head + arn + "," + key + `, "Other": {"type": "String"}}}`:                         true,
		head + arn + `, "KeyId": {"type": "String"}}}`:                                     false,
		head + `"SecretArn": {"type": "String"}, ` + key + `}}`:                            false,
		head + arn + `, "KeyId": {"type": "String", "interpolationType": "TEXT"}}}`:        false,
		head + arn + `, "KeyId": {"type": "StringList", "interpolationType": "ENV_VAR"}}}`: false,
		head + arn + `}}`: false,
		head + key + `}}`: false,
		`{"schemaVersion": "2.0", "parameters": {` + arn + "," + key + `}}`: false,
		`{"parameters": {` + arn + "," + key + `}}`:                         false,
		"":                         false,
		"mainSteps:\n- name: yaml": false,
	} {
		err := checkDocument(t.Context(), library{content: content}, store.Fleet{Key: "key", Value: "v", Document: "my-fetch"})
		var refused *handlers.Refused
		if (err == nil) != taken || err != nil && (!errors.As(err, &refused) || refused.Code != UnsafeDocument) {
			t.Errorf("%s: %v", content, err)
		}
	}
}
