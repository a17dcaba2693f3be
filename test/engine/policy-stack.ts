/** A stack of nothing but policy entries on the real engine, for runs of a second: its wish changes with its program. */
import { PolicyFragment } from "../../components/index.ts";
import type { Fragment } from "../../core/policy/fragment.ts";
import { createProject, type Project, type Run } from "../../sandbox/project.ts";
import { inline } from "./inline-program.ts";

export interface PolicyStack {
  owner: string;
  project: Project;
  /** `pulumi up` with this fragment; undefined: `pulumi destroy`. */
  run(wanted: Fragment | undefined): Promise<Run>;
  /** The same. @throws Error with the whole output when it fails. */
  apply(wanted: Fragment | undefined): Promise<void>;
}

/** Without a preview in front: the update asks the same of the plugin once more. */
export const quiet = ["--yes", "--skip-preview", "--non-interactive", "--suppress-progress", "--color", "never"];

export async function policyStack(options: {
  /** An empty folder. */
  directory: string;
  name: string;
  /** Of engine and world. */
  environment: Record<string, string>;
}): Promise<PolicyStack> {
  const { directory, name: stack, environment } = options;
  const owner = `claude-aperture/${stack}`;
  let access: Fragment = {};
  const program = async () => {
    new PolicyFragment("policy", { access, owner, mode: "write", shareTag: true });
  };
  const project = inline(await createProject({ directory, stack, environment, config: {}, program: "" }), program);
  const run = (wanted: Fragment | undefined) => {
    if (!wanted) return project.pulumi("destroy", ...quiet);
    access = wanted;
    return project.pulumi("up", ...quiet);
  };
  const apply = async (wanted: Fragment | undefined) => {
    const { exitCode, output } = await run(wanted);
    if (exitCode !== 0) throw new Error(`pulumi ${wanted ? "up" : "destroy"} failed:\n${output}`);
  };
  return { owner, project, run, apply };
}
