package store

// Outage is the kind of the alerts about accounts that do not answer while access in them is overdue. FactOpen is how much, the Note
// AWS's last word on why. Such an alert has no remedy here: it is closed once no grant waits for the account any more.
const Outage AlertKind = "outage"

// OutageAlertID is the id of the one alert about an account that does not answer.
func OutageAlertID(account string) string { return AlertPrefix + string(Outage) + "-" + account }

// IsOverdue tells whether a grant has still to end because AWS does not answer.
func (g Grant) IsOverdue() bool { return g.State == Ending && isOutage(g.Trouble) }
