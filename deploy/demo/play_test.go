package demo

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/aws/trail"
)

// All stories are told, in their order, before anybody is bored.
func TestPlay(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string][]string{
		"en": {"━━━━ A console sign-in", "Pending approval", "You can't approve", "Active", "[t.yamada]", "Expired", "confirms",
			"━━━━ A request", "0 of 2 approvals", "1 of 2 approvals", "Active", "Finished", "━━━━ A denial", "Denied", "━━━━ An extension", "Approve extension", "Expired",
			"━━━━ An access key", "get-secret-value", "AccessDeniedException", "is deactivated", "Its secret in Secrets Manager is gone", "━━━━ A rotation", "Rotate a key", "Pending approval", "3 of 3 done", "Rotated",
			"━━━━ A key that has grown old", "by schedule", "AWS Secrets Manager"},
		"ja": {"━━━━ コンソールへのサインイン", "承認待ち", "自分の申請は承認できません", "利用中", "[t.yamada]", "失効", "AWSで確認しました",
			"━━━━ 2人の承認", "承認 0/2", "承認 1/2", "利用中", "利用終了", "━━━━ 却下", "⛔ 却下", "━━━━ 延長", "延長を承認", "失効",
			"━━━━ アクセスキーの払い出し", "get-secret-value", "AccessDeniedException", "無効化しました", "削除しました", "━━━━ アクセスキーのローテーション", "キーのローテーション", "承認待ち", "完了 3/3", "ローテーション完了",
			"━━━━ 古くなったアクセスキー", "スケジュール", "AWS Secrets Manager"},
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			begin := time.Now()
			if err := Play(t.Context(), &out, lang, nil); err != nil {
				t.Fatalf("%v\n%s", err, &out)
			}
			inOrder(t, out.String(), want)
			if took := time.Since(begin); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func inOrder(t *testing.T, text string, want []string) {
	t.Helper()
	rest := text
	for _, w := range want {
		_, after, ok := strings.Cut(rest, w)
		if !ok {
			t.Fatalf("no %q in the rest of the transcript:\n%s", w, text)
		}
		rest = after
	}
}

// scenes are the stories, and what each leaves in the transcript and in the world.
var scenes = map[string]struct {
	story  func(*player) story
	said   [][]string // by each step, in this order
	group  string
	writes []string // calls that changed AWS
	card   string   // what the one card says in the end
}{
	"sign-in": {(*player).aSignIn, [][]string{
		{"jit-prod-operators: []"}, {"Pending approval", "0 of 1", "[ Approve ]"}, {"You can't approve your own request", "jit-prod-operators: []"},
		{"Active", "1 of 1 @佐藤", "jit-prod-operators: [t.yamada]"}, {"Active", "Ends"}, {"jit-prod-operators: [t.yamada]"},
		{"jit-prod-operators: []", "Expired", "↳", "Another sign-in", "has ended, as AWS confirms"},
	}, "jit-prod-operators", []string{"AddUserToGroup", "RemoveUserFromGroup"}, "Expired"},
	"request": {(*player).aRequest, [][]string{
		{"jit-prod-admins: []"}, {"Request access", "Choose a target"},
		{"jit-prod-admins (production)", "1 of @leads", "1 of @security", "OPS-123", "0 of 2 approvals", "`OPS-7`", "High risk", "The batch server", "jit-prod-admins: []"},
		{"1 of 2 approvals", "Step 1: 1 of 1 @佐藤", "Step 2: 0 of 1", "jit-prod-admins: []"},
		{"Active", "Step 2: 1 of 1 @鈴木", "jit-prod-admins: [t.yamada]"},
		{"jit-prod-admins: []", "Finished", "It is now for", "finished. Taking", "has ended, as AWS confirms"},
	}, "jit-prod-admins", []string{"AddUserToGroup", "RemoveUserFromGroup"}, "Finished"},
	"denial": {(*player).aDenial, [][]string{
		{"jit-prod-operators: []"}, {"Request access", "1 of @leads", "Pending approval", "A look at the logs"},
		{"Reason for denial", "Denied", "written by @佐藤", "The logs are in the viewer", "You asked for", "Denied", "jit-prod-operators: []"},
	}, "jit-prod-operators", nil, "The logs are in the viewer"},
	"extension": {(*player).anExtension, [][]string{
		{"jit-prod-operators: []"}, {"Request access", "Active", "jit-prod-operators: [t.yamada]"},
		{"asks to keep the access until", "0 of 1", "[ Approve extension ]"},
		{"Active", "Ends", "[ Extend ]", "jit-prod-operators: [t.yamada]"},
		{"jit-prod-operators: []", "Expired", "asks for an extension", "extension was approved by", "has ended, as AWS confirms"},
	}, "jit-prod-operators", []string{"AddUserToGroup", "RemoveUserFromGroup"}, "Expired"},
	"access key": {(*player).anIssue, [][]string{
		{"svc-batch: [AKIA", "Active]"}, {"Request access", "IAM user of the key", "0 of 1", "A run of the batch"},
		{"Access key `AKIA", "The requester alone can read it", "Your access key is", "get-secret-value", "Active, AKIA", "t.yamada $ aws", "****", "svc-other $ aws", "AccessDeniedException"},
		{"Expired", "is deactivated", "Inactive"}, {"Its secret in Secrets Manager is gone", "svc-batch: [AKIA", "Active]"},
	}, "jit-prod-operators", []string{"CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"}, "Its secret in Secrets Manager is gone"},
	"rotation": {(*player).aRotation, [][]string{
		{"svc-batch: [AKIA", "Active]", "Rotate a key", "1 of @leads", "Pending approval", "0 of 1", "A laptop with the key"},
		{"svc-batch: [AKIA", "Active, AKIA", "sekisho/svc-batch: AKIA"},
		{"Watching the replaced key", "3 of 3 done", "i-0batch1: AKIA", "i-0batch2: AKIA", "i-0batch3: AKIA"},
		{"Inactive", "Replaced key deactivated", "[ Put the old key back ]"}, {"Active]", "Rotated"},
	}, "jit-prod-operators", []string{"CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"}, "Rotated"},
	"schedule": {(*player).aSchedule, [][]string{
		{"svc-batch: [AKIA", "Active]", "Pending approval", "Sekisho, by schedule", "0 of 1"},
		{"svc-batch: [AKIA", "Active, AKIA", "sekisho/svc-batch: AKIA"},
	}, "jit-prod-operators", []string{"CreateAccessKey"}, "key rotation of svc-batch"},
}

// Each step leaves its evidence, in what is written and in the world.
func TestStories(t *testing.T) {
	t.Parallel()
	if len(scenes) != len(stories) {
		t.Errorf("%d of %d stories are tested", len(scenes), len(stories))
	}
	for name, scene := range scenes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, out := played(t)
			steps := scene.story(p).steps
			if len(steps) != len(scene.said) {
				t.Fatalf("%d steps, want %d", len(steps), len(scene.said))
			}
			for i, s := range steps {
				out.Reset()
				if err := p.happens(t.Context(), s); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				inOrder(t, out.String(), append([]string{s.tells.en}, scene.said[i]...))
			}
			var writes []string
			for _, c := range p.aws.Calls() {
				if c.Service == "iam" && c.Write {
					writes = append(writes, c.Action)
				}
			}
			if !slices.Equal(writes, scene.writes) {
				t.Errorf("AWS was changed by %q, want %q", writes, scene.writes)
			}
			if members := p.aws.Members(p.who.Account, scene.group); len(members) > 0 {
				t.Errorf("in the end the group has %v", members)
			}
			if card, ok := p.card(); !ok || !strings.Contains(p.slack.Render(card), scene.card) {
				t.Errorf("there is no one card that says %q:\n%s", scene.card, p.text())
			}
		})
	}
}

// played is a player of whom the test has the transcript.
func played(t *testing.T) (*player, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	p, err := newPlayer(&out, "en", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	})
	return p, &out
}

// What is not told at once is not told at all: a story that fails ends Play, and those before it are written.
func TestPlayEndsAtTheFirstFailure(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var out bytes.Buffer
	if err := Play(ctx, &out, "en", nil); err == nil || !strings.Contains(err.Error(), "The bot starts") || strings.Contains(out.String(), "A request") {
		t.Errorf("%v\n%s", err, &out)
	}
}

// Any record of a console sign-in that makes a card can be played: the real ones, with all that is odd in them.
func TestRealRecords(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../shared/events/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Skip("SKIPPED: the real events (../shared/events) are not here")
	}
	played := 0
	for _, path := range files {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		for lines := bufio.NewReader(file); ; {
			line, err := lines.ReadBytes('\n')
			if trail.Parse(line, nil).Class == trail.Request {
				played++
				if err := tell(t.Context(), new(bytes.Buffer), "en", line, (*player).aSignIn); err != nil {
					t.Errorf("%s: %v\n%s", filepath.Base(path), err, line)
				}
			}
			if err != nil {
				break
			}
		}
	}
	if played < 10 {
		t.Errorf("only %d records played", played)
	}
}

// The event that was given begins the first story, and its user is in the others.
func TestPlayWithAnEvent(t *testing.T) {
	t.Parallel()
	changed := strings.NewReplacer("t.yamada", "someone.else", "123456789012", "111122223333").Replace(string(builtIn))
	var out bytes.Buffer
	if err := Play(t.Context(), &out, "en", []byte(changed)); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	inOrder(t, out.String(), []string{"`production` `111122223333`", "[someone.else]", "A request", "`someone.else`", "jit-prod-admins: [someone.else]"})
}

func TestAnEventThatMakesNoCard(t *testing.T) {
	t.Parallel()
	for event, why := range map[string]string{
		`{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","userIdentity":{"type":"Root","accountId":"123456789012"},` +
			`"responseElements":{"ConsoleLogin":"Success"},"recipientAccountId":"123456789012"}`: "root",
		`not JSON`: "JSON",
		``:         "JSON",
	} {
		err := Play(t.Context(), new(bytes.Buffer), "en", []byte(event))
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v, want an error that says %q", event, err, why)
		}
	}
}
