/** The line at the end of a commit's message that says whose proposal it is: a state can be lost, and a run be killed. */

/** Whose the commit is, and what it brings. */
export interface ProposalMark {
  /** The stack's name. */
  owner: string;
  /** Git's id of the file's text; undefined where the commit removes the file. */
  blob: string | undefined;
}

const trailer = "Claude-Aperture";
const form = new RegExp(`\\n${trailer}: (\\S+) (?:([0-9a-f]{40,64})|removal)\\s*$`);

/** The body of a commit's message with the mark as its trailer. */
export function markProposal(body: string, { owner, blob }: ProposalMark): string {
  return `${body}\n\n${trailer}: ${owner} ${blob ?? "removal"}`;
}

/** The mark of a commit with this message; undefined for everybody else's. */
export function readProposalMark(message: string): ProposalMark | undefined {
  const [, owner, blob] = form.exec(message) ?? [];
  return owner === undefined ? undefined : { owner, blob };
}
