package store

import (
	"errors"
	"fmt"
	"strings"
)

// The kinds of record, as they are stored with each.
const (
	KindGrant       = "grant"
	KindPress       = "press"
	KindAlert       = "alert"
	KindTask        = "task"
	KindOffboarding = "offboarding"
	KindReport      = "report"
	KindSeal        = "seal"
	KindMark        = "mark"
)

// ErrKind says that a record is of no kind that this build knows, or not of the kind that its id is made for.
var ErrKind = errors.New("wrong kind of record")

// kinds has all kinds of record: what the ids of each begin with, and an empty record. A grant's id begins with anything else.
var kinds = map[string]struct {
	prefix string
	blank  func() Record
}{
	KindGrant:       {"", func() Record { return &Grant{} }},
	KindPress:       {PressPrefix, func() Record { return &Press{} }},
	KindAlert:       {AlertPrefix, func() Record { return &Alert{} }},
	KindTask:        {TaskPrefix, func() Record { return &Task{} }},
	KindOffboarding: {OffboardingPrefix, func() Record { return &Offboarding{} }},
	KindReport:      {ReportPrefix, func() Record { return &Report{} }},
	KindSeal:        {SealPrefix, func() Record { return &Seal{} }},
	KindMark:        {MarkPrefix, func() Record { return &Mark{} }},
}

func (*Grant) kind() string       { return KindGrant }
func (*Press) kind() string       { return KindPress }
func (*Alert) kind() string       { return KindAlert }
func (*Task) kind() string        { return KindTask }
func (*Offboarding) kind() string { return KindOffboarding }
func (*Report) kind() string      { return KindReport }
func (*Seal) kind() string        { return KindSeal }
func (*Mark) kind() string        { return KindMark }

// KindOf returns the kind of a record.
func KindOf(r Record) string { return r.kind() }

// blank returns an empty record of a document's kind. A document is [Broken] whose kind this build does not know, or is not the
// one that its id is made for. It is never taken for a grant because it is nothing else.
func blank(doc Doc) (Record, error) {
	kind, known := kinds[doc.Kind]
	switch expected := KindByID(doc.ID); {
	case !known:
		return nil, &Broken{ID: doc.ID, Err: fmt.Errorf("%w: this build does not know the kind %q", ErrKind, doc.Kind)}
	case expected != doc.Kind:
		return nil, &Broken{ID: doc.ID, Err: fmt.Errorf("%w: it says that it is of the kind %s, its id that it is of the kind %s", ErrKind, doc.Kind, expected)}
	}
	return kind.blank(), nil
}

// KindByID returns the kind that an id is made for. Builds that stored no kind went by that alone; now it is compared.
func KindByID(id string) string {
	for name, kind := range kinds {
		if kind.prefix != "" && strings.HasPrefix(id, kind.prefix) {
			return name
		}
	}
	return KindGrant
}

// hasEntries tells whether what happens to a record is told by entries. A press, a mark and a seal have none.
func hasEntries(r Record) bool {
	_, has := r.(lived)
	return has
}
