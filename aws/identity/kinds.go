package identity

import "sekisho/handlers"

// Kinds returns every kind of access that can be given in these accounts.
func Kinds(a Accounts) map[string]handlers.Cloud {
	return map[string]handlers.Cloud{
		KindGroup: Group{Accounts: a},
	}
}
