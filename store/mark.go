package store

import (
	"context"
	"errors"
	"strings"
	"time"
)

// MarkPrefix begins the id of every mark.
const MarkPrefix = "mark-"

// SeenPrefix begins the name of a mark that is made once and never moved: a user's access was approved from an address. Such
// a mark is sealed, as others are not: it says what somebody did.
const SeenPrefix = "seen-"

// Mark is a time that must survive a restart: how far the clock has come, or when a group was looked at.
type Mark struct {
	Head `json:"-"`

	ID    string    `json:"id"`
	At    time.Time `json:"-"`
	Value string    `json:"-"` // what was found out then, if that must survive as well
}

// LoadMark reads a mark; one that was never made is at the zero time.
func LoadMark(ctx context.Context, db DB, name string) (Mark, error) {
	m := Mark{ID: MarkPrefix + name}
	err := load(ctx, db, m.ID, &m)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return m, err
}

func (m *Mark) id() string { return m.ID }

func (m *Mark) keys() []Key {
	if !strings.HasPrefix(m.ID, MarkPrefix+SeenPrefix) {
		return nil
	}
	return []Key{changedKey(m.At, 1, sumOfAll(m.ID, m.At, m.Value))}
}

func (m *Mark) progress() any {
	return &struct {
		At    *time.Time `json:"at"`
		Value *string    `json:"value"`
	}{&m.At, &m.Value}
}
