import { describe, expect, it } from "vitest";
import { actions } from "../../../core/workflow/actions.ts";
import { renderWorkflowFile } from "../../../core/workflow/file.ts";
import { findUnpinned, findWorkflowFault } from "../../../core/workflow/live-text.ts";
import { options } from "./workflows.ts";

const ours = renderWorkflowFile({ role: "standalone", ...options });

describe("a live workflow file", () => {
  it("is in order as it is rendered", () => {
    expect(findWorkflowFault(ours)).toBeUndefined();
    expect(findUnpinned(ours)).toEqual([]);
  });

  it.each([
    ["is no YAML", "on: [push\njobs: {}"],
    ["is no workflow", "- a\n- list"],
    ["is no workflow", ""],
    ["has no events", "jobs: { a: {} }"],
    ["has no events", "on: []\njobs: { a: {} }"],
    ["has no jobs", "on: push"],
    ["has no jobs", "on: { push: }\njobs: {}"],
  ])("%s", (fault, text) => expect(findWorkflowFault(text)).toContain(fault));

  it("is read whatever form its events have", () => {
    for (const on of ["push", "[push]", "{ push: { branches: [main] } }"])
      expect(findWorkflowFault(`on: ${on}\njobs: { a: {} }`)).toBeUndefined();
  });

  it("shows what is not pinned to a commit, each once", () => {
    const steps = ["actions/checkout@v4", "actions/checkout@v4", "acme/tool", "./local", "docker://alpine:3"];
    const pinned = `actions/checkout@${actions["actions/checkout"].commit}`;
    const text = `on: push\njobs: { a: { steps: [${[...steps, pinned].map((uses) => `{ uses: "${uses}" }`).join(", ")}] }, b: { uses: acme/.github/.github/workflows/c.yml@main } }`;
    expect(findUnpinned(text)).toEqual(["actions/checkout@v4", "acme/tool"]);
  });
});
