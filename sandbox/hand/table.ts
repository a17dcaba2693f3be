/** Every command of `npm run sandbox -- do`, by whose hand it is. */
import { apertureCommands } from "./aperture.ts";
import type { Command, Group } from "./command.ts";
import { consoleCommands } from "./console.ts";
import { policyCommands } from "./console-policy.ts";
import { conversationCommands } from "./conversations.ts";
import { fileCommands } from "./files.ts";
import { repositoryCommands } from "./repositories.ts";

export const groups: readonly Group[] = [
  { title: "In the settings of a repository", commands: repositoryCommands },
  { title: "In its files", commands: fileCommands },
  { title: "In pull requests and issues", commands: conversationCommands },
  { title: "In the policy editor of Tailscale's admin console", commands: policyCommands },
  { title: "With credentials and devices in the admin console", commands: consoleCommands },
  { title: "In Aperture's dashboard", commands: apertureCommands },
];

export const commands: readonly Command[] = groups.flatMap((group) => group.commands);
