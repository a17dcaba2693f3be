/** What a stack leaves in repositories and among the tailnet's credentials, looked up in the services. */
import { fileText, joins, listCredentialsOf, secretNames } from "../../../sandbox/rehearsal/evidence.ts";
import type { World } from "../../../sandbox/world.ts";
import type { GitHubEdit, Wish } from "./operations.ts";

const workflowPath = ".github/workflows/claude.yml";
/** What was there before, and is nobody's business but its owner's. */
const foreign = { secret: "DEPLOY_KEY", file: ".github/workflows/build.yml" };
/** What a person adds to a workflow. */
const edited = "# more\n";
const somebody = { name: "bob", email: "bob@acme.example", date: "2026-01-01T00:00:00Z" };

export interface Repositories {
  /** Whether a secret of ours was changed by hand since a run succeeded. */
  hasEditedSecret(): boolean;
  /** Does it; false where there is nothing to do it to. */
  edit(repository: string, what: GitHubEdit): boolean;
  /** What is not as it must be after a run. */
  inspect(wish: Wish | undefined, failed: boolean): Promise<string[]>;
}

/** Puts something foreign into each repository, and watches all. */
export function watchRepositories(world: World, slugs: string[]): Repositories {
  for (const slug of slugs) {
    const { git, defaultBranch, secrets } = world.github.state.repository(slug);
    secrets.set(foreign.secret, `of ${slug}`);
    git.commit(defaultBranch, { files: { [foreign.file]: `# of ${slug}\n` }, message: "build", author: somebody });
  }
  let hasEditedSecret = false;
  return {
    hasEditedSecret: () => hasEditedSecret,
    edit(slug, what) {
      const isDone = edits[what](world, slug);
      hasEditedSecret ||= isDone && what.endsWith("secret");
      return isDone;
    },
    async inspect(wish, failed) {
      const problems = slugs.flatMap((slug) => foreignProblems(world, slug));
      if (failed) return [...problems, ...slugs.flatMap((slug) => twice(world, slug))];
      hasEditedSecret = false;
      const wanted = new Set(wish?.repositories?.slugs);
      for (const slug of slugs) {
        if (!wanted.has(slug)) deleteEditedFile(world, slug);
        problems.push(...(wish && wanted.has(slug) ? await setUpProblems(world, slug, wish) : leftovers(world, slug)));
      }
      return problems;
    },
  };
}

const edits: Record<GitHubEdit, (world: World, slug: string) => boolean> = {
  "delete a secret": ({ github }, slug) => github.state.repository(slug).secrets.delete("TS_OAUTH_CLIENT_ID"),
  "change a secret": (world, slug) => {
    const name = ownSecrets(world, slug)[0];
    if (name === undefined) return false;
    world.github.state.repository(slug).secrets.set(name, "somebody's");
    return true;
  },
  "edit the workflow": (world, slug) => commit(world, slug, (text) => text + edited),
  "delete the workflow": (world, slug) => commit(world, slug, () => undefined),
};

function commit(world: World, slug: string, edit: (text: string) => string | undefined): boolean {
  const text = fileText(world, slug, workflowPath);
  if (text === undefined) return false;
  const { git, defaultBranch } = world.github.state.repository(slug);
  git.commit(defaultBranch, { files: { [workflowPath]: edit(text) }, message: "by hand", author: somebody });
  return true;
}

/** A file that was edited by hand stays where its repository leaves the stack, and the run asks people to delete it. */
function deleteEditedFile(world: World, slug: string): void {
  if (fileText(world, slug, workflowPath)?.includes(edited)) commit(world, slug, () => undefined);
}

function foreignProblems(world: World, slug: string): string[] {
  const isThere =
    world.github.secretValue(slug, foreign.secret) === `of ${slug}` &&
    fileText(world, slug, foreign.file) === `# of ${slug}\n`;
  return isThere ? [] : [`${slug}: a secret or a file of somebody else has changed`];
}

/** At most one credential of a kind, whatever failed: the change of kind makes the new one first. */
function twice(world: World, slug: string): string[] {
  const kinds = listCredentialsOf(world, slug).map(({ keyType }) => keyType);
  return new Set(kinds).size < kinds.length ? [`${slug} has more than one credential: ${kinds.join(", ")}`] : [];
}

function leftovers(world: World, slug: string): string[] {
  const left = [
    ...listCredentialsOf(world, slug).map(({ keyType }) => `a ${keyType} credential`),
    ...ownSecrets(world, slug),
    ...(fileText(world, slug, workflowPath) === undefined ? [] : [workflowPath]),
  ];
  return left.map((what) => `${slug} is not set up, and has ${what}`);
}

async function setUpProblems(world: World, slug: string, { access, repositories }: Wish): Promise<string[]> {
  const [tag = ""] = Object.keys(access);
  const isFederated = repositories?.identity === "federated";
  const found = listCredentialsOf(world, slug);
  const text = fileText(world, slug, workflowPath) ?? "";
  const audienceOrSecret = isFederated ? "TS_AUDIENCE" : "TS_OAUTH_SECRET";
  const claims: [string, boolean][] = [
    ["has one credential", found.length === 1],
    ["has one of the right kind", found[0]?.keyType === (isFederated ? "federated" : "client")],
    ["has one for the tag", [found[0]?.tags].flat().join() === tag],
    [
      "has the two secrets",
      ownSecrets(world, slug).join() === [audienceOrSecret, "TS_OAUTH_CLIENT_ID"].toSorted().join(),
    ],
    ["names the credential", world.github.secretValue(slug, "TS_OAUTH_CLIENT_ID") === found[0]?.id],
    ["has a workflow with the tag", text.includes(`${tag}\n`) && text.endsWith("\n") && !text.includes(edited)],
    ["has a workflow for the credential", text.includes(`secrets.${audienceOrSecret}`)],
    ["lets its runners join", !isFederated || (await joins(world, slug, tag, slug))],
  ];
  return claims.filter(([, holds]) => !holds).map(([claim]) => `${slug}, not true: ${claim}`);
}

function ownSecrets(world: World, slug: string): string[] {
  return secretNames(world, slug).filter((name) => name.startsWith("TS_"));
}
