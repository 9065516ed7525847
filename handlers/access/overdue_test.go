package access_test

import (
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/store"
)

// An account that does not answer while access in it is overdue is one alert, also across a start, however long that lasts. It is
// closed once nothing is overdue. What AWS refuses is the grant's own trouble, and no outage.
func TestAnOutageIsOneAlert(t *testing.T) {
	for _, c := range []struct {
		failure fakeaws.Failure
		want    int
	}{
		{fakeaws.Failure{Code: "ServiceUnavailable", Status: 503}, 1},
		{fakeaws.Failure{Hang: true}, 1},
		{fakeaws.Failure{Code: "AccessDenied", Status: 403}, 0},
	} {
		inWorld(t, func(w *world) {
			w.signIn("1")
			w.press("U0SATO", store.Approve)
			w.wait(3 * time.Hour)
			w.aws.Fault(failing("", c.failure))
			w.wait(55 * time.Minute)
			if told := w.drawn(store.Outage); len(told) > 0 {
				t.Errorf("%+v: told although nothing is overdue", c.failure)
			}
			w.wait(10*time.Minute + 2*aLook)
			w.restart()
			w.wait(10 * time.Hour)
			w.is("1", store.Ending, true)
			told := w.drawn(store.Outage)
			if len(told) != c.want {
				t.Fatalf("%+v: told %d times", c.failure, len(told))
			}
			if c.want > 0 && (told[0].State != store.Raised || told[0].Account != account || told[0].Effects[store.FactOpen] != "1" || told[0].Note == "") {
				t.Errorf("%+v: told %s of %s, %v, %q", c.failure, told[0].State, told[0].Account, told[0].Effects, told[0].Note)
			}
			w.aws.Fault(nil)
			w.wait(time.Minute)
			w.is("1", store.Ended, false)
			w.wait(2 * aLook)
			if told = w.drawn(store.Outage); len(told) != 2*c.want || c.want > 0 && told[1].State != store.Gone {
				t.Errorf("%+v: told %d times, and not that it is over", c.failure, len(told))
			}
		})
	}
}
