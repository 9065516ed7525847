package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"sekisho/handlers/access"
	"sekisho/handlers/audit"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
)

// Config is what the program is told.
type Config struct {
	Policy   *access.Settings
	Audit    *audit.Settings
	People   []people.Person // in the order of the file; Policy finds them by account
	Roles    map[string]Role // by account; none: the program's own credentials
	Channel  string          // Slack channel id of the cards
	Security string          // Slack channel id of the alerts; that of the cards if empty
	Language string          // of the cards: "en" or "ja"
	Zone     *time.Location  // of the times on the cards
	Keys     Keeping         // of access keys
	Heads    Heads           // of the ledger
	SignIns  string          // URL of the SQS queue that sign-ins arrive on
	Requests string          // URL of the SQS queue of programs' requests; "" for none
	Replies  string          // URL of the SQS queue that answers them; "" for none
}

// Role is assumed to act in an account.
type Role struct {
	ARN        string
	ExternalID string // that the role's trust policy asks for; "" for none
}

// Load reads the file at path.
func Load(path string) (Config, error) { return load(path, (*reader).all) }

// Accounts reads of the file at path only its accounts: twelve digits -> name. The other sections may be missing, and
// what is in them is not judged.
func Accounts(path string) (map[string]string, error) {
	c, err := load(path, (*reader).readAccounts)
	if err != nil {
		return nil, err
	}
	return c.Policy.Accounts, nil
}

// Parse reads a configuration. The error lists every mistake with where it is and what to write instead.
func Parse(source []byte) (Config, error) { return parse(source, (*reader).all) }

// sections reads some of the file into the configuration.
type sections func(r *reader, c *Config, top section)

func load(path string, wanted sections) (Config, error) {
	source, err := read(path)
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	c, err := parse(source, wanted)
	if m, ok := errors.AsType[*mistakes](err); ok {
		m.file = path
	}
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	return c, nil
}

// read takes no more than tells Parse that there is too much.
func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	source, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	return source, errors.Join(err, f.Close())
}

func parse(source []byte, wanted sections) (Config, error) {
	r := &reader{accounts: map[string]string{}, persons: map[string]int{}}
	c := Config{Roles: map[string]Role{}, Policy: &access.Settings{Policy: policy.Policy{Accounts: map[string]string{}}}}
	if root := r.tree(source); root != nil {
		file := value{node: root, at: place{1, 1}, name: "the file"}
		top, ok := r.section(file, "accounts: {...}", "accounts", "slack", "queues", "people", "security", "reconcile", "access_keys", "rotations", "audit", "ledger", "entitlements")
		if ok {
			wanted(r, &c, top)
		}
	}
	if err := r.err(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// reader goes through the file: what it has learned so far, and what is wrong.
type reader struct {
	mistakes
	accounts map[string]string // name -> twelve digits, or "" where they are wrong
	persons  map[string]int    // Slack user -> index in people
	listed   int               // people, the wrong ones too
	doubt    bool              // some of them could not be read, so of nobody can be said that they are missing
	unsure   bool              // the same of their IAM users
	roles    value             // of programs, which are read once people are known; nothing for none
}

// all reads the sections in the order in which they name each other, whatever their order in the file.
func (r *reader) all(c *Config, top section) {
	r.readAccounts(c, top)
	r.readSlack(c, top)
	r.readQueues(c, top)
	r.readPeople(c, top)
	r.readPrograms(c)
	r.readSecurity(c, top)
	r.readReconcile(c, top)
	r.readKeys(c, top)
	r.readRotations(c, top)
	r.readAudit(c, top)
	r.readLedger(c, top)
	r.readEntitlements(c, top)
}
