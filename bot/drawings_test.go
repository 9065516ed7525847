package bot

import (
	"fmt"
	"go/ast"
	"go/types"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"sekisho/handlers/access"
	"sekisho/handlers/offboarding"
	"sekisho/handlers/people"
	"sekisho/store"
)

// drawing is one thing that people are shown: what draws it, and of what.
type drawing struct {
	by string // a key of draws
	about
}

// about is all that a drawing can be made of.
type about struct {
	grants   []store.Grant
	alert    store.Alert
	report   store.Report
	rows     []store.Alert // of the report
	access   access.Access
	offers   []access.Offer
	chosen   string // of the offers
	note     string // above them
	press    store.Press
	entry    store.Entry
	task     store.Task
	leaver   offboarding.Leaver
	offboard store.Offboarding
	rotates  []access.Rotatable
	recall   store.Recall
	sentence string     // its key
	verb     store.Verb // of a list to choose from
	unstored time.Time
	sooner   time.Duration // than Max
	members  access.MemberChange
}

// draws are all that draw, by the name of Pen's method. What is entered here and in drawings has golden files, and is
// held to Slack's limits and types, in both languages and with the worst data. TestEveryDrawingIsListed finds what is not.
var draws = map[string]func(Pen, about) any{
	"Card":      func(p Pen, a about) any { return p.Card(a.grants[0]) },
	"DM":        func(p Pen, a about) any { return p.DM(a.grants[0]) },
	"Approver":  func(p Pen, a about) any { return p.Approver(voterOn(a.grants[0]), a.grants[0]) },
	"Call":      func(p Pen, a about) any { return p.Call(sato, a.grants[0], toCard) },
	"Recall":    func(p Pen, a about) any { return p.Recall(a.recall, a.grants[0], toCard) },
	"Continued": func(p Pen, a about) any { return p.Continued(a.grants[0]) },
	"Choices": func(p Pen, a about) any {
		return p.Choices(p.Words.Say(a.sentence, data{"Who": mention(a.grants[0].Subject.Person.Account())}), a.verb, a.grants)
	},
	"Reminder": func(p Pen, a about) any { return p.Reminder(a.grants[0]) },
	"Digest":   func(p Pen, a about) any { return p.Digest(a.grants) },
	"Alert": func(p Pen, a about) any {
		return p.Alert(a.alert, []string{"usergroup:S0SECURITY", kato}, map[bool]string{true: toCard}[a.alert.Grant != ""])
	},
	"Head": func(p Pen, a about) any {
		return p.Head(store.SealHead{Number: 41_760, Hash: strings.Repeat("0123456789abcdef", 4), At: audited}, 129, a.unstored)
	},
	"Members":    func(p Pen, a about) any { return p.Members(a.members, []string{"usergroup:S0SECURITY", kato}) },
	"AlertMoved": func(p Pen, a about) any { return p.AlertMoved(a.alert) },
	"Report":     func(p Pen, a about) any { return p.Report(a.report, a.rows) },
	"RowSaid":    func(p Pen, a about) any { m, _ := p.RowSaid(a.rows[0], a.entry); return m },
	"KeepForm": func(p Pen, a about) any {
		if len(a.rows) == 0 {
			return p.KeepForm(a.press, a.alert, audited)
		}
		return p.KeepForm(a.press, a.rows[0], audited)
	},
	"Said": func(p Pen, a about) any { m, _ := p.Said(a.grants[0], a.entry); return m },
	"Home": func(p Pen, a about) any { return p.Home(a.access, linksIn(a.access)) },
	"List": func(p Pen, a about) any { return p.List(a.access, Cards{Channel: cardsChannel}) },
	"ReasonForm": func(p Pen, a about) any {
		if len(a.grants) == 0 {
			return p.ReasonForm(a.press, p.aboutTask(a.task))
		}
		return p.ReasonForm(a.press, p.about(a.grants[0]))
	},
	"ApprovalForm":  func(p Pen, a about) any { return p.ApprovalForm(a.press, a.grants[0]) },
	"ExtensionForm": func(p Pen, a about) any { return p.ExtensionForm(a.press, a.grants[0], a.grants[0].Max.Add(-a.sooner)) },
	"ForbiddenNote": func(p Pen, a about) any { return p.ForbiddenNote(a.press) },
	"Task":          func(p Pen, a about) any { return p.Task(a.task) },
	"KeyMoved":      func(p Pen, a about) any { return p.KeyMoved(a.task) },
	"TaskApprover":  func(p Pen, a about) any { return p.TaskApprover(sato, a.task, a.entry, toCard) },
	"Called":        func(p Pen, a about) any { return p.Called(a.grants[0], toCard) },
	"CalledTask":    func(p Pen, a about) any { return p.CalledTask(a.task, toCard) },
	"CallTask":      func(p Pen, a about) any { return p.CallTask(sato, a.task, toCard) },
	"TaskSaid":      func(p Pen, a about) any { m, _ := p.TaskSaid(a.task, a.entry); return m },
	"RotateList":    func(p Pen, a about) any { return p.RotateList(a.rotates) },
	"RotateForm":    func(p Pen, a about) any { return p.RotateForm(a.rotates[0]) },
	"RotateNote":    func(p Pen, a about) any { return p.RotateNote(p.Words.Say(a.sentence, nil)) },
	"Offboarding":   func(p Pen, a about) any { return p.Offboarding(a.offboard) },
	"OffboardForm":  func(p Pen, a about) any { return p.OffboardForm(a.leaver) },
	"OffboardNote":  func(p Pen, a about) any { return p.OffboardNote(p.Words.Say(a.sentence, nil)) },
	"WishForm":      func(p Pen, a about) any { return p.WishForm(a.offers, signedIn, a.chosen, a.note) },
	"WishNote":      func(p Pen, a about) any { return p.WishNote(p.Words.Say(a.sentence, nil)) },
	"suggestions":   func(p Pen, a about) any { return p.suggestions(a.offers, "") },
}

// drawings are all that this bot shows, under the names of their golden files: "card/asked".
func drawings(t *testing.T) map[string]drawing {
	t.Helper()
	out := map[string]drawing{
		"form/deny":                 {"ReasonForm", about{press: pressed("8088", store.Deny, ""), grants: []store.Grant{request()}}},
		"form/deny-rotation":        {"ReasonForm", about{press: pressed("8088", store.Deny, ""), task: rotation()}},
		"form/deny-long":            {"ReasonForm", about{press: longPress(store.Deny), grants: []store.Grant{request()}}},
		"form/decline":              {"ReasonForm", about{press: pressed("8088", store.Decline, ""), grants: []store.Grant{request()}}},
		"form/approve_with":         {"ApprovalForm", about{press: pressed("8088", approveWith, ""), grants: []store.Grant{changed(needsBoth)}}},
		"form/approve_with-long":    {"ApprovalForm", about{press: longPress(approveWith), grants: []store.Grant{request()}}},
		"form/approve_with-endless": {"ApprovalForm", about{press: pressed("8088", approveWith, ""), grants: []store.Grant{keyCards(t)["key-endless"]}}},
		"form/ask_more":             {"ExtensionForm", about{press: pressed("8088", store.AskMore, ""), grants: []store.Grant{lived(t, request(), approve, plan, apply)}}},
		"form/ask_more-long":        {"ExtensionForm", about{press: longPress(store.AskMore), grants: []store.Grant{lived(t, request(), approve, plan, apply)}}},
		"form/ask_more-forbidden":   {"ForbiddenNote", about{press: forbidden(access.TakenLater, "from", fmt.Sprint(signedIn.Unix()))}},
		"form/ask_more-taken":       {"ExtensionForm", about{press: pressed("8088", store.AskMore, ""), grants: []store.Grant{lived(t, request(), approve, plan, apply)}, sooner: 331 * time.Minute}},
		"form/rotate":               {"RotateForm", about{rotates: rotatable(1)}},
		"form/rotate-approved":      {"RotateForm", about{rotates: rotatable(3)[2:]}},
		"form/rotate-loading":       {"RotateNote", about{sentence: "rotate.loading"}},
		"list/rotate":               {"RotateList", about{rotates: rotatable(3)}},
		extreme + "list/rotate":     {"RotateList", about{rotates: rotatable(mostChoices + 1)}},
		"form/request-loading":      {"WishNote", about{sentence: "ask.loading"}},
		"form/request-failed":       {"WishNote", about{sentence: "ask.failed"}},
		"form/request-nothing":      {"WishNote", about{sentence: "ask.nothing"}},
		"form/request-guest":        {"WishNote", about{sentence: "wish." + people.Guest}},
		"suggestions/few":           {"suggestions", about{offers: offers()}},
		extreme + "suggestions":     {"suggestions", about{offers: manyOffers(3 * mostOptions)}},
		"form/keep_until":           {"KeepForm", about{press: pressed("8088", keepUntil, ""), rows: rowsOf(fullReport())[4:5]}},
		"form/keep_until-member":    {"KeepForm", about{press: pressed("8088", keepUntil, ""), alert: alerts(t)["unknown-raised"]}},
		"alert/unknown-moved":       {"AlertMoved", about{alert: alerts(t)["unknown-lapsed"]}},
		"form/keep_until-long":      {"KeepForm", about{press: longPress(keepUntil), rows: rowsOf(fullReport())[:1]}},
	}
	for folder, all := range map[string]struct {
		by     string
		grants map[string]store.Grant
	}{
		"card": {"Card", with(cards(t), keyCards(t))}, "dm": {"DM", with(questions(t), keyCards(t))}, "approver": {"Approver", approved(t)}, "call": {"Call", calls()}, "reminder": {"Reminder", reminders(t)},
	} {
		for name, g := range all.grants {
			out[folder+"/"+name] = drawing{all.by, about{grants: []store.Grant{g}}}
		}
	}
	for _, l := range lines(t) {
		if m, _ := penIn("en").Said(l.grant, l.entry); m.Blocks != nil { // the others are sentences
			out["thread/"+strings.ReplaceAll(l.name, ", ", "-")] = drawing{"Said", about{grants: []store.Grant{l.grant}, entry: l.entry}}
		}
	}
	for name, r := range map[string]store.Recall{"sign-in": {Why: store.BySignIn}, "request": {Why: store.ByRequest}, "rule": {Why: store.ByRule},
		"extension": {Why: store.BySignIn, Extension: true}} {
		g := cards(t)["asked-besides"]
		if r.Extension {
			g = cards(t)["active-besides-asks"]
		}
		out["recall/"+name] = drawing{"Recall", about{grants: []store.Grant{g}, recall: r}}
	}
	out["dm/continued"] = drawing{"Continued", about{grants: []store.Grant{cards(t)["active-besides"]}}}
	for name, grants := range digests(t) {
		out["digest/"+name] = drawing{"Digest", about{grants: grants}}
	}
	for name, task := range tasks(t) {
		out["task/"+name] = drawing{"Task", about{task: task}}
	}
	out["dm/key-moved"] = drawing{"KeyMoved", about{task: turned(func(t *store.Task) {
		t.Old, t.New, t.Effects = oldKey, newKey, map[string]string{"secret_arn": "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:sekisho/svc-batch-a1B2c3"}
	})}}
	for name, d := range undoings(t) {
		out["approver/"+name] = d
	}
	for _, decided := range []store.State{store.Approved, store.Denied, store.Lapsed, store.Withdrawn} {
		g := request()
		g.State = decided
		out["call/decided-"+string(decided)] = drawing{"Called", about{grants: []store.Grant{g}}}
	}
	out["call/task-decided"] = drawing{"CalledTask", about{task: turned(func(t *store.Task) { t.State = store.Making })}}
	out["call/task"] = drawing{"CallTask", about{task: rotation()}}
	out["call/task-scheduled"] = drawing{"CallTask", about{task: turned(func(t *store.Task) { t.By, t.Reason = store.Self, "" })}}
	for _, l := range taskLines(t) {
		if m, _ := penIn("en").TaskSaid(l.task, l.entry); m.Blocks != nil {
			out["thread/task-"+l.name] = drawing{"TaskSaid", about{task: l.task, entry: l.entry}}
		}
	}
	for name, o := range offboardings(t) {
		out[name] = drawing{"Offboarding", about{offboard: o}}
	}
	for name, l := range leavers() {
		out[name] = drawing{"OffboardForm", about{leaver: l}}
	}
	out["form/offboard-loading"] = drawing{"OffboardNote", about{sentence: "offboard.loading"}}
	out["form/offboard-refused"] = drawing{"OffboardNote", about{sentence: "offboard.refused." + offboarding.NoLeaver}}
	for name, a := range alerts(t) {
		out["alert/"+name] = drawing{"Alert", about{alert: a}}
	}
	out["alert/head"] = drawing{"Head", about{}}
	out["alert/members"] = drawing{"Members", about{members: access.MemberChange{Group: "S0LEADS", Added: []string{kato}, Removed: []string{sato, yamada}}}}
	out["alert/members-gone"] = drawing{"Members", about{members: access.MemberChange{Group: "S0LEADS", Gone: true, Removed: []string{sato}}}}
	out["alert/head-unstored"] = drawing{"Head", about{unstored: audited.Add(-49 * time.Hour)}}
	for name, r := range reports() {
		out["report/"+name] = drawing{"Report", about{report: r.report, rows: r.rows}}
	}
	for _, l := range rowLines() {
		if m, _ := penIn("en").RowSaid(l.row, l.entry); m.Blocks != nil {
			out["thread/row-"+l.name] = drawing{"RowSaid", about{rows: []store.Alert{l.row}, entry: l.entry}}
		}
	}
	for verb, title := range map[store.Verb]string{store.Finish: "jit.which", store.AskMore: "jit.which_extend", store.Revoke: "jit.revoke_of"} {
		out["choice/"+string(verb)] = drawing{"Choices", about{grants: choices(t, 2), verb: verb, sentence: title}}
		out[extreme+"choice/"+string(verb)] = drawing{"Choices", about{grants: choices(t, mostChoices+1), verb: verb, sentence: title}}
	}
	for name, a := range homeTabs(t) {
		home, list := "home/", "list/"
		if name == "full" {
			home, list = extreme+home, extreme+list
		}
		if out[home+name] = (drawing{"Home", about{access: a}}); name != "older" { // it has no pages
			out[list+name] = drawing{"List", about{access: a}}
		}
	}
	for name, a := range forms() {
		out["form/request-"+name] = drawing{"WishForm", a}
	}
	for _, n := range []int{1, mostOptions, mostOptions + 1} {
		many := manyOffers(n)
		out[fmt.Sprint(extreme, "form of ", n)] = drawing{"WishForm", about{offers: many, chosen: many[n-1].ID}}
	}
	for _, name := range []string{"approved-trouble", "active-kept", "asked-mine", "asked-escalated", "active-extension-high", "asked-besides", "active-besides-asks"} {
		many := slices.Repeat([]store.Grant{cards(t)[name]}, onDigest) // worse than a mixture
		for i := range many {
			many[i].ID, many[i].Digest = fmt.Sprint("login-", i), true
		}
		out[extreme+"digest of "+name] = drawing{"Digest", about{grants: many}}
	}
	return out
}

// extreme begins the names of those that are longer than any that is read: they have no golden files.
const extreme = "extreme/"

// kind is the folder of a drawing's golden files.
func kind(name string) string { return name[:strings.Index(name, "/")+1] }

// in draws in a language: a Message, or what slack-go sends as it is.
func (d drawing) in(p Pen) any { return draws[d.by](p, d.about) }

// message draws what is a message.
func (d drawing) message(p Pen) (m Message, ok bool) {
	m, ok = d.in(p).(Message)
	return m, ok
}

// records changes each kind of record that a drawing is made of.
type records struct {
	grant  func(store.Grant) store.Grant
	alert  func(store.Alert) store.Alert
	offer  func(access.Offer) access.Offer
	task   func(store.Task) store.Task
	rule   func(access.Rotatable) access.Rotatable
	report func(store.Report) store.Report
	row    func(store.Alert) store.Alert

	offboard func(store.Offboarding) store.Offboarding
	leaver   func(offboarding.Leaver) offboarding.Leaver
}

// of is the same drawing of other records.
func (d drawing) of(r records) drawing {
	for _, list := range []*[]store.Grant{&d.grants, &d.access.Held, &d.access.Waiting, &d.access.Decided, &d.access.Past} {
		*list = slices.Clone(*list)
		for i, g := range *list {
			(*list)[i] = r.grant(g)
		}
	}
	for _, list := range []*[]store.Task{&d.access.Rotations.Waiting, &d.access.Rotations.Open, &d.access.Rotations.Decided} {
		*list = slices.Clone(*list)
		for i, t := range *list {
			(*list)[i] = r.task(t)
		}
	}
	d.alert = r.alert(d.alert)
	d.task = r.task(d.task)
	d.rotates = slices.Clone(d.rotates)
	for i, rule := range d.rotates {
		d.rotates[i] = r.rule(rule)
	}
	d.report = r.report(d.report)
	d.offboard = r.offboard(d.offboard)
	d.leaver = r.leaver(d.leaver)
	d.rows = slices.Clone(d.rows)
	for i, row := range d.rows {
		d.rows[i] = r.row(row)
	}
	d.offers = slices.Clone(d.offers)
	for i, o := range d.offers {
		d.offers[i] = r.offer(o)
	}
	return d
}

// eachDrawing runs a test for every drawing in every language.
func eachDrawing(t *testing.T, test func(t *testing.T, name string, d drawing, p Pen)) {
	t.Helper()
	all := drawings(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, language := range languages {
			t.Run(name+"."+language, func(t *testing.T) { test(t, name+"."+language, all[name], penIn(language)) })
		}
	}
}

// eachMessage does so for those that are messages.
func eachMessage(t *testing.T, test func(t *testing.T, name string, d drawing, p Pen)) {
	t.Helper()
	eachDrawing(t, func(t *testing.T, name string, d drawing, p Pen) {
		if _, ok := d.message(p); ok {
			test(t, name, d, p)
		}
	})
}

// TestEveryDrawingIsListed: no drawing escapes the tests that all of them go through.
func TestEveryDrawingIsListed(t *testing.T) {
	listed := map[string]bool{}
	for _, d := range drawings(t) {
		listed[d.by] = true
	}
	for by := range draws {
		if !listed[by] {
			t.Errorf("%s draws nothing: give it to drawings", by)
		}
	}
	shown := []reflect.Type{reflect.TypeFor[Message](), reflect.TypeFor[slack.ModalViewRequest](), reflect.TypeFor[slack.HomeTabViewRequest]()}
	pen := reflect.TypeFor[Pen]()
	for i := range pen.NumMethod() {
		m := pen.Method(i)
		for o := range m.Type.NumOut() {
			if slices.Contains(shown, m.Type.Out(o)) && draws[m.Name] == nil {
				t.Errorf("Pen.%s draws what people see, and no test looks at it: enter it in draws and drawings", m.Name)
			}
		}
	}
}

// TestOnlyThePenDraws: what is drawn elsewhere would escape the test above.
func TestOnlyThePenDraws(t *testing.T) {
	set, files := sources(t, ".")
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			f, ok := n.(*ast.FuncDecl)
			if !ok || f.Type.Results == nil || f.Recv != nil && types.ExprString(f.Recv.List[0].Type) == "Pen" {
				return true
			}
			for _, result := range f.Type.Results.List {
				if slices.Contains([]string{"Message", "slack.ModalViewRequest", "slack.HomeTabViewRequest"}, types.ExprString(result.Type)) {
					t.Errorf("%s: %s draws what people see: make it a method of Pen", set.Position(f.Pos()), f.Name.Name)
				}
			}
			return true
		})
	}
}

// forbidden is a press on a Home tab that was refused before its form, with a fact.
func forbidden(refusal, key, value string) store.Press {
	return store.Press{Verb: store.AskMore, On: "login-1", By: yamada, Refusal: refusal, Facts: map[string]string{key: value}}
}

// longPress has ids as long as Slack's can be.
func longPress(verb store.Verb) store.Press {
	id := strings.Repeat("f", idLength)
	return store.Press{Verb: verb, On: id, Terms: id, Card: store.Card{Channel: id, TS: id}}
}
