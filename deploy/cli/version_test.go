package cli

import (
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

func ran(args ...string) (code int, out, errOut string) {
	var o, e strings.Builder
	code = Run(args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

func TestVersion(t *testing.T) {
	code, out, errOut := ran("version")
	if code != 0 || errOut != "" || !strings.HasPrefix(out, "sekisho ") || !strings.Contains(out, runtime.Version()+" "+runtime.GOOS+"/"+runtime.GOARCH) {
		t.Errorf("exit %d\n%s%s", code, out, errOut)
	}
	if code, flag, errOut := ran("--version"); code != 0 || flag != out || errOut != "" {
		t.Errorf("exit %d, not %q but\n%s%s", code, out, flag, errOut)
	}
}

func TestVersionOfBuilds(t *testing.T) {
	for _, c := range []struct {
		version  string
		settings []debug.BuildSetting
		want     string
	}{
		{"v1.2.3", []debug.BuildSetting{{Key: "vcs.revision", Value: "4acc22ed"}, {Key: "vcs.time", Value: "2026-11-30T01:02:03Z"}, {Key: "vcs.modified", Value: "false"}},
			"sekisho v1.2.3, commit 4acc22ed of 2026-11-30T01:02:03Z, go1.26.8 linux/amd64"},
		{"(devel)", []debug.BuildSetting{{Key: "vcs.revision", Value: "4acc22ed"}, {Key: "vcs.time", Value: "2026-11-30T01:02:03Z"}, {Key: "vcs.modified", Value: "true"}},
			"sekisho (devel), commit 4acc22ed of 2026-11-30T01:02:03Z with changes, go1.26.8 linux/amd64"},
		{"v1.2.3", nil, "sekisho v1.2.3, commit not recorded, go1.26.8 linux/amd64"}, // by go install
		{"", nil, "sekisho (devel), commit not recorded, go1.26.8 linux/amd64"},      // a test
	} {
		settings := append(c.settings, debug.BuildSetting{Key: "GOOS", Value: "linux"}, debug.BuildSetting{Key: "GOARCH", Value: "amd64"})
		if got := describeBuild(&debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: c.version}, Settings: settings}); got != c.want {
			t.Errorf("%q\nnot %q", got, c.want)
		}
	}
}
