/** What GitHub says of the repositories that are to hold central workflows. */
import type { CentralBefore } from "../../../core/checks/before-facts.ts";
import type { RepositorySlug, Settings } from "../../../core/settings/settings.ts";
import { readCentralRepository } from "../../../services/github/central-repository.ts";
import type { GitHubConnection } from "../../../services/github/connection.ts";
import type { RepositoryFindings } from "../../../services/github/repositories.ts";
import { readFact } from "../connections.ts";

/** A branch of a central repository, and who is to call a workflow there. */
interface Place {
  slug: RepositorySlug;
  branch: string | undefined;
  callers: RepositorySlug[];
}

export function readCentralBefore(
  github: GitHubConnection,
  settings: Settings,
  findings: RepositoryFindings,
): Promise<CentralBefore[]> {
  return Promise.all(listPlaces(settings, findings).map((place) => readPlace(github, place, findings)));
}

function listPlaces({ repositories }: Settings, findings: RepositoryFindings): Place[] {
  const places = new Map<string, Place>();
  for (const { slug: caller, delivery } of repositories) {
    if (delivery.kind !== "central") continue;
    const slug = delivery.repository;
    const branch = delivery.branch ?? findings.get(slug)?.defaultBranch?.name;
    const key = `${slug} ${branch ?? ""}`;
    const place = places.get(key) ?? { slug, branch, callers: [] };
    place.callers.push(caller);
    places.set(key, place);
  }
  return [...places.values()];
}

async function readPlace(
  github: GitHubConnection,
  { slug, branch, callers }: Place,
  findings: RepositoryFindings,
): Promise<CentralBefore> {
  const found = findings.get(slug);
  const seen = callers.flatMap((caller) => {
    const facts = findings.get(caller);
    if (!facts) return [];
    return [{ slug: caller, isPublic: facts.visibility === "PUBLIC", usesDefaultSubject: facts.oidc.useDefault }];
  });
  if (!found) return { slug, repository: undefined, callers: seen };
  if (branch === undefined) {
    // An empty one: nothing more is to be asked of it.
    const repository = { ...found, branch: "", visibility: "private" as const };
    return { slug, repository, callers: seen };
  }
  const repository = await readFact(async () => {
    const { branch: live, ...facts } = await readCentralRepository(github, found.slug, branch);
    return { ...found, ...facts, branch, ...(live ? { isProtected: live.isProtected } : {}) };
  });
  return { slug, repository, branch, callers: seen };
}
