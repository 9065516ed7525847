// Package config is the one YAML file: accounts, people, what can be asked for, and the channels. It holds no secret:
// tokens come by environment.
//
// It promises that nothing is guessed. A key that is not known, a value of another shape, two entries that contradict
// each other: each is a mistake, and all mistakes of a file are told at once, in its order, with line, column, an excerpt
// and what to write instead. Text is what is written: the account id 012345678901 keeps its zero without quotes, and
// `yes` or `1e5` are never turned into something else.
//
// text.go and signs.go make the bytes a tree, in bounded time and memory whatever they are; if they cannot, nothing
// else is judged. section.go and value.go take the tree apart by its shape, and one file for each section of the
// configuration says what must be true there. goccy/go-yaml is asked for the tree only: its decoder stops at the first
// mistake and gives scalars types.
//
// The package does not know whether what is named exists in AWS or Slack.
package config
