package cli

import (
	"sekisho/aws/trail"
	"sekisho/deploy/config"
)

type explainCommand struct {
	Config string `type:"existingfile" placeholder:"FILE" help:"The configuration whose accounts count. Without it every account does."`
}

// Run prints one JSON object for each line. It asks neither AWS nor Slack.
func (c explainCommand) Run(s streams) error {
	var known func(string) bool
	if c.Config != "" {
		conf, err := config.Load(c.Config)
		if err != nil {
			return err
		}
		known = conf.Policy.Known
	}
	return trail.Explain(s.out, s.in, known)
}
