/** GitHub as the running program reaches it: the stack's configuration, the process's environment, Pulumi's log. */
import * as pulumi from "@pulumi/pulumi";
import { connectToGitHub, type GitHubConnection, GitHubError } from "../services/github/connection.ts";

/** @throws pulumi.RunError when neither `github:` of the stack nor the environment has a credential. */
export function connectStackToGitHub(): GitHubConnection {
  const config = new pulumi.Config("github");
  const configuration = {
    baseUrl: config.get("baseUrl"),
    token: config.get("token"),
    appAuth: config.getObject<{ id?: string; installationId?: string; pemFile?: string }>("appAuth"),
  };
  try {
    const tell = (line: string) => pulumi.log.info(line, undefined, undefined, true);
    return connectToGitHub(configuration, process.env, { tell });
  } catch (error) {
    if (error instanceof GitHubError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
