/** Values that belong to one run of a program. A process of the Automation API has several runs, in turn or at once. */
import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";

/** Calls `make` once for each run. Runs differ by their engine. */
export function makeOnceEachRun<T extends object>(make: () => T): () => T {
  const made = new WeakMap<object, T>();
  return () => {
    const monitor: object = pulumi.runtime.getMonitor() ?? noEngine;
    const one = made.get(monitor) ?? make();
    made.set(monitor, one);
    return one;
  };
}

const noEngine = {};

/** Whether the engine takes hooks. Pulumi's mocks do not: the registration would wait for it forever. */
export function runsHooks(kind: "registerResourceHook" | "registerErrorHook" = "registerResourceHook"): boolean {
  return kind in (pulumi.runtime.getMonitor() ?? noEngine);
}

/** The hooks that `make` gives, made once for each run, because a hook is registered with the engine of its run. */
export function makeHooksEachRun(
  kind: "registerResourceHook" | "registerErrorHook",
  make: () => pulumi.ResourceHookBinding,
): () => pulumi.ResourceHookBinding {
  return makeOnceEachRun(() => (runsHooks(kind) ? make() : {}));
}

/**
 * The function in the context of the current run. The engine calls hooks from outside of it, where the SDK does not find the
 * engine of an inline program, and prints what is logged to the console (`runtime/state` of the SDK).
 */
// biome-ignore lint/suspicious/noExplicitAny: as in the type of AsyncResource.bind
export function bindToRun<F extends (...args: any[]) => unknown>(callback: F): F {
  return AsyncResource.bind(callback) as F;
}
