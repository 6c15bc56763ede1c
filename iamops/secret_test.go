package iamops_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"keyturn/iamops"
)

const secretText = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

// holder keeps a secret where fmt calls no methods: in an unexported field.
type holder struct {
	name   string
	secret iamops.Secret
}

// shower keeps one where it does, and where json looks.
type shower struct {
	Name   string
	Secret iamops.Secret
	Twice  *iamops.Secret
	inside holder
}

func TestSecretIsNotPrinted(t *testing.T) {
	secret := iamops.NewSecret(secretText)
	inside := holder{"Suzie", secret}
	values := map[string]any{
		"itself":        secret,
		"its pointer":   &secret,
		"unexported":    inside,
		"a pointer":     &inside,
		"a slice":       []holder{inside},
		"a map":         map[string]holder{"k": inside},
		"exported":      shower{"Suzie", secret, &secret, inside},
		"an outcome":    iamops.Outcome{Secret: secret},
		"an any":        struct{ v any }{inside},
		"an unexported": struct{ s iamops.Secret }{secret},
	}
	for name, value := range values {
		t.Run(name, func(t *testing.T) {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b", "%o", "%t", "%c", "%U", "%e", "%p"} {
				leaks(t, verb, fmt.Sprintf(verb, value))
			}
			leaks(t, "Sprint", fmt.Sprint(value))
			leaks(t, "Errorf", fmt.Errorf("failed with %v", value).Error())
			asJSON, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			leaks(t, "json", string(asJSON))
			var log bytes.Buffer
			slog.New(slog.NewTextHandler(&log, nil)).Info("m", "value", value)
			slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "value", value, slog.Group("g", "value", value))
			leaks(t, "slog", log.String())
			leaks(t, "panic", recovered(value))
		})
	}
	if got := fmt.Sprintf("%v %+v %#v %s", secret, secret, secret, secret); got != "(secret) (secret) (secret) (secret)" {
		t.Errorf("printed %q", got)
	}
}

func recovered(value any) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	panic(value)
}

// leaks fails the test if the text shows 6 characters of the secret in a row, as
// they are, in hexadecimal, or as a list of numbers.
func leaks(t *testing.T, how, text string) {
	t.Helper()
	lower := strings.ToLower(text)
	for i := range len(secretText) - 5 {
		run := secretText[i : i+6]
		numbers := strings.Trim(fmt.Sprintf("%d", []byte(run)), "[]")
		for _, form := range []string{strings.ToLower(run), fmt.Sprintf("%x", run), numbers} {
			if strings.Contains(lower, form) {
				t.Fatalf("%s shows the secret: %s", how, text)
			}
		}
	}
}

func TestSecretIsForgottenEverywhere(t *testing.T) {
	secret := iamops.NewSecret(secretText)
	copied := secret
	if !copied.Held() || copied.Reveal() != secretText {
		t.Fatal("the secret is not held")
	}
	secret.Forget()
	if copied.Held() || copied.Reveal() != "" {
		t.Error("a copy still holds the secret")
	}
	var none iamops.Secret
	none.Forget()
	if none.Held() || none.Reveal() != "" {
		t.Error("nothing holds a secret")
	}
}

// Held leaves no further copy of the secret in memory, where Forget could not reach it.
func TestFindingsSecret(t *testing.T) {
	t.Run("B5", func(t *testing.T) {
		secret := iamops.NewSecret(secretText)
		if n := testing.AllocsPerRun(100, func() { secret.Held() }); n != 0 {
			t.Errorf("Held copies: %v allocations a call", n)
		}
		if !secret.Held() || (iamops.Secret{}).Held() {
			t.Error("Held is wrong")
		}
		secret.Forget()
		if secret.Held() {
			t.Error("a forgotten secret is held")
		}
	})
}
