package sandbox_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// userNames lists all users, and how many pages that took.
func userNames(t *testing.T, a *faults.Account, size *int32) (names []string, pages int) {
	t.Helper()
	list := iam.NewListUsersPaginator(iamAs(a, a.Operator()), &iam.ListUsersInput{MaxItems: size})
	for list.HasMorePages() {
		page := must[*iam.ListUsersOutput](t)(list.NextPage(t.Context()))
		pages++
		for _, u := range page.Users {
			names = append(names, *u.UserName)
		}
	}
	return names, pages
}

func TestListUsersPages(t *testing.T) {
	a := faults.New(sandbox.Options{Users: 1050, Seed: 1})
	for _, c := range []struct {
		size  *int32
		limit int
		pages int
	}{{nil, 0, 11}, {aws.Int32(1000), 0, 2}, {aws.Int32(400), 0, 3}, {aws.Int32(1000), 70, 15}} {
		a.Configure(func(b *sandbox.Behavior) { b.PageLimit = c.limit })
		names, pages := userNames(t, a, c.size)
		if pages != c.pages {
			t.Errorf("%d pages, want %d", pages, c.pages)
		}
		slices.Sort(names)
		if len(slices.Compact(names)) != 1050 {
			t.Errorf("listed %d users, some missing or twice", len(names))
		}
	}
}

func TestPageBounds(t *testing.T) {
	a := newAccount()
	client := iamAs(a, a.Operator())
	for _, input := range []iam.ListUsersInput{{MaxItems: aws.Int32(0)}, {MaxItems: aws.Int32(1001)}, {Marker: aws.String("%%%")}} {
		_, err := client.ListUsers(t.Context(), &input)
		wantCode(t, err, "ValidationError", http.StatusBadRequest)
	}
}

func TestListAccessKeysPages(t *testing.T) {
	a := newAccount()
	client := iamAs(a, a.Operator())
	first := must[*iam.ListAccessKeysOutput](t)(client.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: aws.String("data-pipeline"), MaxItems: aws.Int32(1)}))
	if !first.IsTruncated || len(first.AccessKeyMetadata) != 1 {
		t.Fatalf("the first page is %+v", first)
	}
	second := must[*iam.ListAccessKeysOutput](t)(client.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: aws.String("data-pipeline"), Marker: first.Marker}))
	if second.IsTruncated || len(second.AccessKeyMetadata) != 1 || *second.AccessKeyMetadata[0].AccessKeyId == *first.AccessKeyMetadata[0].AccessKeyId {
		t.Errorf("the second page is %+v", second)
	}
}

func TestAUserFromCreationToDeletion(t *testing.T) {
	a := newAccount()
	client := iamAs(a, a.Operator())
	ctx := t.Context()
	name := aws.String("Dora")
	made := must[*iam.CreateUserOutput](t)(client.CreateUser(ctx, &iam.CreateUserInput{UserName: name, Path: aws.String("/ops/"), Tags: []types.Tag{{Key: aws.String("owner"), Value: aws.String("<ops> & \"co\"")}}}))
	if *made.User.Arn != "arn:aws:iam::111122223333:user/ops/Dora" || !strings.HasPrefix(*made.User.UserId, "AIDA") || len(*made.User.UserId) != 21 {
		t.Errorf("created %+v", made.User)
	}
	_, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("dora")})
	wantCode(t, err, "EntityAlreadyExists", http.StatusConflict)
	wantMessage(t, err, "User with name dora already exists.")

	got := must[*iam.GetUserOutput](t)(client.GetUser(ctx, &iam.GetUserInput{UserName: name}))
	if len(got.User.Tags) != 1 || *got.User.Tags[0].Value != "<ops> & \"co\"" {
		t.Errorf("got tags %+v", got.User.Tags)
	}
	if names, _ := userNames(t, a, nil); !slices.Contains(names, "Dora") {
		t.Errorf("not in the list: %v", names)
	}

	key := newKey(t, a, "Dora")
	_, err = client.DeleteUser(ctx, &iam.DeleteUserInput{UserName: name})
	wantCode(t, err, "DeleteConflict", http.StatusConflict)
	wantMessage(t, err, "must delete access keys first")
	deleteKey(t, a, "Dora", key.KeyID)
	must[*iam.DeleteUserOutput](t)(client.DeleteUser(ctx, &iam.DeleteUserInput{UserName: name}))
	_, err = client.GetUser(ctx, &iam.GetUserInput{UserName: name})
	wantCode(t, err, "NoSuchEntity", http.StatusNotFound)
	if names, _ := userNames(t, a, nil); slices.Contains(names, "Dora") {
		t.Error("still in the list")
	}
	must[*iam.CreateUserOutput](t)(client.CreateUser(ctx, &iam.CreateUserInput{UserName: name})) // the name is free
}

func TestUserRefusals(t *testing.T) {
	a := newAccount()
	client := iamAs(a, a.Operator())
	for _, c := range []struct {
		name  string
		input iam.CreateUserInput
		code  string
	}{
		{"a name too long", iam.CreateUserInput{UserName: aws.String(strings.Repeat("x", 65))}, "ValidationError"},
		{"a name with a blank", iam.CreateUserInput{UserName: aws.String("a b")}, "ValidationError"},
		{"a path without an end", iam.CreateUserInput{UserName: aws.String("x"), Path: aws.String("/ops")}, "ValidationError"},
		{"a tag without a key", iam.CreateUserInput{UserName: aws.String("x"), Tags: []types.Tag{{Key: aws.String(""), Value: aws.String("v")}}}, "ValidationError"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := client.CreateUser(t.Context(), &c.input)
			wantCode(t, err, c.code, http.StatusBadRequest)
		})
	}
	_, err := client.DeleteUser(t.Context(), &iam.DeleteUserInput{UserName: aws.String("bob")})
	wantCode(t, err, "DeleteConflict", http.StatusConflict)
	wantMessage(t, err, "login profile")
}

func TestUserQuota(t *testing.T) {
	a := faults.New(sandbox.Options{Users: 5000, Seed: 1})
	_, err := iamAs(a, a.Operator()).CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("one-more")})
	wantCode(t, err, "LimitExceeded", http.StatusConflict)
}

func TestTags(t *testing.T) {
	a := newAccount()
	client := iamAs(a, a.Operator())
	ctx := t.Context()
	name := aws.String("Suzie")
	tags := func() map[string]string {
		t.Helper()
		m := map[string]string{}
		list := iam.NewListUserTagsPaginator(client, &iam.ListUserTagsInput{UserName: name, MaxItems: aws.Int32(2)})
		for list.HasMorePages() {
			page := must[*iam.ListUserTagsOutput](t)(list.NextPage(ctx))
			for _, x := range page.Tags {
				m[*x.Key] = *x.Value
			}
		}
		return m
	}
	if got := tags(); got["owner"] != "photo-team" || got[suzieKey] == "" {
		t.Errorf("seeded with %v, want an owner and the key's description", got)
	}
	must[*iam.TagUserOutput](t)(client.TagUser(ctx, &iam.TagUserInput{UserName: name, Tags: []types.Tag{
		{Key: aws.String("owner"), Value: aws.String("archive")}, {Key: aws.String("new"), Value: aws.String("")},
	}}))
	must[*iam.UntagUserOutput](t)(client.UntagUser(ctx, &iam.UntagUserInput{UserName: name, TagKeys: []string{"purpose", "not there"}}))
	if got := tags(); len(got) != 3 || got["owner"] != "archive" || got["purpose"] != "" {
		t.Errorf("tagged and untagged: %v", got)
	}

	var many []types.Tag
	for i := range 50 {
		many = append(many, types.Tag{Key: aws.String(fmt.Sprint("tag", i)), Value: aws.String("x")})
	}
	_, err := client.TagUser(ctx, &iam.TagUserInput{UserName: name, Tags: many})
	wantCode(t, err, "LimitExceeded", http.StatusConflict)
	if len(tags()) != 3 {
		t.Error("a refused TagUser left tags behind")
	}
}

func TestAccountFacts(t *testing.T) {
	a := newAccount()
	client := iamAs(a, a.Operator())
	aliases := must[*iam.ListAccountAliasesOutput](t)(client.ListAccountAliases(t.Context(), nil))
	if !slices.Equal(aliases.AccountAliases, []string{sandbox.AccountAlias}) {
		t.Errorf("aliases %v", aliases.AccountAliases)
	}
	summary := must[*iam.GetAccountSummaryOutput](t)(client.GetAccountSummary(t.Context(), nil)).SummaryMap
	if summary["Users"] != 16 || summary["AccountAccessKeysPresent"] != 1 || summary["AccessKeysPerUserQuota"] != 2 {
		t.Errorf("summary %v", summary)
	}
}
