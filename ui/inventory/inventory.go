// Package inventory is the screen of the audit: one row an access key, with what
// is to be said about it, and above the rows what they come to.
//
// The screen owns a load and draws what has arrived of it. Nothing waits for the
// network: the first frame is drawn before any call, and rows appear as their
// answers do. Each load has a generation; what still arrives of an older one is
// dropped. A row is selected by its user and key ID, so that rows may come, go and
// change places around it.
//
// Messages that are not input (key presses, pastes) belong to this screen whether
// or not it is in front: the results of its commands are among them.
package inventory

import (
	"context"
	"maps"
	"time"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/ui/kit"
)

// Chosen says that the operator wants to do something about a key, or about a user
// of whom no key is known: then KeyID is "".
type Chosen struct {
	User, KeyID string
	Next        audit.Next // what to do: what the audit suggests, if nothing else was asked for
	Leaked      bool       // it has leaked, whatever the audit suggests
}

// Copied says that a key ID was sent to the clipboard by way of the terminal,
// which does not confirm it.
type Copied struct{ KeyID string }

// Options are what a screen needs besides its source.
type Options struct {
	Thresholds audit.Thresholds
	// Rules are the exemptions and the names of the tags; nil is audit.DefaultRules.
	Rules *audit.Rules
	// Caller is who signs at present; nil if that is not known.
	Caller func() iamops.Caller
}

// Screen is the audit's screen.
type Screen struct {
	kit.Simple
	common  *kit.Common
	source  audit.Source
	options Options

	load      load
	inventory *audit.Inventory
	rows      []audit.Row // everything, in the inventory's order
	order     []int       // the rows shown, as indices of rows
	counts    audit.Counts
	// inProgress are the rotations that are known to be in progress, by user.
	inProgress map[string]InProgress
	rotations  int // users that have one in progress, or seem to
	ages       []time.Duration
	bars       kit.Histogram // of the ages

	table         *kit.Table
	width, height int
	selected      rowID
	query         audit.Query
	filter        *kit.Filter
	detail        bool // the pane with the user's keys is open
	aside         kit.Part
	outdated      bool
}

// rowID names a row for as long as it exists. A key of which only the report tells has a
// slot in place of an ID.
type rowID struct {
	user, key string
	slot      int
}

func idOf(r *audit.Row) rowID {
	if r.Key.ID != "" {
		return rowID{user: r.User.Name, key: r.Key.ID}
	}
	return rowID{user: r.User.Name, slot: r.Slot}
}

// How near a row comes to the one that is wanted.
const (
	another = iota
	sameUser
	sameSlot // the key has got its ID since
	same
)

func (id rowID) nearness(r *audit.Row) int {
	switch {
	case r.User.Name != id.user:
		return another
	case idOf(r) == id:
		return same
	case id.key == "" && id.slot != 0 && r.Slot == id.slot:
		return sameSlot
	}
	return sameUser
}

// New returns the screen of the source's account. Loads end with ctx.
func New(ctx context.Context, common *kit.Common, source audit.Source, options Options) *Screen {
	if options.Caller == nil {
		options.Caller = func() iamops.Caller { return iamops.Caller{} }
	}
	s := &Screen{
		common: common, source: source, options: options,
		load:      load{parent: ctx},
		inventory: newInventory(options),
		table:     kit.NewTable(columns...),
		filter:    kit.NewFilter(common),
	}
	s.resize(common.BodySize())
	return s
}

func newInventory(o Options) *audit.Inventory {
	inventory := audit.NewInventory(o.Thresholds)
	if o.Rules != nil {
		inventory.SetRules(*o.Rules)
	}
	return inventory
}

// Init returns the command that begins to load.
func (s *Screen) Init() tea.Cmd { return s.Reload() }

// Shown loads the list when it first comes to the front, and again if it is outdated.
func (s *Screen) Shown() tea.Cmd {
	if s.load.generation == 0 || s.outdated {
		return s.Reload()
	}
	s.recount()
	return nil
}

// Outdate says that what was loaded is older than the account's clock.
func (s *Screen) Outdate() { s.outdated = true }

// resize gives the screen its room in cells.
func (s *Screen) resize(width, height int) {
	s.width, s.height = width, height
	s.drawBars()
	s.layOut()
	s.prefer()
}

// SetAside puts a text at the end of the line of counts.
func (s *Screen) SetAside(p kit.Part) { s.aside = p }

// InProgress is a rotation that is known to be in progress, in the words of all screens.
type InProgress struct{ Verdict, Stands string }

// SetInProgress hands over the rotations in progress, by user: what they say of where one
// stands is more than the keys' dates can tell.
func (s *Screen) SetInProgress(all map[string]InProgress) {
	if !maps.Equal(all, s.inProgress) {
		s.inProgress = all
		s.rotations = s.countRotations()
	}
}

// rotating reports whether the row's user has a rotation in progress, or seems to.
func (s *Screen) rotating(r *audit.Row) bool {
	_, known := s.inProgress[r.User.Name]
	return known || r.Rotating
}

// countRotations is how many users have one in progress, or seem to.
func (s *Screen) countRotations() int {
	users := map[string]bool{}
	for i := range s.rows {
		if s.rotating(&s.rows[i]) {
			users[s.rows[i].User.Name] = true
		}
	}
	return len(users)
}

// Typing reports whether letters are text at the moment, and no commands.
func (s *Screen) Typing() bool { return s.filter.Typing() }

// Update takes a message over. The background is the root's.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case kit.Resized:
		s.resize(msg.Width, msg.Height)
	case arrived:
		return s.take(msg)
	case kit.Minute:
		s.recount()
	case kit.SessionRenewed:
		if s.wanting() {
			return s.Reload()
		}
	case tea.KeyPressMsg:
		if s.filter.Typing() {
			return s.typeFilter(msg)
		}
		return s.press(msg)
	case tea.PasteMsg:
		if s.filter.Typing() {
			return s.typeFilter(msg)
		}
	}
	return nil
}

func (s *Screen) press(msg tea.KeyPressMsg) tea.Cmd {
	if s.table.Move(msg, s.common.Keys) {
		s.noteSelection()
		return nil
	}
	cmd, _ := kit.Press(msg, s.Keys())
	return cmd
}

func (s *Screen) typeFirst() tea.Cmd {
	cmd := s.filter.Type()
	s.layOut()
	return cmd
}

func (s *Screen) nextOrder() tea.Cmd {
	s.query.Order = s.query.Order.Following()
	s.arrange()
	return nil
}

func (s *Screen) nextFinding() tea.Cmd {
	s.query.Finding = s.followingFinding()
	s.arrange()
	return nil
}

func (s *Screen) oneFinding(digit string) tea.Cmd {
	s.query.Finding = findingOfNumber(digit)
	s.arrange()
	return nil
}

func (s *Screen) toggleKeyless() tea.Cmd {
	s.query.Keyless = !s.query.Keyless
	s.arrange()
	return nil
}

func (s *Screen) toggleDetail() tea.Cmd {
	s.detail = !s.detail
	s.layOut()
	return nil
}

func (s *Screen) stop() tea.Cmd {
	s.Stop()
	return nil
}

func (s *Screen) dropFilters() tea.Cmd {
	s.filter.Drop()
	s.query.Text, s.query.Finding = "", audit.NoFinding
	s.arrange()
	return nil
}

func (s *Screen) typeFilter(msg tea.Msg) tea.Cmd {
	if press, ok := msg.(tea.KeyPressMsg); ok {
		switch press.String() {
		case "up", "down", "pgup", "pgdown":
			s.table.Move(press, s.common.Keys)
			s.noteSelection()
			return nil
		}
	}
	cmd := s.filter.Update(msg)
	if s.filter.Text() != s.query.Text || !s.filter.Typing() {
		s.query.Text = s.filter.Text()
		s.arrange()
	}
	return cmd
}

// choose hands the selected row to the root, with what is wanted, or else with what the
// audit suggests.
func (s *Screen) choose(wanted audit.Next) tea.Cmd {
	r := s.current()
	if r == nil {
		return nil
	}
	chosen := Chosen{User: r.User.Name, KeyID: r.Key.ID, Next: r.Next()}
	if wanted != audit.Nothing && !r.Root() {
		chosen.Next = wanted
	}
	return func() tea.Msg { return chosen }
}

// KeysOf are the keys of a user, as far as they are known by their IDs, and their last uses.
func (s *Screen) KeysOf(user string) ([]iamops.AccessKey, map[string]iamops.LastUse) {
	var keys []iamops.AccessKey
	uses := map[string]iamops.LastUse{}
	for _, r := range s.rows {
		if r.User.Name == user && r.Key.ID != "" {
			keys, uses[r.Key.ID] = append(keys, r.Key), r.LastUse
		}
	}
	return keys, uses
}

// chooseLeaked hands the selected key to the root as one that has leaked.
func (s *Screen) chooseLeaked() tea.Cmd {
	r := s.current()
	if r == nil || r.Root() {
		return s.choose(audit.Nothing)
	}
	if r.Key.ID == "" {
		return kit.Warn(whyNoKeyID(r))
	}
	chosen := Chosen{User: r.User.Name, KeyID: r.Key.ID, Leaked: true}
	return func() tea.Msg { return chosen }
}

func (s *Screen) copyKeyID() tea.Cmd {
	r := s.current()
	switch {
	case r == nil:
		return nil
	case r.Key.ID == "":
		return kit.Warn(whyNoKeyID(r))
	}
	id := r.Key.ID
	return tea.Batch(tea.SetClipboard(id), func() tea.Msg { return Copied{KeyID: id} })
}

// followingFinding goes round among the findings that some row has, and none.
func (s *Screen) followingFinding() audit.Finding {
	for _, f := range audit.All() {
		if f > s.query.Finding && s.counts.Of(f) > 0 {
			return f
		}
	}
	return audit.NoFinding
}

// findingOfNumber is the finding of a digit, 1 being the gravest, 0 none.
func findingOfNumber(digit string) audit.Finding {
	if all, i := audit.All(), int(digit[0]-'1'); i >= 0 && i < len(all) {
		return all[i]
	}
	return audit.NoFinding
}

// current is the selected row, nil if there is none.
func (s *Screen) current() *audit.Row {
	i := s.table.Selected()
	if i < 0 || i >= len(s.order) {
		return nil
	}
	return &s.rows[s.order[i]]
}

func (s *Screen) noteSelection() {
	if r := s.current(); r != nil {
		s.selected = idOf(r)
	}
	s.prefer()
}

// Select selects the row of a key, or of a user if keyID is "", now or as soon as it
// has arrived.
func (s *Screen) Select(user, keyID string) {
	s.selected = rowID{user: user, key: keyID}
	s.reselect()
}

// recount judges all keys anew. It is due when the clock was moved, and now and
// then as time goes by.
func (s *Screen) recount() {
	now := s.common.Clock.Now()
	s.rows = s.inventory.AppendRows(s.rows[:0], now)
	s.counts = audit.Count(s.rows, now)
	s.rotations = s.countRotations()
	s.ages = audit.Ages(s.rows, now)
	s.drawBars()
	s.arrange()
}

// arrange filters and sorts the rows, and keeps the selected one selected.
func (s *Screen) arrange() {
	s.query.Awaited = !s.load.running
	s.order = audit.Arrange(s.rows, s.query)
	s.table.SetLen(len(s.order))
	s.reselect()
	s.layOut()
	s.prefer()
}

// reselect finds the selected row again, or else one of the same user, or else the
// first. The wish is kept: the row may be hidden by a filter, or on its way.
func (s *Screen) reselect() {
	if s.selected == (rowID{}) {
		return
	}
	found, nearest := 0, another
	for i, r := range s.order {
		if n := s.selected.nearness(&s.rows[r]); n > nearest {
			found, nearest = i, n
		}
	}
	if nearest == sameSlot {
		s.selected = idOf(&s.rows[s.order[found]])
	}
	s.table.Select(found)
}
