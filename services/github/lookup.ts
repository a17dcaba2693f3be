/** Repositories that are asked for one by one and read together. */
import type { RepositorySlug } from "../../core/settings/settings.ts";
import { workflowDefaults } from "../../core/workflow/options.ts";
import type { GitHubConnection } from "./connection.ts";
import { type RepositoryFacts, type RepositoryFindings, readRepositories } from "./repositories.ts";

/** Reads all repositories that are asked for in one turn of the event loop in one batch, each once. */
export class RepositoryLookup {
  readonly #connect: () => GitHubConnection;
  readonly #known = new Map<string, Promise<RepositoryFacts | undefined>>();
  #waiting: { slugs: RepositorySlug[]; findings: Promise<RepositoryFindings> } | undefined;

  /** `connect` is called when the first repository is asked for. */
  constructor(connect: () => GitHubConnection) {
    this.#connect = connect;
  }

  /** What GitHub says of a repository; undefined when it does not exist or cannot be seen. Rejects when GitHub cannot be read. */
  find(slug: RepositorySlug): Promise<RepositoryFacts | undefined> {
    // GitHub ignores case in names.
    const key = slug.toLowerCase();
    const found = this.#known.get(key) ?? this.#join(slug);
    this.#known.set(key, found);
    return found;
  }

  async #join(slug: RepositorySlug): Promise<RepositoryFacts | undefined> {
    this.#waiting ??= this.#startBatch();
    this.#waiting.slugs.push(slug);
    return (await this.#waiting.findings).get(slug);
  }

  #startBatch() {
    const slugs: RepositorySlug[] = [];
    const findings = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.#waiting = undefined;
      const requests = slugs.map((slug) => ({ slug, workflowPath: workflowDefaults.path }));
      return readRepositories(requests, this.#connect());
    });
    return { slugs, findings };
  }
}
