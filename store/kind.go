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
	}
	return &Grant{}
}

// IsGrant tells whether an id is that of a grant.
func IsGrant(id string) bool {
	_, is := blank(id).(*Grant)
	return is
}
