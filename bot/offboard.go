package bot

import (
	"context"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"sekisho/handlers"
	"sekisho/handlers/offboarding"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// The callback ids of the form of an offboarding: to begin one, and to lift it.
const (
	offboardVerb = "offboard"
	liftVerb     = "lift"
)

const (
	mostLeaverUsers = 30 // IAM users that the form shows
	mostLeaverNames = 10 // of the same kind of one user, and of access
	leaverName      = 64 // runes of each
)

// OffboardForm shows what a person has, user by user, and asks why it is to end. It is the second look. Of a person who is
// offboarded it shows that, and asks why it is to be lifted.
func (p Pen) OffboardForm(l offboarding.Leaver) slack.ModalViewRequest {
	if l.Standing != nil {
		return p.liftForm(l.Person, *l.Standing)
	}
	blocks := []slack.Block{slack.NewSectionBlock(markdown(p.Words.Say("offboard.intro", data{"Who": mention(l.Person.Account())})), nil, nil)}
	for _, u := range l.Users[:min(len(l.Users), mostLeaverUsers)] {
		blocks = append(blocks, slack.NewSectionBlock(markdown(p.leaverUser(u)), nil, nil))
	}
	if more := len(l.Users) - mostLeaverUsers; more > 0 {
		blocks = append(blocks, slack.NewContextBlock("", markdown(p.Words.Say("task.more", data{"N": more}))))
	}
	if len(l.Grants) > 0 {
		blocks = append(blocks, slack.NewSectionBlock(markdown(p.leaverAccess(l.Grants)), nil, nil))
	}
	view := p.offboardView(append(blocks,
		slack.NewContextBlock("", markdown(p.Words.Say("offboard.note.keys_ahead", nil))), p.offboardReason("offboard.reason_hint"))...)
	view.PrivateMetadata, view.Submit = l.Person.Account(), p.label("offboard.submit")
	return view
}

// liftForm shows since when a person is offboarded, and asks why they may ask again, once all has ended.
func (p Pen) liftForm(person store.Person, o store.Offboarding) slack.ModalViewRequest {
	d := data{"Who": mention(person.Account()), "By": mention(o.By), "At": when(o.Begun, p.Zone), "State": p.stateOf(o.State, "")}
	blocks := []slack.Block{slack.NewSectionBlock(markdown(p.Words.Say("offboard.standing", d)), nil, nil)}
	blocks = append(blocks, quoted(p.Words.Say("offboard.reason_by", d), o.Reason)...)
	if o.State != store.Departed {
		return p.offboardView(append(blocks, slack.NewContextBlock("", markdown(p.Words.Say("offboard.refused."+people.BeingOffboarded, nil))))...)
	}
	view := p.offboardView(append(blocks, slack.NewSectionBlock(markdown(p.Words.Say("offboard.lift_intro", d)), nil, nil), p.offboardReason("offboard.lift_hint"))...)
	view.CallbackID, view.PrivateMetadata, view.Submit = liftVerb, person.Account(), p.label("offboard.lift")
	return view
}

func (p Pen) offboardReason(hint string) slack.Block {
	reason := slack.NewPlainTextInputBlockElement(nil, reasonField).WithMultiline(true).WithMinLength(1).WithMaxLength(reasonLength)
	return slack.NewInputBlock(reasonField, p.label("offboard.reason"), p.label(hint), reason)
}

// OffboardNote is the form while there is nothing to confirm: a sentence.
func (p Pen) OffboardNote(sentence string) slack.ModalViewRequest {
	return p.offboardView(slack.NewSectionBlock(markdown(sentence), nil, nil))
}

func (p Pen) offboardView(blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{Type: slack.VTModal, CallbackID: offboardVerb, Title: p.label("offboard.title"), Close: p.label("ask.cancel"),
		Blocks: slack.Blocks{BlockSet: blocks}}
}

// leaverUser is what an IAM user has, a line for each kind.
func (p Pen) leaverUser(u offboarding.LeaverUser) string {
	lines := []string{p.userOf(u.Holding)}
	say := func(key string, names []string) {
		if len(names) > 0 {
			lines = append(lines, "• "+p.Words.Say(key, data{"Names": p.names(names)}))
		}
	}
	say("offboard.groups", coded(u.Has.GroupNames()))
	say("offboard.keys", p.leaverKeys(u))
	if u.Has.Password {
		lines = append(lines, "• "+p.Words.Say("offboard.password", nil))
	}
	say("offboard.policies", coded(u.Has.Policies))
	switch {
	case u.Trouble != "":
		lines = append(lines, p.Words.Say("offboard.silent", data{"Why": p.why(u.Trouble)}))
	case u.Gone:
		lines = append(lines, p.Words.Say("offboard.gone", nil))
	case len(lines) == 1:
		lines = append(lines, p.Words.Say("offboard.nothing", nil))
	}
	return strings.Join(lines, "\n")
}

// leaverKeys are a user's access keys, with what is not simply deactivated.
func (p Pen) leaverKeys(u offboarding.LeaverUser) []string {
	var out []string
	for _, k := range u.Has.Keys {
		id := codeOf(k.ID, keyLength)
		i := slices.IndexFunc(u.Held, func(h store.Holding) bool { return h.Kind == store.HeldKey && h.Name == k.ID })
		switch {
		case !k.Active:
			id = p.Words.Say("offboard.key.inactive", data{"Key": id})
		case i >= 0 && u.Held[i].Result == store.ByRotation:
			id = p.Words.Say("offboard.key.rotation", data{"Key": id})
		case i >= 0 && u.Held[i].Result == store.ByGrant:
			id = p.Words.Say("offboard.key.grant", data{"Key": id})
		}
		out = append(out, id)
	}
	return out
}

// leaverAccess are the requests and grants of a person.
func (p Pen) leaverAccess(grants []store.Grant) string {
	lines := []string{"*" + p.Words.Say("offboard.access", nil) + "*"}
	for _, g := range grants[:min(len(grants), mostLeaverNames)] {
		d := data{"Target": codeOf(g.Target, leaverName), "Account": name(g.AccountName, g.Account), "Until": when(g.Until, p.Zone)}
		key := "offboard.access.grant"
		switch {
		case g.Outcome == store.HandOver:
			key = "offboard.access.handed"
		case g.State == store.Asked:
			key = "offboard.access.request"
		case g.Extension.Open():
			key = "offboard.access.extension"
		}
		lines = append(lines, "• "+p.Words.Say(key, d))
	}
	if more := len(grants) - mostLeaverNames; more > 0 {
		lines = append(lines, p.Words.Say("task.more", data{"N": more}))
	}
	return strings.Join(lines, "\n")
}

// userOf is an IAM user and the account, as a heading.
func (p Pen) userOf(h store.Holding) string {
	return p.Words.Say("offboard.user", data{"User": codeOf(h.User, leaverName), "Account": name(h.AccountName, h.Account)})
}

func coded(names []string) []string {
	var out []string
	for _, n := range names {
		out = append(out, codeOf(n, leaverName))
	}
	return out
}

// names joins what is in code spans, as far as there is room.
func (p Pen) names(all []string) string {
	shown := strings.Join(all[:min(len(all), mostLeaverNames)], ", ")
	if more := len(all) - mostLeaverNames; more > 0 {
		shown += " " + p.Words.Say("task.more", data{"N": more})
	}
	return shown
}

// offboardRefusals are all reasons why somebody cannot be offboarded.
var offboardRefusals = []string{policy.NotSecurity, policy.Own, people.BeingOffboarded, offboarding.NoLeaver, offboarding.TwoLeavers, policy.NoReason,
	policy.NoPerson, people.Leaves, people.Guest, people.Stranger, offboarding.NotDone, handlers.Unusable}

// openOffboard answers /jit offboard: with a form at once, as a trigger lives three seconds, and then with what the person
// has.
func (s *Socket) openOffboard(ctx context.Context, user, trigger, whom string) {
	pen := s.penFor(ctx, user)
	view, err := s.API.OpenViewContext(ctx, trigger, pen.OffboardNote(pen.Words.Say("offboard.loading", nil)))
	if err != nil {
		s.Log.Warn("form not opened", "by", user, "err", err)
		return
	}
	if m := mentioned.FindStringSubmatch(whom); m != nil {
		whom = m[1]
	}
	leaver, refusal, err := s.Desk.Leaver(ctx, user, whom)
	form := pen.OffboardForm(leaver)
	switch {
	case err != nil:
		s.Log.Warn("nothing looked up", "by", user, "verb", offboardVerb, "err", err)
		form = pen.OffboardNote(pen.Words.Say("jit.failed", nil))
	case refusal != "":
		form = pen.OffboardNote(pen.Words.Say("offboard.refused."+refusal, nil))
	}
	if _, err := s.API.UpdateViewContext(ctx, form, "", "", view.ID); err != nil {
		s.Log.Warn("form not drawn", "by", user, "err", err)
	}
}

// offboard takes in the form of an offboarding, or of its lifting, or says in it why that cannot be.
func (s *Socket) offboard(ctx context.Context, cb slack.InteractionCallback) reply {
	person, reason := cb.View.PrivateMetadata, ""
	if cb.View.State != nil {
		reason = cut(cb.View.State.Values[reasonField][reasonField].Value, reasonLength)
	}
	if cb.Type != slack.InteractionTypeViewSubmission || isNoID(cb.User.ID) || person == "" {
		s.Log.Warn("event ignored", "type", cb.Type)
		return reply{}
	}
	confirm := s.Desk.Offboard
	if cb.View.CallbackID == liftVerb {
		confirm = s.Desk.Lift
	}
	refusal, err := confirm(ctx, cb.User.ID, person, reason)
	switch {
	case err != nil:
		s.Log.Error("offboarding not taken in", "by", cb.User.ID, "err", err)
		return reply{none: true}
	case refusal == "":
		return reply{}
	}
	said := strings.ReplaceAll(s.penFor(ctx, cb.User.ID).Words.Say("offboard.refused."+refusal, nil), "`", "")
	return reply{says: slack.NewErrorsViewSubmissionResponse(map[string]string{reasonField: said})}
}
