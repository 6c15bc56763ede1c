package delivery_test

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"keyturn/iamops/delivery"
)

// findingsFile is a credentials file as somebody wrote it.
func findingsFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/findings/" + name + ".in")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const oldPair = "aws_access_key_id = " + oldID + "\naws_secret_access_key = " + oldSecret + "\n"

// foundNames are the profiles that are offered for the old key.
func foundNames(t *testing.T, h home) (names []string, found delivery.Holders) {
	t.Helper()
	found, err := delivery.FindProfiles(h.env(), oldID)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range found.Profiles {
		names = append(names, profileOf(p))
	}
	return names, found
}

func TestFindingsFiles(t *testing.T) {
	t.Run("C2_doubled_line_endings", func(t *testing.T) {
		text := findingsFile(t, "i_crcrlf")
		h := newHome(t, text)
		if names, _ := foundNames(t, h); !slices.Equal(names, []string{"default"}) {
			t.Fatalf("found %q", names)
		}
		target := h.target("profile:default")
		deliver(t, target)
		now := h.read(".aws/credentials")
		if shared, refusal := loaded(h, "default"); shared.Credentials.SecretAccessKey != newSecret {
			t.Errorf("the SDK reads %+v %s", shared.Credentials, refusal)
		}
		if strings.Count(now, "\n") != strings.Count(now, "\r\r\n") {
			t.Errorf("the line endings differ: %q", now)
		}
		putBack(t, target)
		if now := h.read(".aws/credentials"); now != text {
			t.Errorf("put back: %q", now)
		}
	})
	t.Run("C4_security_token", func(t *testing.T) {
		h := newHome(t, "[prod]\n"+oldPair+"aws_security_token = IQoJb3JpZ2luX2VjE\n")
		fails(t, h.target("profile:prod").Deliver(t.Context(), credential()), delivery.SessionProfile)
	})
	t.Run("C4_strange_header", func(t *testing.T) {
		for _, header := range []string{"[team#1]", "[team] x", "[team=1] x", "  [team] x"} {
			h := newHome(t, "[a]\nregion = x\n"+header+"\n"+oldPair)
			if names, _ := foundNames(t, h); slices.Contains(names, "a") {
				t.Errorf("%s: the profile before it is named", header)
			}
		}
	})
	t.Run("C4_name_with_an_address", func(t *testing.T) {
		h := newHome(t, "[https://x]\n"+oldPair+"[prod]\n"+oldPair)
		names, found := foundNames(t, h)
		if !slices.Contains(names, "prod") {
			t.Errorf("found %q", names)
		}
		for _, p := range found.Profiles {
			if again, err := delivery.Parse(p.Spec(), h.env()); err != nil || again.Name() != p.Name() {
				t.Errorf("%s is another target after a restart: %v %v", p.Name(), again, err)
			}
		}
	})
	t.Run("C4_source_profile_in_quotes", func(t *testing.T) {
		h := newHome(t, "[prod]\n"+oldPair)
		h.write(".aws/config", "[profile \"my admin\"]\nrole_arn = x\nsource_profile = prod\n[profile deeper]\nrole_arn = x\nsource_profile = my admin\n")
		if _, found := foundNames(t, h); !slices.Equal(found.Inheriting, []string{"my admin", "deeper"}) {
			t.Errorf("following: %q", found.Inheriting)
		}
	})
	t.Run("C7_a_name_of_ones_own", func(t *testing.T) {
		h := newHome(t, "[old-before-keyturn]\n"+oldPair)
		if names, _ := foundNames(t, h); !slices.Equal(names, []string{"old-before-keyturn"}) {
			t.Errorf("found %q", names)
		}
		listed, err := delivery.Profiles(h.env())
		if err != nil || len(listed) != 1 {
			t.Errorf("listed %+v: %v", listed, err)
		}
	})
	t.Run("C7_restored_by_hand", func(t *testing.T) {
		text := "[a]\n" + oldPair + "\n[a-before-keyturn]\n" + oldPair
		h := newHome(t, text)
		if err := h.target("profile:a").PutBack(t.Context(), credential()); err != nil {
			t.Fatal(err)
		}
		if now := h.read(".aws/credentials"); now != text {
			t.Errorf("what was not written here is removed:\n%s", now)
		}
	})
	t.Run("C8_dangling_config", func(t *testing.T) {
		h := newHome(t, "[prod]\n"+oldPair)
		if err := os.Symlink("nowhere", h.at(".aws/config")); err != nil {
			t.Fatal(err)
		}
		if names, _ := foundNames(t, h); !slices.Equal(names, []string{"prod"}) {
			t.Errorf("found %q", names)
		}
		if listed, err := delivery.Profiles(h.env()); err != nil || len(listed) != 1 {
			t.Errorf("listed %+v: %v", listed, err)
		}
	})
	t.Run("B12_a_file_is_locked_while_it_is_written", func(t *testing.T) {
		h := newHome(t, "")
		target := h.target("file:json:" + h.at("out/new.json"))
		if err := os.Mkdir(h.at("out"), 0o700); err != nil {
			t.Fatal(err)
		}
		for range 200 {
			var starting sync.WaitGroup
			starting.Go(func() {
				for range 9 { // other processes start meanwhile: one fewer than the times that it is made again
					_, _ = delivery.Sweep(h.at("out"))
				}
			})
			deliver(t, target)
			starting.Wait()
			if err := os.Remove(h.at("out/new.json")); err != nil {
				t.Fatal(err)
			}
		}
	})
}
