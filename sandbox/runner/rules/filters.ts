/**
 * Which events start a workflow: `types`, `branches`, `tags` and `paths`, which act does not look at.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#on
 */
import { isMeant } from "./patterns.ts";
import type { EventFilters, WorkflowFile } from "./workflow-file.ts";

/** What the filters look at. */
export interface Occasion {
  name: string;
  /** The event's activity: `opened`. */
  action?: string | undefined;
  /** What `branches` and `tags` judge: the base of a pull request or merge group, else what was pushed. As `refs/...`. */
  ref: string;
  /** Paths of the files that a push or pull request changes; undefined for other events, which have no such filter. */
  changed?: readonly string[] | undefined;
}

/** Activities that start a workflow whose event names none, where these are not all. */
const usualTypes: Readonly<Record<string, readonly string[]>> = {
  pull_request: ["opened", "synchronize", "reopened"],
  pull_request_target: ["opened", "synchronize", "reopened"],
};

/** GitHub looks at no more files than these. */
const mostFiles = 300;

export function startsOn(workflow: WorkflowFile, occasion: Occasion): boolean {
  const filters = workflow.events.get(occasion.name);
  return (
    filters !== undefined && isType(filters, occasion) && isRef(filters, occasion.ref) && isPath(filters, occasion)
  );
}

function isType({ types }: EventFilters, { name, action }: Occasion): boolean {
  const meant = types ?? usualTypes[name];
  return meant === undefined || action === undefined || meant.includes(action);
}

/** A push whose event has only filters for branches does not start for a tag, and the other way round. */
function isRef(filters: EventFilters, ref: string): boolean {
  const [, kind, name = ""] = /^refs\/(heads|tags)\/(.*)$/s.exec(ref) ?? [];
  const own = kind === "tags" ? "tags" : "branches";
  const other = own === "tags" ? "branches" : "tags";
  const has = (key: "tags" | "branches") => filters[key] !== undefined || filters[`${key}-ignore`] !== undefined;
  if (!has(own)) return !has(other);
  const ignored = filters[`${own}-ignore`];
  return isMeant(filters[own] ?? ["**"], name) && !(ignored && isMeant(ignored, name));
}

/** `paths`: some changed file is meant. `paths-ignore`: some changed file is not. */
function isPath({ paths, "paths-ignore": ignored }: EventFilters, { changed }: Occasion): boolean {
  const files = changed?.slice(0, mostFiles);
  if (!files) return true;
  if (paths) return files.some((file) => isMeant(paths, file));
  return ignored === undefined || files.some((file) => !isMeant(ignored, file));
}
