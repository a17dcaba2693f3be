/** The Node.js that everything here runs on. JavaScript, so that a Node that is too old for TypeScript can still say so. */

/** The oldest that strips types without being asked. */
export const oldestNode = "22.18";

const advice = '\n  Put a newer one first on PATH. npm ci brings one: export PATH="$PWD/node_modules/.bin:$PATH"';

const newerNode =
  'Put a newer one first, such as the one that `npm ci` brought: `export PATH="$PWD/node_modules/.bin:$PATH"`';

export const nodeTooOld = {
  says: `This program needs Node.js ${oldestNode} or newer and was started on {version} ({path}).`,
  advice,
  cause: `\`pulumi\` runs the program on the Node of \`PATH\`, and that is older than ${oldestNode}`,
  fix: newerNode,
};

export const pluginNodeTooOld = {
  says: `The claude-aperture plugin needs Node.js ${oldestNode} or newer and was started on {version} ({path}).`,
  advice,
  cause: `Pulumi starts our provider on the Node of \`PATH\`, and that is older than ${oldestNode}`,
  fix: newerNode,
};

/** The message of `entry` when this Node is too old; otherwise undefined. */
export function nodeProblem({ says, advice }) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [oldestMajor, oldestMinor] = oldestNode.split(".").map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `${says}${advice}`.replace("{version}", process.version).replace("{path}", process.execPath);
}
