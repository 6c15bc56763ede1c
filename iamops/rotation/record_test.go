package rotation

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"keyturn/iamops"
)

// fill gives each field that v leads to a value.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if _, isTime := v.Interface().(time.Time); isTime {
			v.Set(reflect.ValueOf(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Pointer:
		if v.Type() == reflect.TypeFor[*iamops.Problem]() { // of which the cause is not kept
			v.Set(reflect.ValueOf(&iamops.Problem{Kind: iamops.Throttled, Action: "iam:ListAccessKeys", Message: "slow down"}))
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64, reflect.Uint8:
		if v.CanInt() {
			v.SetInt(7)
		} else {
			v.SetUint(1)
		}
	default:
		panic("a kind that nothing fills: " + v.Kind().String())
	}
}

// Everything that outlives the process is in the record, and comes out of it again.
func TestEveryFieldOutlivesTheProcess(t *testing.T) {
	var kept Kept
	fill(reflect.ValueOf(&kept).Elem())
	kept.Plan, kept.Step, kept.Phase = Rotate, Watch, Ready
	line, err := json.Marshal(Record{Version: RecordVersion, Rotation: "r", Account: "1", User: "u", After: kept})
	if err != nil {
		t.Fatal(err)
	}
	read, err := ParseRecord(line)
	if err != nil {
		t.Fatal(err)
	}
	was, is := reflect.ValueOf(kept), reflect.ValueOf(read.After)
	for i := range was.NumField() {
		if !reflect.DeepEqual(was.Field(i).Interface(), is.Field(i).Interface()) {
			t.Errorf("%s: %+v, and comes back as %+v", was.Type().Field(i).Name, was.Field(i), is.Field(i))
		}
	}
}

// A plan that turns to a leaked key has AWS's quarantine looked for at once.
func TestALeakLooksForQuarantine(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	by := iamops.Caller{Account: "111122223333", Partition: "aws", ARN: "arn:aws:iam::111122223333:user/operator"}
	s, _ := Begin(Rotate, "r", by, "Suzie", "AKIAOLD", at)
	keys := []iamops.AccessKey{{UserName: "Suzie", ID: "AKIAOLD", Status: iamops.Active, Created: at}}
	s, _, _ = Next(s, Listed{At: at, Keys: keys}, DefaultSettings())
	_, intents, err := Next(s, Decide{At: at, Decision: Leak, KeyID: "AKIAOLD"}, DefaultSettings())
	if err != nil || !slices.Contains(intents, Intent(ReadQuarantine{})) {
		t.Errorf("intents %v, %v", intents, err)
	}
}

// What was said of one user is not taken for another who is asked about by the time it arrives.
func TestAnAnswerIsAboutTheUserThatWasShown(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	by := iamops.Caller{Account: "111122223333", Partition: "aws", ARN: "arn:aws:iam::111122223333:user/operator"}
	s, _ := Begin(Retire, "r", by, "Suzie", "AKIAOLD", at)
	s.Step, s.ListedAt, s.Old.Status = Watch, at, iamops.Inactive
	a, b := iamops.KeyUser{Agent: "a", Count: 1}, iamops.KeyUser{Agent: "b", Count: 1}
	s.Evidence.Old = []iamops.KeyUser{a, b}
	fine := Decide{At: at, Decision: UserFine, About: UserID(a)}
	s, _, err := Next(s, fine, DefaultSettings())
	if err != nil || !slices.Equal(s.Fine, []string{UserID(a)}) {
		t.Fatalf("fine: %v, %v", s.Fine, err)
	}
	if s, _, err := Next(s, fine, DefaultSettings()); err == nil {
		t.Errorf("said twice, and taken for %v", s.Fine)
	}
}

// A change that could not be announced was not asked of AWS: the record does not say that it was.
func TestWhatWasNotAnnouncedWasNotAsked(t *testing.T) {
	before := State{Kept: Kept{Plan: Rotate, Step: Create, Phase: Changing, Pending: &iamops.Change{Kind: iamops.Create}}}
	next := before
	next.Phase, next.Pending = Ready, nil
	for kind, want := range map[iamops.ProblemKind]int{iamops.NoRecord: 0, iamops.Rejected: 1} {
		answer := Answered{Effect: iamops.NoEffect, Problem: &iamops.Problem{Kind: kind}}
		if got := Deeds(before, next, answer); len(got) != want {
			t.Errorf("%s: %d deeds, want %d: %+v", kind, len(got), want, got)
		}
	}
}
