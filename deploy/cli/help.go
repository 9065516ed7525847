package cli

import "github.com/alecthomas/kong"

// helped returns the arguments with help, or nothing at all, put as the flag that the parser knows.
func helped(args []string) []string {
	switch {
	case len(args) == 0:
		return []string{"--help"}
	case args[0] == "help":
		return append(args[1:len(args):len(args)], "--help")
	}
	return args
}

// printHelp prints the help of a command. The flags of the one that is meant when none is named stand with it.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	if node := ctx.Selected(); node != nil && node.DefaultCmd != nil {
		node.Flags = append(node.Flags, node.DefaultCmd.Flags...)
	}
	return kong.DefaultHelpPrinter(options, ctx)
}
