// Sekisho is just-in-time AWS access, asked for and approved in Slack.
package main

import (
	"os"

	"sekisho/deploy/cli"
)

func main() { os.Exit(cli.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
