/** What GitHub knows of a repository, for components that were given only its name. */
import * as pulumi from "@pulumi/pulumi";
import { formatMessage } from "../core/messages/entry.ts";
import * as texts from "../core/messages/repositories.ts";
import { foreignOwner } from "../core/messages/settings.ts";
import type { RepositorySlug } from "../core/settings/settings.ts";
import type { OidcCustomization } from "../core/workflow/oidc.ts";
import { describeGitHubError } from "../services/github/errors.ts";
import { RepositoryLookup } from "../services/github/lookup.ts";
import { type Component, refuseIfAny, toErrorInWords } from "./arguments.ts";
import { connectStackToGitHub } from "./github.ts";
import { makeOnceEachRun } from "./run-hooks.ts";

/** A repository as GitHub spells it, with what the OIDC subject depends on. */
export interface KnownRepository {
  slug: RepositorySlug;
  id: number;
  /** GraphQL's node id of the repository. */
  nodeId: string;
  ownerId: number;
  /** The page for people, such as `https://github.com/acme/app`. */
  url: string;
  /** The repository's OIDC customization as its API reports it. */
  oidc: OidcCustomization;
}

const lookup = makeOnceEachRun(() => new RepositoryLookup(connectStackToGitHub));

/**
 * Asks GitHub, with the credentials of the GitHub provider's environment and configuration, about a repository. All that ask in
 * one turn of the event loop are read by one query.
 *
 * @throws pulumi.RunError when it cannot be read, does not exist, cannot be written or has another name now.
 */
export async function lookUpRepository(component: Component, slug: RepositorySlug): Promise<KnownRepository> {
  const refuse = (message: string) => refuseIfAny(component, [{ path: "repository", message }]);
  const facts = await lookup()
    .find(slug)
    .catch((error: unknown) => {
      const said = describeGitHubError(error);
      throw said === undefined ? error : toErrorInWords(said);
    });
  if (!facts) return refuse(texts.missing.says) as never;
  if (facts.archived) refuse(texts.archived.says);
  if (facts.disabled) refuse(texts.disabled.says);
  if (facts.slug.toLowerCase() !== slug.toLowerCase())
    refuse(formatMessage(texts.calledOtherwise, { name: facts.slug }));
  return facts;
}

/**
 * Refuses a repository of another owner than the GitHub provider's, which takes names without their owner and would write to
 * the owner's repository of that name. A provider that the program made itself keeps its owner to itself.
 *
 * @throws pulumi.RunError
 */
export function checkOwnerOf(
  component: Component,
  slug: RepositorySlug,
  provider: pulumi.ProviderResource | undefined,
): void {
  const owner = process.env.GITHUB_OWNER || new pulumi.Config("github").get("owner");
  if (provider || !owner || slug.toLowerCase().startsWith(`${owner.toLowerCase()}/`)) return;
  refuseIfAny(component, [
    { path: "repository", message: formatMessage(foreignOwner, { name: JSON.stringify(slug), owner }) },
  ]);
}
