package policy

import (
	"cmp"
	"fmt"
	"strings"

	"keyturn/iamops"
)

// ForPlace is the least document for deliveries to a place in AWS, with what they imply of
// KMS where a key of the customer's own encrypts it. The number ends the names of its
// statements, so that those of several places can stand in one document.
func ForPlace(where Where, number int, p iamops.Place) Document {
	d := Document{Version: version}
	region, account := cmp.Or(p.Region, "*"), cmp.Or(p.Account, where.Account)
	for _, need := range p.Needs {
		service, _, _ := strings.Cut(need.Actions[0], ":")
		s := Statement{Sid: fmt.Sprintf("%s%d", need.Sid, number), Effect: "Allow", Action: need.Actions}
		switch {
		case need.Resource == iamops.AnyResource:
			s.Resource = texts{need.Resource}
		case service == p.Service && strings.HasPrefix(p.Name, "arn:"):
			s.Resource = texts{p.Name}
		default:
			arn := fmt.Sprintf("arn:%s:%s:%s:%s:%s", where.Partition, service, region, account, need.Resource)
			s.Resource = texts{arn}
		}
		if service == "kms" {
			s.Condition = map[string]map[string]string{
				"StringLike": {"kms:ViaService": p.Service + "." + region + "." + suffix(where.Partition)},
			}
		}
		d.Statement = append(d.Statement, s)
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
	return Document{
		Version:   d.Version,
		Statement: append(d.Statement[:len(d.Statement):len(d.Statement)], other.Statement...),
	}
}
