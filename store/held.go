package store

// FactHeld is a fact of every kind's plan: "true" for access that the user had before. Such access is neither given nor
// taken: the request begins and ends in the ledger alone.
const FactHeld = "was_member"

// AlreadyHeld tells whether the user had the access before it was approved, as AWS showed it to the plan.
func (g Grant) AlreadyHeld() bool { return g.Effects[FactHeld] == "true" }
