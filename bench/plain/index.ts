/**
 * The same set-up as a careful engineer would write it with the two providers alone, for comparison: the whole policy file
 * in one resource, and per repository one identity, two secrets and the workflow file. It reads nothing first: subjects are
 * written in GitHub's older form, and a missing or archived repository shows in the middle of the update. It loads the same
 * few files of the providers' packages as ours does (components/providers.ts).
 */
import { readFileSync } from "node:fs";
import { ActionsSecret } from "@pulumi/github/actionsSecret.js";
import { RepositoryFile } from "@pulumi/github/repositoryFile.js";
import * as pulumi from "@pulumi/pulumi";
import { Acl } from "@pulumi/tailscale/acl.js";
import { FederatedIdentity } from "@pulumi/tailscale/federatedIdentity.js";

const config = new pulumi.Config();
const owner = new pulumi.Config("github").require("owner");

const policy = new Acl("policy", {
  acl: readFileSync(config.require("policyFile"), "utf8"),
  overwriteExistingContent: true,
  resetAclOnDestroy: false,
});

const content = readFileSync(config.require("workflowFile"), "utf8");

for (const repository of config.requireObject<string[]>("repositories")) {
  const identity = new FederatedIdentity(
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
    new ActionsSecret(`${repository}-client-id`, {
      repository,
      secretName: "TS_OAUTH_CLIENT_ID",
      value: identity.id,
    }),
    new ActionsSecret(`${repository}-audience`, {
      repository,
      secretName: "TS_AUDIENCE",
      value: identity.audience,
    }),
  ];
  new RepositoryFile(
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
