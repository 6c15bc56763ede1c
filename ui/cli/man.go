package cli

import (
	"fmt"
	"strings"

	mango "github.com/muesli/mango-cobra"
	"github.com/muesli/roff"
	"github.com/spf13/cobra"
)

// manCommand prints the manual page: keyturn man | man -l -
func (a *App) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man",
		Short: "Print the manual page, as for `man -l -`",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			unwrap(cmd.Root())
			page, err := mango.NewManPage(1, cmd.Root())
			if err != nil {
				return fmt.Errorf("making the manual page: %w", err)
			}
			if _, err := fmt.Fprint(a.Out, page.Build(roff.NewDocument())); err != nil {
				return fmt.Errorf("printing the manual page: %w", err)
			}
			return nil
		},
	}
}

// unwrap joins the lines of each paragraph of the descriptions: a manual page breaks its
// own lines.
func unwrap(cmd *cobra.Command) {
	paragraphs := strings.Split(cmd.Long, "\n\n")
	for i := range paragraphs {
		paragraphs[i] = strings.ReplaceAll(paragraphs[i], "\n", " ")
	}
	cmd.Long = strings.Join(paragraphs, "\n\n")
	for _, sub := range cmd.Commands() {
		unwrap(sub)
	}
}
