package fakeslack

import (
	"encoding/json"
	"maps"
	"time"
)

// View is a modal or a Home tab as its owner sees it.
type View struct {
	ID              string
	User            string
	Type            string // "modal" or "home"
	Title           string
	Submit, Close   string // the labels of a modal's buttons, "" where the app gives none
	CallbackID      string
	ExternalID      string
	PrivateMetadata string
	Hash            string
	Blocks          json.RawMessage
	Errors          map[string]string // what the last submission's answer said, by block id
	Refused         int               // submissions that were answered with errors, which Slack shows each time
}

type view struct {
	id, user, hash string
	spec           object // as the app sent it, ids filled in
	state          viewState
	offered        map[elementKey][]any // the options last suggested for an external select
	errors         map[string]string
	refused        int
}

// trigger lets the app open one modal for the person who acted.
type trigger struct {
	user    string
	expires time.Time // by package time
	used    bool
}

// Modal is the open modal of a user.
func (s *Server) Modal(user string) (View, bool) { return s.look(s.modals, user) }

// Home is the app's Home tab as published for the user.
func (s *Server) Home(user string) (View, bool) { return s.look(s.homes, user) }

func (s *Server) look(views map[string]*view, user string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := views[user]
	if !ok {
		return View{}, false
	}
	out := View{
		ID:              v.id,
		User:            v.user,
		Type:            v.get("type"),
		CallbackID:      v.get("callback_id"),
		ExternalID:      v.get("external_id"),
		PrivateMetadata: v.get("private_metadata"),
		Hash:            v.hash,
		Blocks:          encode(v.spec["blocks"]),
		Errors:          maps.Clone(v.errors),
		Refused:         v.refused,
	}
	out.Title, out.Submit, out.Close = textOf(v.spec["title"]), textOf(v.spec["submit"]), textOf(v.spec["close"])
	return out, true
}

func (v *view) get(key string) string { return get(v.spec, key) }

func get(o object, key string) string {
	text, _ := o[key].(string)
	return text
}

func (v *view) blocks() []any {
	list, _ := v.spec["blocks"].([]any)
	return list
}

// textOf is the text of a text object, "" if there is none.
func textOf(v any) string {
	o, _ := v.(object)
	text, _ := o["text"].(string)
	return text
}

// newTrigger is a trigger id for what the user just did. The caller holds mu.
func (s *Server) newTrigger(user string) string {
	id := s.id("13345224609.738474920.")
	s.triggers[id] = &trigger{user: user, expires: time.Now().Add(triggerLife)}
	return id
}

// https://docs.slack.dev/reference/methods/views.open
func (s *Server) openView(c Call) (object, *refusal) {
	t, ok := s.triggers[c.Args["trigger_id"]]
	switch {
	case !ok:
		return nil, refuse("invalid_trigger_id")
	case t.used:
		return nil, refuse("exchanged_trigger_id")
	case !time.Now().Before(t.expires):
		return nil, refuse("expired_trigger_id")
	}
	spec, refused := s.readView(c.Args["view"], "modal")
	if refused != nil {
		return nil, refused
	}
	if name, _ := spec["external_id"].(string); name != "" && s.findView("", name) != nil {
		return nil, refuse("duplicate_external_id")
	}
	t.used = true
	v := &view{id: s.id("V"), user: t.user}
	s.modals[t.user] = v
	s.redrawView(v, spec)
	return object{"view": s.wireView(v)}, nil
}

// updateView redraws an open modal or Home tab. One that has been closed is not_found.
// https://docs.slack.dev/reference/methods/views.update
func (s *Server) updateView(c Call) (object, *refusal) {
	v := s.findView(c.Args["view_id"], c.Args["external_id"])
	switch {
	case v == nil:
		return nil, refuse("not_found")
	case c.Args["hash"] != "" && c.Args["hash"] != v.hash:
		return nil, refuse("hash_conflict")
	}
	spec, refused := s.readView(c.Args["view"], v.get("type"))
	if refused != nil {
		return nil, refused
	}
	s.redrawView(v, spec)
	return object{"view": s.wireView(v)}, nil
}

// https://docs.slack.dev/reference/methods/views.publish
func (s *Server) publishView(c Call) (object, *refusal) {
	user := c.Args["user_id"]
	if u, ok := s.users[user]; !ok || u.Bot {
		return nil, refuse("user_not_found")
	}
	v := s.homes[user]
	if v != nil && c.Args["hash"] != "" && c.Args["hash"] != v.hash {
		return nil, refuse("hash_conflict")
	}
	spec, refused := s.readView(c.Args["view"], "home")
	if refused != nil {
		return nil, refused
	}
	if v == nil {
		v = &view{id: s.id("V"), user: user}
		s.homes[user] = v
	}
	s.redrawView(v, spec)
	return object{"view": s.wireView(v)}, nil
}

// readView checks a view. What is wrong with it comes back as invalid_arguments, not as
// invalid_blocks. https://docs.slack.dev/reference/methods/views.open#errors
func (s *Server) readView(text, kind string) (object, *refusal) {
	if len(text) > maxViewBytes {
		return nil, refuse("view_too_large")
	}
	spec, err := decodeObject(text)
	if err != nil || spec == nil {
		return nil, &refusal{code: "invalid_arguments", problems: []string{"must provide an object [json-pointer:/view]"}}
	}
	c := checkView(spec)
	if spec["type"] != kind {
		c.bad("/view/type", "must be %s", kind)
	}
	if len(c.problems) > 0 {
		return nil, &refusal{code: "invalid_arguments", problems: c.problems}
	}
	s.fillIDs(spec["blocks"].([]any))
	return spec, nil
}

func (s *Server) findView(id, external string) *view {
	for _, views := range []map[string]*view{s.modals, s.homes} {
		for _, v := range views {
			if v.id == id || external != "" && v.get("external_id") == external {
				return v
			}
		}
	}
	return nil
}

// redrawView puts what is shown in a view's place. What a person entered stays where block and
// action ids stay. https://docs.slack.dev/surfaces/modals#updating_views
func (s *Server) redrawView(v *view, spec object) {
	entered := v.state
	v.spec, v.errors = spec, nil
	v.hash = s.id("1700000000.")
	v.state = initialState(v.blocks())
	for key, value := range entered {
		if old, ok := v.state[key]; ok && old["type"] == value["type"] {
			v.state[key] = value
		}
	}
}

// wireView is a view as payloads and answers carry it.
// https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
func (s *Server) wireView(v *view) object {
	out := object{
		"private_metadata": "", "callback_id": "", "external_id": "",
		"title": nil, "submit": nil, "close": nil,
		"clear_on_close": false, "notify_on_close": false,
	}
	maps.Copy(out, v.spec)
	maps.Copy(out, object{
		"id":                    v.id,
		"hash":                  v.hash,
		"team_id":               s.ws.TeamID,
		"app_id":                s.ws.AppID,
		"bot_id":                s.botID(),
		"app_installed_team_id": s.ws.TeamID,
		"root_view_id":          v.id,
		"previous_view_id":      nil,
		"state":                 object{"values": v.state.wire()},
	})
	return out
}
