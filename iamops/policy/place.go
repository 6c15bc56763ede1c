package policy

import (
	"cmp"
	"fmt"
	"strings"

	"keyturn/iamops"
)

// ForPlaces is the least document for deliveries to places in AWS, with what they imply
// of KMS where a key of the customer's own encrypts them.
func ForPlaces(where Where, places ...iamops.Place) Document {
	d := Document{Version: "2012-10-17"}
	for i, p := range places {
		n := i + 1
		region, account := cmp.Or(p.Region, "*"), cmp.Or(p.Account, where.Account)
		arn := func(service, resource string) texts {
			if strings.HasPrefix(p.Name, "arn:") && service == p.Service {
				return texts{p.Name}
			}
			return texts{fmt.Sprintf("arn:%s:%s:%s:%s:%s", where.Partition, service, region, account, resource)}
		}
		allow := func(sid string, resource texts, actions ...string) {
			d.Statement = append(d.Statement, Statement{Sid: fmt.Sprintf("%s%d", sid, n), Effect: "Allow", Action: actions, Resource: resource})
		}
		encrypts := []string{"kms:Decrypt", "kms:GenerateDataKey"}
		switch p.Service {
		case "secretsmanager":
			// AWS puts six characters of its own behind the name.
			allow("Secret", arn(p.Service, "secret:"+p.Name+"-??????"), "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue")
		case "ssm":
			allow("Parameter", arn(p.Service, "parameter/"+strings.TrimPrefix(p.Name, "/")), "ssm:GetParameter", "ssm:PutParameter")
			allow("ParameterKind", texts{"*"}, "ssm:DescribeParameters") // it knows no resource
			encrypts = append(encrypts, "kms:Encrypt")                   // of a parameter of the Standard tier
		}
		allow("Encryption", arn("kms", "key/*"), encrypts...)
		d.Statement[len(d.Statement)-1].Condition = map[string]map[string]string{
			"StringLike": {"kms:ViaService": p.Service + "." + region + "." + suffix(where.Partition)},
		}
	}
	return d
}

// suffix ends the names of a partition's services.
func suffix(partition string) string {
	if partition == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// With is the document with the statements of another behind its own.
func (d Document) With(other Document) Document {
	return Document{Version: d.Version, Statement: append(d.Statement[:len(d.Statement):len(d.Statement)], other.Statement...)}
}
