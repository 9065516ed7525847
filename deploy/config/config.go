package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"sekisho/handlers"
)

// Config is what the program is told.
type Config struct {
	Policy   *handlers.Policy
	People   []handlers.Person // in the order of the file; Policy finds them by account
	Roles    map[string]string // account -> the role that is assumed to act there; none: the program's own credentials
	Channel  string            // Slack channel id of the cards
	Language string            // of the cards: "en" or "ja"
	Zone     *time.Location    // of the times on the cards
	SignIns  string            // URL of the SQS queue that sign-ins arrive on
}

// Load reads the file at path.
func Load(path string) (Config, error) {
	source, err := read(path)
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	c, err := Parse(source)
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

// Parse reads a configuration. The error lists every mistake with where it is and what to write instead.
func Parse(source []byte) (Config, error) {
	r := reader{accounts: map[string]string{}, persons: map[string]int{}}
	c := Config{Roles: map[string]string{}}
	if root := r.tree(source); root != nil {
		r.file(&c, value{node: root, at: place{1, 1}, name: "the file"})
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
}

// file reads the sections in the order in which they name each other, whatever their order in the file.
func (r *reader) file(c *Config, v value) {
	top, ok := r.section(v, "accounts: {...}", "accounts", "slack", "queues", "people", "entitlements")
	if !ok {
		return
	}
	c.Policy = &handlers.Policy{Accounts: map[string]string{}}
	r.readAccounts(c, top)
	r.readSlack(c, top)
	r.readQueues(c, top)
	r.readPeople(c, top)
	r.readEntitlements(c, top)
}
