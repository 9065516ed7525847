package identity

import (
	"time"

	"sekisho/handlers/access"
	"sekisho/store"
)

// Kinds returns every kind of access that can be given in these accounts.
func Kinds(a Accounts, k Keeping, now func() time.Time) map[string]access.Cloud {
	return map[string]access.Cloud{
		KindGroup:     Group{Accounts: a},
		KindAccessKey: AccessKey{Accounts: a, Keeping: k, Now: now},
	}
}

// Rotators returns what rotates the kinds of access that are keys.
func Rotators(a Accounts, k Keeping, now func() time.Time) map[string]access.Rotator {
	return map[string]access.Rotator{
		KindAccessKey: Rotation{Accounts: a, KMSKey: k.KMSKey, Now: now},
	}
}

// Rosters returns the kinds of access that have members.
func Rosters(a Accounts) map[string]access.Roster {
	return map[string]access.Roster{
		KindGroup: Group{Accounts: a},
	}
}

// Remedies returns what can be done about each kind of alert.
func Remedies(a Accounts) map[store.AlertKind]access.Remedy {
	return map[store.AlertKind]access.Remedy{
		store.NotMe:    Credentials{Accounts: a},
		store.Returned: Credentials{Accounts: a},
		store.Unknown:  Member{Group: Group{Accounts: a}},
		store.Exposed:  Closing{Accounts: a},
	}
}

// Guards returns the kinds of access that are looked at between what is done about them.
func Guards(a Accounts, k Keeping, now func() time.Time) map[string]access.Guard {
	return map[string]access.Guard{
		KindAccessKey: AccessKey{Accounts: a, Keeping: k, Now: now},
	}
}
