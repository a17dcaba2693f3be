/** The world as texts by name, so that what an act has changed is a set of diffs, whatever the act was. */
import { slug } from "../../github/model.ts";
import type { World } from "../../world.ts";
import { fileText, listCredentials, secretNames } from "../evidence.ts";
import { formatDiff } from "../screen.ts";

type WorldTexts = Map<string, string>;

export function readWorld(world: World): WorldTexts {
  const texts: WorldTexts = new Map([
    ["tailnet policy file", world.tailscale.state.policy],
    ["credentials of the tailnet", linesOf(listCredentials(world).map(describeCredential))],
  ]);
  for (const repository of world.github.state.repositories) {
    const name = slug(repository);
    const { git, defaultBranch, pulls, issues } = repository;
    const tip = git.tip(defaultBranch);
    for (const path of tip?.files.keys() ?? []) texts.set(`${name}: ${path}`, fileText(world, name, path) ?? "");
    texts.set(`${name}: names of secrets`, linesOf(secretNames(world, name)));
    for (const { number, title, body, state, labels, comments } of [...pulls, ...issues]) {
      texts.set(`${name}#${number}`, linesOf([title, `(${[state, ...labels].join(", ")})`, "", body ?? ""]));
      for (const { id, author, body } of comments)
        texts.set(`${name}#${number}: comment ${id} of ${author.login}`, body);
    }
    for (const { number, reviews, reviewComments } of pulls) {
      for (const { id, author, state, body } of reviews) {
        texts.set(`${name}#${number}: review ${id} of ${author.login}`, linesOf([`(${state})`, body]));
      }
      for (const { id, author, path, line, body } of reviewComments) {
        texts.set(`${name}#${number}: comment ${id} of ${author.login} on ${path}:${line}`, body);
      }
    }
  }
  return texts;
}

/** A diff for each text that is not the same in both. */
export function compareWorlds(before: WorldTexts, after: WorldTexts): { title: string; text: string }[] {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.flatMap((title) => {
    const [old, now] = [before.get(title) ?? "", after.get(title) ?? ""];
    return old === now ? [] : [{ title, text: formatDiff(title, old, now) }];
  });
}

function describeCredential(key: ReturnType<typeof listCredentials>[number]): string {
  const kind = key.keyType === "federated" ? `trusts ${key.subject}` : "OAuth client";
  return `${key.description}: ${kind}; ${key.tags.join(", ")}`;
}

const linesOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");
