/** A person with a script: edits the policy file over the API as a careful script does, beside the stacks. */
import type { Random } from "./random.ts";

/** What is the person's in the file at a time. */
export interface Belongings {
  /** Numbers of the grants, each with a tag and comments. */
  grants: { id: number; place: "first" | "last"; note: number }[];
  /** Whether a remark stands behind the bracket of `grants`. */
  isRemarked: boolean;
}

/** One edit: the person's text before and after it. */
export interface PersonEdit {
  what: string;
  edit(text: string): string;
  after: Belongings;
}

export const nothing: Belongings = { grants: [], isRemarked: false };

/** Adds, changes or removes; the more there is, the more is removed. `id` is for what is new. */
export function nextEdit(random: Random, { grants, isRemarked }: Belongings, id: number): PersonEdit {
  if (random.chance(0.1)) {
    return { what: "remark", edit: isRemarked ? unremark : remark, after: { grants, isRemarked: !isRemarked } };
  }
  if (grants.length > 0 && random.chance(grants.length / 12)) {
    const grant = random.pick(grants);
    if (random.chance(0.3)) {
      const changed = { ...grant, note: grant.note + 1 };
      return {
        what: `change ${grant.id}`,
        edit: (text) => swap(text, grantText(grant), grantText(changed)),
        after: { grants: grants.map((other) => (other === grant ? changed : other)), isRemarked },
      };
    }
    return removal({ grants, isRemarked }, grant);
  }
  const grant = { id, place: random.pick(["first", "last"] as const), note: 0 };
  return { what: `add ${id}`, edit: (text) => add(text, grant), after: { grants: [...grants, grant], isRemarked } };
}

/** The edits that take out all that is left. */
export function farewell({ grants, isRemarked }: Belongings): PersonEdit[] {
  const edits: PersonEdit[] = [];
  let left: Belongings = { grants, isRemarked };
  for (const grant of grants) {
    const edit = removal(left, grant);
    edits.push(edit);
    left = edit.after;
  }
  return isRemarked ? [...edits, { what: "remark", edit: unremark, after: nothing }] : edits;
}

/** Comments that must be in the file while these are there. */
export function comments({ grants, isRemarked }: Belongings): string[] {
  return [
    ...grants.flatMap((grant) => [leading(grant), trailing(grant), `// owner of lab ${grant.id}`]),
    ...(isRemarked ? [remarkText.trim()] : []),
  ];
}

type Grant = Belongings["grants"][number];

const leading = ({ id, note }: Grant) => `// lab ${id}: asked for ${note + 1} times`;
const trailing = ({ id }: Grant) => `// ticket LAB-${id}`;
const grantText = (grant: Grant) =>
  `\t\t${leading(grant)}\n\t\t{"src": ["tag:lab-${grant.id}"], "dst": ["tag:web"], "ip": ["tcp:443"]}, ${trailing(grant)}\n`;
const tagText = ({ id }: Grant) => `\t\t"tag:lab-${id}": ["group:engineering"], // owner of lab ${id}\n`;

function removal({ grants, isRemarked }: Belongings, grant: Grant): PersonEdit {
  return {
    what: `remove ${grant.id}`,
    edit: (text) => swap(swap(text, grantText(grant), ""), tagText(grant), ""),
    after: { grants: grants.filter((other) => other !== grant), isRemarked },
  };
}

function add(text: string, grant: Grant): string {
  if (grant.place === "last") {
    const withTag = swap(text, '\t},\n\n\t"grants"', `${tagText(grant)}\t},\n\n\t"grants"`);
    return swap(withTag, '\t],\n\n\t"ssh"', `${grantText(grant)}\t],\n\n\t"ssh"`);
  }
  return text
    .replace(/^\t"tagOwners": \{.*\n/m, (line) => line + tagText(grant))
    .replace(/^\t"grants": \[.*\n/m, (line) => line + grantText(grant));
}

const remarkText = " // newest first, please";
const remark = (text: string) => swap(text, '\t"grants": [\n', `\t"grants": [${remarkText}\n`);
const unremark = (text: string) => swap(text, remarkText, "");

function swap(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`not once in the policy file: ${from}\n${text}`);
  return text.replace(from, () => to);
}

/** The API as a script uses it: read, edit, write if nobody else did meanwhile, else again. Returns how often it lost. */
export async function editByScript(
  tailnet: { url: string; apiKey: string },
  edit: (text: string) => string,
): Promise<number> {
  const url = `${tailnet.url}/api/v2/tailnet/-/acl`;
  const authorization = `Basic ${Buffer.from(`${tailnet.apiKey}:`).toString("base64")}`;
  for (let lost = 0; ; lost++) {
    const live = await fetch(url, { headers: { authorization, accept: "application/hujson" } });
    if (!live.ok) throw new Error(`GET /acl: ${live.status} ${await live.text()}`);
    const etag = live.headers.get("etag") ?? "";
    const written = await fetch(url, {
      method: "POST",
      headers: { authorization, "content-type": "application/hujson", "if-match": etag },
      body: edit(await live.text()),
    });
    if (written.ok) return lost;
    if (written.status !== 412) throw new Error(`POST /acl: ${written.status} ${await written.text()}`);
  }
}
