package fakeslack_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sekisho/bot/fakeslack"
)

// form is a modal with a required reason, a target found by typing, and an optional time.
func form() slack.ModalViewRequest {
	reason := slack.NewPlainTextInputBlockElement(nil, "text").WithMinLength(3).WithMaxLength(10)
	target := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plain("Search"), "pick")
	when := slack.NewDateTimePickerBlockElement("at")
	boxes := slack.NewCheckboxGroupsBlockElement("boxes",
		slack.NewOptionBlockObject("a", plain("A"), nil), slack.NewOptionBlockObject("b", plain("B"), nil))
	optional := func(b *slack.InputBlock) *slack.InputBlock { return b.WithOptional(true) }
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: plain("Request"), Submit: plain("Send"), Close: plain("Not now"),
		CallbackID: "request", PrivateMetadata: "meta", ExternalID: "ext",
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock("reason", plain("Reason"), nil, reason),
			optional(slack.NewInputBlock("target", plain("Target"), nil, target)),
			optional(slack.NewInputBlock("when", plain("Starts"), nil, when)),
			optional(slack.NewInputBlock("boxes", plain("Boxes"), nil, boxes)),
		}},
	}
}

// desk is a bot that opens the form on /jit and answers what answer says.
type desk struct {
	*world
	answer any
	state  *slack.ViewState
}

func openDesk(t *testing.T, w *world) (*desk, fakeslack.View) {
	t.Helper()
	d := &desk{world: w}
	w.connect(func(e socketmode.Event, ack func(any)) {
		switch data := e.Data.(type) {
		case slack.SlashCommand:
			ack(nil)
			if _, err := w.api.OpenView(data.TriggerID, form()); err != nil {
				t.Errorf("open view: %v", err)
			}
		case slack.InteractionCallback:
			d.state = data.View.State
			ack(d.answer)
		}
	})
	if _, err := w.Slash("U1", "C1", "/jit", "request"); err != nil {
		t.Fatal(err)
	}
	w.await(func() bool { _, open := w.Modal("U1"); return open })
	v, _ := w.Modal("U1")
	return d, v
}

func TestSubmit(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		d, v := openDesk(t, w)
		if v.Title != "Request" || v.Submit != "Send" || v.Close != "Not now" || v.CallbackID != "request" || v.PrivateMetadata != "meta" {
			t.Errorf("view %+v", v)
		}
		d.answer = map[string]any{"options": []any{option(1), option(2)}}
		found := must[fakeslack.Delivery](t)(w.Suggest("U1", v.ID, "target", "prod"))
		if found.Problem != "" {
			t.Fatalf("suggested %+v", found)
		}
		d.answer = nil
		got := must[fakeslack.Delivery](t)(w.Submit("U1", v.ID, map[string]string{
			"reason": "障害対応", "target": "2", "when": "1800000000", "boxes": "a,b",
		}))
		if !got.Acked || got.Problem != "" {
			t.Errorf("delivery %+v", got)
		}
		values := d.state.Values
		if values["reason"]["text"].Value != "障害対応" || values["target"]["pick"].SelectedOption.Value != "2" ||
			values["when"]["at"].SelectedDateTime != 1800000000 || len(values["boxes"]["boxes"].SelectedOptions) != 2 {
			t.Errorf("state %+v", values)
		}
		if _, open := w.Modal("U1"); open {
			t.Error("the modal stays open")
		}
		_, err := w.api.UpdateView(form(), "", "", v.ID)
		wantError(t, err, "not_found")
	})
}

func TestSubmitIsCheckedByTheClient(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		_, v := openDesk(t, w)
		good := "reason"
		for name, values := range map[string]map[string]string{
			"required missing": {},
			"too short":        {"reason": "障害"},
			"too long":         {"reason": strings.Repeat("障", 11)},
			"never offered":    {"reason": good, "target": "1"},
			"no such option":   {"reason": good, "boxes": "c"},
			"not a time":       {"reason": good, "when": "noon"},
			"no such input":    {"reason": good, "extra": "x"},
		} {
			if _, err := w.Submit("U1", v.ID, values); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
		if _, err := w.Submit("U2", v.ID, map[string]string{"reason": good}); !errors.Is(err, fakeslack.ErrNotDrawn) {
			t.Errorf("somebody else: %v", err)
		}
		if _, err := w.Suggest("U1", v.ID, "target", "pr"); err == nil {
			t.Error("a query under the least length")
		}
		for _, n := range []int{3, 10} { // both edges are fine, and each closes the modal
			v := openAgain(t, w)
			if _, err := w.Submit("U1", v.ID, map[string]string{"reason": strings.Repeat("障", n)}); err != nil {
				t.Errorf("%d characters: %v", n, err)
			}
		}
	})
}

func openAgain(t *testing.T, w *world) fakeslack.View {
	t.Helper()
	if _, open := w.Modal("U1"); open {
		must[fakeslack.Delivery](t)(w.CloseModal("U1"))
	}
	must[fakeslack.Delivery](t)(w.Slash("U1", "C1", "/jit", ""))
	w.await(func() bool { _, open := w.Modal("U1"); return open })
	v, _ := w.Modal("U1")
	return v
}

func TestAnswersToASubmission(t *testing.T) {
	next := form()
	next.Title, next.ExternalID = plain("Next"), ""
	for name, c := range map[string]struct {
		answer  any
		title   string // "" when the modal is to close
		problem bool
		errors  map[string]string
	}{
		"nothing":      {nil, "", false, nil},
		"clear":        {slack.NewClearViewSubmissionResponse(), "", false, nil},
		"errors":       {slack.NewErrorsViewSubmissionResponse(map[string]string{"reason": "more"}), "Request", false, map[string]string{"reason": "more"}},
		"wrong errors": {slack.NewErrorsViewSubmissionResponse(map[string]string{"row": "more"}), "Request", true, nil},
		"update":       {slack.NewUpdateViewSubmissionResponse(&next), "Next", false, nil},
		"bad update":   {slack.NewUpdateViewSubmissionResponse(&slack.ModalViewRequest{Type: slack.VTModal}), "Request", true, nil},
		"push":         {slack.NewPushViewSubmissionResponse(&next), "Request", true, nil},
		"not JSON":     {"hello", "Request", true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				d, v := openDesk(t, w)
				d.answer = c.answer
				got := must[fakeslack.Delivery](t)(w.Submit("U1", v.ID, map[string]string{"reason": "because"}))
				if (got.Problem != "") != c.problem {
					t.Errorf("problem %q", got.Problem)
				}
				v, open := w.Modal("U1")
				if open != (c.title != "") || v.Title != c.title {
					t.Errorf("modal %q, open %v", v.Title, open)
				}
				if diff := cmp.Diff(c.errors, v.Errors); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestTriggers(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		trigger := func() string {
			d := must[fakeslack.Delivery](t)(w.Slash("U1", "C1", "/jit", ""))
			var cmd slack.SlashCommand
			if err := json.Unmarshal(d.Payload, &cmd); err != nil {
				t.Fatal(err)
			}
			return cmd.TriggerID
		}
		open := func(id string) error {
			_, err := w.api.OpenView(id, form())
			return err
		}
		wantError(t, open("1.2.3"), "invalid_trigger_id")

		id := trigger()
		time.Sleep(3 * time.Second)
		wantError(t, open(id), "expired_trigger_id")

		id = trigger()
		time.Sleep(3*time.Second - time.Millisecond)
		if err := open(id); err != nil {
			t.Fatal(err)
		}
		wantError(t, open(id), "exchanged_trigger_id")
		wantError(t, open(trigger()), "duplicate_external_id")
	})
}

func TestUpdateViewKeepsWhatWasEntered(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		d, v := openDesk(t, w)
		d.answer = slack.NewErrorsViewSubmissionResponse(map[string]string{"reason": "more"})
		if _, err := w.Submit("U1", v.ID, map[string]string{"reason": "because"}); err != nil {
			t.Fatal(err)
		}
		if text := w.RenderView(shown(w.Modal("U1"))); !strings.Contains(text, "[ because ]\n  ! more\n") {
			t.Errorf("shown\n%s", text)
		}
		_, err := w.api.UpdateView(form(), "", "stale", v.ID)
		wantError(t, err, "hash_conflict")
		if _, err := w.api.UpdateView(form(), "ext", v.Hash, ""); err != nil {
			t.Fatal(err)
		}
		if text := w.RenderView(shown(w.Modal("U1"))); !strings.Contains(text, "[ because ]\nTarget (任意)\n") {
			t.Errorf("shown\n%s", text)
		}
		big := form()
		big.Title = plain(long(25))
		_, err = w.api.UpdateView(big, "", "", v.ID)
		wantError(t, err, "invalid_arguments")
	})
}

func shown(v fakeslack.View, _ bool) fakeslack.View { return v }
