/** What people do to a policy file that holds our entries, and what becomes of it. */
import type { TailnetAccessArgs } from "../../components/index.ts";
import { insert } from "../../core/policy/edit.ts";
import type { Fragment } from "../../core/policy/fragment.ts";

/** The stack whose entries are meant, and what it wants. */
const owner = "claude-aperture/test";
export const wanted = {
  "tag:ci": {
    owners: ["group:platform"],
    destinations: ["tag:aperture"],
    ports: ["tcp:80"],
    models: ["anthropic/**"],
    test: "accept",
  },
} satisfies Fragment;

const { owners, destinations, models } = wanted["tag:ci"];
/** The same as the arguments of a component. */
export const access: TailnetAccessArgs = { tags: { "tag:ci": { models } }, destinations, tagOwners: owners };

const otherOwner = "claude-aperture/other";

const markOf = (...owners: string[]) => `// ${owners.join(", ")}: managed by Pulumi`;
const mark = markOf(owner);

/** The entries as they stand in the file, each with its mark. */
const tagOwners = `\t\t${mark}\n\t\t"tag:ci": ["group:platform"],\n`;
const grant = `\t\t${mark}
		{
			"src": ["tag:ci"],
			"dst": ["tag:aperture"],
			"ip":  ["tcp:80"],
			"app": {
				"tailscale.com/cap/aperture": [
					{"role": "user"},
					{"models": "anthropic/**"},
				],
			},
		},
`;
const test = `\t\t${mark}\n\t\t{"src": "tag:ci", "proto": "tcp", "accept": ["tag:aperture:80"]},\n`;
/** The last entries of the sections, which are somebody else's. */
const lastTagOwner = `\t\t"tag:web": ["group:platform"],\n`;
const lastGrant = `"ip": ["tcp:5432"]}, // ticket NET-112\n`;
const lastTest = `"deny":   ["billing-db:5432", "tag:web:22"],\n\t\t},\n`;

export interface Edit {
  what: string;
  /** What somebody did. */
  edit(ours: string): string;
  /** What the update that the preview proposes prints, theirs => ours; `nothing` where nothing of ours drifted. */
  shows: string | "nothing";
  /** The policy after `up`, from ours and from what somebody made of it. */
  after(ours: string, edited: string): string;
}

const repaired: Edit["after"] = (ours) => ours;
const kept: Edit["after"] = (_, edited) => edited;
const joined: Edit["after"] = (_, edited) => swap(edited, markOf(otherOwner), markOf(otherOwner, owner));

/** Replaces what must be there once. */
function swap(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`not once in the policy: ${from}`);
  return text.replace(from, () => to);
}

/** An edit of one of our entries. */
function within(entry: string, from: string, to: string): Edit["edit"] {
  return (ours) => swap(ours, entry, swap(entry, from, to));
}

function without(...entries: string[]): Edit["edit"] {
  return (ours) => entries.reduce((text, entry) => swap(text, entry, ""), ours);
}

function withoutMark(...entries: string[]): Edit["edit"] {
  return (ours) => entries.reduce((text, entry) => swap(text, entry, swap(entry, `\t\t${mark}\n`, "")), ours);
}

function behind(last: string, addition: string): Edit["edit"] {
  return (ours) => swap(ours, last, last + addition);
}

const copiedAndEdited = swap(grant, "anthropic/**", "openai/**");

/** In our entries. */
export const edits: Edit[] = [
  {
    what: "edited the owners",
    edit: within(tagOwners, "group:platform", "group:engineering"),
    shows: '~ owners: [ ~ [0]: "group:engineering" => "group:platform" ]',
    after: repaired,
  },
  {
    what: "added an owner",
    edit: within(tagOwners, "]", ', "group:engineering"]'),
    shows: '- [1]: "group:engineering"',
    after: repaired,
  },
  {
    what: "edited dst",
    edit: within(grant, '"dst": ["tag:aperture"]', '"dst": ["tag:web"]'),
    shows: '~ destinations: [ ~ [0]: "tag:web" => "tag:aperture" ]',
    after: repaired,
  },
  {
    what: "edited ip",
    edit: within(grant, "tcp:80", "*"),
    shows: '~ ports: [ ~ [0]: "*" => "tcp:80" ]',
    after: repaired,
  },
  {
    what: "edited a model",
    edit: within(grant, "anthropic/**", "openai/**"),
    shows: '~ models: [ ~ [0]: "openai/**" => "anthropic/**" ]',
    after: repaired,
  },
  {
    what: "added a model",
    edit: within(grant, '{"models": "anthropic/**"}', '{"models": "anthropic/**"}, {"models": "openai/**"}'),
    shows: '~ models: [ - [1]: "openai/**" ]',
    after: repaired,
  },
  {
    what: "made the role admin",
    edit: within(grant, '"role": "user"', '"role": "admin"'),
    shows: '- unexpected: { - grants.role: [ - [0]: "admin" ] }',
    after: repaired,
  },
  {
    what: "added quotas to app",
    edit: within(grant, '{"role": "user"},', '{"role": "user"}, {"quotas": [{"bucket": "daily:<user>"}]},'),
    shows: '- capabilities: [ - [0]: { - quotas: [ - [0]: { - bucket: "daily:<user>" } ] } ]',
    after: repaired,
  },
  {
    what: "added another capability to app",
    edit: within(grant, '"app": {', '"app": {"example.com/cap/other": [{}],'),
    shows: "- grants.app.example.com/cap/other: [",
    after: repaired,
  },
  {
    what: "added via",
    edit: within(grant, '"src"', '"via": ["tag:web"], "src"'),
    shows: '- unexpected: { - grants.via: [ - [0]: "tag:web" ] }',
    after: repaired,
  },
  {
    what: "widened src",
    edit: within(grant, '"src": ["tag:ci"]', '"src": ["tag:ci", "tag:web"]'),
    shows: "- grants.src: [",
    after: repaired,
  },
  {
    what: "edited the test",
    edit: within(test, "tag:aperture:80", "tag:aperture:443"),
    shows: "- tests: {",
    after: repaired,
  },
  {
    what: "made the test strict",
    edit: within(test, "}", ', "deny": ["tag:aperture:22"]}'),
    shows: '~ test: "strict" => "accept"',
    after: repaired,
  },
];

/** Entries that are gone, or elsewhere. */
export const removals: Edit[] = [
  {
    what: "deleted the tag",
    edit: without(tagOwners),
    shows: '+ owners: [ + [0]: "group:platform" ]',
    after: repaired,
  },
  { what: "deleted the grant", edit: without(grant), shows: '+ models: [ + [0]: "anthropic/**" ]', after: repaired },
  { what: "deleted the test", edit: without(test), shows: '~ test: "none" => "accept"', after: repaired },
  {
    what: "deleted every entry",
    edit: without(tagOwners, grant, test),
    shows: "+ claude-aperture:index:PolicyFragment: (create)",
    after: repaired,
  },
  {
    what: "moved the tag",
    edit: (ours) => behind(lastTagOwner, tagOwners)(without(tagOwners)(ours)),
    shows: "nothing",
    after: kept,
  },
  {
    what: "moved the grant",
    edit: (ours) => behind(lastGrant, grant)(without(grant)(ours)),
    shows: "nothing",
    after: kept,
  },
  {
    what: "moved the test",
    edit: (ours) => behind(lastTest, test)(without(test)(ours)),
    shows: "nothing",
    after: kept,
  },
];

/** Marks that are gone, or where they do not belong. */
export const marks: Edit[] = [
  { what: "deleted the mark of the grant", edit: withoutMark(grant), shows: "nothing", after: kept },
  { what: "deleted every mark", edit: withoutMark(tagOwners, grant, test), shows: "nothing", after: kept },
  {
    what: "copied a mark to another rule",
    edit: (ours) => swap(ours, '\t\t{"src": ["tag:monitoring"]', `\t\t${mark}\n\t\t{"src": ["tag:monitoring"]`),
    shows: "nothing",
    after: kept,
  },
  {
    what: "copied the grant with its mark",
    edit: behind(lastGrant, grant),
    shows: "- grants.copy: [",
    after: repaired,
  },
  {
    what: "copied the grant with its mark, and edited the copy",
    edit: behind(lastGrant, copiedAndEdited),
    shows: "- grants.copy: [",
    after: (ours) => behind(lastGrant, swap(copiedAndEdited, `\t\t${mark}\n`, ""))(ours),
  },
  { what: "copied the test with its mark", edit: behind(lastTest, test), shows: "- tests.copy: [", after: repaired },
];

/** Beside our entries. */
export const neighbours: Edit[] = [
  {
    what: "added a rule that uses our tag",
    edit: behind(lastGrant, '\t\t{"src": ["tag:ci"], "dst": ["tag:web"], "ip": ["tcp:443"]}, // mine\n'),
    shows: "nothing",
    after: kept,
  },
  {
    what: "added a tag and a comment",
    edit: behind(lastTagOwner, '\t\t// for the lab\n\t\t"tag:lab": [],\n'),
    shows: "nothing",
    after: kept,
  },
  {
    what: "added a rule with a comment in front of ours",
    edit: (ours) =>
      swap(
        ours,
        '"grants": [\n',
        '"grants": [\n\t\t// first\n\t\t{"src": ["tag:web"], "dst": ["tag:web"], "ip": ["*"]},\n',
      ),
    shows: "nothing",
    after: kept,
  },
  {
    what: "removed a rule of theirs",
    edit: (ours) =>
      swap(ours, '\t\t{"src": ["tag:monitoring"], "dst": ["tag:web", "tag:aperture"], "ip": ["tcp:9100"]},\n', ""),
    shows: "nothing",
    after: kept,
  },
  {
    what: "wanted the same entries for another stack",
    edit: (ours) => insert(ours, wanted, otherOwner),
    shows: "nothing",
    after: kept,
  },
];

/** Entries that we share with another stack, which would go with it. */
export const shared: Edit[] = [
  {
    what: "deleted the grant, and another stack added it first",
    edit: (ours) => insert(without(grant)(ours), wanted, otherOwner),
    shows: '+ models: [ + [0]: "anthropic/**" ]',
    after: joined,
  },
  {
    what: "took our name out of the mark of a shared test",
    edit: (ours) => {
      const testOf = (...owners: string[]) => swap(test, mark, markOf(...owners));
      return swap(insert(ours, wanted, otherOwner), testOf(owner, otherOwner), testOf(otherOwner));
    },
    shows: '~ test: "none" => "accept"',
    after: joined,
  },
];

/** In our entries, where it changes nothing that counts. */
export const layouts: Edit[] = [
  {
    what: "written a comment into our grant",
    edit: within(grant, '{"role": "user"},', '{"role": "user"}, // why?'),
    shows: "nothing",
    after: kept,
  },
  {
    what: "laid our grant out otherwise",
    edit: within(grant, '"src": ["tag:ci"],', '"src":\t[ "tag:ci" , ],'),
    shows: "nothing",
    after: kept,
  },
  {
    what: "put the fields of our grant in another order",
    edit: within(
      grant,
      '"src": ["tag:ci"],\n\t\t\t"dst": ["tag:aperture"],',
      '"dst": ["tag:aperture"],\n\t\t\t"src": ["tag:ci"],',
    ),
    shows: "nothing",
    after: kept,
  },
];
