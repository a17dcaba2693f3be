/** A stack on the provider alone, without an engine: its runs ask of the plugin what an engine asks, in that order. */
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import type { Fragment } from "../../core/policy/fragment.ts";
import type { World } from "../../sandbox/world.ts";
import type { HistoryStack } from "../engine/history/history.ts";
import { startPlugin, startProvider } from "./engine.ts";

type Plugin = Awaited<ReturnType<typeof startPlugin>>;

export interface PluginStack {
  owner: string;
  /** `pulumi up --skip-preview` with this fragment; undefined: `pulumi destroy --skip-preview`. */
  apply(wanted: Fragment | undefined): Promise<void>;
  close(): Promise<void>;
}

/** The state begins empty, and is kept between runs as an engine keeps it. */
export function pluginStack(
  owner: string,
  environment: Record<string, string>,
  start: typeof startPlugin = startPlugin,
): PluginStack {
  let plugin: Plugin | undefined;
  let state: { id: string; inputs: object; outputs: object } | undefined;

  const configured = async () => {
    if (!plugin) {
      plugin = await start(environment);
      await plugin.configure();
    }
    return plugin;
  };
  const close = async () => {
    await plugin?.close();
    plugin = undefined;
  };
  /** What `refresh_before_update` has the engine do. */
  const refresh = async () => {
    if (!state) return;
    const read = await (await configured()).read(state.id, state.outputs);
    const [inputs, outputs] = [read.getInputs()?.toJavaScript(), read.getProperties()?.toJavaScript()];
    state = read.getId() === "" || !inputs || !outputs ? undefined : { id: read.getId(), inputs, outputs };
  };
  const destroy = async () => {
    // A process that has seen the fragment declared would take this for the end of a replacement. Engines start a process
    // for each run; here only this one needs it.
    await close();
    await refresh();
    if (state) await (await configured()).delete(state.outputs);
    state = undefined;
    await close();
  };
  const up = async (access: Fragment) => {
    await refresh();
    const running = await configured();
    const wanted = { access, owner, mode: "write", shareTag: true };
    const { inputs = {}, failures } = await running.check(wanted, state?.inputs);
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    if (!state) {
      const created = await running.create(inputs);
      state = { id: created.getId(), inputs, outputs: created.getProperties()?.toJavaScript() ?? {} };
      return;
    }
    const diff = await running.diff(state.inputs, inputs);
    if (diff.getChanges() === pb.DiffResponse.DiffChanges.DIFF_NONE) return;
    const updated = await running.update(state.outputs, inputs);
    state = { ...state, inputs, outputs: updated.getProperties()?.toJavaScript() ?? {} };
  };
  return { owner, close, apply: (wanted) => (wanted ? up(wanted) : destroy()) };
}

/** A stack of a history, on the plugin alone. */
export function historyStack(name: string, world: World): HistoryStack & { close(): Promise<void> } {
  const { TAILSCALE_API_KEY = "", TAILSCALE_BASE_URL = "" } = world.environment;
  const stack = pluginStack(`claude-aperture/${name}`, { TAILSCALE_API_KEY, TAILSCALE_BASE_URL }, startProvider);
  return {
    name,
    owner: stack.owner,
    close: stack.close,
    run: (wish) =>
      stack.apply(wish?.access).then(
        () => undefined,
        (error: Error) => error.message,
      ),
  };
}
