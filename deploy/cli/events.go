package cli

import (
	"sekisho/aws/trail"
	"sekisho/deploy/config"
)

type explainCommand struct {
	Config string `type:"existingfile" placeholder:"FILE" help:"A file whose accounts count: the configuration, or one with accounts only. Without it every account does."`
}

// Run prints one JSON object for each line. It asks neither AWS nor Slack.
func (c explainCommand) Run(s streams) error {
	var known func(string) bool
	if c.Config != "" {
		accounts, err := config.Accounts(c.Config)
		if err != nil {
			return err
		}
		known = func(account string) bool { return accounts[account] != "" }
	}
	return trail.Explain(s.out, s.in, known)
}
