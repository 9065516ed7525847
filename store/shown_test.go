package store_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/store"
)

// otherValue gives a field another value than it has.
func otherValue(v reflect.Value) {
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		*x = x.Add(time.Hour).UTC()
		return
	case *json.RawMessage:
		*x = json.RawMessage(`1`)
		return
	case *store.Further:
		x.Address, x.MFA, x.Times = x.Address+"x", "yes", x.Times+1
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + int64(time.Minute))
	case reflect.Uint64:
		v.SetUint(v.Uint() + 1)
	case reflect.Slice:
		grown := reflect.MakeSlice(v.Type(), v.Len()+1, v.Len()+1)
		reflect.Copy(grown, v)
		otherValue(grown.Index(v.Len()))
		v.Set(grown)
	case reflect.Map:
		grown := reflect.MakeMap(v.Type())
		for _, key := range v.MapKeys() {
			grown.SetMapIndex(key, v.MapIndex(key))
		}
		value := reflect.New(v.Type().Elem()).Elem()
		otherValue(value)
		grown.SetMapIndex(reflect.ValueOf(fmt.Sprint("x", v.Len())).Convert(v.Type().Key()), value)
		v.Set(grown)
	case reflect.Pointer:
		fresh := reflect.New(v.Type().Elem())
		if !v.IsNil() {
			fresh.Elem().Set(v.Elem())
		}
		otherValue(fresh.Elem())
		v.Set(fresh)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				otherValue(v.Field(i))
			}
		}
	default:
		panic(v.Kind())
	}
}

// leaves are the fields of a struct, and of the structs in it, by their path: "Signin.Address". Those that only say what the ledger
// has of the record are none of them.
func leaves(v reflect.Value, path string, found map[string][]int, index []int) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() || f.Type == reflect.TypeFor[store.Head]() {
			continue
		}
		at := append(slices.Clone(index), i)
		if f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[time.Time]() {
			leaves(v.Field(i), path+f.Name+".", found, at)
			continue
		}
		found[path+f.Name] = at
	}
}

// checkShown changes each field of a record, one at a time. The digest must be another where the field is shown, and the same where
// it is not. A field that neither list has fails the test: somebody has to decide.
func checkShown[T any](t *testing.T, base T, digest func(T) string, shown, hidden string) {
	t.Helper()
	fields := map[string][]int{}
	leaves(reflect.ValueOf(&base).Elem(), "", fields, nil)
	is, isNot := strings.Fields(shown), strings.Fields(hidden)
	listed := func(list []string, name string) bool {
		return slices.ContainsFunc(list, func(l string) bool { return l == name || strings.HasSuffix(l, ".") && strings.HasPrefix(name, l) })
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		other := base
		otherValue(reflect.ValueOf(&other).Elem().FieldByIndex(fields[name]))
		differs := digest(other) != digest(base)
		switch {
		case listed(is, name) == listed(isNot, name):
			t.Errorf("%T: is %s shown on the card or not? It stands in both lists of this test, or in none", base, name)
		case listed(is, name) && !differs:
			t.Errorf("%T: another %s, the same terms", base, name)
		case listed(isNot, name) && differs:
			t.Errorf("%T: another %s, and other terms, though no card shows it", base, name)
		}
	}
	for _, name := range append(is, isNot...) {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(fields)), func(f string) bool { return f == name || strings.HasSuffix(name, ".") && strings.HasPrefix(f, name) }) {
			t.Errorf("%T has no field %s", base, name)
		}
	}
}

const (
	grantShown = `ID Entitlement Kind Account Subject. Target Duration From To Longest Steps Auto Risk AllowsIAM Reason Ticket Endless
		Program Role NotBy Signin.Address Signin.MFA Signin.First Further`
	grantHidden = `Origin AccountName Exclusive Signin.At Signin.Region Signin.Principal Signin.Login Signin.Both Escalation. Lapses Received State Asked Approvals
		Start Until Max Extension. Declined. Extended. Ungiven Outcome EndedBy Ended Note Offboarding Refusal. Planned Effects Into Rechecks Clearing Exposed
		Answer Forgotten Messages MessageFrom Work. Telling. Reminding. Warned Looks`
)

// Which fields of a record its Terms bind a press to.
func TestEachFieldIsShownOrNot(t *testing.T) {
	g := keyGrant(false)
	g.Program, g.Role, g.NotBy, g.State = true, "production/deployer", []string{"U3"}, store.Asked
	g.Further[0].By = store.Approve // what is not covered is shown while the request waits
	checkShown(t, g, store.Grant.Terms, grantShown, grantHidden)
	shown := strings.Fields(grantShown)
	shown = append(shown, "Until", "Extension.By", "Extension.At", "Extension.Until", "Extension.Reason", "Extension.Steps", "Extension.Signin")
	hidden := strings.Fields(strings.NewReplacer("Extension.", "Extension.Approvals", " Until ", " ").Replace(strings.Join(strings.Fields(grantHidden), " ")))
	checkShown(t, g, store.Grant.ExtensionTerms, strings.Join(shown, " "), strings.Join(hidden, " "))
	checkShown(t, g, store.Grant.QuestionTerms, grantShown, grantHidden)

	task, _ := readyTask(t, store.Asked, store.Vote)
	checkShown(t, task, store.Task.Terms, `ID Rule Account User Steps Reason Secret Proof Grace Back`,
		`Kind AccountName By Escalation. Lapses Fleet. State Asked Approvals Planned Effects New Old Sent Holder Since Used Deletes Deletion
		Voided. Command Outcome EndedBy Note Work. Telling. Reminding. Servers`)

	const alertHidden = ` AccountName GroupID Signin. State By Keeping Planned Last LastAt Note Work. Telling. Earlier. Report Settled `
	member, _ := readyAlert(store.Unknown)(t, store.Raised, store.Keep)
	checkShown(t, member, store.Alert.Terms, `ID Kind Account Subject. Target Raised Grant`, alertHidden+`Effects Finding`)
	key, _ := readyAlert(store.Exposed)(t, store.Raised, store.Keep)
	checkShown(t, key, store.Alert.Terms, `ID Kind Account Subject. Target Raised Grant`, alertHidden+`Effects Finding`)
	for _, fact := range []string{store.FactKey, store.FactSecret} {
		other := key
		other.Effects = maps.Clone(key.Effects)
		if other.Effects[fact] = "x"; other.Terms() == key.Terms() {
			t.Errorf("another %s, the same terms", fact)
		}
	}
	row, _ := readyAlert(store.Stale)(t, store.Raised, store.Keep)
	checkShown(t, row, store.Alert.Terms, `ID Kind Finding Raised`, alertHidden+`Account Subject. Target Grant Effects`)
	if acted, _ := readyAlert(store.Stale)(t, store.Acted, store.Restore); acted.Terms() == row.Terms() {
		t.Error("other keys are switched off, the same terms")
	}
}

// What of a further sign-in is bound to what.
func TestWhatOfAFurtherSignInIsShown(t *testing.T) {
	base := keyGrant(false)
	base.State = store.Asked
	for name, c := range map[string]struct {
		change          func(*store.Further)
		terms, question bool // whether it changes them
	}{
		"its address":   {func(f *store.Further) { f.Address = "192.0.2.1" }, true, true},
		"its MFA":       {func(f *store.Further) { f.MFA = "no" }, true, true},
		"it is new":     {func(f *store.Further) { f.First = true }, true, true},
		"as it asked":   {func(f *store.Further) { f.Address = base.Signin.Address }, true, true},
		"when":          {func(f *store.Further) { f.At = later }, false, false},
		"how often":     {func(f *store.Further) { f.Times = 9 }, false, false},
		"when told":     {func(f *store.Further) { f.Noted = later }, false, true},
		"by hand":       {func(f *store.Further) { f.Apart = true }, true, true},
		"it is covered": {func(f *store.Further) { f.By = store.Approve }, false, false},
		"its answer":    {func(f *store.Further) { f.Answer = store.Mine }, false, true},
	} {
		g := base
		g.Further = slices.Clone(base.Further)
		c.change(&g.Further[0])
		if got := g.Terms() != base.Terms(); got != c.terms {
			t.Errorf("%s: other terms %t", name, got)
		}
		if got := g.QuestionTerms() != base.QuestionTerms(); got != c.question {
			t.Errorf("%s: another question %t", name, got)
		}
	}
}

// filled is a record of a kind with something in every field.
func filled(r store.Record) store.Record {
	v := reflect.ValueOf(r).Elem()
	fields := map[string][]int{}
	leaves(v, "", fields, nil)
	for _, at := range fields {
		otherValue(v.FieldByIndex(at))
	}
	return r
}

// progressOf are the fields that are progress; all others are facts. Who adds a field decides here as well.
var progressOf = map[string]string{
	"*store.Grant":       "Work. Telling. Reminding. Warned Looks",
	"*store.Task":        "Work. Telling. Reminding. Servers",
	"*store.Alert":       "Work. Telling. Earlier. Report Settled",
	"*store.Offboarding": "Work. Telling. Voided",
	"*store.Report":      "Telling.",
	"*store.Press":       "Judged Settled Refusal Facts Retry Tries Heard",
	"*store.Mark":        "At Value",
	"*store.Seal":        "",
}

// Each field of a record is stored once: as a fact, or as progress. It comes back from where it was stored.
func TestEachFieldIsAFactOrProgress(t *testing.T) {
	for _, r := range []store.Record{&store.Grant{ID: "login-1"}, &store.Task{ID: store.TaskPrefix + "1"}, &store.Alert{ID: store.AlertPrefix + "1"},
		&store.Offboarding{ID: store.OffboardingPrefix + "1"}, &store.Report{ID: store.ReportPrefix + "1"}, &store.Press{ID: store.PressPrefix + "1"},
		&store.Mark{ID: store.MarkPrefix + "1"}, &store.Seal{ID: store.SealPrefix + "1"}} {
		kind := fmt.Sprintf("%T", r)
		base := filled(r)
		was := encoded(t, base)
		fields := map[string][]int{}
		leaves(reflect.ValueOf(base).Elem(), "", fields, nil)
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			other := reflect.New(reflect.TypeOf(base).Elem())
			other.Elem().Set(reflect.ValueOf(base).Elem())
			otherValue(other.Elem().FieldByIndex(fields[name]))
			is := encoded(t, other.Interface().(store.Record))
			progress := slices.ContainsFunc(strings.Fields(progressOf[kind]), func(l string) bool {
				return l == name || strings.HasSuffix(l, ".") && strings.HasPrefix(name, l)
			})
			if fact := string(is.Facts) != string(was.Facts); fact == progress {
				t.Errorf("%s: %s is a fact: %t", kind, name, fact)
			}
			if moved := string(is.Progress) != string(was.Progress); moved != progress && !listOfWork[kind+" "+name] {
				t.Errorf("%s: %s is progress: %t", kind, name, moved)
			}
			if is.ID != was.ID {
				continue // what it is read as hangs on that
			}
			back, err := store.Decode(is)
			if err != nil {
				t.Fatalf("%s with another %s: %v", kind, name, err)
			}
			if again := encoded(t, back); string(again.Facts) != string(is.Facts) || string(again.Progress) != string(is.Progress) {
				t.Errorf("%s with another %s comes back as another:\n%s %s\n%s %s", kind, name, is.Facts, is.Progress, again.Facts, again.Progress)
			}
		}
		names, progress := map[string]json.RawMessage{}, map[string]json.RawMessage{}
		if json.Unmarshal(was.Facts, &names) != nil || json.Unmarshal(was.Progress, &progress) != nil {
			t.Fatalf("%s: %s %s", kind, was.Facts, was.Progress)
		}
		for name := range names {
			if _, both := progress[name]; both && name != "holdings" {
				t.Errorf("%s: %s stands among the facts and in the progress", kind, name)
			}
		}
	}
}

// listOfWork are the lists of which each row has progress beside its facts.
var listOfWork = map[string]bool{"*store.Grant Further": true, "*store.Offboarding Holdings": true}

func encoded(t *testing.T, r store.Record) store.Doc {
	t.Helper()
	doc, err := store.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
