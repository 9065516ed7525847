// Package fakeaws is the AWS of the demo and the tests: an [http.Handler] that
// speaks AWS's wire protocols, so that the real, unmodified clients of
// aws-sdk-go-v2 run against it, with their signing, retrying and decoding.
//
// There are two ways in, and both run the same code. On a socket, serve the
// *[AWS] and point BaseEndpoint or AWS_ENDPOINT_URL at it, with keys from
// [AWS.Credentials]. In memory, take [AWS.Config]: its HTTP client calls the
// handler in the caller's own goroutine, starts none, and needs no closing; it
// is the way to go in a testing/synctest bubble, which a socket would hang.
// There, make the AWS inside the bubble.
//
// # What it promises
//
//   - Answers, error codes and HTTP statuses are those that AWS documents;
//     contract_test.go runs the same suite against moto, an independent AWS.
//   - Accounts share nothing. The access key that signed a request decides whose
//     users, groups and queues it sees; one that was switched off signs nothing.
//   - Equal calls at equal times give equal answers, ids included; only
//     [QueueOptions].Seed brings disorder, and the same seed the same disorder.
//   - Every request is in [AWS.Calls], in the order of the effects.
//   - [AWS.Fault] makes AWS fail in the ways that matter to a program that gives
//     access and takes it away: refused, lost before or after the effect, hung,
//     and the write that everybody took for lost and that lands minutes later.
//   - A secret that it gives out has [Canary] in it, and stands in no [Call].
//   - Servers under Systems Manager do what [Server].Shell says, with credentials of
//     their own. A command is on its way for a while, waits for a server that is cut
//     off, and is over by the clock of the AWS.
//
// # What it does not know
//
// It checks no signature, and evaluates no policy but those of secrets: a known key
// that is active may do all in its account, save that in Secrets Manager only the
// operator and who assumed a role may do what no resource policy denies them; all
// others may do what one allows them. Every KMS key exists, for everybody. What lags
// for IAM's readers are memberships and access keys. S3 lets in the bucket's owner
// and the accounts that [AWS.AddBucket] names; it knows path-style addresses, and of
// objects their putting, heads and versions. It has one region, us-east-1,
// no FIFO queue, no message attribute and no retention period. Documents of Systems
// Manager are in JSON, of schema 2.2 and of one version, and run one shell script. A
// parameter of a JSON service that it does not know is refused, not ignored. Sessions
// of a role do not expire here: the SDK renews them by its own clock, which is not
// [Options].Now once a demo moves that.
//
// # Where things are
//
// A service is one [action] table, its functions (in one file, or one for each of
// its things) and one line in services (serve.go). Its state hangs on account
// (aws.go). query.go, json.go and rest.go are the protocols; a new service of AWS needs
// neither touched.
package fakeaws
