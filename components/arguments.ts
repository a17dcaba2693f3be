/** Arguments of components, checked before anything is registered. */
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { formatMessage } from "../core/messages/entry.ts";
import { componentUnusable } from "../core/messages/start.ts";
import { toOwner } from "../core/policy/marks.ts";
import type { Problem } from "../core/problem.ts";
import { findArgumentProblems } from "../core/settings/arguments.ts";
import { listProblems } from "../core/settings/problem.ts";

/** A component that is being made, for messages. */
export interface Component {
  /** The name of its class. */
  kind: string;
  name: string;
}

/** @throws pulumi.RunError with everything that is wrong with the arguments, each by its path. */
export function checkArguments(component: Component, schema: z.ZodType, args: unknown): void {
  refuseIfAny(component, findArgumentProblems(schema, args));
}

/** @throws pulumi.RunError when there is a problem. */
export function refuseIfAny({ kind, name }: Component, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  throw toErrorInWords(`${formatMessage(componentUnusable, { kind, name })}\n${listProblems(problems)}`);
}

/** An error that shows its text alone, also where it rejects an input: the SDK then prints the stack (cmd/run/index.js of 3.270). */
export function toErrorInWords(text: string): pulumi.RunError {
  return Object.assign(new pulumi.RunError(text), { stack: text });
}

/** The name of the running stack, as it stands in marks and headers. */
export function readStackOwner(): string {
  return toOwner({ project: pulumi.getProject(), stack: pulumi.getStack() });
}
