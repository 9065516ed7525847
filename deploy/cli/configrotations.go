package cli

import (
	"cmp"
	"fmt"
	"io"

	"sekisho/handlers/access"
	"sekisho/store"
)

// summarizeRotations says whose keys are rotated in an account.
func summarizeRotations(out io.Writer, p *access.Settings, account string) {
	for _, r := range p.Rotations {
		if r.Account == account {
			_, _ = fmt.Fprintf(out, "  %s\n", describeRotation(r))
		}
	}
}

func describeRotation(r access.Rotation) string {
	when := "by hand only"
	if r.OlderThan > 0 {
		when = "once it is older than " + short(r.OlderThan)
	}
	who := "without an approver"
	if len(r.Steps) > 0 {
		who = approvals(r.Steps) + " to approve, within " + short(r.Within)
	}
	if r.Escalation != nil {
		who += ", and " + escalates(*r.Escalation)
	}
	return fmt.Sprintf("%s rotates the key of %s in the secret %s: by %s, or security; %s; %s\n    %s; the old one is off after %s without use, and deleted %s later",
		r.ID, r.User, r.Secret, either(r.Rotators), when, who, servers(r.Fleet), short(r.Proof), short(r.Grace))
}

// rotations says how many there are, and how they begin.
func rotations(all []access.Rotation) string {
	aging := 0
	for _, r := range all {
		if r.OlderThan > 0 {
			aging++
		}
	}
	return fmt.Sprintf("%d: %d by age, %d by hand only", len(all), aging, len(all)-aging)
}

func servers(f store.Fleet) string {
	if f.Key == "" {
		return "no server is told"
	}
	return fmt.Sprintf("servers with the tag %s=%s run %s", f.Key, f.Value, cmp.Or(f.Path, "the document "+f.Document))
}
