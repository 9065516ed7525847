package fakeaws

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// region is the only one there is.
const region = "us-east-1"

// operator is the IAM user whose keys [AWS.Credentials] hands out. He stands in
// every account from the start, so that GetUser, GetCallerIdentity and SQS's
// SenderId agree on who calls.
const operator = "operator"

// Options say how an [AWS] is set up. Accounts is required.
type Options struct {
	// Now is the clock of all that AWS dates and times; time.Now if nil. The
	// patience of a long poll is real time, whatever Now says, and who waits when
	// such a clock is moved by hand looks again with the next call.
	Now func() time.Time
	// Accounts are the ids of 12 digits of the accounts that exist.
	Accounts []string
	// Lag is how long IAM's readers go without seeing a change of a membership or an
	// access key:
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
	Lag time.Duration
}

// AWS is some accounts of a made-up AWS. Make one with [New]; its methods may be
// called from several goroutines. Those that set a scene panic when told what
// cannot be, as joining a group that does not exist.
type AWS struct {
	now func() time.Time
	lag time.Duration

	mu       sync.Mutex
	accounts map[string]*account
	keys     map[string]principal // by access key id
	buckets  map[string]*bucket   // by name, which no two accounts share
	given    []string             // secrets of access keys
	requests int                  // counted for the request ids
	calls    []Call
	late     []landing     // effects still to come, the earliest first
	changed  chan struct{} // closed, and replaced, at every change

	faults sync.Mutex // held while the hook runs
	fault  func(Call) *Failure
}

// account holds what one account owns. A new service adds its field here.
type account struct {
	id     string
	opened time.Time
	serial int
	report *report // of credentials, the last one; nil for none
	iam    directory
	roles  map[string]*role  // by ARN
	queues map[string]*queue // by name

	secrets map[string]*secret // by name

	servers   map[string]*server   // by id
	documents map[string]*document // by name
	commands  []*command           // the oldest first
}

// principal is who an access key speaks for.
type principal struct {
	account *account
	userID  string // unique id; for a role's session with ":session"
	arn     string
	secret  string
	token   string     // "" for a user's keys
	key     *accessKey // nil for a role's session, as is user
	user    *user
	trusted bool // its identity may do all: the operator, and who assumed a role
}

// New returns an AWS with the accounts named and nothing in them but an IAM user
// called "operator", to whom the keys of [AWS.Credentials] belong.
func New(o Options) *AWS {
	a := &AWS{
		now:      o.Now,
		lag:      o.Lag,
		accounts: make(map[string]*account),
		keys:     make(map[string]principal),
		buckets:  make(map[string]*bucket),
		changed:  make(chan struct{}),
	}
	if a.now == nil {
		a.now = time.Now
	}
	for _, id := range o.Accounts {
		a.open(id)
	}
	return a
}

// open adds an empty account and its operator.
func (a *AWS) open(id string) {
	acc := &account{
		id:     id,
		opened: a.now(),
		iam:    newDirectory(a.lag),
		roles:  make(map[string]*role),
		queues: make(map[string]*queue),

		secrets: make(map[string]*secret),

		servers:   make(map[string]*server),
		documents: make(map[string]*document),
	}
	a.accounts[id] = acc
	u := acc.addUser(operator, nil, a.now())
	u.seen = insert(nil, a.addKey(acc, u, acc.operatorKey()))
}

// Credentials returns the access key id and the secret of the account's operator,
// for a client that comes over a socket.
func (a *AWS) Credentials(account string) (id, secret string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	key := a.account(account).operatorKey()
	return key, a.give(a.keys[key].secret)
}

// Config returns a configuration for the SDK's clients, as the account's operator
// and in memory. It is a literal on purpose: LoadDefaultConfig would read the
// environment, and refuses an HTTP client of ours where AWS_CA_BUNDLE is set.
func (a *AWS) Config(account string) aws.Config {
	id, secret := a.Credentials(account)
	return aws.Config{
		Region:       region,
		Credentials:  credentials.NewStaticCredentialsProvider(id, secret, ""),
		BaseEndpoint: aws.String("http://aws.invalid"),
		HTTPClient:   &http.Client{Transport: a},
	}
}

// account returns an account of the scene; mu is held.
func (a *AWS) account(id string) *account {
	acc := a.accounts[id]
	if acc == nil {
		panic("fakeaws: no account " + id)
	}
	return acc
}

func (acc *account) operatorKey() string { return "AKIA" + letters(acc.id, operator)[:16] }

// newID returns the next unique id of the account, as "AIDA" and 17 letters for a
// user. It depends on what the account made before, on nothing else.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
func (acc *account) newID(prefix string) string {
	acc.serial++
	return prefix + letters(acc.id, prefix, fmt.Sprint(acc.serial))[:17]
}

// letters returns 52 capitals and digits that only these parts give.
func letters(parts ...string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:])
}

// earliest returns the earlier of two times, of which the zero one is none.
func earliest(x, y time.Time) time.Time {
	if x.IsZero() || y.IsZero() {
		return cmp.Or(x, y)
	}
	if y.Before(x) {
		return y
	}
	return x
}
