/**
 * Repository secrets that are there already and are not this stack's: they would be replaced, and nobody could bring them back. Only
 * `workflow.adopt` does that.
 *
 * Which secrets are the stack's, its state says. Where an interrupted run wrote a secret and could not note it, the state has the
 * repository's credential, since secrets are written after it; and the run that made the credential had found the names free, or
 * was told to adopt them.
 */
import * as pulumi from "@pulumi/pulumi";
import { formatMessage } from "../core/messages/entry.ts";
import { foreignSecrets, secretsUnseen } from "../core/messages/repositories.ts";
import type { Problem } from "../core/problem.ts";
import { toResourceName } from "../core/resource-names.ts";
import { stackClaimType } from "../core/resource-types.ts";
import { scopeOf } from "../core/settings/delivery-rules.ts";
import type { RepositorySettings, Settings } from "../core/settings/settings.ts";
import type { GitHubConnection } from "../services/github/connection.ts";
import { listSecretNames } from "../services/github/secrets.ts";
import type { PreviousOutputs } from "./departed-repositories.ts";
import { listSecrets, nameDeclaredCredential } from "./live-uses.ts";
import type { AvailableRepository } from "./repository-checks.ts";
import { actionsSecretType, readLastName, readStackResources, type StackResources } from "./state.ts";
import { findHeaderOwner } from "./workflow-files.ts";

/** What the check needs to know of a repository. */
export type CheckedRepository = Pick<AvailableRepository, "settings" | "file">;

/**
 * One problem for each repository with such secrets, and for each whose secrets may not be seen. A repository that the last run had set
 * up, and whose workflow file is as it is to be, is not looked at; of the others the state is read, once.
 */
export async function findForeignSecrets(
  { policy }: Pick<Settings, "policy">,
  repositories: readonly CheckedRepository[],
  previous: PreviousOutputs,
  github: GitHubConnection,
): Promise<Problem[]> {
  const doubtful = repositories.filter((one) => isDoubtful(one, previous, policy));
  const state = doubtful.length === 0 ? {} : await readState();
  if (!state) return [];
  // In a new state a file of the stack's name is what a stack of the name has left: its claim refuses that, or takes it over.
  const isNew = !Object.values(state).some(({ type }) => type === stackClaimType);
  const asked = doubtful.filter(({ file }) => !(isNew && findHeaderOwner(file) === policy.owner));
  const found = asked.map(async ({ settings, file }): Promise<Problem[]> => {
    const names = listUnknownSecrets(state, settings, file.wanted.text);
    if (names.length === 0) return [];
    const { slug } = settings;
    const answer = await listSecretNames(github, slug);
    if (answer.kind === "refused") {
      return [{ path: slug, message: formatMessage(secretsUnseen, { said: answer.said }) }];
    }
    const foreign = names.filter((name) => answer.names.includes(name));
    if (foreign.length === 0) return [];
    return [{ path: slug, message: formatMessage(foreignSecrets, { names: foreign.join(", ") }) }];
  });
  return (await Promise.all(found)).flat();
}

function isDoubtful(
  { settings, file }: CheckedRepository,
  { repositories = {} }: PreviousOutputs,
  policy: Settings["policy"],
): boolean {
  const { identity, workflow, slug, formerly } = settings;
  if (workflow.adopt || scopeOf(identity) === "organization") return false;
  // What a file of the stack's name reads was written with it.
  if (policy.takeOver && findHeaderOwner(file) === policy.owner) return false;
  const wasSetUp = [slug, ...formerly].some((name) => Object.hasOwn(repositories, name));
  return !wasSetUp || file.live?.blob !== file.wanted.blob;
}

/** The secrets that the program is to write, without those that the state has; none where it has the credential for them. `text`: the wanted file's. */
export function listUnknownSecrets(state: StackResources, settings: RepositorySettings, text: string): string[] {
  const names = [settings.slug, ...settings.formerly];
  const credentials = new Set(names.map((name) => nameDeclaredCredential(toResourceName(name), settings, text)));
  if (Object.keys(state).some((urn) => credentials.has(readLastName(urn)))) return [];
  // The provider has the name without its owner, and the stack has one owner.
  const repositories = new Set(names.map((name) => name.slice(name.indexOf("/") + 1).toLowerCase()));
  const own = Object.values(state).filter(({ type, outputs }) => {
    return type === actionsSecretType && repositories.has(String(outputs?.repository).toLowerCase());
  });
  const known = new Set(own.map(({ outputs }) => outputs?.secretName));
  return listSecrets(text).filter((name) => !known.has(name));
}

/** Undefined when the engine does not say: nobody may then take a secret for somebody else's. */
async function readState(): Promise<StackResources | undefined> {
  return readStackResources().catch((error: unknown) => {
    pulumi.log.warn(`The engine does not say what is in the state, so secrets that exist are not looked for: ${error}`);
    return undefined;
  });
}
