// Command pulumi-resource-github is GitHub's own Terraform provider behind Pulumi's Terraform bridge, as in Pulumi's
// release of the plugin. It is built where that release cannot be downloaded.
//
// It serves the tokens, properties and secrets of @pulumi/github, without documentation. The module path matters: the
// bridge looks for "pulumi-resource" in the package path.
package main

import (
	"fmt"
	"os"

	"github.com/integrations/terraform-provider-github/v6/github"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
)

// version is that of @pulumi/github; the build sets it with -ldflags.
var version = "0.0.0-dev"

func main() {
	// Of the bridge's own watch over its engine nothing ends the plugin.
	if err := endWithEngine(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	info := tfbridge.ProviderInfo{
		P:            shimv2.NewProvider(github.NewProvider(version, "")()),
		Name:         "github",
		Version:      version,
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
		Config: map[string]*tfbridge.SchemaInfo{
			"base_url": {Default: &tfbridge.DefaultInfo{EnvVars: []string{"GITHUB_BASE_URL"}, Value: "https://api.github.com/"}},
			"token":    {Default: &tfbridge.DefaultInfo{EnvVars: []string{"GITHUB_TOKEN"}}, Secret: tfbridge.True()},
		},
		EnableZeroDefaultSchemaVersion: true,
		EnableAccurateBridgePreview:    true,
		EnableRawStateDelta:            true,
	}
	info.MustComputeTokens(tokens.SingleModule("github_", "index", tokens.MakeStandard("github")))
	info.MustApplyAutoAliases()
	info.SetAutonaming(255, "-")
	tfbridge.Main("github", version, info, []byte(`{"name":"github"}`))
}
