package bot

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekisho/handlers/access"
	"sekisho/handlers/policy"
)

// TestRequestForLater: moments that were picked stay while another target is chosen, what is wrong with them is said there,
// and other moments are another request.
func TestRequestForLater(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{offers: offers()}
		w.run(d)
		w.wishForm(yamada)
		form := w.choose(yamada, "prod-operator")
		from := signedIn.Add(19 * time.Hour)
		values := map[string]string{targetField: "prod-operator", reasonField: "Roll back.", startsField: fmt.Sprint(from.Unix()), endsField: fmt.Sprint(from.Unix())}
		send := func(want map[string]string) {
			t.Helper()
			if delivery, err := w.Submit(yamada, form.ID, values); err != nil || delivery.Problem != "" {
				t.Fatalf("submitted: %+v, %v", delivery, err)
			}
			if v, _ := w.Modal(yamada); !cmp.Equal(v.Errors, want) {
				t.Errorf("errors %v, want %v", v.Errors, want)
			}
			values = nil // it stands there
		}
		d.decide(wishRefused(policy.EndFirst, ""))
		send(map[string]string{endsField: "終了日時は開始日時より後にしてください。"})
		for _, refusal := range []string{policy.StartPast, policy.OutsideHours, access.Already, access.Waits, access.InUse} {
			d.decide(wishRefused(refusal, ""))
			send(map[string]string{startsField: penIn("ja").WishRefusal(wishRefused(refusal, ""))})
		}
		d.decide(wishRefused(policy.TooLong, ""))
		send(map[string]string{endsField: "利用期間は最大4時間です。"})
		w.choose(yamada, "prod-reader")
		values = map[string]string{targetField: "prod-reader", endsField: fmt.Sprint(from.Add(time.Hour).Unix())}
		d.decide(policy.Decision{})
		send(nil)
		all := d.wished()
		last := all[len(all)-1]
		if !last.From.Equal(from) || !last.To.Equal(from.Add(time.Hour)) || last.Reason != "Roll back." || last.ID == all[0].ID || all[1].ID != all[0].ID {
			t.Errorf("wishes %+v", all)
		}
	})
}

// TestNoMomentIsNone: a form without them asks for what it always did.
func TestNoMomentIsNone(t *testing.T) {
	inSlack(t, func(t *testing.T, w *world) {
		d := &desk{offers: offers()[:1]}
		w.run(d)
		form := w.wishForm(kato)
		d.decide(wishRefused(policy.TooLong, ""))
		if _, err := w.Submit(kato, form.ID, map[string]string{reasonField: "To look."}); err != nil {
			t.Fatal(err)
		}
		if v, _ := w.Modal(kato); !cmp.Equal(v.Errors, map[string]string{periodField + ":prod-operator": "Longest allowed is 4 hours."}) {
			t.Errorf("errors %v", v.Errors)
		}
		if x := d.wished()[0]; !x.From.IsZero() || !x.To.IsZero() {
			t.Errorf("from %s to %s", x.From, x.To)
		}
	})
}

// TestAlreadyForLater names both times: to have it now, that one is to be finished first.
func TestAlreadyForLater(t *testing.T) {
	refused := wishRefused(access.Already, "")
	refused.Why[0].Facts["from"] = fmt.Sprint(signedIn.Add(-time.Hour).Unix())
	for language, want := range map[string]string{
		"en": "It is approved for you already, from 2026-11-22 13:00 JST to 2026-11-22 14:00 JST. Choose a time outside of it, or finish that first.",
		"ja": "すでに承認済みです(2026-11-22 13:00 JST から 2026-11-22 14:00 JST まで)。これと重ならない日時を選ぶか、先にその利用を終了してください。",
	} {
		if got := penIn(language).WishRefusal(refused); got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
}
