package evidence

import "testing"

func TestWhatLasts(t *testing.T) {
	for call, want := range map[[2]string]bool{
		{"iam", "CreateUser"}: true, {"iam", "CreateAccessKey"}: true, {"iam", "CreateLoginProfile"}: true, {"iam", "UpdateLoginProfile"}: true,
		{"iam", "AttachRolePolicy"}: true, {"iam", "DetachUserPolicy"}: true, {"iam", "UpdateAssumeRolePolicy"}: true, {"iam", "AddUserToGroup"}: true,
		{"iam", "SetDefaultPolicyVersion"}: true, {"iam", "UploadSSHPublicKey"}: true, {"iam", "EnableMFADevice"}: true,
		{"iam", "DeleteUserPermissionsBoundary"}: true, {"iam", "CreateServiceSpecificCredential"}: true, {"iam", "CreateOpenIDConnectProvider"}: true,
		{"lambda", "AddPermission20150331v2"}: true, {"s3", "PutBucketPolicy"}: true, {"kms", "CreateGrant"}: true, {"ec2", "ImportKeyPair"}: true,
		{"ec2", "ModifySnapshotAttribute"}: false, {"cognito-idp", "AdminCreateUser"}: true, {"eks", "CreateAccessEntry"}: true,
		{"organizations", "CreateAccount"}: true, {"sso", "CreateAccountAssignment"}: true, {"appsync", "CreateApiKey"}: true,
		{"iam", "UpdateAccessKey"}: false, {"iam", "TagUser"}: false, {"iam", "DeleteAccessKey"}: false,
		{"ec2", "RunInstances"}: false, {"ec2", "CreateTags"}: false, {"ec2", "CreateSecurityGroup"}: false, {"s3", "CreateBucket"}: false,
	} {
		if got := lasts(call[0], call[1]); got != want {
			t.Errorf("%s %s: %v", call[0], call[1], got)
		}
	}
}
