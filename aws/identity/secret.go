package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"sekisho/handlers"
)

// Secrets is what this package calls of the SDK's client of Secrets Manager. It writes secrets and never reads one.
type Secrets interface {
	CreateSecret(context.Context, *secretsmanager.CreateSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.CreateSecretOutput, error)
	PutSecretValue(context.Context, *secretsmanager.PutSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error)
	DescribeSecret(context.Context, *secretsmanager.DescribeSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error)
	GetResourcePolicy(context.Context, *secretsmanager.GetResourcePolicyInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetResourcePolicyOutput, error)
	PutResourcePolicy(context.Context, *secretsmanager.PutResourcePolicyInput, ...func(*secretsmanager.Options)) (*secretsmanager.PutResourcePolicyOutput, error)
	UpdateSecretVersionStage(context.Context, *secretsmanager.UpdateSecretVersionStageInput, ...func(*secretsmanager.Options)) (*secretsmanager.UpdateSecretVersionStageOutput, error)
	DeleteSecret(context.Context, *secretsmanager.DeleteSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.DeleteSecretOutput, error)
}

// GrantTag is the tag by which a secret names the grant that it was made for.
const GrantTag = "sekisho:grant"

// secret is a secret access key. It says nothing of itself, wherever it is printed, logged or encoded; its one way out
// is [pair.value]. It is an address, as fmt calls no method of a field that is not exported: of what a value has inside, it
// prints the address and not what stands there.
type secret struct{ value *string }

const hidden = "***"

func (secret) String() string               { return hidden }
func (secret) GoString() string             { return hidden }
func (secret) LogValue() slog.Value         { return slog.StringValue(hidden) }
func (secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// pair is an access key with its secret, as CreateAccessKey shows it once.
type pair struct {
	id     string
	secret secret
}

// value is what Secrets Manager keeps.
func (p pair) value() *string {
	body, _ := json.Marshal(map[string]string{"aws_access_key_id": p.id, "aws_secret_access_key": aws.ToString(p.secret.value)}) // strings cannot fail
	return aws.String(string(body))
}

// version is the version of a secret that holds an access key: made of the record that it was made for and the key's id, so
// that whose it is and which key is stored can be told without reading the secret, and storing it again is ignored.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html (ClientRequestToken)
func version(record, key string) string { return half(record) + half(record+" "+key) }

// isFor tells whether a version was made for a record, whatever its key.
func isFor(version, record string) bool { return strings.HasPrefix(version, half(record)) }

// half is one half of the 64 characters that a version may have.
func half(of string) string {
	sum := sha256.Sum256([]byte(of))
	return hex.EncodeToString(sum[:16])
}

// kept is what Secrets Manager says of a secret.
type kept struct {
	arn     string
	grant   string // that it was made for; "" for a secret that is not ours
	current string // the version that readers get, "" of a secret that is empty
	changed time.Time

	versions []string // that have a label, the current one and those before it
	deleted  bool     // scheduled for it
}

// look returns what there is under a name, or nil.
func look(ctx context.Context, client Secrets, name string) (*kept, error) {
	out, err := client.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: aws.String(name)})
	var none *types.ResourceNotFoundException
	switch {
	case errors.As(err, &none):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("describe secret %s: %w", name, err)
	}
	k := &kept{arn: aws.ToString(out.ARN), changed: aws.ToTime(out.LastChangedDate), deleted: out.DeletedDate != nil}
	for _, tag := range out.Tags {
		if aws.ToString(tag.Key) == GrantTag {
			k.grant = aws.ToString(tag.Value)
		}
	}
	for id, stages := range out.VersionIdsToStages {
		k.versions = append(k.versions, id)
		for _, stage := range stages {
			if stage == current {
				k.current = id
			}
		}
	}
	return k, nil
}

// current is the stage of the version that readers get.
const current = "AWSCURRENT"

// create makes the secret with its first key. A name that somebody else holds, or held until a moment ago, is refused.
func create(ctx context.Context, client Secrets, name, grant, kmsKey string, p pair) error {
	return createSecret(ctx, client, name, grant, kmsKey, &secretsmanager.CreateSecretInput{
		ClientRequestToken: aws.String(version(grant, p.id)), SecretString: p.value()})
}

// createEmpty makes the secret without a value, so that its policy is there before there is something to read. One that
// is there already is looked at by the next step.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html (SecretString)
func createEmpty(ctx context.Context, client Secrets, name, grant, kmsKey string) error {
	err := createSecret(ctx, client, name, grant, kmsKey, &secretsmanager.CreateSecretInput{})
	var there *types.ResourceExistsException
	if errors.As(err, &there) {
		return nil
	}
	return err
}

func createSecret(ctx context.Context, client Secrets, name, grant, kmsKey string,
	in *secretsmanager.CreateSecretInput) error {
	in.Name, in.Description = aws.String(name), aws.String("Access key, kept by Sekisho")
	in.Tags = []types.Tag{{Key: aws.String(GrantTag), Value: aws.String(grant)}}
	if kmsKey != "" {
		in.KmsKeyId = aws.String(kmsKey)
	}
	_, err := client.CreateSecret(ctx, in)
	var going *types.InvalidRequestException
	if errors.As(err, &going) { // the name of a secret that is scheduled for deletion
		return &handlers.Refused{Code: going.ErrorCode()}
	}
	if err != nil {
		return fmt.Errorf("create secret %s: %w", name, err)
	}
	return nil
}

// put stores a key in a secret that there is: the one that readers get from now on.
func put(ctx context.Context, client Secrets, name, grant string, p pair) error {
	_, err := client.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: aws.String(name),
		ClientRequestToken: aws.String(version(grant, p.id)), SecretString: p.value()})
	if err != nil {
		return fmt.Errorf("put value of secret %s: %w", name, err)
	}
	return nil
}

// turnBack makes a version that was there before the current one again, if another is that we know.
func turnBack(ctx context.Context, client Secrets, name, from, to string) error {
	_, err := client.UpdateSecretVersionStage(ctx, &secretsmanager.UpdateSecretVersionStageInput{SecretId: aws.String(name),
		VersionStage: aws.String(current), RemoveFromVersionId: aws.String(from), MoveToVersionId: aws.String(to)})
	if err != nil {
		return fmt.Errorf("turn secret %s back: %w", name, err)
	}
	return nil
}

// bury schedules a secret for deletion. It can be restored for so many days.
func bury(ctx context.Context, client Secrets, name string, days int64) error {
	_, err := client.DeleteSecret(ctx, &secretsmanager.DeleteSecretInput{SecretId: aws.String(name), RecoveryWindowInDays: aws.Int64(days)})
	var none *types.ResourceNotFoundException
	var going *types.InvalidRequestException // scheduled already
	if err != nil && !errors.As(err, &none) && !errors.As(err, &going) {
		return fmt.Errorf("delete secret %s: %w", name, err)
	}
	return nil
}
