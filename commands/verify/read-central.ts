/** Reads the central workflows of a stack: the file on its branch, and whether others may call it. */
import type { CentralFacts, CentralRepositoryNow, CentralSetup, Proposal, Setup } from "../../core/checks/facts.ts";
import { isUnread } from "../../core/checks/facts.ts";
import { namePullBranches } from "../../core/delivery/branches.ts";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import { readCentralRepository } from "../../services/github/central-repository.ts";
import type { GitHubConnection } from "../../services/github/connection.ts";
import { isRefusal } from "../../services/github/errors.ts";
import { LiveFiles } from "../../services/github/live-files.ts";
import { RepositoryNodes } from "../../services/github/nodes.ts";
import { findPulls, type LivePulls } from "../../services/github/pulls.ts";
import { type Connections, readFact } from "./connections.ts";

export async function readCentral(
  { central }: Pick<Setup, "central">,
  owner: string,
  { github }: Pick<Connections, "github">,
): Promise<CentralFacts[]> {
  if (isUnread(github)) return central.map((setup) => ({ setup, live: github, repository: github, proposal: github }));
  const nodes = new RepositoryNodes(async () => github);
  const repositories = new Map<string, Promise<CentralFacts["repository"]>>();
  return Promise.all(
    central.map(async (setup) => {
      const { repository: slug, branch = "main" } = setup.file;
      const key = `${slug.toLowerCase()} ${branch}`;
      const repository = repositories.get(key) ?? readFact(() => readRepository(github, slug, branch));
      repositories.set(key, repository);
      const live = await readFact(() => readFile(nodes, setup));
      const isAsDelivered = !isUnread(live) && live?.blob === setup.file.blob;
      const proposal = isAsDelivered ? { pulls: [] } : await readFact(() => readProposal(nodes, setup, owner));
      return { setup, live, repository: await repository, proposal };
    }),
  );
}

const addressOf = ({ file: { repositoryId, path, branch } }: CentralSetup) => ({
  ...{ repositoryId, path },
  ...(branch === undefined ? {} : { branch }),
});

async function readFile(nodes: RepositoryNodes, setup: CentralSetup) {
  const files = new LiveFiles(nodes);
  const blob = (await files.find(addressOf(setup)))?.blob;
  if (blob === undefined) return undefined;
  return blob === setup.file.blob ? { blob } : files.readText(addressOf(setup));
}

async function readProposal(nodes: RepositoryNodes, { file }: CentralSetup, owner: string): Promise<Proposal> {
  if (file.delivery.kind !== "pull-request") return { pulls: [] };
  const { repositoryId, path, branch } = file;
  const branches = namePullBranches(owner, path);
  const place = { repositoryId, path, ...(branch === undefined ? {} : { base: branch }) };
  return toProposal(await findPulls(nodes, { ...place, ...branches }));
}

/** Of the pull request that brings a file. */
export function toProposal(found: LivePulls | undefined): Proposal {
  const { pulls = [], branch } = found?.addition ?? {};
  return { pulls, ...(branch?.blob === undefined ? {} : { blob: branch.blob }) };
}

async function readRepository(
  github: GitHubConnection,
  slug: RepositorySlug,
  branch: string,
): Promise<CentralRepositoryNow | undefined> {
  try {
    const { access, url, visibility } = await readCentralRepository(github, slug, branch);
    return { slug, url, isPublic: visibility === "public", ...(access === undefined ? {} : { access }) };
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
