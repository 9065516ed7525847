package store

import "strings"

// blank returns an empty record of the kind that an id stands for.
func blank(id string) Record {
	switch {
	case strings.HasPrefix(id, PressPrefix):
		return &Press{}
	case strings.HasPrefix(id, AlertPrefix):
		return &Alert{}
	case strings.HasPrefix(id, TaskPrefix):
		return &Task{}
	case strings.HasPrefix(id, OffboardingPrefix):
		return &Offboarding{}
	case strings.HasPrefix(id, MarkPrefix):
		return &Mark{}
	case strings.HasPrefix(id, ReportPrefix):
		return &Report{}
	case strings.HasPrefix(id, SealPrefix):
		return &Seal{}
	}
	return &Grant{}
}

// hasEntries tells whether what happens to a record is told by entries. A press, a mark and a seal have none.
func hasEntries(r Record) bool {
	_, has := r.(lived)
	return has
}

// IsGrant tells whether an id is that of a grant.
func IsGrant(id string) bool {
	_, is := blank(id).(*Grant)
	return is
}
