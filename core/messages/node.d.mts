import type { Message } from "./entry.ts";

export const oldestNode: string;
export const nodeTooOld: Message;
export const pluginNodeTooOld: Message;
export function nodeProblem(entry: Message): string | undefined;
