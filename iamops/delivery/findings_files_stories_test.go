//go:build stories

package delivery_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"

	"keyturn/iamops/delivery"
)

// judge is botocore, as boto3 and the AWS CLI use it, in a process that stays.
type judge struct {
	t       *testing.T
	ask     io.Writer
	answers *bufio.Reader
}

// asBoto is what botocore reads in a file.
type asBoto struct {
	Error       string
	Sections    map[string]map[string]any
	Credentials map[string][3]string // key ID, secret and token, by profile
}

const judging = `
import json, sys
from botocore.configloader import raw_config_parse
from botocore.credentials import SharedCredentialProvider
for path in sys.stdin:
    path = path.rstrip("\n")
    found = {"Sections": {}, "Credentials": {}}
    try:
        found["Sections"] = raw_config_parse(path)
        for name in found["Sections"]:
            try:
                c = SharedCredentialProvider(path, name).load()
                if c: found["Credentials"][name] = [c.access_key, c.secret_key, c.token or ""]
            except Exception as e:
                found["Credentials"][name] = [type(e).__name__, "", ""]
    except Exception as e:
        found["Error"] = type(e).__name__
    print(json.dumps(found), flush=True)
`

func askBoto(t *testing.T) *judge {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", judging) // Debian's, with python3-botocore
	ask, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	answers, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = ask.Close()
		_ = cmd.Wait() // it ends with its input
	})
	return &judge{t, ask, bufio.NewReader(answers)}
}

func (j *judge) reads(h home) asBoto {
	j.t.Helper()
	if _, err := fmt.Fprintln(j.ask, h.at(".aws/credentials")); err != nil {
		j.t.Fatal(err)
	}
	line, err := j.answers.ReadBytes('\n')
	if err != nil {
		j.t.Fatalf("botocore has ended: %v", err)
	}
	var found asBoto
	if err := json.Unmarshal(line, &found); err != nil {
		j.t.Fatal(err)
	}
	return found
}

// swallowed reports whether Python takes profiles' names for a part of the value: no
// program can use it, whatever is edited.
func swallowed(value any) bool { return strings.Contains(fmt.Sprint(value), "\n[") }

// keeps fails the test if a profile that botocore read before is read otherwise, but for
// the new pair in place of the old.
func (j *judge) keeps(before, now asBoto, when, text string) {
	j.t.Helper()
	if before.Error != "" {
		return
	}
	renewed := strings.NewReplacer(oldID, newID, oldSecret, newSecret)
	for name, section := range before.Sections {
		is, there := now.Sections[name]
		if !there {
			j.t.Errorf("%s: boto lost profile %s (%s) in\n%s", when, name, now.Error, text)
			continue
		}
		for key, value := range section {
			if swallowed(value) {
				continue
			}
			want, err := json.Marshal(value)
			if err != nil {
				j.t.Fatal(err)
			}
			got, err := json.Marshal(is[key])
			if err != nil {
				j.t.Fatal(err)
			}
			if string(got) != string(want) && string(got) != renewed.Replace(string(want)) {
				j.t.Errorf("%s: boto reads %s of profile %s as %s, not %s, in\n%s", when, key, name, got, want, text)
			}
		}
		if c := before.Credentials[name]; !swallowed(c[1]) && now.Credentials[name] != c &&
			now.Credentials[name] != [3]string{renewed.Replace(c[0]), renewed.Replace(c[1]), c[2]} {
			j.t.Errorf("%s: boto signs as profile %s with %s, not %s, in\n%s", when, name, now.Credentials[name], c, text)
		}
	}
}

// wayAndBack delivers to every profile that is found and takes it back, or settles it. It
// returns the profiles that were delivered to.
func (j *judge) wayAndBack(h home, text string, names []string, settle bool) []string {
	t := j.t
	t.Helper()
	h.write(".aws/credentials", text)
	before := j.reads(h)
	sdk := map[string]config.SharedConfig{}
	for _, name := range names {
		sdk[name], _ = loaded(h, name)
	}
	found, err := delivery.FindProfiles(h.env(), oldID)
	if err != nil {
		t.Fatal(err)
	}
	compare := func(when string) {
		t.Helper()
		j.keeps(before, j.reads(h), when, text)
		for _, name := range names {
			want := sdk[name]
			got, _ := loaded(h, name)
			if want.Credentials.AccessKeyID == oldID && got.Credentials.AccessKeyID == newID {
				want.Credentials.AccessKeyID, want.Credentials.SecretAccessKey = newID, newSecret
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: the SDK for Go reads profile %s as %+v, not %+v, in\n%s", when, name, got, want, text)
			}
		}
	}
	var delivered []string
	var targets []delivery.Target
	for _, p := range found.Profiles {
		was := h.read(".aws/credentials")
		if err := p.Deliver(t.Context(), credential()); err != nil {
			if h.read(".aws/credentials") != was {
				t.Fatalf("%v, and the file has changed:\n%s", err, text)
			}
			continue
		}
		delivered, targets = append(delivered, profileOf(p)), append(targets, p)
		compare("delivered to " + profileOf(p))
	}
	for _, target := range slices.Backward(targets) {
		if settle {
			err = target.Settle(t.Context(), credential())
		} else {
			err = target.PutBack(t.Context(), credential())
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		compare(map[bool]string{true: "settled ", false: "put back "}[settle] + target.Name())
	}
	if now := h.read(".aws/credentials"); !settle && now != text {
		t.Errorf("put back:\n%q\nnot\n%q", now, text)
	}
	return delivered
}

// somebodys is a credentials file in one of the manners that people and their tools have.
func somebodys(r *rand.Rand) (text string, names []string) {
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	eol := pick("\n", "\n", "\n", "\r\n", "\r\r\n")
	headers := pick("", "", " ", "\t", "        ")
	keys := pick(headers, headers, "  ", "\t", "")
	var b strings.Builder
	line := func(parts ...string) { b.WriteString(strings.Join(parts, "") + eol) }
	if r.IntN(12) == 0 {
		b.WriteString("\ufeff")
	}
	names = []string{"prod", "default", "b", "team/x", "c d"}
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	names = names[:2+r.IntN(4)]
	for i, name := range names {
		header := "[" + name + "]"
		switch r.IntN(16) {
		case 0:
			header = "[ " + name + " ]"
		case 1:
			header += " # ours"
		case 2:
			header += pick(" x", " /* y */")
		case 3:
			header = "[" + name + "#1]"
		}
		indent := keys
		if r.IntN(6) == 0 {
			indent = pick("", " ", "\t", "    ")
		}
		line(headers, header)
		id, secret := oldID, oldSecret
		if r.IntN(3) > 0 {
			id, secret = "AKIAQQQQQQQQQEXAMPLE", fmt.Sprintf("other/secret+%d", i)
		}
		quote := pick("", "", "", "", `"`)
		blocks := [][]string{{indent + "aws_access_key_id = " + quote + id + quote, indent + "aws_secret_access_key" + pick(" = ", "=", ":") + quote + secret + quote}}
		for range r.IntN(3) {
			blocks = append(blocks, [][]string{
				{indent + "s3 =", indent + "  addressing_style = path"},
				{indent + "region = eu-west-1"},
				{indent + "# a remark"},
				{indent + "output ="},
				{""},
				{"; " + oldID},
				{indent + "credential_process = /bin/x --a=b:c"},
			}[r.IntN(7)])
		}
		r.Shuffle(len(blocks), func(i, j int) { blocks[i], blocks[j] = blocks[j], blocks[i] })
		for _, block := range blocks {
			for _, l := range block {
				line(l)
			}
		}
		if r.IntN(2) == 0 {
			line()
		}
	}
	text = b.String()
	if r.IntN(3) == 0 {
		text = strings.TrimRight(text, "\r\n")
	}
	return text, names
}

// TestFindingsFilesByBotocore: no edit costs a profile its reader, at any moment.
func TestFindingsFilesByBotocore(t *testing.T) {
	boto := askBoto(t)
	h := newHome(t, "")
	for finding, want := range map[string][]string{
		"e_default_lost": {"prod"}, "g_indented_all": {"default"}, "gc_leading_ws_nl": {"prod"},
		"i_indent_header_only": {"prod"}, "i_indent_s3_last": {"prod"}, "i_leading_ws_doc": {"default", "third"},
	} {
		t.Run("C1_"+finding, func(t *testing.T) {
			judge := *boto
			judge.t = t
			for _, settle := range []bool{false, true} {
				if got := judge.wayAndBack(h, findingsFile(t, finding), want, settle); !slices.Equal(got, want) {
					t.Errorf("delivered to %q, not %q", got, want)
				}
			}
		})
	}
	t.Run("C1_generated", func(t *testing.T) {
		judge := *boto
		judge.t = t
		r := rand.New(rand.NewPCG(12, 11)) //nolint:gosec // the same files each time
		delivered := 0
		for i := range 600 {
			text, names := somebodys(r)
			delivered += len(judge.wayAndBack(h, text, names, i%2 == 0))
			if t.Failed() {
				t.Fatalf("file %d", i)
			}
		}
		t.Logf("600 files, %d deliveries", delivered)
		if delivered < 300 {
			t.Errorf("only %d deliveries in 600 files: the rest is refused", delivered)
		}
	})
	t.Run("C2_i_crcrlf", func(t *testing.T) {
		judge := *boto
		judge.t = t
		h.write(".aws/credentials", findingsFile(t, "i_crcrlf"))
		if got := judge.reads(h).Credentials["default"][0]; got != oldID {
			t.Fatalf("boto reads %q", got)
		}
		if got := judge.wayAndBack(h, findingsFile(t, "i_crcrlf"), []string{"default", "b"}, false); !slices.Equal(got, []string{"default"}) {
			t.Errorf("delivered to %q", got)
		}
	})
}
