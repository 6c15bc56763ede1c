package rotation_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// staleness is how far the lists of the simulated AWS lag behind at most. It is
// less than the time for which nothing may move before absence counts as proof.
const staleness = 30 * time.Second

// world is a simulated AWS with lagging lists, lost answers and a colleague, and the
// machine in front of it. Its check methods hold the laws.
type world struct {
	t     *rapid.T
	now   time.Time
	truth []iamops.AccessKey
	past  []moment
	off   map[string]time.Time // when the machine's own deactivations really took effect
	mine  int                  // keys that this rotation created and that are still there
	// meddled is when a colleague last changed a key. AWS has no conditional delete:
	// for as long as the lists lag, what a colleague did can't be known.
	meddled time.Time

	s        rotation.State
	pending  []rotation.Intent
	decided  iamops.ChangeKind // confirmed, not yet made
	listedAt time.Time         // last list since that decision
	made     int
}

// deep is a copy of a state that shares nothing with it.
func deep(s rotation.State) rotation.State {
	copied, _ := deepValue(reflect.ValueOf(s)).Interface().(rotation.State)
	return copied
}

// deepValue copies what a state is made of. Times, whose fields are not exported, and
// errors, which nobody alters, are taken as they are.
func deepValue(v reflect.Value) reflect.Value {
	to := reflect.New(v.Type()).Elem()
	to.Set(v)
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			to.Set(reflect.New(v.Type().Elem()))
			to.Elem().Set(deepValue(v.Elem()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if to.Field(i).CanSet() {
				to.Field(i).Set(deepValue(v.Field(i)))
			}
		}
	case reflect.Slice:
		if !v.IsNil() {
			to.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				to.Index(i).Set(deepValue(v.Index(i)))
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			to.Set(reflect.MakeMap(v.Type()))
			for _, k := range v.MapKeys() {
				to.SetMapIndex(k, deepValue(v.MapIndex(k)))
			}
		}
	default:
	}
	return to
}

type moment struct {
	at   time.Time
	keys []iamops.AccessKey
}

func newWorld(t *rapid.T) *world {
	w := &world{t: t, now: now, off: map[string]time.Time{}}
	w.set([]iamops.AccessKey{{UserName: "Suzie", ID: oldID, Status: iamops.Active, Created: now.AddDate(-1, 0, 0)}})
	w.now = w.now.Add(time.Hour)
	w.s, w.pending = rotation.Begin(rotation.Rotate, "rot1", w.someCaller("caller"), "Suzie", oldID, w.now)
	return w
}

func (w *world) set(keys []iamops.AccessKey) {
	w.truth = keys
	w.past = append(w.past, moment{w.now, keys})
}

func (w *world) status(id string, status iamops.KeyStatus) {
	keys := slices.Clone(w.truth)
	for i := range keys {
		if keys[i].ID == id {
			keys[i].Status = status
		}
	}
	w.set(keys)
}

// list is the truth, or what it was a little while ago.
func (w *world) list() []iamops.AccessKey {
	lag := time.Duration(rapid.IntRange(0, int(staleness/time.Second)).Draw(w.t, "lag")) * time.Second
	keys := w.past[0].keys
	for _, m := range w.past {
		if !m.at.After(w.now.Add(-lag)) {
			keys = m.keys
		}
	}
	return keys
}

func (w *world) feed(ev rotation.Event) error {
	before, kept := w.s, deep(w.s)
	next, intents, err := rotation.Next(w.s, ev, settings)
	if !reflect.DeepEqual(before, kept) {
		w.t.Fatalf("%T altered the state that it was given", ev)
	}
	w.s = next
	if err != nil {
		return err
	}
	w.write(before, ev)
	w.stands()
	if !before.InFlight() && next.Phase == rotation.Ready {
		w.decided = ""
	}
	// A list asked for anew replaces the one that was waiting.
	for _, i := range intents {
		if _, isList := i.(rotation.List); isList {
			w.pending = slices.DeleteFunc(w.pending, func(p rotation.Intent) bool { _, l := p.(rotation.List); return l })
		}
		if m, isMake := i.(rotation.Make); isMake {
			w.check(m)
		}
	}
	w.pending = append(w.pending, intents...)
	return nil
}

// stands holds what is said of the rotation against what can be decided.
func (w *world) stands() {
	at := rotation.StandingOf(w.s, settings, w.now)
	var lead rotation.Offer
	for _, o := range rotation.Offers(w.s, settings, w.now) {
		if o.Decision != rotation.Deliver && o.Decision != rotation.UserFine {
			lead = o
			break
		}
	}
	open := lead.Refused == rotation.Possible && len(lead.Whys) == 0
	change := lead.Change != "" && lead.LeadsOn()
	switch ready := at.Turn == rotation.TurnReady; {
	case at.Turn == "" || at.About == "":
		w.t.Fatalf("no standing: %+v", at)
	case (at.Turn == rotation.TurnOver) != w.s.Over():
		w.t.Fatalf("over: %v, said %s", w.s.Over(), at.Turn)
	case ready && (!open || len(at.Guards) > 0 || !lead.LeadsOn()):
		w.t.Fatalf("ready, and the lead is %+v, guards %+v", lead, at.Guards)
	case change && open && !ready:
		w.t.Fatalf("%s, and %s can be taken", at.Turn, lead.Change)
	case change && lead.Refused == rotation.Possible && len(lead.Whys) != len(at.Guards):
		w.t.Fatalf("guards %+v, the offer's %v", at.Guards, lead.Whys)
	}
}

// write is the journal: each record is read back, and a fresh process that goes on from it
// must stand where this one stands.
func (w *world) write(before rotation.State, ev rotation.Event) {
	for _, deed := range rotation.Deeds(before, w.s, ev) {
		w.comesBack(deed)
	}
}

func (w *world) comesBack(deed rotation.Deed) {
	line, err := json.Marshal(rotation.RecordOf(w.s, deed, w.now))
	if err != nil {
		w.t.Fatal(err)
	}
	record, err := rotation.ParseRecord(line)
	if err != nil {
		w.t.Fatalf("%v: %s", err, line)
	}
	fresh, _ := rotation.Reopen(record.After, w.s.Caller, w.now)
	if want := lost(w.s.Kept, w.now); !reflect.DeepEqual(fresh.Kept, want) {
		w.t.Fatalf("after %s %s%s:\nlive   %+v\nreopened %+v", deed.Kind, deed.Decision, deed.Change, want, fresh.Kept)
	}
}

// lost is what a process leaves behind, with all that is lost with it.
func lost(k rotation.Kept, at time.Time) rotation.Kept {
	if k.Secret == rotation.SecretHeld {
		k.Secret = rotation.SecretUnknown // it was in memory
	}
	if k.Trial.State == rotation.TrialRunning {
		k.New.OwnUse = k.Trial.Since.Add(rotation.TrialBound) // how long it went on nobody knows
		k.Trial = rotation.Trial{}
	}
	k.Deliveries = slices.Clone(k.Deliveries)
	for i := range k.Deliveries {
		if d := &k.Deliveries[i]; d.State == rotation.DeliveryUnderWay {
			d.State, d.MayHold = rotation.DeliveryFailed, true // the secret may be there
		}
	}
	switch k.Phase {
	case rotation.Verifying:
		k.Phase, k.Pending = rotation.Ready, nil // nothing was sent
	case rotation.Changing, rotation.Unclear:
		k.Phase = rotation.Unclear // it may have been made: a look tells, from its beginning
		k.Look = rotation.Look{Change: *k.Pending, Effect: iamops.Unclear, Since: at}
	case rotation.Ready:
		if k.Look.Exists() { // what the lists showed counts from anew
			k.Look = rotation.Look{Change: k.Look.Change, Effect: k.Look.Effect, Since: k.Look.Since}
		}
	}
	return k
}

// check holds the laws against a change that the machine asks for.
func (w *world) check(m rotation.Make) {
	w.made++
	if w.decided != m.Change.Kind {
		w.t.Fatalf("%s without its confirmation (last: %q)", m.Change.Kind, w.decided)
	}
	w.decided = ""
	if m.Change.Kind != iamops.Reactivate && !w.listedAt.Equal(w.now) {
		w.t.Fatalf("%s on a list of %v, now %v", m.Change.Kind, w.listedAt, w.now)
	}
	if off := m.Change.Kind == iamops.Deactivate || m.Change.Kind == iamops.Delete; off && w.s.Caller.SignsWith("Suzie", m.Change.KeyID) == iamops.DependsOnKey {
		w.t.Fatalf("%s of the key that signs", m.Change.Kind)
	}
	key, _ := iamops.FindKey(w.s.Listed, m.Change.KeyID)
	switch m.Change.Kind {
	case iamops.Create:
		if w.mine > 0 {
			w.t.Fatalf("a second new key")
		}
	case iamops.Delete:
		if key.Status != iamops.Inactive {
			w.t.Fatalf("delete of a key listed as %q", key.Status)
		}
		if real, ok := w.off[key.ID]; ok && w.now.Sub(real) < rotation.DeleteAfter-staleness {
			w.t.Fatalf("delete %v after the deactivation", w.now.Sub(real))
		}
	case iamops.Deactivate:
		if m.Change.KeyID == oldID && w.s.Secret != rotation.SecretStored && !rotation.PlanOf(w.s.Plan).OffFirst() {
			w.t.Fatalf("old key off while the new secret is %q", w.s.Secret)
		}
	case iamops.Reactivate:
	}
}

// act carries out one of the machine's intents.
func (w *world) act(i rotation.Intent) {
	switch i := i.(type) {
	case rotation.List:
		w.now = w.now.Add(i.After)
		w.listedAt = w.now
		ev := rotation.Listed{At: w.now, Keys: w.list()}
		if rapid.IntRange(0, 9).Draw(w.t, "list fails") == 0 {
			ev = rotation.Listed{At: w.now, Problem: &iamops.Problem{Kind: iamops.Throttled}}
		}
		_ = w.feed(ev)
	case rotation.LookUpUse:
		for _, id := range i.KeyIDs {
			use := iamops.LastUse{State: iamops.UseState(rapid.IntRange(0, 2).Draw(w.t, "use")), AsOf: w.now}
			if use.State == iamops.Used {
				use.At = w.now.Add(-time.Duration(rapid.IntRange(0, 72).Draw(w.t, "used ago")) * time.Hour)
			}
			_ = w.feed(rotation.UseSeen{At: w.now, KeyID: id, Use: use})
		}
	case rotation.Try:
		w.now = w.now.Add(i.After)
		ev := rotation.Tried{At: w.now}
		if rapid.IntRange(0, 5).Draw(w.t, "trial fails") == 0 {
			ev.Problem = &iamops.Problem{Kind: iamops.BadCredentials}
		}
		_ = w.feed(ev)
	case rotation.FindTargets:
		_ = w.feed(rotation.Found{At: w.now, Targets: []rotation.Delivery{{Spec: "profile:a", Name: "a"}, {Spec: "file:b", Name: "b"}}})
	case rotation.Hand:
		w.comesBack(rotation.Deed{Kind: rotation.DeedDelivering, Target: i.Spec})
		problem := w.atTarget()
		_ = w.feed(rotation.Delivered{At: w.now, Spec: i.Spec, Problem: problem, MayHold: problem != nil && rapid.Bool().Draw(w.t, "may hold")})
	case rotation.TakeBack:
		_ = w.feed(rotation.PutBack{At: w.now, Spec: i.Spec, Problem: w.atTarget()})
	case rotation.Settle:
		_ = w.feed(rotation.Settled{At: w.now, Spec: i.Spec, Problem: w.atTarget()})
	case rotation.Make:
		w.comesBack(rotation.Deed{Kind: rotation.DeedAnnounced, Change: i.Change.Kind})
		w.make(i.Change)
	case rotation.Resign:
		_ = w.feed(rotation.Signed{At: w.now, Caller: w.someCaller("signs afresh")})
	case rotation.Forget:
		if w.s.Secret == rotation.SecretHeld {
			w.t.Fatalf("forgotten while held")
		}
	}
}

// atTarget is how something at a target ends.
func (w *world) atTarget() *iamops.Problem {
	w.now = w.now.Add(time.Second)
	if rapid.IntRange(0, 3).Draw(w.t, "target fails") == 0 {
		return &iamops.Problem{Kind: iamops.NotDelivered, Message: "no"}
	}
	return nil
}

// history is what the event history tells, at random.
func (w *world) history() rotation.Evidenced {
	user := func(label string) []iamops.KeyUser {
		var users []iamops.KeyUser
		for i := range rapid.IntRange(0, 2).Draw(w.t, label) {
			last := w.now.Add(-time.Duration(rapid.IntRange(0, 100).Draw(w.t, "last call")) * time.Hour)
			users = append(users, iamops.KeyUser{Agent: fmt.Sprint("agent", i), Address: "10.0.0.1", Count: 3, Last: last, Gap: 5 * time.Hour})
		}
		return users
	}
	return rotation.Evidenced{At: w.now, Evidence: iamops.Evidence{AsOf: w.now, Old: user("old users"), New: user("new users")}}
}

// make is the call: it takes effect or not, and its answer arrives or not.
func (w *world) make(c iamops.Change) {
	w.now = w.now.Add(time.Second)
	_, found := iamops.FindKey(w.truth, c.KeyID)
	possible := found
	if c.Kind == iamops.Create {
		possible = len(w.truth) < iamops.MaxKeys
	}
	how := rapid.SampledFrom([]string{"done", "done", "done", "lost with effect", "lost without", "refused"}).Draw(w.t, "answer")
	ev := rotation.Answered{At: w.now, Effect: iamops.Unclear, Problem: &iamops.Problem{Kind: iamops.Lost}}
	tooLate := !c.SendBefore.IsZero() && w.now.After(c.SendBefore)
	if !possible || tooLate || how == "refused" {
		ev.Effect, ev.Problem = iamops.NoEffect, &iamops.Problem{Kind: iamops.Rejected}
		_ = w.feed(ev)
		return
	}
	if how != "lost without" {
		ev.Key = w.effect(c)
	}
	if how == "done" {
		ev.Effect, ev.Problem = iamops.Done, nil
	} else {
		ev.Key = iamops.AccessKey{}
	}
	_ = w.feed(ev)
}

func (w *world) effect(c iamops.Change) iamops.AccessKey {
	switch c.Kind {
	case iamops.Create:
		w.mine++
		k := iamops.AccessKey{UserName: "Suzie", ID: newID, Status: iamops.Active, Created: w.now}
		w.set(append(slices.Clone(w.truth), k))
		return k
	case iamops.Deactivate:
		w.status(c.KeyID, iamops.Inactive)
		w.off[c.KeyID] = w.now
	case iamops.Reactivate:
		w.status(c.KeyID, iamops.Active)
	case iamops.Delete:
		if k, _ := iamops.FindKey(w.truth, c.KeyID); k.Status == iamops.Active && w.now.Sub(w.meddled) > 2*staleness {
			w.t.Fatalf("an Active key was deleted: the lists were %v old at the most", staleness)
		}
		if c.KeyID == newID {
			w.mine--
		}
		w.set(slices.DeleteFunc(slices.Clone(w.truth), func(k iamops.AccessKey) bool { return k.ID == c.KeyID }))
	}
	return iamops.AccessKey{}
}

// someCaller signs with a key of somebody else, with one of Suzie's, or with a session
// whose key is known or not.
func (w *world) someCaller(label string) iamops.Caller {
	own := iamops.Caller{Account: caller.Account, Partition: caller.Partition, ARN: "arn:aws:iam::" + caller.Account + ":user/Suzie", SigningKeyID: oldID}
	moved, role, session := own, caller, own
	moved.SigningKeyID = newID
	role.SigningKeyID, role.ARN, role.SourceUnknown = "ASIA1", "arn:aws:sts::"+caller.Account+":assumed-role/admin/x", true
	session.SigningKeyID = "ASIA2"
	return rapid.SampledFrom([]iamops.Caller{caller, caller, caller, own, moved, role, session}).Draw(w.t, label)
}

// leaks is one of the keys that a Leak can be said of, or none of them.
func (w *world) leaks(o rotation.Offer) string {
	if o.Decision != rotation.Leak {
		return ""
	}
	return rapid.SampledFrom(append([]string{"", otherID}, o.KeyIDs...)).Draw(w.t, "leaked key")
}

// decide takes one of the decisions, offered or not.
func (w *world) decide() {
	d := rapid.SampledFrom([]rotation.Decision{
		rotation.GoOn, rotation.GoOn, rotation.MakeChange, rotation.MakeChange, rotation.RollBack, rotation.Stored,
		rotation.GiveUpNew, rotation.KeepNew, rotation.GoBack, rotation.StartOver, rotation.HaveSecret, rotation.LookAgain, rotation.TryAgain,
		rotation.UserFine, rotation.Deliver, rotation.TakeBackAll, rotation.Leak, rotation.Leak, rotation.StepBack, rotation.NoNewKey, rotation.SignAfresh, rotation.SessionElsewhere, rotation.SessionFromKey,
	}).Draw(w.t, "decision")
	offer, _ := rotation.OfferFor(rotation.Offers(w.s, settings, w.now), d)
	before, was := w.decided, w.s
	if offer.Change != "" {
		w.decided = offer.Change
	}
	leaked := w.leaks(offer)
	yes := rapid.SampledFrom([]bool{true, true, true, false}).Draw(w.t, "yes")
	err := w.feed(rotation.Decide{
		Yes: yes,
		At:  w.now, Decision: d, KeyID: leaked,
		Typed:  rapid.SampledFrom([]string{"MPLE", "", "x"}).Draw(w.t, "typed"),
		Reason: rapid.SampledFrom([]string{"because", ""}).Draw(w.t, "reason"),
		Whys:   offer.Whys,
	})
	if err != nil {
		w.decided = before
		return
	}
	if offer.Change != "" && !yes && offer.Typed == "" {
		w.t.Fatalf("%s was taken, and not confirmed", d)
	}
	if d == rotation.Leak {
		w.leaked(was, leaked)
	}
}

// leaked holds what is promised of a key that has leaked against a decision that was taken:
// its plan is about that key alone, and what the rotation has stays.
func (w *world) leaked(was rotation.State, keyID string) {
	if keyID != "" && !w.s.LeaksAlready(keyID) {
		w.t.Fatalf("%s leaked, and the plan is %s for %s", keyID, w.s.Plan, w.s.Target().ID)
	}
	if w.s.Secret != was.Secret || w.s.New.ID != was.New.ID || w.s.Phase != rotation.Ready {
		w.t.Fatalf("leaving %s: secret %q, new key %s; before %q, %s", was.Step, w.s.Secret, w.s.New.ID, was.Secret, was.New.ID)
	}
}

func TestLawsHoldInAnyOrderOfEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		for range rapid.IntRange(1, 150).Draw(t, "events") {
			switch n := rapid.IntRange(0, 19).Draw(t, "event"); {
			case n < 12 && len(w.pending) > 0:
				i := w.pending[0]
				w.pending = w.pending[1:]
				w.act(i)
			case n < 17:
				w.decide()
			case n == 17:
				w.now = w.now.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "hours")) * time.Hour)
				_ = w.feed(rotation.Tick{At: w.now})
			case n == 18:
				w.now = w.now.Add(time.Second)
				_ = w.feed(rotation.Tick{At: w.now})
				_ = w.feed(w.history())
			default:
				id := rapid.SampledFrom([]string{oldID, newID}).Draw(t, "colleague's key")
				w.status(id, rapid.SampledFrom([]iamops.KeyStatus{iamops.Active, iamops.Inactive}).Draw(t, "status"))
				w.meddled = w.now
				delete(w.off, id)
			}
			if w.s.Secret == rotation.SecretHeld && !w.s.New.Known() {
				t.Fatalf("a secret of no key")
			}
		}
	})
}

// TestAnyRotationCanBeEnded takes the rotation on, or gives it up, from wherever a
// storm of events has left it.
func TestAnyRotationCanBeEnded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		for range rapid.IntRange(1, 60).Draw(t, "events") {
			if len(w.pending) > 0 && rapid.Bool().Draw(t, "act") {
				i := w.pending[0]
				w.pending = w.pending[1:]
				w.act(i)
			} else {
				w.decide()
			}
		}
		for range 2000 {
			if w.s.Over() {
				return
			}
			w.drive()
		}
		t.Fatalf("stuck at %s/%s of %s, problem %v, offers: %s", w.s.Step, w.s.Phase, w.s.Plan, w.s.Problem, offersOf(w.s, settings, w.now))
	})
}

// leaksSigner reports whether the plan for a leaked key is at a stand, since it is the one
// that signs.
func (w *world) leaksSigner() bool {
	s := w.s
	return rotation.PlanOf(s.Plan).OffFirst() && s.SignerOf(s.Target().ID) == iamops.DependsOnKey
}

// drive does the next sensible thing: what is pending, else the first decision that
// can be taken and is no way back.
func (w *world) drive() {
	if len(w.pending) > 0 {
		i := w.pending[0]
		w.pending = w.pending[1:]
		w.act(i)
		return
	}
	for _, o := range rotation.Offers(w.s, settings, w.now) {
		if o.Refused != rotation.Possible || o.Decision == rotation.RollBack || o.Decision == rotation.TryAgain || o.Decision == rotation.StepBack {
			continue
		}
		// The plan for a leaked key that signs is left; others go on.
		if o.Decision == rotation.KeepNew && !w.leaksSigner() {
			continue
		}
		if o.Decision == rotation.Leak || o.Decision == rotation.SessionFromKey || o.Decision == rotation.LookAgain || o.Decision == rotation.GiveUpNew && w.s.Step != rotation.Create {
			continue
		}
		before := w.decided
		if o.Change != "" {
			w.decided = o.Change
		}
		if w.feed(rotation.Decide{At: w.now, Yes: true, Decision: o.Decision, Typed: o.Typed, Reason: "because", Whys: everyWhy}) != nil {
			w.decided = before
		}
		return
	}
	w.now = w.now.Add(time.Minute)
	if w.feed(rotation.Decide{At: w.now, Yes: true, Decision: rotation.LookAgain}) != nil {
		_ = w.feed(rotation.Tick{At: w.now})
	}
}
