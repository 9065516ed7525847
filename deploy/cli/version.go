package cli

import (
	"cmp"
	"fmt"
	"runtime/debug"
)

type versionCommand struct{}

// Run writes one line, for reports of mistakes.
func (versionCommand) Run(s streams) error {
	line(s.out, "%s", version())
	return nil
}

// version returns what this program was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "sekisho, built without a record of its version"
	}
	return describeBuild(info)
}

// describeBuild names the module's version, the commit and the Go version. A module of the proxy has no commit.
func describeBuild(info *debug.BuildInfo) string {
	set := map[string]string{}
	for _, s := range info.Settings {
		set[s.Key] = s.Value
	}
	commit := "commit not recorded"
	if set["vcs.revision"] != "" {
		commit = fmt.Sprintf("commit %s of %s", set["vcs.revision"], set["vcs.time"])
		if set["vcs.modified"] == "true" {
			commit += " with changes"
		}
	}
	return fmt.Sprintf("sekisho %s, %s, %s %s/%s", cmp.Or(info.Main.Version, "(devel)"), commit, info.GoVersion, set["GOOS"], set["GOARCH"])
}
