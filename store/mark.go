package store

import (
	"context"
	"errors"
	"time"
)

// MarkPrefix begins the id of every mark.
const MarkPrefix = "mark-"

// Mark is a time that must survive a restart: how far the clock has come, or when a group was looked at.
type Mark struct {
	ID      string    `json:"id"`
	Version uint64    `json:"-"`
	At      time.Time `json:"at"`
}

// LoadMark reads a mark; one that was never made is at the zero time.
func LoadMark(ctx context.Context, db DB, name string) (Mark, error) {
	m := Mark{ID: MarkPrefix + name}
	v, err := load(ctx, db, m.ID, &m)
	m.Version = v
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return m, err
}

func (m *Mark) doc() (Doc, error) { return encode(m.ID, m.Version, m, nil, nil) }

func (m *Mark) saved() { m.Version++ }
