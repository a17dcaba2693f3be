/**
 * The same set-up as a careful engineer would write it with the two providers alone, for comparison: the whole policy file
 * in one resource, and per repository one identity, two secrets and the workflow file. It reads nothing first: subjects are
 * written in GitHub's older form, and a missing or archived repository shows in the middle of the update.
 */
import { readFileSync } from "node:fs";
import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";

const config = new pulumi.Config();
const owner = new pulumi.Config("github").require("owner");

const policy = new tailscale.Acl("policy", {
  acl: readFileSync(config.require("policyFile"), "utf8"),
  overwriteExistingContent: true,
  resetAclOnDestroy: false,
});

const content = readFileSync(config.require("workflowFile"), "utf8");

for (const repository of config.requireObject<string[]>("repositories")) {
  const identity = new tailscale.FederatedIdentity(
    `${repository}-identity`,
    {
      issuer: "https://token.actions.githubusercontent.com",
      subject: `repo:${owner}/${repository}:*`,
      scopes: ["auth_keys"],
      tags: ["tag:ci"],
      description: `claude-${owner}-${repository}`,
    },
    { dependsOn: policy },
  );
  const secrets = [
    new github.ActionsSecret(`${repository}-client-id`, {
      repository,
      secretName: "TS_OAUTH_CLIENT_ID",
      value: identity.id,
    }),
    new github.ActionsSecret(`${repository}-audience`, {
      repository,
      secretName: "TS_AUDIENCE",
      value: identity.audience,
    }),
  ];
  new github.RepositoryFile(
    `${repository}-workflow`,
    {
      repository,
      file: ".github/workflows/claude.yml",
      content,
      commitMessage: "ci: let Claude Code review through Aperture",
    },
    { dependsOn: secrets },
  );
}
