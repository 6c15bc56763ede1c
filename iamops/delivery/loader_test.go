package delivery_test

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"pgregory.net/rapid"

	"keyturn/iamops"
	"keyturn/iamops/delivery"
)

// loaded is what the SDK's own loader reads for a profile. A profile that it
// refuses is its error.
func loaded(h home, name string) (config.SharedConfig, string) {
	shared, err := config.LoadSharedConfigProfile(context.Background(), name, func(o *config.LoadSharedConfigOptions) {
		o.CredentialsFiles = []string{h.at(".aws/credentials")}
		o.ConfigFiles = []string{os.DevNull}
	})
	if err != nil {
		return config.SharedConfig{}, err.Error()
	}
	return shared, ""
}

// drawFile draws a credentials file in the manners in which people write them.
func drawFile(t *rapid.T) (text string, names []string) {
	eol := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "eol")
	gap := rapid.SampledFrom([]string{"", " ", "\t", "   "})
	noise := rapid.SampledFrom([]string{"", "", " ", "# a comment", "  ; " + oldSecret, "# caf\xe9", "\t", "#[prod]", "; aws_access_key_id = " + oldID})
	var b strings.Builder
	line := func(parts ...string) { b.WriteString(strings.Join(parts, "") + eol) }
	noises := func(label string) {
		for range rapid.IntRange(0, 2).Draw(t, label) {
			line(noise.Draw(t, "noise"))
		}
	}
	noises("before")
	names = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"default", "prod", "prod-eu", "a b", "o'neil", "x@y.org", "a:b"}), 1, 5, rapid.ID).Draw(t, "names")
	for i, name := range names {
		line(gap.Draw(t, "g"), "[", gap.Draw(t, "g"), name, gap.Draw(t, "g"), "]", rapid.SampledFrom([]string{"", " ; said", " # so", "\t"}).Draw(t, "after"))
		noises("inside")
		keyID := rapid.SampledFrom([]string{oldID, oldID, thirdID, newID}).Draw(t, "keyID")
		secret := oldSecret
		if keyID != oldID {
			secret = fmt.Sprintf("another/secret+%d", i)
		}
		properties := [][2]string{{"aws_access_key_id", keyID}, {"aws_secret_access_key", secret}}
		for _, other := range [][2]string{{"region", "eu-west-1"}, {"output", ""}, {"duration_seconds", "900"}, {"credential_process", "/bin/x --a=b:c # d"}} {
			if rapid.Bool().Draw(t, other[0]) {
				properties = append(properties, other)
			}
		}
		properties = rapid.Permutation(properties).Draw(t, "order")
		indent := rapid.SampledFrom([]string{"", "", "", " ", "\t"}).Draw(t, "indent")
		for j, p := range properties {
			key, value := p[0], p[1]
			if rapid.Bool().Draw(t, "capitals") {
				key = strings.ToUpper(key)
			}
			if quote := rapid.SampledFrom([]string{"", "", `"`, "'"}).Draw(t, "quote"); value != "" {
				value = quote + value + quote
			}
			if indent == "" && rapid.Bool().Draw(t, "remark") {
				value += rapid.SampledFrom([]string{" # note", "\t; note", " ;", " "}).Draw(t, "tail")
			}
			line(indent, key, gap.Draw(t, "g"), rapid.SampledFrom([]string{"=", ":"}).Draw(t, "sep"), gap.Draw(t, "g"), value)
			if p[1] == "" && j+1 < len(properties) && indent == "" && rapid.Bool().Draw(t, "nested") {
				line("  aws_access_key_id = nested")
			}
			if rapid.IntRange(0, 5).Draw(t, "n") == 0 {
				line(noise.Draw(t, "noise"))
			}
		}
		noises("behind")
	}
	text = b.String()
	if rapid.Bool().Draw(t, "no last line ending") {
		text = strings.TrimRight(text, "\r\n")
	}
	return text, names
}

// TestLoaderAgrees: for any file, the SDK's loader reads the new pair in the
// profiles that held the old key, the old pair in the profiles that keep it, and
// everything else as before; and after putting back, the file is what it was.
func TestLoaderAgrees(t *testing.T) {
	folder := newHome(t, "")
	rapid.Check(t, func(rt *rapid.T) {
		text, names := drawFile(rt)
		folder.write(".aws/credentials", text)
		before := map[string]config.SharedConfig{}
		refused := map[string]string{}
		var holding []string
		for _, name := range names {
			before[name], refused[name] = loaded(folder, name)
			if before[name].Credentials.AccessKeyID == oldID {
				holding = append(holding, name)
			}
		}
		found, err := delivery.FindProfiles(folder.env(), oldID)
		if err != nil {
			rt.Fatal(err)
		}
		var moved, kept []string
		var targets []delivery.Target
		for _, p := range found.Profiles {
			err := p.Deliver(t.Context(), credential())
			if before[profileOf(p)].Credentials.AccessKeyID == "" {
				// Half a pair, the other half of which the loader does not see.
				fails(rt, err, iamops.Malformed)
				continue
			}
			if err != nil {
				rt.Fatal(err)
			}
			targets = append(targets, p)
			moved = append(moved, profileOf(p))
			kept = append(kept, profileOf(p)+"-before-keyturn")
		}
		if !slices.Equal(moved, holding) {
			rt.Fatalf("delivered to %q, the loader finds %q", moved, holding)
		}
		compare := func(moved bool) {
			for _, name := range names {
				want := before[name]
				if moved && slices.Contains(holding, name) {
					want.Credentials.AccessKeyID, want.Credentials.SecretAccessKey = newID, newSecret
				}
				if got, refusal := loaded(folder, name); !reflect.DeepEqual(got, want) || refusal != refused[name] {
					rt.Fatalf("%s: the loader reads\n%+v %s\nnot\n%+v\nin\n%s", name, got, refusal, want, folder.read(".aws/credentials"))
				}
			}
		}
		compare(true)
		for _, name := range kept {
			got, refusal := loaded(folder, name)
			if got.Credentials.AccessKeyID != oldID || got.Credentials.SecretAccessKey != oldSecret {
				rt.Fatalf("%s: the loader reads %+v %s", name, got, refusal)
			}
		}
		settle := rapid.Bool().Draw(rt, "settle")
		for _, p := range rapid.Permutation(targets).Draw(rt, "which first") {
			if settle {
				err = p.Settle(t.Context(), credential())
			} else {
				err = p.PutBack(t.Context(), credential())
			}
			if err != nil {
				rt.Fatal(err)
			}
		}
		compare(settle)
		for _, name := range kept {
			if got, refusal := loaded(folder, name); refusal == "" {
				rt.Fatalf("%s is still there: %+v", name, got)
			}
		}
		if now := folder.read(".aws/credentials"); !settle && now != text {
			rt.Fatalf("put back:\n%q\nnot\n%q", now, text)
		}
	})
}

// FuzzCredentialsFile: whatever is in the file, either it stays as it is, or the
// loader reads the new pair, and putting back restores every byte.
func FuzzCredentialsFile(f *testing.F) {
	pair := "aws_access_key_id = " + oldID + "\naws_secret_access_key = " + oldSecret + "\n"
	for _, text := range []string{
		"", plain, delivered, "[prod]\r\n" + strings.ReplaceAll(pair, "\n", "\r\n"), "[prod]\n\t" + pair, "[prod]\n" + pair + pair,
		"[ prod\t]#\n" + strings.ReplaceAll(pair, " = ", ":") + "[a", "[a]\nx =\n y = z\n [prod]\n" + pair, "\ufeff[prod]\n" + pair,
		"[prod]\n " + strings.ReplaceAll(pair, oldID, `"`+oldID+`" ; x`), "[]\n" + pair + "[prod]\n" + pair, "= \n[prod]\n=\n" + pair + "\x00",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h := newHome(t, text)
		target := h.target("profile:prod")
		if err := target.Deliver(t.Context(), credential()); err != nil {
			keepsSecret(t, strings.ReplaceAll(err.Error(), h.path, ""))
			if h.read(".aws/credentials") != text {
				t.Fatal("it failed and changed the file")
			}
			return
		}
		got, refusal := loaded(h, "prod")
		if refusal == "" && (got.Credentials.AccessKeyID != newID || got.Credentials.SecretAccessKey != newSecret) {
			t.Fatalf("the loader reads %+v", got.Credentials)
		}
		now := h.read(".aws/credentials")
		if strings.Contains(text, "[prod-before-keyturn]") || strings.Contains(text, newID) {
			return // it was delivered before, or kept before
		}
		putBack(t, target)
		if h.read(".aws/credentials") != text {
			t.Fatalf("put back:\n%q\nafter\n%q", h.read(".aws/credentials"), now)
		}
	})
}
