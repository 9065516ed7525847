package store_test

import (
	"testing"

	"sekisho/store"
)

// Of what a record does not say nobody knows that it is the same.
func TestAnUnknownSignInIsCoveredByNone(t *testing.T) {
	for _, s := range []store.Signin{{MFA: "yes"}, {Address: "203.0.113.9"}, {}} {
		if g := (store.Grant{Signin: s}); g.Covers(s) {
			t.Errorf("%+v counts as approved", s)
		}
	}
}
