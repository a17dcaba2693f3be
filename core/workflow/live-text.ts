/** What a live workflow file says that somebody may have edited. */
import { isMap, isScalar, isSeq, parseDocument, visit } from "yaml";

/** Why GitHub does not run it, as a predicate: `is no YAML: ...`. Undefined for one that it can read, as far as its form goes. */
export function findWorkflowFault(text: string): string | undefined {
  const document = parseDocument(text, { logLevel: "silent" });
  const [error] = document.errors;
  if (error) return `is no YAML: ${error.message.split("\n")[0]?.replace(/:$/, "")}`;
  const { contents } = document;
  if (!isMap(contents)) return "is no workflow";
  const on: unknown = contents.get("on", true);
  const hasEvents = isMap(on) || isSeq(on) ? on.items.length > 0 : isScalar(on) && typeof on.value === "string";
  if (!hasEvents) return "has no events (on:)";
  const jobs: unknown = contents.get("jobs", true);
  if (!isMap(jobs) || jobs.items.length === 0) return "has no jobs";
  return undefined;
}

/** `uses:` of another repository that is no commit, each once: a tag or a branch can be moved. */
export function findUnpinned(text: string): string[] {
  const document = parseDocument(text, { logLevel: "silent" });
  if (document.errors.length > 0) return [];
  const found = new Set<string>();
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== "uses" || !isScalar(value) || typeof value.value !== "string") return;
      const uses = value.value;
      // Of the repository itself and of a registry of images. A reusable workflow of ours is taken from a branch, on purpose.
      const isElsewhere = !uses.startsWith("./") && !uses.startsWith("docker://") && !/\.ya?ml@/.test(uses);
      if (isElsewhere && !/@[0-9a-f]{40}$/.test(uses)) found.add(uses);
    },
  });
  return [...found];
}
