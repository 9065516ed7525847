package app_test

import (
	"os"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
)

// manifest is what of Slack's the program depends on (https://docs.slack.dev/reference/app-manifest).
type manifest struct {
	DisplayInformation struct {
		Name, Description string
		BackgroundColor   string `yaml:"background_color"`
	} `yaml:"display_information"`
	Features struct {
		BotUser struct {
			DisplayName  string `yaml:"display_name"`
			AlwaysOnline bool   `yaml:"always_online"`
		} `yaml:"bot_user"`
		AppHome struct {
			HomeTab          bool `yaml:"home_tab_enabled"`
			MessagesTab      bool `yaml:"messages_tab_enabled"`
			MessagesReadOnly bool `yaml:"messages_tab_read_only_enabled"`
		} `yaml:"app_home"`
		SlashCommands []struct {
			Command, Description string
			UsageHint            string `yaml:"usage_hint"`
			ShouldEscape         bool   `yaml:"should_escape"`
		} `yaml:"slash_commands"`
		Shortcuts []struct {
			Name, Type, Description string
			CallbackID              string `yaml:"callback_id"`
		}
	}
	OAuthConfig struct{ Scopes struct{ Bot []string } } `yaml:"oauth_config"`
	Settings    struct {
		EventSubscriptions struct {
			BotEvents []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
		Interactivity struct {
			IsEnabled bool `yaml:"is_enabled"`
		}
		SocketModeEnabled    bool `yaml:"socket_mode_enabled"`
		OrgDeployEnabled     bool `yaml:"org_deploy_enabled"`
		TokenRotationEnabled bool `yaml:"token_rotation_enabled"`
	}
}

// The manifest that is shipped has the command, the shortcut and the scopes that the program answers to and calls with.
func TestTheManifestIsWhatIsAnswered(t *testing.T) {
	body, err := os.ReadFile("../slack-manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := yaml.UnmarshalWithOptions(body, &m, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	if c := m.Features.SlashCommands; len(c) != 1 || c[0].Command != "/jit" || !c[0].ShouldEscape || utf8.RuneCountInString(c[0].Description) > 2000 {
		t.Errorf("commands %+v", c)
	}
	if s := m.Features.Shortcuts; len(s) != 1 || s[0].Type != "global" || s[0].CallbackID != "request" || utf8.RuneCountInString(s[0].Name) > 24 {
		t.Errorf("shortcuts %+v", s)
	}
	if !m.Features.AppHome.HomeTab || !m.Features.AppHome.MessagesTab || !slices.Equal(m.Settings.EventSubscriptions.BotEvents, []string{"app_home_opened"}) {
		t.Errorf("Home tab %+v, events %v", m.Features.AppHome, m.Settings.EventSubscriptions.BotEvents)
	}
	slices.Sort(m.OAuthConfig.Scopes.Bot)
	if want := []string{"channels:read", "chat:write", "commands", "groups:read", "im:write", "usergroups:read", "users:read"}; !slices.Equal(m.OAuthConfig.Scopes.Bot, want) {
		t.Errorf("scopes %q, want %q", m.OAuthConfig.Scopes.Bot, want)
	}
	if e := m.Settings.EventSubscriptions.BotEvents; !slices.Equal(e, []string{"app_home_opened"}) || !m.Features.AppHome.HomeTab || !m.Features.AppHome.MessagesTab {
		t.Errorf("events %q, %+v: the Home tab stays empty", e, m.Features.AppHome)
	}
	if !m.Settings.SocketModeEnabled || !m.Settings.Interactivity.IsEnabled {
		t.Errorf("settings %+v: presses do not arrive", m.Settings)
	}
}
