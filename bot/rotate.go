package bot

import (
	"context"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"sekisho/handlers/access"
	"sekisho/handlers/people"
	"sekisho/handlers/policy"
	"sekisho/store"
)

// rotateVerb is the button that opens the form of a rotation, and the callback id of that form. What is pressed is no
// record yet, so it is no verb of one.
const rotateVerb = "rotate"

// RotateList lists the rotations that a person may begin, each with the button that opens its form.
func (p Pen) RotateList(all []access.Rotatable) Message {
	title := p.Words.Say("rotate.list", nil)
	blocks := []slack.Block{slack.NewSectionBlock(markdown(title), nil, nil)}
	for _, r := range all[:min(len(all), mostChoices)] {
		line := p.Words.Say("rotate.line", data{"User": code(r.User), "Account": name(r.AccountName, r.Account), "Rule": code(r.ID)})
		if r.Busy {
			blocks = append(blocks, slack.NewSectionBlock(markdown(line+"\n"+p.Words.Say("rotate.refused.in_use", nil)), nil, nil))
			continue
		}
		button := slack.NewButtonBlockElement(rotateVerb, r.ID, p.label("button.rotate"))
		blocks = append(blocks, slack.NewSectionBlock(markdown(line), nil, slack.NewAccessory(button), slack.SectionBlockOptionBlockID(r.ID)))
	}
	if len(all) > mostChoices {
		blocks = append(blocks, slack.NewContextBlock("", markdown(p.Words.Say("rotate.more", nil))))
	}
	return Message{Text: title, Blocks: blocks}
}

// RotateForm says what a rotation is going to do, and asks why: who decides on it has to know. It is the second look of who
// begins one that nobody has to approve.
func (p Pen) RotateForm(r access.Rotatable) slack.ModalViewRequest {
	need := p.Words.Say("rotate.no_approval", nil)
	if len(r.Steps) > 0 {
		need = p.needed(r.Steps)
	}
	facts := []*slack.TextBlockObject{p.fact("alert.user", code(r.User)), p.fact("card.account", nameAndID(r.AccountName, r.Account)),
		p.fact("task.secret", codeOf(r.Secret, nameLength)), p.fact("card.approvals", need)}
	reason := slack.NewPlainTextInputBlockElement(nil, reasonField).WithMultiline(true).WithMaxLength(reasonLength)
	return slack.ModalViewRequest{Type: slack.VTModal, CallbackID: rotateVerb, PrivateMetadata: r.ID,
		Title: p.label("rotate.title"), Submit: p.label("rotate.submit"), Close: p.label("ask.cancel"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewSectionBlock(nil, facts, nil),
			slack.NewSectionBlock(markdown(p.intent(r.Fleet, r.Proof, r.Grace)), nil, nil),
			slack.NewInputBlock(reasonField, p.label("ask.reason"), nil, reason).WithOptional(len(r.Steps) == 0),
		}}}
}

// rotateRefusals have a sentence of their own; the others are those of a request.
var rotateRefusals = []string{policy.NotAsker, access.InUse, policy.Impossible, policy.RuleGone, policy.NoPerson, people.Leaves, people.Guest, people.Stranger}

// RotateRefusal says why a rotation cannot begin. It is shown as plain text.
func (p Pen) RotateRefusal(d policy.Decision) string {
	if !slices.Contains(rotateRefusals, d.Refusal) {
		return p.WishRefusal(d)
	}
	facts := d.Refusals()[0].Facts
	if d.Refusal == access.InUse {
		return p.busy(facts)
	}
	lines := []string{p.Words.Say("rotate.refused."+d.Refusal, data{"Why": strings.ReplaceAll(p.why(facts["code"]), "`", "")})}
	for _, key := range strings.Fields(facts["keys"]) {
		id, made, _ := strings.Cut(key, "=")
		lines = append(lines, p.Words.Say("rotate.key", data{"Key": clean(id, keyLength), "At": p.clockOf(made)}))
	}
	return strings.Join(lines, "\n")
}

// busy says what is done with a key already, since or until when, as far as that is known.
func (p Pen) busy(facts map[string]string) string {
	key := "rotate.refused." + access.InUse
	switch {
	case facts["until"] != "" && facts["key"] != "":
		key = "rotate.busy_held"
	case facts["since"] == "":
	case facts["state"] == string(store.Asked):
		key = "rotate.busy_asked"
	case facts["key"] != "":
		key = "rotate.busy_rotating"
	default:
		key = "rotate.busy_making"
	}
	return p.Words.Say(key, data{"Key": clean(facts["key"], keyLength), "At": p.clockOf(facts["since"]), "Until": p.clockOf(facts["until"])})
}

// RotateNote is the form of a rotation while it has nothing to fill in: a sentence.
func (p Pen) RotateNote(sentence string) slack.ModalViewRequest {
	return slack.ModalViewRequest{Type: slack.VTModal, CallbackID: rotateVerb, Title: p.label("rotate.title"), Close: p.label("ask.cancel"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewSectionBlock(plain(sentence), nil, nil)}}}
}

// asksToRotate tells whether the button of a list was pressed that opens the form of a rotation, and of which.
func asksToRotate(cb slack.InteractionCallback) (id string, ok bool) {
	actions := cb.ActionCallback.BlockActions
	if cb.Type != slack.InteractionTypeBlockActions || !cb.Container.IsEphemeral || len(actions) != 1 || actions[0].ActionID != rotateVerb {
		return "", false
	}
	return actions[0].Value, true
}

// rotate answers /jit rotate: with the form of the rotation that is named, else with a list. show puts an answer where the
// person sees it. A trigger lives three seconds, which is longer than it takes to see what they may rotate.
func (s *Socket) rotate(ctx context.Context, by, trigger, named string, show func(context.Context, Message)) {
	pen := s.penFor(ctx, by)
	all, refusal, err := s.Desk.Rotatable(ctx, by)
	meant := slices.DeleteFunc(slices.Clone(all), func(r access.Rotatable) bool { return !isNamed(r, named) })
	switch {
	case err != nil:
		s.Log.Warn("nothing looked up", "by", by, "verb", rotateVerb, "err", err)
		show(ctx, Message{Text: pen.Words.Say("jit.failed", nil)})
	case refusal == policy.NotAsker:
		show(ctx, Message{Text: pen.Words.Say("rotate.nothing", nil)})
	case refusal != "":
		show(ctx, Message{Text: pen.RotateRefusal(policy.Decision{Refusal: refusal})})
	case named == "":
		show(ctx, pen.RotateList(all))
	case len(meant) == 0:
		show(ctx, Message{Text: pen.Words.Say("rotate.no_such", data{"Typed": codeOf(named, 64)})})
	case len(meant) > 1:
		show(ctx, pen.RotateList(meant))
	case meant[0].Busy:
		d, err := s.Desk.Hindered(ctx, by, meant[0].ID)
		if err != nil || d.Refusal == "" {
			d = policy.Decision{Refusal: access.InUse}
		}
		show(ctx, Message{Text: pen.RotateRefusal(d)})
	default:
		s.openRotation(ctx, pen, by, trigger, meant[0])
	}
}

// openRotation opens a form at once, as a trigger lives three seconds. What it asks is drawn once AWS has said that the rotation
// can begin: nobody types a reason for one that cannot.
func (s *Socket) openRotation(ctx context.Context, pen Pen, by, trigger string, r access.Rotatable) {
	view, err := s.API.OpenViewContext(ctx, trigger, pen.RotateNote(pen.Words.Say("rotate.loading", nil)))
	if err != nil {
		s.Log.Warn("form not opened", "by", by, "err", err)
		return
	}
	d, err := s.Desk.Hindered(ctx, by, r.ID)
	form := pen.RotateForm(r)
	switch {
	case err != nil:
		s.Log.Warn("nothing looked up", "by", by, "verb", rotateVerb, "err", err)
		form = pen.RotateNote(pen.Words.Say("rotate.failed", nil))
	case d.Refusal != "":
		form = pen.RotateNote(pen.RotateRefusal(d))
	}
	if _, err := s.API.UpdateViewContext(ctx, form, "", "", view.ID); err != nil {
		s.Log.Warn("form not drawn", "by", by, "err", err)
	}
}

// isNamed tells whether a person means a rotation by a name: of its rule, or of the user.
func isNamed(r access.Rotatable, name string) bool {
	return strings.EqualFold(name, r.ID) || strings.EqualFold(name, r.User)
}

// begin takes in the form of a rotation, or says in it why that cannot begin.
func (s *Socket) begin(ctx context.Context, cb slack.InteractionCallback) reply {
	reason := ""
	if cb.View.State != nil {
		reason = cut(cb.View.State.Values[reasonField][reasonField].Value, reasonLength)
	}
	if cb.Type != slack.InteractionTypeViewSubmission || isNoID(cb.User.ID) || isNoID(cb.View.PrivateMetadata) {
		s.Log.Warn("event ignored", "type", cb.Type)
		return reply{}
	}
	_, d, err := s.Desk.Rotate(ctx, cb.User.ID, cb.View.PrivateMetadata, reason)
	switch {
	case err != nil:
		s.Log.Error("rotation not taken in", "rotation", cb.View.PrivateMetadata, "by", cb.User.ID, "err", err)
		return reply{none: true}
	case d.Refusal == "":
		return reply{}
	}
	said := s.penFor(ctx, cb.User.ID).RotateRefusal(d)
	return reply{says: slack.NewErrorsViewSubmissionResponse(map[string]string{reasonField: said})}
}
