package words

import (
	"strings"

	"keyturn/iamops/rotation"
)

// SandboxEnds is said in the sandbox in place of what the next start does: its account is a
// new one then.
const SandboxEnds = "The sandbox's account ends with keyturn."

// InSandbox is a text about what is left behind, as it is true in the sandbox.
func InSandbox(text string) string {
	before, _, found := strings.Cut(text, "Start keyturn again")
	if !found {
		return text
	}
	return before + SandboxEnds
}

// StaysAsItIs says what becomes of a rotation that is left.
func StaysAsItIs(sandbox bool) string {
	if sandbox {
		return SandboxEnds
	}
	return "The rotation stays as it is."
}

// StaysAt is StaysAsItIs with the rotation's step.
func StaysAt(s rotation.State, sandbox bool) string {
	if sandbox {
		return SandboxEnds
	}
	return "The rotation stays as it is: step " + StepName(s.Step) + "."
}
