package store

// Unapprovable is the kind of the alerts about rules whose approvals nobody could give any more, or that exclude a user group which is
// gone. The Target is the rule, the Note why, as a refusal; FactAway is who does not count. Such an alert has no remedy here: it is
// closed once people who are there can give all approvals.
const Unapprovable AlertKind = "unapprovable"

const (
	FactAway = "away" // the Slack users and "usergroup:" ids that a rule names and that are not there, joined by blanks
	FactRole = "role" // that asks, behind its account's name, where those behind it may not approve
)

// UnapprovableAlertID is the id of the one alert about a rule.
func UnapprovableAlertID(rule string) string { return AlertPrefix + string(Unapprovable) + "-" + rule }
