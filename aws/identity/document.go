package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"sekisho/handlers"
	"sekisho/store"
)

// UnsafeDocument refuses a document that puts parameters into its script as text: what they contain would be run.
const UnsafeDocument = "UnsafeDocument"

// checkDocument refuses a document of the user's that does not hand over the two parameters in the environment.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
func checkDocument(ctx context.Context, client SSM, f store.Fleet) error {
	if f.Key == "" || f.Document == "" {
		return nil
	}
	out, err := client.GetDocument(ctx, &ssm.GetDocumentInput{Name: aws.String(f.Document), DocumentFormat: types.DocumentFormatJson})
	var none *types.InvalidDocument
	if errors.As(err, &none) {
		return &handlers.Refused{Code: none.ErrorCode()}
	}
	if err != nil {
		return fmt.Errorf("get document %s: %w", f.Document, err)
	}
	var document struct {
		SchemaVersion string `json:"schemaVersion"`
		Parameters    map[string]struct {
			Type              string `json:"type"`
			InterpolationType string `json:"interpolationType"`
		} `json:"parameters"`
	}
	if json.Unmarshal([]byte(aws.ToString(out.Content)), &document) != nil || document.SchemaVersion != "2.2" {
		return &handlers.Refused{Code: UnsafeDocument}
	}
	for _, name := range []string{"SecretArn", "KeyId"} {
		if p := document.Parameters[name]; p.Type != "String" || p.InterpolationType != "ENV_VAR" {
			return &handlers.Refused{Code: UnsafeDocument}
		}
	}
	return nil
}
